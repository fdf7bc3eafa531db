//! The built-in demo vendor: OpenAI's format without a network. Pure: it says what to send and when;
//! `upstream` plays it. What it does is chosen by the words of the model's name (`docs/demo-vendor.md`).

mod ask;
mod chat;
mod embed;
mod example;
mod fault;
mod speech;
mod words;

use bytes::Bytes;
use serde_json::json;

use ask::Ask;
use words::{Act, Words};

/// How a scripted answer ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The body is complete.
    Clean,
    /// The connection breaks.
    Cut,
    /// Nothing more ever comes; the connection stays open.
    Hang,
}

/// One piece of a body, sent `delay_ms` after the one before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    pub delay_ms: u64,
    pub bytes: Bytes,
}

/// An answer for `upstream` to play.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    /// Before the head is sent.
    pub head_delay_ms: u64,
    /// No head at all: the connection breaks (`Cut`) or stays silent (`Hang`).
    pub no_head: bool,
    pub steps: Vec<Step>,
    pub ending: Ending,
}

impl Script {
    fn body(status: u16, kind: &str, body: impl Into<Bytes>) -> Self {
        Self {
            status,
            headers: vec![("content-type", kind.to_owned())],
            head_delay_ms: 0,
            no_head: false,
            steps: vec![Step { delay_ms: 0, bytes: body.into() }],
            ending: Ending::Clean,
        }
    }

    fn json(status: u16, body: &serde_json::Value) -> Self {
        Self::body(status, "application/json", body.to_string())
    }
}

/// The answer to a request: `path` ends in `/chat/completions`, `/embeddings` or `/models`.
/// The vendor has no clock, so the same request always gets the same answer.
pub fn answer(path: &str, body: &[u8]) -> Script {
    let path = path.split('?').next().unwrap_or_default().trim_end_matches('/');
    if path.ends_with("/models") {
        return Script::json(200, &models());
    }
    let ask = match Ask::read(body) {
        Ok(ask) => ask,
        Err(what) => return fault::refusal(400, what),
    };
    let words = Words::of(&ask.model);
    if let Act::Fault(fault) = &words.act
        && let Some(script) = fault::before(fault)
    {
        return script;
    }
    if path.ends_with("/embeddings") {
        return embed::answer(&ask);
    }
    chat::answer(&ask, &words)
}

/// All names that do something of their own.
fn models() -> serde_json::Value {
    let names = words::KINDS.iter().map(|kind| format!("demo-{kind}"));
    let faults = words::FAULTS.iter().map(|(fault, _)| format!("demo-fault-{fault}"));
    let rows: Vec<_> = names
        .chain(faults)
        .map(|id| json!({"id": id, "object": "model", "created": chat::CREATED, "owned_by": "demo"}))
        .collect();
    json!({"object": "list", "data": rows})
}

#[cfg(test)]
mod tests;
