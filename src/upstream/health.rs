//! How each credential fares: cooldown after the vendor asked to wait, breakers after too many
//! failures, and a budget for second tries, so that trouble is not answered with more load. What a
//! vendor says of one model, and how it fails with it, is held against that model alone; a vendor that
//! is not reached has none.

mod asides;
mod breaker;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use uuid::Uuid;

pub use asides::Aside;
use asides::Asides;
use breaker::{Breaker, Window};

const SHARDS: usize = 16;
/// When the vendor limits without saying for how long.
const LIMITED: Duration = Duration::from_secs(2);
/// After the vendor refused a credential, or a model to it.
const REFUSED: Duration = Duration::from_secs(30);
const LONGEST_WAIT: Duration = Duration::from_secs(600);
/// In thousandths of a try: a fifth of a second try is earned by each first one.
const EARNED: u32 = 200;
const SAVED: u32 = 10_000;
const START: u32 = 2_000;
const TRY: u32 = 1_000;

/// What came of a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Good,
    /// The vendor failed with the model.
    Failed,
    /// The way to the vendor failed: it has not heard of the call.
    Unreached,
    /// The vendor's own rate limit, which vendors count by model.
    Limited(Option<Duration>),
    /// The vendor has no capacity for the model: a failure that may say how long to wait.
    Overloaded(Option<Duration>),
    /// The vendor does not accept this credential.
    Credential,
    /// The vendor does not let this credential use the model.
    Denied,
    /// The vendor knows no such model.
    Missing,
    /// Says nothing about the vendor: the caller left, or the input was refused.
    Neutral,
}

impl Outcome {
    /// What it says against the credential, if anything.
    fn fault(self) -> Option<Why> {
        match self {
            Self::Good | Self::Neutral => None,
            Self::Failed | Self::Unreached => Some(Why::Failing),
            Self::Limited(_) => Some(Why::Limited),
            Self::Overloaded(_) => Some(Why::Overloaded),
            Self::Credential => Some(Why::Credential),
            Self::Denied => Some(Why::Denied),
            Self::Missing => Some(Why::Missing),
        }
    }
}

/// Why a credential, or one model of it, is not used now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    Limited,
    Overloaded,
    Credential,
    Failing,
    /// Of a model: not with this credential.
    Denied,
    /// Of a model: the vendor has none of that name.
    Missing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Ready,
    /// Failing, but not always, or refused lately: to be used when nothing better is left.
    Shaky,
    Cooling {
        wait: Duration,
        why: Why,
    },
}

/// All that is known of one, for people to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    pub standing: Standing,
    /// Of the last tries that were judged, at most 20: how many failed.
    pub failed: u32,
    pub judged: u32,
    /// How long ago the last try failed, and how.
    pub last_failure: Option<(Duration, Why)>,
    /// Models that are set aside while the credential serves others.
    pub models: Vec<Aside>,
}

impl Report {
    /// True when most of the last tries failed, of enough to tell.
    pub fn fails_often(&self) -> bool {
        self.judged >= 5 && self.failed * 2 > self.judged
    }
}

/// The health of all credentials, by their id (or the provider's, where it needs no credential).
#[derive(Clone)]
pub struct Health(Arc<Inner>);

struct Inner {
    shards: [Mutex<HashMap<Uuid, State>>; SHARDS],
    started: Instant,
    shift_ms: AtomicU64,
}

struct State {
    /// Not accepted by the vendor: left alone until then.
    refused_until: Option<Duration>,
    /// Of all its models, for people to read.
    seen: Window,
    /// The way to the vendor, whatever the model.
    way: Breaker,
    /// Those it was asked for. Few: they come from the operator.
    models: Vec<(String, Breaker)>,
    spare: u32,
    last_failure: Option<(Duration, Why)>,
    asides: Asides,
}

impl Default for State {
    fn default() -> Self {
        Self {
            refused_until: None,
            seen: Window::default(),
            way: Breaker::default(),
            models: Vec::new(),
            spare: START,
            last_failure: None,
            asides: Asides::default(),
        }
    }
}

impl Health {
    pub(super) fn new() -> Self {
        Self(Arc::new(Inner {
            shards: std::array::from_fn(|_| Mutex::default()),
            started: Instant::now(),
            shift_ms: AtomicU64::new(0),
        }))
    }

    fn now(&self) -> Duration {
        self.0.started.elapsed() + Duration::from_millis(self.0.shift_ms.load(Ordering::Relaxed))
    }

    /// Moves this room's monotonic time, for tests.
    pub fn forward(&self, by: Duration) {
        self.0.shift_ms.fetch_add(u64::try_from(by.as_millis()).unwrap_or(0), Ordering::Relaxed);
    }

    fn shard(&self, id: Uuid) -> MutexGuard<'_, HashMap<Uuid, State>> {
        let [first, ..] = &self.0.shards;
        let [.., last] = id.as_bytes();
        let shard = self.0.shards.get(usize::from(*last) % SHARDS).unwrap_or(first);
        shard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Judges a vendor's model of a credential without taking anything.
    pub fn standing(&self, id: Uuid, model: &str) -> Standing {
        let now = self.now();
        self.shard(id).get(&id).map_or(Standing::Ready, |state| state.standing_for(model, now))
    }

    /// Has the vendor lately said that this credential cannot have the model?
    pub fn refusal(&self, id: Uuid, model: &str) -> Option<Why> {
        let now = self.now();
        self.shard(id).get(&id).and_then(|state| state.asides.refusal(model, now))
    }

    /// How the credential itself stands, what led to it, and which models it lacks.
    pub fn report(&self, id: Uuid) -> Report {
        let now = self.now();
        let shard = self.shard(id);
        let Some(state) = shard.get(&id) else {
            let models = Vec::new();
            return Report { standing: Standing::Ready, failed: 0, judged: 0, last_failure: None, models };
        };
        Report {
            standing: state.standing(now),
            failed: state.seen.failed(),
            judged: state.seen.judged,
            last_failure: state.last_failure.map(|(at, why)| (now.saturating_sub(at), why)),
            models: state.models_aside(now),
        }
    }

    /// To be asked right before a try. `false`: another call is probing this one already, or it
    /// cools down. The first try of a call earns a part of a second one.
    pub fn claim(&self, id: Uuid, model: &str) -> bool {
        let now = self.now();
        let mut shard = self.shard(id);
        let state = shard.entry(id).or_default();
        match state.standing_for(model, now) {
            Standing::Cooling { .. } => return false,
            Standing::Ready | Standing::Shaky => {}
        }
        state.way.begin(now);
        state.model(model).begin(now);
        state.spare = (state.spare + EARNED).min(SAVED);
        true
    }

    /// May the same target be asked a second time? Takes from what first tries have earned.
    pub fn claim_again(&self, id: Uuid) -> bool {
        let mut shard = self.shard(id);
        let state = shard.entry(id).or_default();
        let enough = state.spare >= TRY;
        if enough {
            state.spare -= TRY;
        }
        enough
    }

    /// Reports what came of a try of this model.
    pub fn note(&self, id: Uuid, model: &str, outcome: Outcome) {
        let now = self.now();
        let mut shard = self.shard(id);
        let state = shard.entry(id).or_default();
        if let Some(why) = outcome.fault() {
            state.last_failure = Some((now, why));
        }
        match outcome {
            Outcome::Good => {
                state.seen.push(false);
                state.way.good();
                state.model(model).good();
                state.asides.worked(model);
            }
            Outcome::Neutral => state.silent(model),
            Outcome::Failed => state.failed(model, now),
            Outcome::Unreached => {
                state.seen.push(true);
                state.way.failed(now);
                state.model(model).silent();
            }
            Outcome::Overloaded(wait) => {
                state.failed(model, now);
                if let Some(wait) = wait {
                    state.asides.put(model, until(now, wait), Why::Overloaded, now);
                }
            }
            Outcome::Limited(wait) => {
                state.reached(model);
                state.asides.put(model, until(now, wait.unwrap_or(LIMITED)), Why::Limited, now);
            }
            Outcome::Credential => {
                state.reached(model);
                state.refused_until = Some(until(now, REFUSED));
            }
            Outcome::Denied | Outcome::Missing => {
                state.reached(model);
                let why = if outcome == Outcome::Denied { Why::Denied } else { Why::Missing };
                state.asides.put(model, until(now, REFUSED), why, now);
            }
        }
    }

    /// Starts anew, after an operator changed the credential or tested it with success.
    pub fn forget(&self, id: Uuid) {
        self.shard(id).remove(&id);
    }
}

impl State {
    fn standing_for(&self, model: &str, now: Duration) -> Standing {
        let breaker = self.models.iter().find(|(name, _)| name == model).map(|(_, breaker)| breaker);
        let of_model = breaker.map_or(Standing::Ready, |breaker| breaker.standing(now));
        [self.asides.standing(model, now), of_model].into_iter().fold(self.standing(now), worse)
    }

    fn standing(&self, now: Duration) -> Standing {
        match self.refused_until.filter(|until| now < *until) {
            Some(until) => Standing::Cooling { wait: until - now, why: Why::Credential },
            None => self.way.standing(now),
        }
    }

    fn model(&mut self, model: &str) -> &mut Breaker {
        let known = self.models.iter().position(|(name, _)| name == model);
        let at = known.unwrap_or(self.models.len());
        if known.is_none() {
            self.models.push((model.to_owned(), Breaker::default()));
        }
        &mut self.models[at].1
    }

    /// The vendor answered, and not well: it was reached.
    fn failed(&mut self, model: &str, now: Duration) {
        self.seen.push(true);
        self.way.good();
        self.model(model).failed(now);
    }

    /// The vendor answered, and says nothing of how it fares with the model.
    fn reached(&mut self, model: &str) {
        self.way.good();
        self.model(model).silent();
    }

    /// Nobody knows what would have come of it.
    fn silent(&mut self, model: &str) {
        self.way.silent();
        self.model(model).silent();
    }

    /// Models that others are asked before, or in place of.
    fn models_aside(&self, now: Duration) -> Vec<Aside> {
        let mut aside = self.asides.list(now);
        for (model, breaker) in &self.models {
            if let Some(wait) = breaker.rest(now) {
                let is_last_resort = breaker.standing(now) == Standing::Shaky;
                aside.push(Aside { model: model.clone(), wait, why: Why::Failing, is_last_resort });
            }
        }
        aside
    }
}

/// What is said of the whole comes before what is said of a part.
fn worse(one: Standing, other: Standing) -> Standing {
    match (one, other) {
        (cooling @ Standing::Cooling { .. }, _) | (_, cooling @ Standing::Cooling { .. }) => cooling,
        (Standing::Ready, Standing::Ready) => Standing::Ready,
        _ => Standing::Shaky,
    }
}

/// No longer than asked: callers are told the same wait, and who waits just as long must find the rest over.
fn until(now: Duration, wait: Duration) -> Duration {
    now + wait.min(LONGEST_WAIT)
}

/// Up to a tenth longer, so that nodes do not probe a failing vendor in step.
fn jittered(wait: Duration) -> Duration {
    let [byte] = crate::base::secret::random::<1>();
    wait + wait.mul_f64(f64::from(byte) / 2_560.0)
}

#[cfg(test)]
mod tests;
