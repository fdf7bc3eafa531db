//! What a door sends back: plain data again.

use bytes::Bytes;

use crate::base::ids::CallId;
use crate::base::{Code, Error};
use crate::limits::{MemoryHold, Rates, Tightest};
use crate::wire::{self, Format};

use super::Gateway;
use super::authorize::Grant;
use super::directory::{Api, Version};
use super::guard::Head;
pub use super::relay::Relaying;

pub struct Reply {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: ReplyBody,
}

pub enum ReplyBody {
    Whole(Bytes),
    /// With the memory it holds until it is sent.
    Held(Bytes, MemoryHold),
    Stream(Box<Relaying>),
}

pub const JSON: &str = "application/json";

impl Reply {
    pub fn json(id: CallId, body: Bytes) -> Self {
        let headers = vec![("content-type", JSON.to_owned()), ("x-request-id", id.to_string())];
        Self { status: 200, headers, body: ReplyBody::Whole(body) }
    }

    /// An error in OpenAI's shape.
    pub fn error(gateway: &Gateway, id: CallId, error: &Error) -> Self {
        Self::error_as(gateway, Format::OpenAi, id, error)
    }

    /// An error in the shape of the caller's protocol.
    pub fn error_as(gateway: &Gateway, format: Format, id: CallId, error: &Error) -> Self {
        let shown = gateway.shown(error);
        let shown = shown.as_ref().unwrap_or(error);
        let body = wire::error_body(format, shown, id, gateway.base_url());
        let mut reply = Self::json(id, body);
        reply.status = error.status();
        reply.headers.push(("cache-control", "no-store".to_owned()));
        reply.headers.append(&mut retry_headers(error));
        if error.status() == 401 {
            // RFC 6750, 3.1: who sent no key is told no error.
            let challenge = match error.code() {
                Code::AuthMissing => "Bearer realm=\"portico\"".to_owned(),
                code => format!("Bearer realm=\"portico\", error=\"{code}\""),
            };
            reply.headers.push(("www-authenticate", challenge));
        }
        reply
    }

    /// The body counts as held until it is sent.
    pub fn holding(mut self, room: MemoryHold) -> Self {
        if let ReplyBody::Whole(body) = self.body {
            self.body = ReplyBody::Held(body, room);
        }
        self
    }

    pub fn with(mut self, mut headers: Vec<(&'static str, String)>) -> Self {
        self.headers.append(&mut headers);
        self
    }

    /// Names the fields that the vendor asked last did not hear of.
    pub fn leaving_out(mut self, head: &Head) -> Self {
        let names = head.left_out();
        if !names.is_empty() {
            self.headers.push(("x-portico-dropped", listed(&names)));
        }
        self
    }
}

/// Whether the same call may be sent again, and when, where anybody knows: what says "as Retry-After says"
/// has one.
fn retry_headers(error: &Error) -> Vec<(&'static str, String)> {
    let mut headers = Vec::with_capacity(2);
    if !error.retry() {
        headers.push(("x-should-retry", "false".to_owned()));
    }
    if let Some(seconds) = error.retry_after().or((error.retry() && !error.is_untimed()).then_some(1)) {
        headers.push(("retry-after", seconds.to_string()));
    }
    headers
}

/// What served the call, and what of it will end.
pub fn grant_headers(gateway: &Gateway, grant: &Grant) -> Vec<(&'static str, String)> {
    let mut headers = vec![("x-portico-api", format!("{}/{}", grant.api.slug, grant.version.row.name))];
    headers.append(&mut deprecation(gateway, &grant.api, &grant.version));
    headers
}

/// `Deprecation` (RFC 9745), `Sunset` (RFC 8594) and the way to the successor.
pub fn deprecation(gateway: &Gateway, api: &Api, version: &Version) -> Vec<(&'static str, String)> {
    let row = &version.row;
    let mut headers = Vec::new();
    let Some(since) =
        row.deprecated_at.filter(|_| row.state == crate::domain::gate::VersionState::Deprecated)
    else {
        return headers;
    };
    headers.push(("deprecation", format!("@{}", since.seconds())));
    if let Some(sunset) = row.sunset_at {
        headers.push(("sunset", sunset.http_date()));
    }
    let successor = row.successor_id.and_then(|id| api.versions.iter().find(|version| version.row.id == id));
    if let Some(next) = successor {
        let link = format!(
            "<{}/apis/{}/{}>; rel=\"successor-version\"",
            gateway.base_url(),
            api.slug,
            next.row.name
        );
        headers.push(("link", link));
    }
    headers
}

pub fn rate_headers(rates: &Rates) -> Vec<(&'static str, String)> {
    let mut headers = Vec::with_capacity(6);
    let mut add = |names: [&'static str; 3], tightest: Option<Tightest>| {
        let Some(tightest) = tightest else { return };
        let [limit, remaining, reset] = names;
        headers.push((limit, tightest.limit.to_string()));
        headers.push((remaining, tightest.remaining.to_string()));
        headers.push((reset, format!("{}s", tightest.reset_s)));
    };
    add(
        ["x-ratelimit-limit-requests", "x-ratelimit-remaining-requests", "x-ratelimit-reset-requests"],
        rates.requests,
    );
    add(
        ["x-ratelimit-limit-tokens", "x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens"],
        rates.tokens,
    );
    headers
}

/// Names of a caller's fields as the text of a header, whose size does not grow with what was sent.
fn listed(names: &[String]) -> String {
    const MOST: usize = 32;
    const LONGEST: usize = 64;
    let clean = |name: &String| -> String {
        let plain = |c: char| if c.is_ascii_graphic() && c != ',' { c } else { '?' };
        name.chars().take(LONGEST).map(plain).collect()
    };
    let mut list: Vec<String> = names.iter().take(MOST).map(clean).collect();
    if let Some(more) = names.len().checked_sub(MOST).filter(|more| *more > 0) {
        list.push(format!("and {more} more"));
    }
    list.join(", ")
}

/// For an exposure where details help the wrong people: the code's own words alone.
pub fn terse(error: &Error) -> Error {
    let bare = Error::new(error.code()).as_status(error.status());
    if error.code().retry() && !error.retry() {
        return bare.lasting().then("Waiting does not help.");
    }
    if error.is_untimed() {
        return bare.untimed().then("Try again later, or ask an operator.");
    }
    match error.retry_after() {
        Some(seconds) if error.code() != Code::Internal => bare.after(seconds),
        _ => bare,
    }
}

#[cfg(test)]
mod tests;
