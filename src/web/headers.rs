//! Headers on every answer of the portal and the management API, and the Host check before all.

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::http::{ConnectionType, Method, Version};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpResponse};

use super::route::Served;
use super::{address, panicked, unread};
use crate::base::ids::CallId;

/// No inline script or style, nothing from elsewhere.
pub const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                       connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// For everybody: nothing here is to be guessed at.
const NOSNIFF: (HeaderName, HeaderValue) =
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));

/// For what a browser may show. The answer to an AI call is read by a program.
const FIXED: &[(&str, &str)] = &[
    ("referrer-policy", "same-origin"),
    ("x-frame-options", "DENY"),
    ("cross-origin-opener-policy", "same-origin"),
    ("content-security-policy", CSP),
];

/// What keeps an answer from being compressed; taken off before it leaves.
const IDENTITY: &str = "identity";

/// Says of an answer of the portal whether it may be compressed. The length of a compressed page tells
/// somebody on the wire how much of what they put into it repeats what it holds. So a page is compressed
/// only when the visitor's own click on our pages, or their typing, asked for it, which browsers say in
/// `Sec-Fetch-Site`; and never when it must not be stored, as pages with a secret must not.
pub(super) fn for_compression(mut response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    let site = response.request().headers().get("sec-fetch-site").map(HeaderValue::as_bytes);
    let is_own = matches!(site, Some(b"same-origin" | b"none"));
    let headers = response.headers();
    let is_secret = headers
        .get(header::CACHE_CONTROL)
        .is_some_and(|value| value.to_str().is_ok_and(|value| value.contains("no-store")));
    let is_page =
        headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if !is_own || is_secret || !is_page {
        response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static(IDENTITY));
    }
    response
}

/// A client of HTTP/1.0 knows no chunks: what has no length ends with its connection.
fn for_version(response: &mut ServiceResponse<BoxBody>) {
    let is_old = response.request().version() < Version::HTTP_11;
    if is_old && response.response().body().size() == BodySize::Stream {
        let head = response.response_mut().head_mut();
        head.no_chunking(true);
        head.set_connection_type(ConnectionType::Close);
    }
}

/// Wraps the whole application: refuses a Host that a router could misread, gives each request its
/// id, and sets the security headers that an answer does not set itself.
///
/// # Errors
/// Those of the inner service.
pub async fn wrap(mut request: ServiceRequest, next: Next<impl MessageBody + 'static>) -> Served {
    let unread = unread::Handle::of(&mut request);
    let answered = answer(request, next).await?;
    Ok(match unread {
        Some(handle) => handle.kept_by(answered),
        None => answered,
    })
}

async fn answer(mut request: ServiceRequest, next: Next<impl MessageBody + 'static>) -> Served {
    if !address::has_good_host(request.request()) {
        let bare = HttpResponse::BadRequest().force_close().finish();
        return Ok(request.into_response(bare).map_into_boxed_body());
    }
    let id = CallId::fresh();
    request.extensions_mut().insert(id);
    // What can be read can be asked about (RFC 9110, 9.3.2): the server below leaves the body of the answer out.
    if request.method() == Method::HEAD {
        request.head_mut().method = Method::GET;
    }
    let is_call = ["/v1/", "/apis/"].iter().any(|calls| request.path().starts_with(calls));
    let is_page = !is_call && !request.path().starts_with("/api/");
    let mut response: ServiceResponse<BoxBody> =
        panicked::caught(next.call(request), id, is_page).await?.map_into_boxed_body();
    for_version(&mut response);
    let headers = response.headers_mut();
    if headers.get(header::CONTENT_ENCODING).is_some_and(|coding| coding == IDENTITY) {
        headers.remove(header::CONTENT_ENCODING);
    }
    let id_header = HeaderName::from_static("x-request-id");
    if !headers.contains_key(&id_header)
        && let Ok(value) = HeaderValue::from_str(&id.to_string())
    {
        headers.insert(id_header, value);
    }
    let (name, value) = NOSNIFF;
    headers.insert(name, value);
    if is_call {
        return Ok(response);
    }
    for (name, value) in FIXED {
        let name = HeaderName::from_static(name);
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    let is_page =
        headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if is_page && !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    }
    Ok(response)
}
