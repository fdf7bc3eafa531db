//! Run-time counters: rates, open calls, budgets and memory. All limits of a call are taken in one
//! step or not at all, and what was taken comes back when its `Reservation` is dropped.
//! It knows amounts and subjects; not keys, plans or calls.

mod budget;
mod gauge;
mod memory;
mod refused;
mod registry;
mod reservation;
mod subject;
mod window;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::base::limit::{Limit, LimitKind, LimitScope};
use crate::base::{Nanos, Timestamp};

pub use gauge::{Gauge, Rates, Tightest};
pub use memory::{Memory, MemoryHold};
pub use refused::Refused;
pub use reservation::{Reservation, Spent};

use budget::Month;
use registry::Registry;
use subject::{State, Subject};

/// The worst case of one call: what it may use at most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ask {
    /// Prompt and answer together.
    pub tokens: i64,
    /// The prompt's part of `tokens`.
    pub prompt: i64,
    pub nanos: Nanos,
    /// When the caller named no bound: with so much room the call is let in all the same. It holds
    /// the worst case nevertheless, so that no other one comes in on room it may use up.
    pub least: Option<Least>,
}

/// What a call without a bound needs at least.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Least {
    pub tokens: i64,
    pub nanos: Nanos,
}

/// All counters of this node.
#[derive(Clone)]
pub struct Limits(Arc<Inner>);

struct Inner {
    subjects: Registry,
    memory: Memory,
    started: Instant,
    /// Tests move monotonic time with this.
    shift_s: AtomicU64,
    swept: AtomicU64,
}

impl Limits {
    /// Counters that refuse new work once `memory_bytes` are held by calls.
    pub fn new(memory_bytes: u64) -> Self {
        Self(Arc::new(Inner {
            subjects: Registry::new(),
            memory: Memory::new(memory_bytes),
            started: Instant::now(),
            shift_s: AtomicU64::new(0),
            swept: AtomicU64::new(0),
        }))
    }

    pub fn memory(&self) -> &Memory {
        &self.0.memory
    }

    /// Whole seconds on the monotonic clock: rates do not follow jumps of the wall clock.
    fn second(&self) -> u64 {
        let shift = self.0.shift_s.load(Ordering::Relaxed);
        self.0.started.elapsed().as_secs().saturating_add(shift).saturating_add(window::SLOTS as u64)
    }

    /// Moves the rates' clock, for tests.
    pub fn forward(&self, by: Duration) {
        self.0.shift_s.fetch_add(by.as_secs(), Ordering::Relaxed);
    }

    /// Tells the spending that is already on record, at start.
    pub fn seed(&self, scope: LimitScope, subject: uuid::Uuid, period: &str, spent: Nanos) {
        let Some(month) = Month::parse(period) else { return };
        self.0.subjects.get(scope, subject).state().budget.add_spent(month, spent);
    }

    /// Would these limits let one more request in? Takes nothing: for the early look at a key's own
    /// rate and concurrency, before its body is read.
    pub fn peek(&self, limits: &[Limit], now: Timestamp) -> Result<(), Refused> {
        let early: Vec<Limit> = limits
            .iter()
            .filter(|limit| matches!(limit.kind, LimitKind::RequestsPerMinute | LimitKind::ConcurrentCalls))
            .copied()
            .collect();
        self.check(&early, &Ask::default(), now)
    }

    /// What `reserve` would answer, without taking anything.
    pub fn check(&self, limits: &[Limit], ask: &Ask, now: Timestamp) -> Result<(), Refused> {
        let held = self.subjects_of(limits);
        let second = self.second();
        let mut states: Vec<_> = held.iter().map(|subject| subject.state()).collect();
        fits(limits, &held, &mut states, ask, second, now)
    }

    /// Takes all limits of a call in one step, or none and names the one that refused.
    pub fn reserve(&self, limits: &[Limit], ask: &Ask, now: Timestamp) -> Result<Reservation, Refused> {
        let second = self.second();
        let month = Month::of(now);
        let held = self.subjects_of(limits);
        let mut rates = Rates::default();
        {
            // Locked in one order by everyone, so two calls cannot wait for each other.
            let mut states: Vec<_> = held.iter().map(|subject| subject.state()).collect();
            fits(limits, &held, &mut states, ask, second, now)?;
            for limit in limits {
                let Some(state) = position(&held, limit).and_then(|at| states.get_mut(at)) else { continue };
                state.take(limit, ask, second, month);
                rates.see(limit, state, second);
            }
        }
        Ok(Reservation::new(self.clone(), limits, held, *ask, second, month, rates))
    }

    /// How full these limits are now, for the portal and for headers.
    pub fn gauges(&self, limits: &[Limit], now: Timestamp) -> Vec<Gauge> {
        let second = self.second();
        let see = |limit: &Limit| {
            let Some(subject) = self.0.subjects.find(limit.scope, limit.subject) else {
                return Gauge::empty(*limit);
            };
            let mut state = subject.state();
            Gauge::read(*limit, &mut state, second, Month::of(now))
        };
        limits.iter().map(see).collect()
    }

    /// The tightest rates among these limits now.
    pub fn rates(&self, limits: &[Limit]) -> Rates {
        let second = self.second();
        let mut rates = Rates::default();
        for limit in limits {
            if let Some(subject) = self.0.subjects.find(limit.scope, limit.subject) {
                rates.see(limit, &mut subject.state(), second);
            }
        }
        rates
    }

    /// Forgets subjects with nothing open, nothing in the window and nothing spent. Gives how many stay.
    pub fn sweep(&self) -> usize {
        self.0.subjects.sweep(self.second())
    }

    /// Sweeps once a minute, however often it is called.
    pub fn sweep_sometimes(&self) {
        let (minute, last) = (self.second() / 60, &self.0.swept);
        if last.swap(minute, Ordering::Relaxed) != minute {
            self.sweep();
        }
    }

    /// The subjects of these limits, each once, in the order of locking.
    fn subjects_of(&self, limits: &[Limit]) -> Vec<Arc<Subject>> {
        let mut names: Vec<_> = limits.iter().map(|limit| (limit.scope, limit.subject)).collect();
        names.sort_unstable();
        names.dedup();
        names.into_iter().map(|(scope, id)| self.0.subjects.get(scope, id)).collect()
    }
}

fn position(held: &[Arc<Subject>], limit: &Limit) -> Option<usize> {
    held.iter().position(|subject| subject.name == (limit.scope, limit.subject))
}

/// Checks every limit; the answer names the first that refuses, in the order of `LimitKind`.
fn fits(
    limits: &[Limit],
    held: &[Arc<Subject>],
    states: &mut [std::sync::MutexGuard<'_, State>],
    ask: &Ask,
    second: u64,
    now: Timestamp,
) -> Result<(), Refused> {
    let mut refused: Option<Refused> = None;
    for limit in limits {
        let Some(state) = position(held, limit).and_then(|at| states.get_mut(at)) else { continue };
        let Err(no) = state.fits(limit, ask, second, now) else { continue };
        if refused.as_ref().is_none_or(|first| no.limit.kind < first.limit.kind) {
            refused = Some(no);
        }
    }
    refused.map_or(Ok(()), Err)
}

#[cfg(test)]
mod tests;
