//! The guard of one call: from the request's birth to its end it holds all that must be given back
//! and written down. However the call ends, by an answer, a refusal, a fault or a caller who
//! hangs up, dropping the guard settles it.

mod asked;
mod facts;
mod head;
mod observed;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use crate::base::ids::{ApiId, CallId, CredentialId, SubscriptionId, TargetId};
use crate::base::limit::LimitKind;
use crate::base::{Code, Error, Nanos, Result, Timestamp};
use crate::ledger::prices::Tariff;
use crate::ledger::record::{Attempt, Begin, CallState, End, Refusal, Reserved, What, Who};
use crate::limits::{MemoryHold, Reservation, Spent};
use crate::upstream::Outcome;
use crate::wire::Usage;

use super::Gateway;
use super::arrival::{Arrival, Door};
use super::authorize::{self, Grant};
use super::directory::Target;
use super::identify::Known;
use asked::asked;

use observed::Observed;

pub use asked::turned_away;
pub use facts::Facts;
pub use head::Head;

/// Bytes a call holds before its body is known.
pub const BASE_BYTES: u64 = 32 * 1024;

pub struct Guard {
    gateway: Gateway,
    pub id: CallId,
    pub at: Timestamp,
    started: Instant,
    stage: Stage,
    who: Who,
    what: What,
    proved: bool,
    policy_seq: i64,
    facts: Facts,
    reservation: Option<Reservation>,
    pub memory: MemoryHold,
    attempts: Vec<Attempt>,
    trying: Option<Trying>,
    usage: Observed,
    first_byte: Option<i64>,
    /// The status line went out.
    head: Arc<Head>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Nothing is on record yet.
    Open,
    /// The journal holds its begin.
    Begun,
    /// The record is complete.
    Ended,
}

struct Trying {
    attempt: Attempt,
    started: Instant,
    health: uuid::Uuid,
    price: Option<Tariff>,
    /// The vendor may have begun to work on it.
    sent: bool,
}

impl Guard {
    /// Boxed, as each step hands it on to the next.
    ///
    /// # Errors
    /// `overloaded` when calls hold too much memory; nothing is on record then.
    pub fn new(gateway: &Gateway, arrival: &Arrival) -> Result<Box<Self>> {
        let id = arrival.id;
        let memory = gateway.limits().memory().take(BASE_BYTES)?;
        let (who, what) = asked(arrival);
        Ok(Box::new(Self {
            id,
            at: gateway.now(),
            started: Instant::now(),
            stage: Stage::Open,
            who,
            what,
            proved: false,
            policy_seq: gateway.directory().sequence(),
            facts: Facts::of(&arrival.door, arrival.presented.received.as_ref()),
            reservation: None,
            memory,
            attempts: Vec::new(),
            trying: None,
            usage: Observed::default(),
            first_byte: None,
            head: Arc::default(),
            gateway: gateway.clone(),
        }))
    }

    pub fn gateway(&self) -> &Gateway {
        &self.gateway
    }

    /// The caller's secret matched a key.
    pub fn know(&mut self, known: &Known) {
        let (key, app) = (&known.cards.key.card, &known.cards.app.card);
        self.proved = true;
        self.policy_seq = known.policy_seq;
        self.who.team = Some(app.team.id);
        self.who.app = Some(app.app.id);
        self.who.key = Some(key.key.id);
        self.who.secret = key.secret.as_ref().map(|secret| secret.id);
        self.who.user = Some(known.visitor.unwrap_or(key.key.owner_id));
        self.who.key_prefix.clone_from(&key.key.prefix);
    }

    pub fn ask(&mut self, model: &str, stream: bool, prompt_bytes: usize) {
        self.what.model = super::nearest::shown(model);
        self.what.stream = stream;
        self.usage.prompt_bytes = prompt_bytes;
    }

    /// The call is not authorized: its record is found by the rows the refusal speaks of.
    pub fn refused(&mut self, refusal: &Error, known: &Known, door: &Door) {
        authorize::name_rows(refusal, &known.cards.app.card, &known.catalogue, door, &mut self.what);
    }

    pub fn grant(&mut self, grant: &Grant) {
        self.what.api = Some(grant.api.id);
        self.what.version = Some(grant.version.row.id);
        self.what.plan = Some(grant.plan.id);
        self.what.subscription = Some(grant.subscription);
        self.facts.api = Some(format!("{}/{}", grant.api.slug, grant.version.row.name));
        self.facts.plan = Some(grant.plan.name.clone());
    }

    /// Writes the begin record: from here on a crash leaves a trace, and a vendor may be called.
    ///
    /// # Errors
    /// The journal's own: then no vendor may be called.
    pub fn begin(&mut self, grant: &Grant, reservation: Reservation) -> Result<()> {
        let budgets = grant.limits.iter().filter(|limit| limit.kind == LimitKind::UsdPerMonth);
        let reserved = Reserved {
            nanos: reservation.ask().nanos,
            tokens: reservation.ask().tokens,
            prompt: reservation.ask().prompt,
            budgets: budgets.map(|limit| (limit.scope, limit.subject)).collect(),
        };
        let who = std::mem::replace(&mut self.who, Who::stranger(IpAddr::from([0, 0, 0, 0])));
        let begin = Begin { id: self.id, at: self.at, who, what: std::mem::take(&mut self.what), reserved };
        let done = self.gateway.ledger().begin(&begin);
        (self.who, self.what) = (begin.who, begin.what);
        self.reservation = Some(reservation);
        done?;
        self.stage = Stage::Begun;
        Ok(())
    }

    pub fn reservation(&self) -> Option<&Reservation> {
        self.reservation.as_ref()
    }

    /// A try starts. `health` is whose health it reports on.
    pub fn try_starts(&mut self, target: &Target, credential: Option<CredentialId>, health: uuid::Uuid) {
        self.drop_try();
        let now = self.gateway.now();
        let attempt = Attempt {
            at: now,
            provider: target.provider.id,
            target: target.id,
            credential,
            vendor_model: target.vendor_model.clone(),
            code: None,
            status: 0,
            micros: 0,
        };
        let price = target.price(now);
        self.usage.price.clone_from(&price);
        self.trying = Some(Trying { attempt, started: Instant::now(), health, price, sent: true });
    }

    /// The vendor's status line came.
    pub fn try_answered(&mut self, status: u16) {
        if let Some(trying) = &mut self.trying {
            trying.attempt.status = status;
        }
    }

    /// A vendor has worked on the call, whatever became of its answer.
    pub fn worked(&mut self) {
        self.usage.worked = true;
    }

    /// The vendor cannot have seen the request.
    pub fn try_unsent(&mut self) {
        if let Some(trying) = &mut self.trying {
            trying.sent = false;
        }
    }

    /// The try ended, well or not; its health hears of it.
    pub fn try_ends(&mut self, code: Option<Code>, outcome: Outcome) {
        let Some(mut trying) = self.trying.take() else { return };
        trying.attempt.code = code;
        trying.attempt.micros = micros(trying.started);
        self.usage.worked |= trying.sent && trying.attempt.status == 0;
        self.usage.price = trying.price;
        self.gateway.upstream().health().note(trying.health, &trying.attempt.vendor_model, outcome);
        self.attempts.push(trying.attempt);
    }

    /// The try failed: why is kept for operators, and said in the log.
    pub fn try_fails(&mut self, code: Code, outcome: Outcome, provider: &str, cause: &str) {
        self.try_ends(Some(code), outcome);
        self.note_cause(code, provider, cause);
    }

    /// The stream of a try that won broke off.
    pub fn try_broke(&mut self, code: Code, provider: &str, cause: &str) {
        if let Some(attempt) = self.attempts.last_mut() {
            attempt.code = Some(code);
        }
        self.note_cause(code, provider, cause);
    }

    /// Who was asked so far, and how each try failed.
    pub fn tried(&self) -> Vec<(TargetId, Code)> {
        self.attempts.iter().filter_map(|attempt| Some((attempt.target, attempt.code?))).collect()
    }

    fn note_cause(&mut self, code: Code, provider: &str, cause: &str) {
        let status = self.attempts.last().map_or(0, |attempt| attempt.status);
        tracing::warn!(call = %self.id, provider, %code, status, cause, "an attempt failed");
        self.facts.causes.push(cause.to_owned());
    }

    fn drop_try(&mut self) {
        if self.trying.is_some() {
            self.try_ends(None, Outcome::Neutral);
        }
    }

    pub fn first_byte(&mut self) {
        if self.first_byte.is_none() {
            self.first_byte = Some(micros(self.started));
        }
    }

    pub fn head(&self) -> &Arc<Head> {
        &self.head
    }

    /// What the vendor reported, and how much of the answer was delivered.
    pub fn observe(&mut self, usage: Option<Usage>, delivered_bytes: u64) {
        if self.stage == Stage::Begun {
            self.usage.reported = usage.filter(Usage::is_plausible);
            self.usage.delivered_bytes = delivered_bytes;
            self.usage.worked = true;
        }
    }

    /// The call was refused, or it failed: writes how.
    pub fn fail(&mut self, error: &Error) {
        match self.stage {
            Stage::Open => self.write_refusal(error),
            Stage::Begun => {
                let state = match error.code() {
                    Code::StreamInterrupted => CallState::CutVendor,
                    code if code.fault() == crate::base::codes::Fault::Caller => CallState::Refused,
                    _ => CallState::Failed,
                };
                let status = if self.head.is_sent() { 200 } else { error.status() };
                self.write_end(state, Some(error), status);
            }
            Stage::Ended => {}
        }
    }

    /// The answer is whole.
    pub fn answered(&mut self) {
        self.write_end(CallState::Answered, None, 200);
    }

    fn write_refusal(&mut self, error: &Error) {
        self.stage = Stage::Ended;
        // So that its page can lead to the request, or to the place to make one.
        if let Some(subject) = error.subject() {
            match error.code() {
                Code::SubscriptionMissing => self.what.api = self.what.api.or(Some(ApiId(subject))),
                _ => self.what.subscription = self.what.subscription.or(Some(SubscriptionId(subject))),
            }
        }
        let who = std::mem::replace(&mut self.who, Who::stranger(IpAddr::from([0, 0, 0, 0])));
        let refusal = Refusal {
            id: self.id,
            at: self.at,
            who,
            what: std::mem::take(&mut self.what),
            proved: self.proved,
            code: error.code(),
            status: error.status(),
            policy_seq: self.policy_seq,
            facts: self.facts.text(Some(error)),
            micros: micros(self.started),
        };
        self.gateway.ledger().refuse(&refusal);
    }

    fn write_end(&mut self, state: CallState, error: Option<&Error>, status: u16) {
        if self.stage != Stage::Begun {
            return;
        }
        self.stage = Stage::Ended;
        self.drop_try();
        let (tokens, usage_source) = self.usage.tokens(state);
        let cost = self.usage.cost(&tokens, usage_source);
        if let Some(mut reservation) = self.reservation.take() {
            let tokens = i64::try_from(tokens.total()).unwrap_or(i64::MAX);
            // A budget counts unknown costs as nothing: it does not admit unpriced models.
            reservation.settle(Spent { tokens, nanos: cost.unwrap_or(Nanos::ZERO) });
        }
        let end = End {
            id: self.id,
            at: self.gateway.now(),
            state,
            code: error.map(Error::code),
            status,
            tokens,
            usage_source,
            cost,
            first_byte_us: self.first_byte,
            attempts: std::mem::take(&mut self.attempts),
            policy_seq: self.policy_seq,
            facts: self.facts.text(error),
        };
        self.gateway.ledger().end(&end);
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        // Still begun: nobody is left to hear the answer.
        if self.stage == Stage::Begun {
            if self.trying.as_ref().is_some_and(|trying| trying.sent) {
                self.usage.worked = true;
            }
            self.write_end(CallState::CutClient, None, if self.head.is_sent() { 200 } else { 499 });
        }
    }
}

fn micros(since: Instant) -> i64 {
    i64::try_from(since.elapsed().as_micros()).unwrap_or(i64::MAX)
}
