//! Takes from a request what the gateway needs, and nothing else: no other header of a caller has
//! any meaning here or goes any further.

use actix_web::http::Uri;
use actix_web::http::header::{AUTHORIZATION, HeaderMap, HeaderName, USER_AGENT};
use actix_web::{HttpMessage, HttpRequest};
use ipnet::IpNet;

use crate::base::ids::CallId;
use crate::base::key_format::{self, Shape};
use crate::gateway::arrival::{Arrival, Door, Presented};
use crate::gateway::models::Look;
use crate::web::address;
use crate::wire::Endpoint;

const KEY_HEADERS: [&str; 3] = ["x-api-key", "api-key", "x-goog-api-key"];
/// Headers that keys are sent in by habit or that a proxy moves them to: the only ones that are ever named.
const LIKE_KEYS: [&str; 16] = [
    "authorization",
    "x-api-key",
    "api-key",
    "x-goog-api-key",
    "apikey",
    "x-apikey",
    "x-auth-token",
    "x-access-token",
    "access-token",
    "x-authorization",
    "x-forwarded-authorization",
    "proxy-authorization",
    "openai-api-key",
    "anthropic-api-key",
    "token",
    "cookie",
];
/// So many of them are named.
const NAMED: usize = 6;
/// Query fields that other gateways take keys from.
const KEY_FIELDS: [&str; 8] =
    ["key", "api_key", "api-key", "apikey", "access_token", "x-api-key", "x-goog-api-key", "authorization"];
const AGENT: usize = 200;
const CLIENT_ID: usize = 128;

pub fn call(request: &HttpRequest, endpoint: Endpoint, trusted: &[IpNet]) -> Arrival {
    Arrival {
        id: id(request),
        endpoint,
        door: door(request),
        presented: presented(request),
        ip: address::client_ip(request, trusted),
        agent: agent(request.headers()),
        client_request_id: client_request_id(request.headers()),
    }
}

pub fn look(request: &HttpRequest, trusted: &[IpNet]) -> Look {
    Look {
        id: id(request),
        door: door(request),
        presented: presented(request),
        ip: address::client_ip(request, trusted),
        agent: agent(request.headers()),
        client_request_id: client_request_id(request.headers()),
    }
}

/// The id this request was given when it came in.
pub fn id(request: &HttpRequest) -> CallId {
    request.extensions().get::<CallId>().copied().unwrap_or_else(CallId::fresh)
}

fn door(request: &HttpRequest) -> Door {
    let parts = request.match_info();
    match (parts.get("slug"), parts.get("version")) {
        (Some(slug), Some(version)) => Door::Api { slug: slug.to_owned(), version: version.to_owned() },
        _ => Door::Unified,
    }
}

fn presented(request: &HttpRequest) -> Presented {
    let headers = request.headers();
    // Bytes that are no text become a text that is no key.
    let texts = |name: HeaderName| {
        headers.get_all(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
    };
    let authorization: Vec<String> = texts(AUTHORIZATION).collect();
    let key_headers: Vec<String> =
        KEY_HEADERS.iter().flat_map(|name| texts(HeaderName::from_static(name))).collect();
    let none = authorization.is_empty() && key_headers.iter().all(|text| text.trim().is_empty());
    let received = none.then(|| received(headers));
    Presented { authorization, key_headers, in_url: key_in(request.uri()), received }
}

/// "cookie, x-api-key (empty) and 4 other headers": names alone, and of a closed list alone.
fn received(headers: &HeaderMap) -> String {
    let sent = |name: &&str| headers.contains_key(*name);
    let named: Vec<&str> = LIKE_KEYS.iter().copied().filter(sent).take(NAMED).collect();
    let others = match headers.keys().count().saturating_sub(named.len()) {
        1 => "1 other header".to_owned(),
        many => format!("{many} other headers"),
    };
    if named.is_empty() {
        return format!("none that keys are sent in, {others}");
    }
    let name = |name: &str| {
        let text = headers.get(name).map(|value| value.as_bytes().trim_ascii()).unwrap_or_default();
        if text.is_empty() { format!("{name} (empty)") } else { name.to_owned() }
    };
    let named: Vec<String> = named.into_iter().map(name).collect();
    format!("{} and {others}", named.join(", "))
}

/// What stands in an address as a key: one of this gateway, wherever it stands, before one of a vendor
/// and one that is merely named so.
fn key_in(uri: &Uri) -> Option<String> {
    let query = uri.query().unwrap_or_default();
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    let own = [authority, uri.path(), query].into_iter().filter_map(|part| {
        let part = percent_encoding::percent_decode_str(part).decode_utf8_lossy();
        key_format::within(&part).map(str::to_owned)
    });
    let named = url::form_urlencoded::parse(query.as_bytes()).filter_map(|(name, value)| {
        let named = KEY_FIELDS.iter().any(|field| name.eq_ignore_ascii_case(field)) && !value.is_empty();
        let looks = |text: &str| key_format::shape(text) != Shape::Other;
        (named || looks(&value))
            .then_some(&value)
            .or_else(|| looks(&name).then_some(&name))
            .map(|text| text.to_string())
    });
    own.chain(named).min_by_key(|text| key_format::shape(text) != Shape::WellFormed)
}

fn agent(headers: &HeaderMap) -> String {
    clean(headers, USER_AGENT, AGENT).unwrap_or_default()
}

/// A caller's own id is kept for the log, cut and cleaned; it never becomes ours.
fn client_request_id(headers: &HeaderMap) -> Option<String> {
    clean(headers, HeaderName::from_static("x-request-id"), CLIENT_ID)
}

fn clean(headers: &HeaderMap, name: HeaderName, most: usize) -> Option<String> {
    let text = headers.get(name)?.to_str().ok()?;
    let text: String = text.chars().filter(|c| !c.is_control()).take(most).collect();
    (!text.is_empty()).then(|| key_format::redacted(text))
}
