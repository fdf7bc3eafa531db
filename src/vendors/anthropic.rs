//! Anthropic's Messages API.

use bytes::Bytes;

use crate::base::outgoing::{HeaderText, OutgoingCall};
use crate::wire::{Endpoint, Format};

use super::adapter::{Adapter, Destination, headers, trimmed};

pub struct Anthropic;

const VERSION: &str = "2023-06-01";

impl Adapter for Anthropic {
    fn format(&self) -> Format {
        Format::Anthropic
    }

    fn call(&self, to: &Destination<'_>, _what: Endpoint, stream: bool, body: Bytes) -> OutgoingCall {
        self.at(to, "/v1/messages", stream, body)
    }

    fn probe(&self, to: &Destination<'_>) -> OutgoingCall {
        self.at(to, "/v1/models?limit=1000", false, Bytes::new())
    }

    /// The part before `/v1`.
    fn base(&self, typed: &str) -> String {
        trimmed(typed, &["/messages", "/models", "/v1"]).to_owned()
    }

    fn offers(&self, what: Endpoint) -> bool {
        what == Endpoint::Chat
    }
}

impl Anthropic {
    fn at(&self, to: &Destination<'_>, path: &str, stream: bool, body: Bytes) -> OutgoingCall {
        let mut headers = headers(to, stream);
        headers.push(("anthropic-version", HeaderText::Plain(VERSION.into())));
        OutgoingCall { url: format!("{}{path}", self.base(to.base_url)), headers, body }
    }
}
