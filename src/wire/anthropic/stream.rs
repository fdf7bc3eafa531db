//! A stream of Messages into neutral events: a small machine over blocks, which never interleave.

use serde_json::value::RawValue;

use crate::wire::chat::{Citation, Event};
use crate::wire::codec::ReadEvents;
use crate::wire::scan::{Cursor, Flaw};
use crate::wire::{Usage, WireFault, fault, json, sse};

use super::read::{citation, compact, is_new_block, shaped_finish, stop, tier};
use super::usage::Counts;
use super::{ANSWER_TOOL, types};

/// Bytes of one thought, or of one input, kept until it is whole; a longer one is not given back.
const MAX_KEPT: usize = 512 << 10;
/// Citations of one block; the text is whole without the rest.
const MAX_CITATIONS: usize = 1_000;
const EVENTS: &[&str] = &[
    "message_start",
    "content_block_start",
    "content_block_delta",
    "content_block_stop",
    "message_delta",
    "message_stop",
    "error",
];
const DELTAS: &[&str] =
    &["text_delta", "input_json_delta", "thinking_delta", "signature_delta", "citations_delta"];

#[derive(Default)]
pub struct Events {
    began: bool,
    block: Block,
    counts: Counts,
    /// Characters of text so far, and where the open text block began.
    characters: usize,
    block_start: usize,
    cited: Vec<Citation>,
    calls: usize,
    thoughts: usize,
    foreign: usize,
    /// The answer was given by way of a call.
    shaped: bool,
    finished: bool,
    /// The output was counted at its end: what the start says of it is provisional.
    counted: bool,
}

/// The block that is open.
#[derive(Default)]
enum Block {
    #[default]
    None,
    Text,
    Call {
        rank: usize,
        pieces: bool,
        /// What the shell held already, where a server sends it whole.
        input: String,
    },
    /// The call that gives the answer.
    Answer {
        pieces: bool,
    },
    Thinking {
        text: String,
        signature: Option<String>,
    },
    /// One that only the vendor knows, and its input where that comes in pieces.
    Foreign {
        shell: String,
        input: String,
    },
    Other,
}

impl ReadEvents for Events {
    fn read(&mut self, event: &[u8], found: &mut Vec<Event>) -> Result<(), WireFault> {
        let fields = sse::fields(event);
        if fields.data.is_empty() {
            return match fields.foreign {
                true => Err(WireFault::strange("a line that is no part of a stream")),
                false => Ok(()),
            };
        }
        // A server that forgets the blank line runs several events together: each line is one.
        for place in &fields.data {
            let line = event.get(place.clone()).unwrap_or_default();
            match self.line(line, found) {
                // Half a character in a text is no reason to lose an answer that is paid for.
                Err(WireFault::NotThisFormat(why)) => match json::whole_characters(line) {
                    Some(clean) => self.line(&clean, found)?,
                    None => return Err(WireFault::NotThisFormat(why)),
                },
                told => told?,
            }
        }
        Ok(())
    }

    fn usage(&self) -> Option<Usage> {
        self.known()
    }
}

impl Events {
    fn line(&mut self, json: &[u8], found: &mut Vec<Event>) -> Result<(), WireFault> {
        if json.trim_ascii() == b"[DONE]" {
            return Ok(());
        }
        let event: types::Event<'_> = match serde_json::from_slice(json) {
            Ok(event) => event,
            Err(_) if is_new(json) => return Ok(()),
            Err(cause) => {
                return Err(WireFault::strange(format!("an event is odd at byte {}", cause.column())));
            }
        };
        match event.kind.as_ref() {
            "message_start" => self.start(event, found),
            "content_block_start" => self.open(event, found)?,
            "content_block_delta" => self.delta(event, found),
            "content_block_stop" => self.close(found),
            "message_delta" => self.finish(event, found),
            "message_stop" => self.stop(found)?,
            "error" => return Err(fault::under_200(json)),
            _ => {}
        }
        Ok(())
    }

    /// Some proxies send it twice: the first one counts.
    fn start(&mut self, event: types::Event<'_>, found: &mut Vec<Event>) {
        if std::mem::replace(&mut self.began, true) {
            return;
        }
        if let Some(usage) = event.message.and_then(|message| message.usage) {
            self.counts.correct(usage.counts);
            found.extend(usage.service_tier.as_deref().and_then(tier).map(Event::Tier));
        }
        found.push(Event::Begin);
    }

    fn open(&mut self, event: types::Event<'_>, found: &mut Vec<Event>) -> Result<(), WireFault> {
        let Some(json) = event.content_block else { return Ok(()) };
        // Some servers forget to end one before they begin the next.
        self.close(found);
        let block: types::AnswerBlock<'_> = match serde_json::from_str(json.get()) {
            Ok(block) => block,
            Err(_) if is_new_block(json.get()) => {
                self.block = Block::foreign(json.get());
                return Ok(());
            }
            Err(_) => return Err(WireFault::strange("a block of the stream is odd")),
        };
        self.block = match block.kind.as_ref() {
            "text" => {
                self.block_start = self.characters;
                self.text(block.text.unwrap_or_default(), found);
                Block::Text
            }
            "tool_use" if block.name.as_deref() == Some(ANSWER_TOOL) => {
                match std::mem::replace(&mut self.shaped, true) {
                    false => Block::Answer { pieces: false },
                    true => Block::Other,
                }
            }
            "tool_use" => {
                let rank = self.calls;
                self.calls += 1;
                let (id, name) = (block.id.unwrap_or_default(), block.name.unwrap_or_default());
                found.push(Event::Call { rank, id, name });
                let input = block.input.map_or_else(|| "{}".to_owned(), |input| compact(input.get()));
                Block::Call { rank, pieces: false, input }
            }
            "thinking" => Block::Thinking {
                text: block.thinking.unwrap_or_default(),
                signature: block.signature.filter(|signature| !signature.is_empty()),
            },
            "redacted_thinking" => {
                let rank = self.thoughts;
                self.thoughts += 1;
                found.push(Event::Redacted { rank, data: block.data.unwrap_or_default() });
                Block::Other
            }
            _ => Block::foreign(json.get()),
        };
        Ok(())
    }

    fn delta(&mut self, event: types::Event<'_>, found: &mut Vec<Event>) {
        let Some(delta) = event.delta else { return };
        match (delta.kind.as_deref().unwrap_or_default(), &mut self.block) {
            ("text_delta", _) => self.text(delta.text.unwrap_or_default(), found),
            ("citations_delta", _) if self.cited.len() < MAX_CITATIONS => {
                self.cited.extend(delta.citation.and_then(citation));
            }
            ("input_json_delta", Block::Answer { pieces }) => {
                *pieces = true;
                self.text(delta.partial_json.unwrap_or_default(), found);
            }
            ("input_json_delta", Block::Call { rank, pieces, .. }) => {
                let piece = delta.partial_json.unwrap_or_default();
                if !piece.is_empty() {
                    *pieces = true;
                    found.push(Event::CallPiece { rank: *rank, piece });
                }
            }
            ("input_json_delta", Block::Foreign { input, .. }) => {
                keep(input, &delta.partial_json.unwrap_or_default());
            }
            ("thinking_delta", Block::Thinking { text, .. }) => {
                let piece = delta.thinking.unwrap_or_default();
                keep(text, &piece);
                if !piece.is_empty() {
                    found.push(Event::Thinking(piece));
                }
            }
            ("signature_delta", Block::Thinking { signature, .. }) => *signature = delta.signature,
            _ => {}
        }
    }

    fn text(&mut self, text: String, found: &mut Vec<Event>) {
        self.characters += text.chars().count();
        if !text.is_empty() {
            found.push(Event::Text(text));
        }
    }

    fn close(&mut self, found: &mut Vec<Event>) {
        match std::mem::take(&mut self.block) {
            Block::Text if !self.cited.is_empty() => {
                let citations = std::mem::take(&mut self.cited);
                found.push(Event::Cited { citations, start: self.block_start, end: self.characters });
            }
            // No arguments at all are an empty object.
            Block::Call { rank, pieces: false, input } => found.push(Event::CallPiece { rank, piece: input }),
            Block::Answer { pieces: false } => self.text("{}".to_owned(), found),
            Block::Foreign { shell, input } => {
                let rank = self.foreign;
                self.foreign += 1;
                found.push(Event::Foreign { rank, json: with_input(shell, &input) });
            }
            Block::Thinking { text, signature } if text.len() < MAX_KEPT => {
                let rank = self.thoughts;
                self.thoughts += 1;
                found.push(Event::Thought { rank, text, signature });
            }
            _ => {}
        }
    }

    fn finish(&mut self, event: types::Event<'_>, found: &mut Vec<Event>) {
        if let Some(counts) = event.usage {
            self.counted |= counts.output_tokens.is_some();
            self.counts.correct(counts);
        }
        let Some(delta) = event.delta else { return };
        let Some(reason) = delta.stop_reason.filter(|_| !self.finished) else { return };
        let explanation = delta.stop_details.and_then(|details| details.explanation);
        let (mut finish, refusal) = stop(&reason, explanation);
        if self.shaped {
            finish = shaped_finish(finish, self.calls > 0);
        }
        self.finished = true;
        found.push(Event::Finish { finish, refusal });
    }

    fn known(&self) -> Option<Usage> {
        let usage = self.counts.usage()?;
        let usage = if self.counted { usage } else { Usage { output: None, reasoning: None, ..usage } };
        (!usage.is_empty()).then_some(usage)
    }

    fn stop(&mut self, found: &mut Vec<Event>) -> Result<(), WireFault> {
        if !self.began {
            return Err(WireFault::strange("the stream ended before it began"));
        }
        if !self.finished {
            let (finish, refusal) = stop("", None);
            found.push(Event::Finish { finish, refusal });
        }
        found.push(Event::End { usage: self.known() });
        Ok(())
    }
}

impl Block {
    /// A block of a type that only the vendor knows goes on as it does in a whole answer.
    fn foreign(shell: &str) -> Self {
        Self::Foreign { shell: shell.to_owned(), input: String::new() }
    }
}

/// Once it is longer than what is kept nothing more is added, so that no gap can pass for the whole.
fn keep(text: &mut String, piece: &str) {
    if text.len() < MAX_KEPT {
        text.push_str(piece);
    }
}

/// The block with the input that came in pieces, where that is whole.
fn with_input(shell: String, input: &str) -> String {
    let is_whole = input.len() < MAX_KEPT && serde_json::from_str::<&RawValue>(input).is_ok();
    let mut place = None;
    let read = Cursor::new(shell.as_bytes()).object::<Flaw>(|cursor, name| {
        let span = cursor.skip()?;
        if name.name().as_ref() == b"input" {
            place = Some(span);
        }
        Ok(())
    });
    match place.filter(|_| is_whole && read.is_ok()) {
        Some(place) => {
            let (before, after) = (shell.get(..place.start), shell.get(place.end..));
            [before.unwrap_or_default(), input, after.unwrap_or_default()].concat()
        }
        None => shell,
    }
}

/// True for an event, or a change of a block, of a type nobody knows yet: it may have any shape.
fn is_new(json: &[u8]) -> bool {
    let Ok(event) = serde_json::from_slice::<serde_json::Value>(json) else { return false };
    let kind =
        |value: &serde_json::Value| value.get("type").and_then(|kind| kind.as_str()).map(str::to_owned);
    match kind(&event).as_deref() {
        Some("content_block_delta") => {
            event.get("delta").and_then(kind).is_some_and(|delta| !DELTAS.contains(&delta.as_str()))
        }
        Some(name) => !EVENTS.contains(&name),
        None => false,
    }
}

#[cfg(test)]
mod tests;
