//! Neutral events as OpenAI's chat stream.

use bytes::BytesMut;

use crate::wire::Shown;
use crate::wire::chat::Event;
use crate::wire::codec::WriteEvents;
use crate::wire::json::{array, object, of};
use crate::wire::splice::quoted;

use super::write::{annotation, call, finish, function, redacted, thought, usage};

/// Writes chunks. What is the same in each of them is made once.
pub struct Chunks {
    /// From `data: {` to the model.
    start: Vec<u8>,
    /// From `data: {` to the delta.
    head: Vec<u8>,
    /// From the delta to the finish reason's value.
    middle: &'static [u8],
    /// What follows it.
    tail: &'static [u8],
    /// The whole chunk up to `choices`, for the usage chunk.
    frame: Vec<u8>,
    include_usage: bool,
    legacy: bool,
}

impl Chunks {
    pub fn new(shown: &Shown<'_>) -> Self {
        let start = format!(
            "data: {{\"id\":\"chatcmpl-{}\",\"object\":\"chat.completion.chunk\",\"created\":{},\"model\":",
            shown.id, shown.created
        );
        let mut chunks = Self {
            start: [start.as_bytes(), &quoted(shown.model)].concat(),
            head: Vec::new(),
            middle: b",\"logprobs\":null,\"finish_reason\":",
            tail: if shown.include_usage { b"}],\"usage\":null}\n\n" } else { b"}]}\n\n" },
            frame: Vec::new(),
            include_usage: shown.include_usage,
            legacy: shown.legacy_functions,
        };
        chunks.frame(b"");
        chunks
    }

    /// Makes anew what is the same in each chunk, with this field in it.
    fn frame(&mut self, field: &[u8]) {
        self.frame = [&self.start, field, &b",\"system_fingerprint\":null,\"choices\":["[..]].concat();
        self.head = [&self.frame, &b"{\"index\":0,\"delta\":"[..]].concat();
    }

    fn chunk(&self, delta: &[u8], reason: Option<&str>, out: &mut BytesMut) {
        out.extend_from_slice(&self.head);
        out.extend_from_slice(delta);
        out.extend_from_slice(self.middle);
        match reason {
            Some(reason) => out.extend_from_slice(&quoted(reason)),
            None => out.extend_from_slice(b"null"),
        }
        out.extend_from_slice(self.tail);
    }

    fn delta(&self, fields: &[(&str, String)], out: &mut BytesMut) {
        self.chunk(object(fields).as_bytes(), None, out);
    }

    fn text(&self, name: &str, text: &str, out: &mut BytesMut) {
        if !text.is_empty() {
            self.delta(&[(name, of(text))], out);
        }
    }

    fn call(&self, rank: usize, open: Option<(&str, &str)>, piece: &str, out: &mut BytesMut) {
        let arguments = || object(&[("arguments", of(piece))]);
        let field = match (self.legacy, open) {
            // A caller of the old kind knows one call only.
            (true, _) if rank > 0 => return,
            (true, Some((_, name))) => ("function_call", function(name, piece)),
            (true, None) => ("function_call", arguments()),
            (false, Some((id, name))) => ("tool_calls", array([call(Some(rank), id, name, piece)])),
            (false, None) => {
                ("tool_calls", array([object(&[("index", of(&rank)), ("function", arguments())])]))
            }
        };
        self.delta(&[field], out);
    }
}

impl WriteEvents for Chunks {
    fn write(&mut self, event: &Event, out: &mut BytesMut) {
        match event {
            Event::Tier(tier) => self.frame(&[&b",\"service_tier\":"[..], &quoted(tier)].concat()),
            Event::Begin => self.delta(&[("role", of("assistant")), ("content", of(""))], out),
            Event::Text(text) => self.text("content", text, out),
            Event::Cited { citations, start, end } => {
                let list = citations.iter().map(|one| annotation(one, *start, *end));
                self.delta(&[("annotations", array(list))], out);
            }
            Event::Thinking(text) => self.text("reasoning_content", text, out),
            Event::Thought { rank, text, signature } => {
                let block = thought(Some(*rank), text, signature.as_deref());
                self.delta(&[("thinking_blocks", array([block]))], out);
            }
            Event::Redacted { rank, data } => {
                self.delta(&[("thinking_blocks", array([redacted(Some(*rank), data)]))], out);
            }
            Event::Call { rank, id, name } => self.call(*rank, Some((id, name)), "", out),
            Event::CallPiece { rank, piece } => self.call(*rank, None, piece, out),
            Event::Foreign { rank, json } => {
                let block = object(&[("index", of(rank)), ("block", json.clone())]);
                self.delta(&[("vendor_blocks", array([block]))], out);
            }
            Event::Finish { finish: reason, refusal } => {
                if let Some(refusal) = refusal {
                    self.text("refusal", refusal, out);
                }
                self.chunk(b"{}", Some(finish(*reason, self.legacy)), out);
            }
            Event::End { usage: counts } => {
                if let (true, Some(counts)) = (self.include_usage, counts) {
                    out.extend_from_slice(&self.frame);
                    out.extend_from_slice(b"],\"usage\":");
                    out.extend_from_slice(usage(counts).as_bytes());
                    out.extend_from_slice(b"}\n\n");
                }
                out.extend_from_slice(b"data: [DONE]\n\n");
            }
        }
    }
}
