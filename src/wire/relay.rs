//! The seam of streamed answers.

use bytes::{Bytes, BytesMut};

use super::{Finish, Usage, WireFault};

/// What is known of a stream so far.
#[derive(Clone, Copy, Debug, Default)]
pub struct RelayState {
    /// The first valid content event was seen; it is in `out` already.
    pub content: bool,
    /// The stream had its proper end; what comes later is ignored.
    pub done: bool,
    pub usage: Option<Usage>,
    pub finish: Option<Finish>,
    /// Bytes of text, arguments and reasoning delivered, to estimate usage when the vendor reports none.
    pub text_bytes: u64,
}

/// Carries one stream. Never writes half an event: what is in `out` after a call may be sent, also
/// after an error, which may then be followed by `error_event`.
pub trait Relay: Send {
    /// Takes the vendor's bytes in any split.
    fn push(&mut self, chunk: &Bytes, out: &mut BytesMut) -> Result<(), WireFault>;
    /// The vendor closed: `Interrupted` unless the stream had its proper end.
    fn end(&mut self, out: &mut BytesMut) -> Result<(), WireFault>;
    fn state(&self) -> &RelayState;
}

#[derive(Default)]
pub(super) struct Raw(RelayState);

impl Relay for Raw {
    fn push(&mut self, chunk: &Bytes, out: &mut BytesMut) -> Result<(), WireFault> {
        out.extend_from_slice(chunk);
        self.0.content = true;
        Ok(())
    }
    fn end(&mut self, _out: &mut BytesMut) -> Result<(), WireFault> {
        self.0.done = true;
        Ok(())
    }
    fn state(&self) -> &RelayState {
        &self.0
    }
}
