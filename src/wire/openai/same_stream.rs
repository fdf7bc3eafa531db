//! A stream of a vendor that speaks the caller's format: whole events pass as they came, with the
//! model's name put back and the usage chunk taken out unless it was asked for.

use bytes::{Bytes, BytesMut};

use crate::wire::opening::Opening;
use crate::wire::splice::{Edits, quoted};
use crate::wire::sse::{self, MAX_EVENT, Splitter};
use crate::wire::{Relay, RelayState, Shown, WireFault, fault};

use super::chunk::{self, Chunk};
use super::mend::{Calls, Mend};
use super::plain;

/// Bytes of comments passed on before the first content; later ones are swallowed.
const MAX_COMMENTS: usize = 64 << 10;

pub struct Same {
    /// The public model name as JSON.
    model: Vec<u8>,
    include_usage: bool,
    splitter: Splitter,
    opening: Opening,
    state: RelayState,
    /// Choices seen and finished, a bit each.
    seen: u128,
    finished: u128,
    /// Bytes written before the first content.
    early: usize,
    calls: Calls,
}

impl Same {
    pub fn new(shown: &Shown<'_>) -> Self {
        Self {
            model: quoted(shown.model),
            include_usage: shown.include_usage,
            splitter: Splitter::default(),
            opening: Opening::default(),
            state: RelayState::default(),
            seen: 0,
            finished: 0,
            early: 0,
            calls: Calls::default(),
        }
    }

    fn feed(&mut self, bytes: &[u8], out: &mut BytesMut) -> Result<(), WireFault> {
        let mut splitter = std::mem::take(&mut self.splitter);
        let done = splitter.push(bytes, |event| self.event(event, out));
        self.splitter = splitter;
        done
    }

    fn event(&mut self, event: &[u8], out: &mut BytesMut) -> Result<(), WireFault> {
        if self.state.done {
            return Ok(());
        }
        let before = out.len();
        match only_data(event) {
            Some(start) => self.data(event, start, false, out)?,
            None => self.lines(event, out)?,
        }
        if !self.state.content && !self.state.done {
            self.early += out.len() - before;
            if self.early > MAX_EVENT {
                return Err(WireFault::TooLarge);
            }
        }
        Ok(())
    }

    /// An event that is more, or less, than one `data:` line.
    fn lines(&mut self, event: &[u8], out: &mut BytesMut) -> Result<(), WireFault> {
        let fields = sse::fields(event);
        let named_error = fields.name == b"error";
        // What is no part of a stream does not go on to the caller, nor does what is no text.
        let is_clean = !fields.foreign && std::str::from_utf8(event).is_ok();
        match fields.data.as_slice() {
            [] if fields.foreign => Err(WireFault::strange("a line that is no part of a stream")),
            [] => {
                if is_clean && (self.state.content || self.early < MAX_COMMENTS) {
                    out.extend_from_slice(event);
                }
                Ok(())
            }
            [only] if !is_clean => {
                self.rebuilt(event.get(only.clone()).unwrap_or_default(), named_error, out)
            }
            [only] => {
                let line_end = event.get(..only.end).unwrap_or(event);
                // A comment, a name or an id beside the data stays where it was.
                let tail = event.get(only.end..).unwrap_or_default();
                let mark = out.len();
                self.data(line_end, only.start, named_error, out)?;
                if out.len() > mark {
                    out.extend_from_slice(tail);
                }
                Ok(())
            }
            many => self.several(event, many, named_error, out),
        }
    }

    /// Several `data:` lines: by the standard one text with line feeds between; some servers forget
    /// the blank line, so each line may also be an event of its own.
    fn several(
        &mut self,
        event: &[u8],
        places: &[std::ops::Range<usize>],
        named_error: bool,
        out: &mut BytesMut,
    ) -> Result<(), WireFault> {
        let lines: Vec<&[u8]> = places.iter().filter_map(|place| event.get(place.clone())).collect();
        let joined = lines.join(&b'\n');
        if chunk::read(&joined).is_ok() {
            let one_line: Vec<u8> =
                joined.iter().map(|&byte| if byte == b'\n' { b' ' } else { byte }).collect();
            return self.rebuilt(&one_line, named_error, out);
        }
        for line in lines {
            if self.state.done {
                break;
            }
            self.rebuilt(line, named_error, out)?;
        }
        Ok(())
    }

    fn rebuilt(&mut self, json: &[u8], named_error: bool, out: &mut BytesMut) -> Result<(), WireFault> {
        let event = [b"data: ", json, b"\n\n"].concat();
        let end = event.len() - 2;
        let mark = out.len();
        self.data(event.get(..end).unwrap_or_default(), 6, named_error, out)?;
        if out.len() > mark {
            out.extend_from_slice(b"\n\n");
        }
        Ok(())
    }

    /// One event whose JSON starts at `start` and goes to the end (white space aside).
    fn data(
        &mut self,
        event: &[u8],
        start: usize,
        named_error: bool,
        out: &mut BytesMut,
    ) -> Result<(), WireFault> {
        let json = event.get(start..).unwrap_or_default();
        if json.trim_ascii() == b"[DONE]" {
            return self.done(event, out);
        }
        let mut chunk = chunk::read(json).map_err(|flaw| {
            WireFault::strange(format!("an event is not JSON: {} at byte {}", flaw.what, flaw.at))
        })?;
        self.note(&chunk);
        if chunk.error || named_error || chunk.broken {
            return self.said(&chunk, json, named_error);
        }
        let only_usage = chunk.has_choices && chunk.seen == 0 && chunk.usage.is_some();
        if self.include_usage || !only_usage || chunk.aside {
            let mut mends = std::mem::take(&mut chunk.mends);
            if only_usage && !self.include_usage {
                // What else the chunk says is for the caller.
                let place = chunk.usage_place.clone();
                mends.extend(place.map(|place| Mend::Replace(place, b"null".to_vec())));
            }
            self.write(event, start, &chunk, mends, out);
        }
        self.state.content |= chunk.content || chunk.finish.is_some();
        self.state.text_bytes += chunk.text_bytes;
        Ok(())
    }

    /// Every choice that began has ended: the answer is whole, whatever follows.
    fn is_complete(&self) -> bool {
        self.seen != 0 && self.seen & !self.finished == 0
    }

    fn note(&mut self, chunk: &Chunk) {
        self.seen |= chunk.seen;
        self.finished |= chunk.finished;
        self.state.usage = chunk.usage.or(self.state.usage);
        self.state.finish = self.state.finish.or(chunk.finish);
    }

    fn write(&mut self, event: &[u8], start: usize, chunk: &Chunk, mends: Vec<Mend>, out: &mut BytesMut) {
        let mends = self.calls.settle(mends);
        if !mends.is_empty() {
            let mut edits = Edits::default();
            let places =
                mends.into_iter().chain(chunk.model.clone().map(|place| (place, self.model.clone())));
            for (place, with) in places {
                edits.replace(start + place.start..start + place.end, with);
            }
            return out.extend_from_slice(&edits.apply(&Bytes::copy_from_slice(event)));
        }
        let Some(place) = &chunk.model else { return out.extend_from_slice(event) };
        out.extend_from_slice(event.get(..start + place.start).unwrap_or_default());
        out.extend_from_slice(&self.model);
        out.extend_from_slice(event.get(start + place.end..).unwrap_or_default());
    }

    /// An error: after every choice was finished the answer is whole, and the error is not passed on.
    fn said(&mut self, chunk: &Chunk, json: &[u8], named_error: bool) -> Result<(), WireFault> {
        match (self.is_complete(), chunk.error || named_error) {
            (true, _) => Ok(()),
            (false, true) => Err(fault::under_200(json)),
            (false, false) => Err(WireFault::Interrupted),
        }
    }

    fn done(&mut self, event: &[u8], out: &mut BytesMut) -> Result<(), WireFault> {
        if self.seen == 0 {
            return Err(WireFault::strange("the stream ended before it began"));
        }
        out.extend_from_slice(event);
        self.state.content = true;
        self.state.done = true;
        Ok(())
    }

    fn finish_document(&mut self, document: &[u8], out: &mut BytesMut) -> Result<(), WireFault> {
        let mut answer = chunk::read(document).map_err(|flaw| WireFault::strange(flaw.what))?;
        if answer.error {
            return Err(fault::under_200(document));
        }
        if answer.broken {
            return Err(WireFault::Interrupted);
        }
        let mut edits = Edits::default();
        for (place, with) in self.calls.settle(std::mem::take(&mut answer.mends)) {
            edits.replace(place, with);
        }
        let document = edits.apply(&Bytes::copy_from_slice(document));
        let events = plain::as_stream(&document, &self.model, self.include_usage)
            .ok_or_else(|| WireFault::strange("a document that is no answer"))?;
        self.note(&answer);
        self.state.text_bytes += answer.text_bytes;
        out.extend_from_slice(&events);
        self.state.content = true;
        self.state.done = true;
        Ok(())
    }
}

impl Relay for Same {
    fn push(&mut self, chunk: &Bytes, out: &mut BytesMut) -> Result<(), WireFault> {
        if self.state.done {
            return Ok(());
        }
        let events = self.opening.take(chunk)?;
        self.feed(&events, out)
    }

    fn end(&mut self, out: &mut BytesMut) -> Result<(), WireFault> {
        if let Some(document) = self.opening.document() {
            return self.finish_document(&document, out);
        }
        let left = self.splitter.leftover();
        if !left.trim_ascii().is_empty() && !self.state.done {
            // The last event may lack its blank line; one that is cut is not passed on.
            let whole = [left.trim_ascii_end(), b"\n\n"].concat();
            let mark = out.len();
            if let Err(fault) = self.event(&whole, out) {
                out.truncate(mark);
                let cut = self.seen != 0 || left.starts_with(b"data:");
                match fault {
                    WireFault::NotThisFormat(_) if self.is_complete() => {}
                    WireFault::NotThisFormat(_) if cut => return Err(WireFault::Interrupted),
                    fault => return Err(fault),
                }
            }
        }
        if !self.state.done {
            if !self.is_complete() {
                return Err(WireFault::Interrupted);
            }
            // Some vendors leave the last word out; clients of this format wait for it.
            out.extend_from_slice(b"data: [DONE]\n\n");
            self.state.done = true;
        }
        Ok(())
    }

    fn state(&self) -> &RelayState {
        &self.state
    }
}

/// Where the value starts in an event that is nothing but one `data:` line: the usual case.
fn only_data(event: &[u8]) -> Option<usize> {
    let value = event.strip_prefix(b"data:")?;
    let line = memchr::memchr2(b'\n', b'\r', value).unwrap_or(value.len());
    let blank = value.get(line..)?.iter().all(|byte| matches!(byte, b'\n' | b'\r'));
    let space = usize::from(value.first() == Some(&b' '));
    blank.then_some(5 + space)
}

#[cfg(test)]
mod tests;
