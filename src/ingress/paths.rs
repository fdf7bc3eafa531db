//! The table of endpoints, and the answers for paths and methods that are not in it.

use actix_web::http::{Method, header};
use actix_web::{HttpRequest, HttpResponse};

use crate::base::{Code, Error};
use crate::gateway::about::Offered;
use crate::gateway::reply::Reply;
use crate::gateway::{Gateway, nearest_hint, nearest_shown};
use crate::wire::{Endpoint, Format};

use super::{arrive, send};

pub enum What {
    Call(Endpoint),
    Models,
    Model,
    KeySelf,
}

impl What {
    pub fn method(&self) -> Method {
        match self {
            Self::Call(_) => Method::POST,
            Self::Models | Self::Model | Self::KeySelf => Method::GET,
        }
    }
}

/// Literal paths before those with parameters: the first that fits is taken.
pub const ENDPOINTS: &[(&str, What)] = &[
    ("/chat/completions", What::Call(Endpoint::Chat)),
    ("/embeddings", What::Call(Endpoint::Embeddings)),
    ("/models", What::Models),
    ("/models/{model:.+}", What::Model),
    ("/key/self", What::KeySelf),
];

/// Where they live, and whether the address names one API's version.
pub const PREFIXES: &[(&str, bool)] =
    &[("/v1", false), ("/apis/{slug}/{version}/v1", true), ("/apis/{slug}/{version}", true)];

/// The address of one API's version by itself: what is there.
pub const BASES: &[&str] = &["/apis/{slug}/{version}", "/apis/{slug}/{version}/"];

/// The endpoints below such an address.
pub fn offered() -> Vec<Offered> {
    let offered = ENDPOINTS.iter().filter_map(|(path, what)| match what {
        What::Call(endpoint) => Some(("POST", *path, Some(*endpoint))),
        What::Models => Some(("GET", *path, None)),
        What::Model | What::KeySelf => None,
    });
    offered.collect()
}

/// Where all of them are, and the only place of what is about the key.
const UNIFIED: &str = "/v1";

/// The last ones are what a client asks for whose base address lacks its `/v1`.
pub const CATCH_ALL: &[&str] = &[
    "/v1",
    "/v1/{rest:.*}",
    // Before the next one: it knows whose endpoints are near.
    "/apis/{slug}/{version}/{rest:.*}",
    "/apis",
    "/apis/{rest:.*}",
    "/chat/completions",
    "/embeddings",
];

/// First parts of addresses that SDKs are given for other gateways, or with a slash too many.
const ELSEWHERE: &[&str] = &["v1", "openai", "anthropic"];
/// Last parts of endpoints of protocols that are not spoken here.
const NOT_SPOKEN: &[&str] = &["messages", "responses"];

/// Does a program ask, who would not read a page, where no table has the path? Browsers say that they
/// take HTML.
pub fn is_programs(request: &HttpRequest) -> bool {
    let accepts = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok());
    let accepts = accepts.unwrap_or_default().to_ascii_lowercase();
    let is_elsewhere = parts(request.path()).next().is_some_and(|first| ELSEWHERE.contains(&first));
    let asks = request.method() == Method::POST || accepts.contains("json") || is_elsewhere;
    // The management API has its own form of errors.
    asks && !accepts.contains("text/html") && !request.path().starts_with("/api/")
}

/// `method_not_allowed`, with the methods that are.
pub fn wrong_method(request: &HttpRequest, gateway: &Gateway, allow: &Method) -> HttpResponse {
    let error = match is_preflight(request) {
        true => from_a_page(Code::MethodNotAllowed, gateway),
        false => Code::MethodNotAllowed.saying(format!("This endpoint takes {allow}.")),
    };
    let mut answer = send::reply(Reply::error(gateway, arrive::id(request), &error), false);
    if let Ok(value) = header::HeaderValue::from_str(allow.as_str()) {
        answer.headers_mut().insert(header::ALLOW, value);
    }
    answer
}

/// A browser asks whether a page from elsewhere may send a call.
fn is_preflight(request: &HttpRequest) -> bool {
    request.method() == Method::OPTIONS && request.headers().contains_key(header::ORIGIN)
}

/// No CORS: a key in a page belongs to everybody who opens it.
fn from_a_page(code: Code, gateway: &Gateway) -> Error {
    let doc = format!("{}/docs/errors/{}", gateway.base_url(), Code::MethodNotAllowed);
    code.saying("Pages in a browser may not call this gateway directly: their key would be everybody's.")
        .then(format!("Call your own server from the page, and the gateway from there: {doc}"))
}

/// `path_unknown`, with the nearest path there is, in the shape of the protocol that was meant.
pub fn unknown(request: &HttpRequest, gateway: &Gateway) -> HttpResponse {
    let asked = request.path();
    let error = match is_preflight(request) {
        true => from_a_page(Code::PathUnknown, gateway),
        false => no_such(asked, request, gateway),
    };
    let format = if is_anthropics(asked) { Format::Anthropic } else { Format::OpenAi };
    send::reply(Reply::error_as(gateway, format, arrive::id(request), &error), false)
}

/// Does the path mean a protocol of Anthropic's: by its first part, or as one of the calls on messages?
fn is_anthropics(asked: &str) -> bool {
    let last: Vec<&str> = parts(asked).collect();
    parts(asked).next() == Some("anthropic")
        || matches!(last.as_slice(), [.., "messages"] | [.., "messages", "count_tokens" | "batches"])
}

fn no_such(asked: &str, request: &HttpRequest, gateway: &Gateway) -> Error {
    let base = gateway.base_url();
    let list = format!("each API's page lists its endpoints: {base}/catalogue");
    let (own, next) = match (request.match_info().get("slug"), request.match_info().get("version")) {
        (Some(slug), Some(version)) => (format!("/apis/{slug}/{version}"), format!("Check the path; {list}")),
        _ => (
            UNIFIED.to_owned(),
            format!("Give the SDK the base address `{base}{UNIFIED}`, and check the path; {list}"),
        ),
    };
    let place = |what: &What| if matches!(what, What::KeySelf) { UNIFIED } else { own.as_str() };
    let known: Vec<(&str, String)> = ENDPOINTS
        .iter()
        .map(|(path, what)| (place(what), path.replace("/{model:.+}", "")))
        .map(|(place, path)| (place, format!("{place}{path}")))
        .collect();
    let hint = if let Some(path) = versionless(asked) {
        format!("; nearest: `{path}` with one of the API's live versions")
    } else if let Some((_, path)) =
        known.iter().find(|(place, path)| ends_alike(asked, path.strip_prefix(place)))
    {
        format!("; nearest: `{path}`")
    } else if parts(asked).last().is_some_and(|last| NOT_SPOKEN.contains(&last)) {
        format!("; OpenAI's chat is the protocol spoken here: `{own}/chat/completions`")
    } else {
        nearest_hint(asked, known.iter().map(|(_, path)| path.as_str()))
    };
    Code::PathUnknown.saying(format!("There is no such endpoint{hint}.")).then(next)
}

/// The parts of a path, however many slashes lie between.
fn parts(path: &str) -> impl DoubleEndedIterator<Item = &str> {
    path.split('/').filter(|part| !part.is_empty())
}

/// An endpoint's path behind another base.
fn ends_alike(asked: &str, path: Option<&str>) -> bool {
    let Some(path) = path else { return false };
    let mut asked = parts(asked).rev();
    parts(path).rev().all(|part| asked.next() == Some(part))
}

/// The address of an API's endpoint that was asked for without a version.
fn versionless(asked: &str) -> Option<String> {
    let (slug, rest) = asked.strip_prefix("/apis/")?.split_once('/')?;
    let bound = ENDPOINTS.iter().filter(|(_, what)| !matches!(what, What::KeySelf));
    let path = bound.map(|(path, _)| *path).find(|path| path.strip_prefix('/') == Some(rest))?;
    Some(format!("/apis/{}/{{version}}{path}", nearest_shown(slug)))
}
