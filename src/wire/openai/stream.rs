//! Neutral events as OpenAI's chat stream.

use bytes::BytesMut;
use serde_json::{Value, json};

use crate::wire::Shown;
use crate::wire::chat::Event;
use crate::wire::codec::WriteEvents;
use crate::wire::splice::quoted;

use super::write::{annotation, finish, thought, usage};

/// Writes chunks. What is the same in each of them is made once.
pub struct Chunks {
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
        let frame =
            [start.as_bytes(), &quoted(shown.model), b",\"system_fingerprint\":null,\"choices\":["].concat();
        Self {
            head: [&frame, &b"{\"index\":0,\"delta\":"[..]].concat(),
            middle: b",\"logprobs\":null,\"finish_reason\":",
            tail: if shown.include_usage { b"}],\"usage\":null}\n\n" } else { b"}]}\n\n" },
            frame,
            include_usage: shown.include_usage,
            legacy: shown.legacy_functions,
        }
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

    fn delta(&self, delta: &Value, out: &mut BytesMut) {
        self.chunk(delta.to_string().as_bytes(), None, out);
    }

    fn text(&self, name: &str, text: &str, out: &mut BytesMut) {
        if !text.is_empty() {
            let delta = [b"{\"", name.as_bytes(), b"\":", &quoted(text), b"}"].concat();
            self.chunk(&delta, None, out);
        }
    }

    fn thinking_block(&self, rank: usize, mut block: Value, out: &mut BytesMut) {
        if let Some(block) = block.as_object_mut() {
            block.insert("index".to_owned(), json!(rank));
        }
        self.delta(&json!({"thinking_blocks": [block]}), out);
    }

    fn call(&self, rank: usize, open: Option<(&str, &str)>, piece: &str, out: &mut BytesMut) {
        let delta = match (self.legacy, open) {
            (true, Some((_, name))) => json!({"function_call": {"name": name, "arguments": piece}}),
            (true, None) => json!({"function_call": {"arguments": piece}}),
            (false, Some((id, name))) => json!({"tool_calls": [{
                "index": rank, "id": id, "type": "function", "function": {"name": name, "arguments": piece},
            }]}),
            (false, None) => json!({"tool_calls": [{"index": rank, "function": {"arguments": piece}}]}),
        };
        // A caller of the old kind knows one call only.
        if !(self.legacy && rank > 0) {
            self.delta(&delta, out);
        }
    }
}

impl WriteEvents for Chunks {
    fn write(&mut self, event: &Event, out: &mut BytesMut) {
        match event {
            Event::Begin => self.delta(&json!({"role": "assistant", "content": ""}), out),
            Event::Text(text) => self.text("content", text, out),
            Event::Cited { citations, start, end } => {
                let list: Vec<Value> = citations.iter().map(|one| annotation(one, *start, *end)).collect();
                self.delta(&json!({"annotations": list}), out);
            }
            Event::Thinking(text) => self.text("reasoning_content", text, out),
            Event::Thought { rank, text, signature } => {
                self.thinking_block(*rank, thought(text, signature.as_deref()), out);
            }
            Event::Redacted { rank, data } => {
                self.thinking_block(*rank, json!({"type": "redacted_thinking", "data": data}), out);
            }
            Event::Call { rank, id, name } => self.call(*rank, Some((id, name)), "", out),
            Event::CallPiece { rank, piece } => self.call(*rank, None, piece, out),
            Event::Foreign { rank, json } => {
                let block: Value = serde_json::from_str(json).unwrap_or(Value::Null);
                self.delta(&json!({"vendor_blocks": [{"index": rank, "block": block}]}), out);
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
                    out.extend_from_slice(usage(counts).to_string().as_bytes());
                    out.extend_from_slice(b"}\n\n");
                }
                out.extend_from_slice(b"data: [DONE]\n\n");
            }
        }
    }
}
