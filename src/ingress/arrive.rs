//! Takes from a request what the gateway needs, and nothing else: no other header of a caller has
//! any meaning here or goes any further.

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
    Presented {
        authorization: texts(AUTHORIZATION).collect(),
        key_headers: KEY_HEADERS.iter().flat_map(|name| texts(HeaderName::from_static(name))).collect(),
        in_url: key_in(request.query_string()),
    }
}

/// What stands in a query as a key: one of this gateway before one that is merely named so.
fn key_in(query: &str) -> Option<String> {
    let pairs = url::form_urlencoded::parse(query.as_bytes()).filter(|(name, value)| {
        let named = KEY_FIELDS.iter().any(|field| name.eq_ignore_ascii_case(field));
        (named && !value.is_empty()) || key_format::shape(value) != Shape::Other
    });
    pairs
        .map(|(_, value)| value.into_owned())
        .min_by_key(|value| key_format::shape(value) != Shape::WellFormed)
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
