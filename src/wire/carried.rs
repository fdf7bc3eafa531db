//! A stream carried from one format to another by way of neutral events.

use bytes::{Bytes, BytesMut};

use super::chat::Event;
use super::codec::{ReadEvents, WriteEvents};
use super::opening::Opening;
use super::sse::Splitter;
use super::{Relay, RelayState, WireFault, fault};

pub struct Carried {
    reader: Box<dyn ReadEvents>,
    writer: Box<dyn WriteEvents>,
    splitter: Splitter,
    opening: Opening,
    found: Vec<Event>,
    state: RelayState,
    began: bool,
}

impl Carried {
    pub fn new(reader: Box<dyn ReadEvents>, writer: Box<dyn WriteEvents>) -> Self {
        Self {
            reader,
            writer,
            splitter: Splitter::default(),
            opening: Opening::default(),
            found: Vec::new(),
            state: RelayState::default(),
            began: false,
        }
    }

    fn event(&mut self, event: &[u8], out: &mut BytesMut) -> Result<(), WireFault> {
        if self.state.done {
            return Ok(());
        }
        let read = self.reader.read(event, &mut self.found);
        for found in std::mem::take(&mut self.found) {
            self.note(&found);
            self.writer.write(&found, out);
        }
        read
    }

    fn note(&mut self, event: &Event) {
        self.began = true;
        self.state.content |= event.is_content();
        self.state.text_bytes += event.text_bytes() as u64;
        match event {
            Event::Finish { finish, .. } => self.state.finish = Some(*finish),
            Event::End { usage } => {
                self.state.usage = usage.or(self.state.usage);
                self.state.done = true;
            }
            _ => {}
        }
    }
}

impl Relay for Carried {
    fn push(&mut self, chunk: &Bytes, out: &mut BytesMut) -> Result<(), WireFault> {
        if self.state.done {
            return Ok(());
        }
        let events = self.opening.take(chunk)?;
        let mut splitter = std::mem::take(&mut self.splitter);
        let read = splitter.push(&events, |event| self.event(event, out));
        self.splitter = splitter;
        self.state.usage = self.reader.usage().or(self.state.usage);
        read
    }

    fn end(&mut self, out: &mut BytesMut) -> Result<(), WireFault> {
        if let Some(document) = self.opening.document() {
            return Err(match serde_json::from_slice::<serde_json::Value>(&document) {
                Ok(value) if value.get("error").is_some() => fault::under_200(&document),
                _ => WireFault::strange("one document where a stream was expected"),
            });
        }
        let left = self.splitter.leftover();
        if !left.trim_ascii().is_empty() && !self.state.done {
            // The last event may lack its blank line; one that is cut is not passed on.
            let whole = [left.trim_ascii_end(), b"\n\n"].concat();
            if let Err(fault) = self.event(&whole, out) {
                let cut = matches!(fault, WireFault::NotThisFormat(_))
                    && (self.began || left.starts_with(b"event"));
                return Err(if cut { WireFault::Interrupted } else { fault });
            }
        }
        if self.state.done { Ok(()) } else { Err(WireFault::Interrupted) }
    }

    fn state(&self) -> &RelayState {
        &self.state
    }
}
