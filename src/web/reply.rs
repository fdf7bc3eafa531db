//! The few kinds of answers that pages and endpoints give.

use actix_web::HttpResponse;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::{StatusCode, header};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde::Serialize;
use uuid::Uuid;

use super::visit::Visit;

pub const FLASH_COOKIE: &str = "portico-flash";

/// After a successful POST: to another page.
pub fn see_other(path: impl Into<String>) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, path.into())).finish()
}

/// To another page, which shows a message once. Never put a secret in it.
pub fn flash(visit: &Visit, path: &str, kind: &str, text: &str) -> HttpResponse {
    let value = format!("{kind}:{}", utf8_percent_encode(text, NON_ALPHANUMERIC));
    let cookie = Cookie::build(FLASH_COOKIE, value)
        .path("/")
        .http_only(true)
        .secure(visit.secure)
        .same_site(SameSite::Lax)
        .max_age(Duration::seconds(60))
        .finish();
    HttpResponse::SeeOther().cookie(cookie).insert_header((header::LOCATION, path)).finish()
}

pub(super) fn read_flash(value: &str) -> Option<(String, String)> {
    let (kind, text) = value.split_once(':')?;
    let kind = ["good", "bad", "note"].into_iter().find(|known| *known == kind)?;
    let text = percent_decode_str(text).decode_utf8().ok()?;
    Some((kind.to_owned(), text.chars().take(500).collect()))
}

/// Marks an answer that tells a secret, with the id of what the secret is for.
#[derive(Clone, Copy)]
pub(super) struct Told(pub(super) Uuid);

/// A JSON answer that tells a secret of `subject`: no copy of it is kept anywhere.
pub fn json_once(status: StatusCode, value: &impl Serialize, subject: Uuid) -> HttpResponse {
    let mut answer = json(status, value);
    answer.extensions_mut().insert(Told(subject));
    answer
}

/// A JSON answer of the management API; never cached.
pub fn json(status: StatusCode, value: &impl Serialize) -> HttpResponse {
    HttpResponse::build(status).insert_header((header::CACHE_CONTROL, "no-store")).json(value)
}
