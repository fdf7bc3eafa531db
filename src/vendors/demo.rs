//! The built-in demo vendor: OpenAI's format without a network. Pure: it says what to send and when.

use bytes::Bytes;

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
#[derive(Clone, Debug)]
pub struct Step {
    pub delay_ms: u64,
    pub bytes: Bytes,
}

/// An answer for `upstream` to play.
#[derive(Clone, Debug)]
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

/// The answer to a request: `path` ends in `/chat/completions`, `/embeddings` or `/models`.
pub fn answer(path: &str, body: &[u8]) -> Script {
    let _ = (path, body);
    Script {
        status: 200,
        headers: Vec::new(),
        head_delay_ms: 0,
        no_head: false,
        steps: Vec::new(),
        ending: Ending::Clean,
    }
}
