//! The only place that opens connections to the outside: sends a described call, keeps the four
//! timers, filters addresses, and knows how well each credential fares. It knows no vendor and no
//! model; it never follows a redirect, never asks a proxy and never adds a header of a caller.

mod addresses;
mod answer;
mod client;
mod fault;
mod health;
mod inflate;
mod request;
mod script;
mod timers;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::base::outgoing::OutgoingCall;

pub use addresses::Reach;
pub use answer::{Answer, AnswerBody, Room};
pub use fault::{Fault, FaultKind};
pub use health::{Aside, Health, Outcome, Report, Standing, Why};
pub use inflate::Coding;
pub use script::{Script, ScriptEnd};
pub use timers::{Timer, Timers};

/// How a target is reached.
#[derive(Clone)]
pub enum Transport {
    /// Over the network.
    Http(OutgoingCall),
    /// In this process: an answer that was written beforehand is played at its own pace.
    Demo(Script),
}

/// The handle of this room. Each worker thread has its own client and connection pool.
#[derive(Clone)]
pub struct Upstream(Arc<Inner>);

struct Inner {
    id: u64,
    reach: Reach,
    health: Health,
}

impl Upstream {
    /// Providers of models: private addresses are fine, metadata services never.
    pub fn new() -> Self {
        Self::reaching(Reach::Provider)
    }

    /// With another rule about addresses.
    pub fn reaching(reach: Reach) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        client::install_crypto();
        Self(Arc::new(Inner { id: NEXT.fetch_add(1, Ordering::Relaxed), reach, health: Health::new() }))
    }

    pub fn health(&self) -> &Health {
        &self.0.health
    }

    /// Sends the call and waits for the head of the answer. Dropping the future, or the answer,
    /// closes the connection.
    pub async fn send(&self, call: Transport, timers: &Timers) -> Result<Answer, Fault> {
        let call = match call {
            Transport::Demo(script) => return answer::play(script, timers).await,
            Transport::Http(call) => call,
        };
        let request = request::build(call, self.0.reach)?;
        let client = client::of_this_thread(self.0.id, self.0.reach, timers.connect)?;
        answer::fetch(&client, request, timers).await
    }
}

impl Default for Upstream {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests;
