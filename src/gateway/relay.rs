//! A streamed answer on its way to the caller. Dropping it, when the caller has left, closes the
//! vendor's connection and settles the call.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::futures::OwnedNotified;
use tokio::time::{Instant, Sleep, sleep_until};

use crate::base::ids::CallId;
use crate::base::{Code, Error};
use crate::upstream::{FaultKind, Outcome};
use crate::wire::{self, Format, WireFault};

use super::Gateway;
use super::attempt::{Answered, Lost, Streaming, Won};
use super::guard::{Guard, Head};
use super::{cause, cost};

/// The head is held until the first content, at most this long; comments follow at this pace.
pub const BEAT: Duration = Duration::from_secs(15);
/// After the last event the vendor gets this long to end its body, so that its connection can be used again.
const DRAIN: Duration = Duration::from_secs(1);
const COMMENT: &[u8] = b": waiting\n\n";

pub type Attempting = Pin<Box<dyn Future<Output = Result<Won, Box<Lost>>>>>;

pub struct Relaying {
    phase: Phase,
    gateway: Gateway,
    id: CallId,
    format: Format,
    beat: Pin<Box<Sleep>>,
    last_sent: Instant,
    cut: Pin<Box<OwnedNotified>>,
}

enum Phase {
    /// No target has brought content yet.
    Waiting(Attempting),
    Flowing(Box<Flow>),
    /// The last event of a call that failed.
    Failed(Bytes),
    /// The caller has everything; the vendor's body is read to its end.
    Draining(Box<Flow>),
    Over,
}

struct Flow {
    guard: Box<Guard>,
    stream: Streaming,
}

enum Step {
    Bytes(Bytes),
    /// The last bytes, if any; the call is settled.
    Last(Bytes),
    Broken(Bytes, Error),
}

impl Relaying {
    fn new(gateway: Gateway, id: CallId, head: &Head, phase: Phase) -> Self {
        head.send();
        let now = Instant::now();
        let cut = Box::pin(gateway.cut_signal());
        let beat = Box::pin(sleep_until(now + BEAT));
        Self { phase, gateway, id, format: Format::OpenAi, beat, last_sent: now, cut }
    }

    /// A stream whose head goes out before its content is there.
    pub fn waiting(gateway: Gateway, id: CallId, head: &Head, attempt: Attempting) -> Self {
        Self::new(gateway, id, head, Phase::Waiting(attempt))
    }

    pub fn flowing(guard: Box<Guard>, stream: Streaming) -> Self {
        let (gateway, id, head) = (guard.gateway().clone(), guard.id, Arc::clone(guard.head()));
        Self::new(gateway, id, &head, Phase::Flowing(Box::new(Flow { guard, stream })))
    }

    /// The next bytes for the caller; `None` when the stream is over.
    pub fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Bytes>> {
        loop {
            match std::mem::replace(&mut self.phase, Phase::Over) {
                Phase::Waiting(mut attempt) => match attempt.as_mut().poll(cx) {
                    Poll::Ready(done) => self.won_or_lost(done),
                    Poll::Pending => {
                        self.phase = Phase::Waiting(attempt);
                        return self.beat(cx);
                    }
                },
                Phase::Flowing(mut flow) => match flow.poll(cx) {
                    Poll::Ready(step) => {
                        if let Some(bytes) = self.take(flow, step) {
                            self.last_sent = Instant::now();
                            return Poll::Ready(Some(bytes));
                        }
                    }
                    Poll::Pending => {
                        self.phase = Phase::Flowing(flow);
                        return self.beat(cx);
                    }
                },
                Phase::Draining(mut flow) => match flow.stream.body.poll_next(cx) {
                    Poll::Ready(Some(Ok(_))) => self.phase = Phase::Draining(flow),
                    Poll::Ready(Some(Err(_)) | None) => return Poll::Ready(None),
                    Poll::Pending => {
                        if self.beat.as_mut().poll(cx).is_ready() {
                            return Poll::Ready(None);
                        }
                        self.phase = Phase::Draining(flow);
                        return Poll::Pending;
                    }
                },
                Phase::Failed(event) => return Poll::Ready(Some(event)),
                Phase::Over => return Poll::Ready(None),
            }
        }
    }

    fn won_or_lost(&mut self, done: Result<Won, Box<Lost>>) {
        self.phase = match done {
            Ok(Won { guard, answer: Answered::Stream(stream), .. }) => {
                Phase::Flowing(Box::new(Flow { guard, stream }))
            }
            Ok(Won { mut guard, .. }) => {
                guard.fail(&Code::Internal.with("a whole answer to a streamed call"));
                Phase::Over
            }
            Err(lost) => {
                let Lost { mut guard, error } = *lost;
                guard.fail(&error);
                Phase::Failed(self.event(&error))
            }
        };
    }

    /// What goes out after a step, and in which phase it leaves the stream.
    fn take(&mut self, flow: Box<Flow>, step: Step) -> Option<Bytes> {
        let bytes = match step {
            Step::Bytes(bytes) => {
                self.phase = Phase::Flowing(flow);
                bytes
            }
            Step::Last(bytes) => {
                self.beat.as_mut().reset(Instant::now() + DRAIN);
                self.phase = Phase::Draining(flow);
                bytes
            }
            Step::Broken(bytes, error) => [&bytes[..], &self.event(&error)].concat().into(),
        };
        (!bytes.is_empty()).then_some(bytes)
    }

    fn event(&self, error: &Error) -> Bytes {
        let shown = self.gateway.shown(error);
        wire::error_event(self.format, shown.as_ref().unwrap_or(error), self.id, self.gateway.base_url())
    }

    /// Nothing to send: a comment when it is time for one, an end when this server stops.
    fn beat(&mut self, cx: &mut Context<'_>) -> Poll<Option<Bytes>> {
        if self.cut.as_mut().poll(cx).is_ready() {
            let error = Error::new(Code::ShuttingDown).after(1);
            if let Phase::Flowing(flow) = &mut self.phase {
                flow.settle();
                flow.guard.fail(&error);
            }
            self.phase = Phase::Over;
            return Poll::Ready(Some(self.event(&error)));
        }
        while self.beat.as_mut().poll(cx).is_ready() {
            let (now, due) = (Instant::now(), self.last_sent + BEAT);
            if due <= now {
                self.last_sent = now;
                self.beat.as_mut().reset(now + BEAT);
                // Polled once more, so that the timer wakes us.
                let _ = self.beat.as_mut().poll(cx);
                return Poll::Ready(Some(Bytes::from_static(COMMENT)));
            }
            self.beat.as_mut().reset(due);
        }
        Poll::Pending
    }
}

impl Flow {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Step> {
        if self.stream.relay.state().done {
            return Poll::Ready(self.finish());
        }
        if let Some(fault) = self.stream.fault.take() {
            return Poll::Ready(self.misspoke(fault));
        }
        if !self.stream.out.is_empty() {
            return Poll::Ready(Step::Bytes(self.stream.out.split().freeze()));
        }
        loop {
            let Poll::Ready(next) = self.stream.body.poll_next(cx) else { return Poll::Pending };
            let pushed = match next {
                Some(Ok(chunk)) => self.stream.relay.push(&chunk, &mut self.stream.out),
                Some(Err(fault)) => {
                    // Every word was there but the last: what follows is not missed.
                    if self.stream.relay.end(&mut self.stream.out).is_ok() {
                        return Poll::Ready(self.finish());
                    }
                    let why = match fault.kind {
                        FaultKind::Timeout(timer) => format!("the timer `{timer}` ran out"),
                        _ => fault.cause,
                    };
                    return Poll::Ready(self.broken(&why));
                }
                None => match self.stream.relay.end(&mut self.stream.out) {
                    Ok(()) => return Poll::Ready(self.finish()),
                    Err(fault) => Err(fault),
                },
            };
            match pushed {
                Err(fault) => return Poll::Ready(self.misspoke(fault)),
                Ok(()) if self.stream.relay.state().done => return Poll::Ready(self.finish()),
                Ok(()) if self.stream.out.is_empty() => {}
                Ok(()) => return Poll::Ready(Step::Bytes(self.stream.out.split().freeze())),
            }
        }
    }

    /// Tells the guard what is known of the usage.
    fn settle(&mut self) {
        let state = self.stream.relay.state();
        self.guard.observe(state.usage, state.text_bytes);
    }

    fn finish(&mut self) -> Step {
        self.settle();
        self.guard.answered();
        Step::Last(self.stream.out.split().freeze())
    }

    fn misspoke(&mut self, fault: WireFault) -> Step {
        let cause = why(fault, self.stream.choice.secret());
        self.broken(&cause)
    }

    fn broken(&mut self, cause: &str) -> Step {
        self.settle();
        let state = self.stream.relay.state();
        let counted = state.usage.and_then(|usage| usage.output).unwrap_or(0);
        let tokens = cost::estimated_tokens(state.text_bytes).max(counted);
        let error = Code::StreamInterrupted.with(cause).saying(format!(
            "The vendor broke off in the middle of the answer, after about {tokens} tokens; they are billed as estimated."
        ));
        let (id, model) = (self.stream.choice.health_id(), &self.stream.choice.target.vendor_model);
        self.guard.gateway().upstream().health().note(id, model, Outcome::Failed);
        let provider = &self.stream.choice.target.provider.name;
        self.guard.try_broke(Code::StreamInterrupted, provider, &cause::own(cause, &[]));
        self.guard.fail(&error);
        Step::Broken(self.stream.out.split().freeze(), error)
    }
}

impl Drop for Flow {
    fn drop(&mut self) {
        self.settle();
    }
}

/// What was wrong, for the log, without the secret that was sent.
fn why(mut fault: WireFault, secret: &str) -> String {
    fault.hide(secret);
    match fault {
        WireFault::NotThisFormat(why) => format!("not the vendor's format: {why}"),
        WireFault::VendorSaid(said) => format!("the vendor said {}: {}", said.code, said.message),
        WireFault::Interrupted => "the connection ended before the stream did".to_owned(),
        WireFault::TooLarge => "one event is larger than any may be".to_owned(),
    }
}

#[cfg(test)]
mod tests;
