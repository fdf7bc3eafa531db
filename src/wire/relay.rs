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
/// after an error, which may then be followed by `error_event`. A fault stays: each later call gives
/// it again.
pub trait Relay: Send {
    /// Takes the vendor's bytes in any split.
    fn push(&mut self, chunk: &Bytes, out: &mut BytesMut) -> Result<(), WireFault>;
    /// The vendor closed: `Interrupted` unless the stream had its proper end.
    fn end(&mut self, out: &mut BytesMut) -> Result<(), WireFault>;
    fn state(&self) -> &RelayState;
}

/// A relay whose first fault stays, so that nothing after it can pass for a whole answer.
pub(super) struct Lasting<R> {
    inner: R,
    fault: Option<WireFault>,
}

impl<R: Relay> Lasting<R> {
    pub fn new(inner: R) -> Self {
        Self { inner, fault: None }
    }

    fn keep(&mut self, told: Result<(), WireFault>) -> Result<(), WireFault> {
        self.fault = told.as_ref().err().cloned();
        told
    }
}

impl<R: Relay> Relay for Lasting<R> {
    fn push(&mut self, chunk: &Bytes, out: &mut BytesMut) -> Result<(), WireFault> {
        if let Some(fault) = &self.fault {
            return Err(fault.clone());
        }
        let told = self.inner.push(chunk, out);
        self.keep(told)
    }

    fn end(&mut self, out: &mut BytesMut) -> Result<(), WireFault> {
        if let Some(fault) = &self.fault {
            return Err(fault.clone());
        }
        let told = self.inner.end(out);
        self.keep(told)
    }

    fn state(&self) -> &RelayState {
        self.inner.state()
    }
}

/// The relay of a way that does not exist: it takes nothing.
#[derive(Default)]
pub(super) struct Closed(RelayState);

impl Relay for Closed {
    fn push(&mut self, _chunk: &Bytes, _out: &mut BytesMut) -> Result<(), WireFault> {
        Err(WireFault::strange("no way between two formats"))
    }

    fn end(&mut self, _out: &mut BytesMut) -> Result<(), WireFault> {
        Err(WireFault::Interrupted)
    }

    fn state(&self) -> &RelayState {
        &self.0
    }
}
