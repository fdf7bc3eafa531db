//! What a format can do. A format is a folder with these traits and a row in `mod.rs`.

use bytes::{Bytes, BytesMut};

use crate::base::ids::CallId;
use crate::base::{Error, Result};

use super::chat::{Answer, ChatRequest, Event};
use super::peek::Peek;
use super::{Endpoint, Outgoing, Relay, Shown, Target, Usage, Whole, WireFault};

/// The caller's side of a format: requests in, answers out.
pub trait Caller: Sync {
    fn read_request<'a>(&self, peek: &Peek, body: &'a [u8]) -> Result<ChatRequest<'a>>;
    fn write_answer(&self, answer: &Answer, shown: &Shown<'_>) -> Bytes;
    fn write_events(&self, shown: &Shown<'_>) -> Box<dyn WriteEvents>;
}

/// The vendor's side of a format: requests out, answers in.
pub trait Vendor: Sync {
    fn write_request(&self, request: ChatRequest<'_>, to: &Target<'_>) -> Result<Outgoing>;
    /// The limit that goes out where neither the caller nor the model's row names one.
    fn usual_limit(&self, model: &str) -> u32;
    fn read_answer(&self, body: &[u8]) -> Result<Answer, WireFault>;
    fn read_events(&self) -> Box<dyn ReadEvents>;
}

/// Caller and vendor speak this format alike: bytes pass.
pub trait Same: Sync {
    fn outgoing(&self, peek: &Peek, body: &Bytes, to: &Target<'_>) -> Result<Outgoing>;
    fn whole(&self, endpoint: Endpoint, body: &Bytes, shown: &Shown<'_>) -> Result<Whole, WireFault>;
    fn relay(&self, shown: &Shown<'_>) -> Box<dyn Relay>;
}

/// How a format writes an error.
pub trait ErrorShape: Sync {
    fn body(&self, error: &Error, request_id: CallId, base_url: &str) -> String;
    /// What stands before the body in a stream's last event.
    fn event_head(&self) -> &'static str;
}

/// Turns the SSE events of a vendor into neutral ones.
pub trait ReadEvents: Send {
    /// Reads one whole SSE event.
    fn read(&mut self, event: &[u8], found: &mut Vec<Event>) -> Result<(), WireFault>;
    /// What was reported so far.
    fn usage(&self) -> Option<Usage>;
}

/// Turns neutral events into the caller's bytes.
pub trait WriteEvents: Send {
    fn write(&mut self, event: &Event, out: &mut BytesMut);
}
