//! The table of endpoints, and the answers for paths and methods that are not in it.

use actix_web::http::{Method, header};
use actix_web::{HttpRequest, HttpResponse};

use crate::base::Code;
use crate::gateway::reply::Reply;
use crate::gateway::{Gateway, nearest_hint, nearest_shown};
use crate::wire::Endpoint;

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

/// `method_not_allowed`, with the methods that are.
pub fn wrong_method(request: &HttpRequest, gateway: &Gateway, allow: &Method) -> HttpResponse {
    let error = Code::MethodNotAllowed.saying(format!("This endpoint takes {allow}."));
    let mut answer = send::reply(Reply::error(gateway, arrive::id(request), &error), false);
    if let Ok(value) = header::HeaderValue::from_str(allow.as_str()) {
        answer.headers_mut().insert(header::ALLOW, value);
    }
    answer
}

/// `path_unknown`, with the nearest path there is.
pub fn unknown(request: &HttpRequest, gateway: &Gateway) -> HttpResponse {
    let asked = request.path();
    let own = match (request.match_info().get("slug"), request.match_info().get("version")) {
        (Some(slug), Some(version)) => format!("/apis/{slug}/{version}"),
        _ => "/v1".to_owned(),
    };
    let known: Vec<String> =
        ENDPOINTS.iter().map(|(path, _)| format!("{own}{}", path.replace("/{model:.+}", ""))).collect();
    let hint = versionless(asked)
        .map(|path| format!("; nearest: `{path}` with one of the API's live versions"))
        .unwrap_or_else(|| nearest_hint(asked, known.iter().map(String::as_str)));
    let base = gateway.base_url();
    let error = Code::PathUnknown
        .saying(format!("There is no such endpoint{hint}."))
        .then(format!("Check the path; each API's page lists its endpoints: {base}/catalogue"));
    send::reply(Reply::error(gateway, arrive::id(request), &error), false)
}

/// The address of an API's endpoint that was asked for without a version.
fn versionless(asked: &str) -> Option<String> {
    let (slug, rest) = asked.strip_prefix("/apis/")?.split_once('/')?;
    let bound = ENDPOINTS.iter().filter(|(_, what)| !matches!(what, What::KeySelf));
    let path = bound.map(|(path, _)| *path).find(|path| path.strip_prefix('/') == Some(rest))?;
    Some(format!("/apis/{}/{{version}}{path}", nearest_shown(slug)))
}
