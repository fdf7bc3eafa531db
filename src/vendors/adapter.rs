//! What an adapter does: turn an endpoint, a place and a body into one described call.

use bytes::Bytes;

use crate::base::Secret;
use crate::base::outgoing::{HeaderText, OutgoingCall};
use crate::wire::{Endpoint, Format};

/// How a vendor wants its secret.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Auth {
    /// `authorization: Bearer …`
    #[default]
    Bearer,
    /// `x-api-key: …`
    ApiKey,
    /// No secret at all; one that is there is sent as a bearer.
    None,
}

impl Auth {
    pub const ALL: &[Self] = &[Self::Bearer, Self::ApiKey, Self::None];

    /// The stable word kept in the database and in presets.
    pub fn word(self) -> &'static str {
        match self {
            Self::Bearer => "bearer",
            Self::ApiKey => "x-api-key",
            Self::None => "none",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|auth| auth.word() == word)
    }

    /// The header that carries `secret`.
    pub fn header(self, secret: &Secret) -> (&'static str, HeaderText) {
        match self {
            Self::ApiKey => ("x-api-key", HeaderText::Secret(secret.clone())),
            Self::Bearer | Self::None => {
                ("authorization", HeaderText::Secret(Secret::new(format!("Bearer {}", secret.expose()))))
            }
        }
    }
}

/// Where a provider lives. All of it is an operator's setting; nothing comes from a caller.
#[derive(Clone, Copy)]
pub struct Destination<'a> {
    /// As typed in the portal: with or without `/v1`, a trailing slash or the full path.
    pub base_url: &'a str,
    pub secret: Option<&'a Secret>,
    pub auth: Auth,
}

/// A vendor family: how its requests are addressed.
pub trait Adapter: Sync {
    fn format(&self) -> Format;
    /// The whole request for one attempt: address, all headers, body.
    fn call(&self, to: &Destination<'_>, what: Endpoint, stream: bool, body: Bytes) -> OutgoingCall;
    /// A request (GET, no body) that lists models: cheap, changes nothing, needs the secret.
    fn probe(&self, to: &Destination<'_>) -> OutgoingCall;
    /// The base address in its stored form: what the paths are appended to.
    fn base(&self, typed: &str) -> String;
    /// Whether the format has this endpoint at all.
    fn offers(&self, what: Endpoint) -> bool;
}

/// The headers every vendor request has, then the secret's.
pub(super) fn headers(to: &Destination<'_>, stream: bool) -> Vec<(&'static str, HeaderText)> {
    let accept = if stream { "text/event-stream" } else { "application/json" };
    let plain = |text: &'static str| HeaderText::Plain(text.into());
    let mut all = vec![
        ("content-type", plain("application/json")),
        ("accept", plain(accept)),
        ("user-agent", plain(concat!("portico/", env!("CARGO_PKG_VERSION")))),
    ];
    all.extend(to.secret.map(|secret| to.auth.header(secret)));
    all
}

/// Strips a trailing slash and a pasted path such as `/chat/completions`.
pub(super) fn trimmed<'t>(typed: &'t str, paths: &[&str]) -> &'t str {
    let mut base = typed.trim().trim_end_matches('/');
    for path in paths {
        base = base.strip_suffix(path).unwrap_or(base).trim_end_matches('/');
    }
    base
}
