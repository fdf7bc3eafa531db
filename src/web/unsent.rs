//! A form whose session had ended, or whose token was out of date, when it was sent. Nothing was done;
//! what was typed is kept for minutes, so that it can be sent after signing in again. Passwords and other
//! secrets are left out. A cookie of that very browser leads back to it, so no address holds anything.

use std::sync::Arc;

use actix_web::cookie::Cookie;
use actix_web::cookie::time::Duration;
use actix_web::dev::{Payload, ServiceRequest};
use actix_web::http::{Method, header};
use actix_web::{HttpMessage, HttpRequest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

use super::form::FORM_CAP;
use super::guard::{bake, cookie_name, data, read_body};
use super::keep::Keep;
use super::{address, once};
use crate::base::{Timestamp, secret};
use crate::config::Config;
use crate::store::Db;

/// The page that shows what is kept.
pub const PATH: &str = "/unsent";
/// How long a form is kept.
pub const MINUTES: i64 = 15;
/// More than so many at once, and the oldest goes.
const MOST: usize = 200;
const COOKIE: &str = "portico-unsent";
/// Fields whose values are never kept.
pub const SECRETS: [&str; 4] = ["password", "current", "secret", "digest"];

/// The forms that wait. Clones share them.
#[derive(Clone)]
pub struct Unsent(Arc<Keep<String, Kept>>);

/// A form as it was sent, without its secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Where it was sent to.
    pub action: String,
    /// The page it stood on.
    pub back: String,
    /// A secret is there with an empty value.
    pub fields: Vec<(String, String)>,
}

/// On a request whose form was kept: the value of the cookie.
#[derive(Clone)]
pub(super) struct Slip(String);

impl Default for Unsent {
    fn default() -> Self {
        Self(Arc::new(Keep::new(MINUTES, MOST)))
    }
}

impl Unsent {
    /// What this browser sent in vain, if it is still there.
    pub fn find(&self, request: &HttpRequest, secure: bool, now: Timestamp) -> Option<Kept> {
        let cookie = request.cookie(&cookie_name(COOKIE, secure))?;
        self.0.with(cookie.value(), now, |form| form.clone())
    }

    fn keep(&self, form: Kept, now: Timestamp) -> Slip {
        let name = URL_SAFE_NO_PAD.encode(secret::random::<24>());
        self.0.put(name.clone(), form, now);
        Slip(name)
    }
}

impl Kept {
    fn new(action: &str, back: String, body: &[u8]) -> Option<Self> {
        let mut is_typed = false;
        let mut fields = Vec::new();
        for (name, value) in url::form_urlencoded::parse(body).into_owned() {
            if name == "csrf" {
                continue;
            }
            let value = if SECRETS.contains(&name.as_str()) { String::new() } else { value };
            is_typed |= shows(&name, &value);
            fields.push((name, value));
        }
        is_typed.then(|| Self { action: action.to_owned(), back, fields })
    }

    /// What a person would know again: neither ids nor marks of ours.
    pub fn typed(&self) -> Vec<(&str, &str)> {
        let fields = self.fields.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        fields.filter(|(name, value)| shows(name, value)).collect()
    }

    /// Something in it has to be typed again.
    pub fn lacks_secret(&self) -> bool {
        self.fields.iter().any(|(name, _)| SECRETS.contains(&name.as_str()))
    }
}

fn shows(name: &str, value: &str) -> bool {
    name != once::FIELD && !value.trim().is_empty() && Uuid::try_parse(value).is_err()
}

/// Keeps the form of a request that is about to be refused, when a person sent it from a page of ours and
/// had typed something. What a script of a page sends is not kept: nobody would look for it.
pub(super) async fn keep(request: &mut ServiceRequest, back: String) {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let kind = header(header::CONTENT_TYPE.as_str()).unwrap_or_default();
    let is_form =
        kind.split(';').next().is_some_and(|kind| kind.trim() == "application/x-www-form-urlencoded");
    let by_person = header("sec-fetch-mode").is_none_or(|mode| mode == "navigate");
    if *request.method() != Method::POST || !is_form || !by_person {
        return;
    }
    let handles =
        (data::<Config>(request.request()), data::<Unsent>(request.request()), data::<Db>(request.request()));
    let (Ok(config), Ok(unsent), Ok(db)) = handles else { return };
    if !address::is_own_origin(request.request(), &config) {
        return;
    }
    let Ok(body) = read_body(request, FORM_CAP).await else { return };
    if let Some(form) = Kept::new(request.path(), back, &body) {
        let slip = unsent.keep(form, db.now());
        request.extensions_mut().insert(slip);
    }
    request.set_payload(Payload::None);
}

/// True for a request whose form was kept.
pub(super) fn is_kept(request: &HttpRequest) -> bool {
    request.extensions().get::<Slip>().is_some()
}

/// The cookie that leads back to what was kept.
pub(super) fn cookie(request: &HttpRequest, secure: bool) -> Option<Cookie<'static>> {
    let slip = request.extensions().get::<Slip>().cloned()?;
    let mut cookie = bake(COOKIE, &slip.0, secure);
    cookie.set_max_age(Duration::minutes(MINUTES));
    Some(cookie)
}

#[cfg(test)]
mod tests;
