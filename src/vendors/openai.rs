//! OpenAI and everything that speaks its format.

use bytes::Bytes;

use crate::base::outgoing::OutgoingCall;
use crate::wire::{Endpoint, Format};

use super::adapter::{Adapter, Destination, headers, trimmed};

pub struct OpenAi;

impl Adapter for OpenAi {
    fn format(&self) -> Format {
        Format::OpenAi
    }

    fn call(&self, to: &Destination<'_>, what: Endpoint, stream: bool, body: Bytes) -> OutgoingCall {
        let path = match what {
            Endpoint::Chat => "/chat/completions",
            Endpoint::Embeddings => "/embeddings",
        };
        OutgoingCall { url: format!("{}{path}", self.base(to.base_url)), headers: headers(to, stream), body }
    }

    fn probe(&self, to: &Destination<'_>) -> OutgoingCall {
        let url = format!("{}/models", self.base(to.base_url));
        OutgoingCall { url, headers: headers(to, false), body: Bytes::new() }
    }

    /// A bare host gets `/v1`; an address that has a path of its own is left as it is.
    fn base(&self, typed: &str) -> String {
        let base = trimmed(typed, &["/chat/completions", "/embeddings", "/models"]);
        let after_scheme = base.split_once("://").map_or(base, |(_, rest)| rest);
        if after_scheme.contains('/') { base.to_owned() } else { format!("{base}/v1") }
    }

    fn offers(&self, _what: Endpoint) -> bool {
        true
    }
}
