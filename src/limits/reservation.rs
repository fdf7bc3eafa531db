//! What one call has taken. Dropping it gives everything back that was not settled.

use std::sync::Arc;

use crate::base::Nanos;
use crate::base::limit::{Limit, LimitKind};

use super::budget::Month;
use super::gauge::Rates;
use super::subject::{Subject, counted_tokens, window};
use super::{Ask, Limits, position};

/// What a call has used in the end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    pub tokens: i64,
    pub nanos: Nanos,
}

/// Holds a call's place in all of its limits.
pub struct Reservation {
    limits: Limits,
    taken: Vec<Limit>,
    subjects: Vec<Arc<Subject>>,
    ask: Ask,
    second: u64,
    month: Month,
    rates: Rates,
    settled: bool,
}

impl Reservation {
    pub(super) fn new(
        limits: Limits,
        taken: &[Limit],
        subjects: Vec<Arc<Subject>>,
        ask: Ask,
        second: u64,
        month: Month,
        rates: Rates,
    ) -> Self {
        Self { limits, taken: taken.to_vec(), subjects, ask, second, month, rates, settled: false }
    }

    /// The tightest rates as they stood when this call was admitted.
    pub fn rates(&self) -> &Rates {
        &self.rates
    }

    pub fn ask(&self) -> &Ask {
        &self.ask
    }

    /// Replaces the worst case by what was used and frees the slot. A second call changes nothing.
    pub fn settle(&mut self, spent: Spent) {
        if std::mem::replace(&mut self.settled, true) {
            return;
        }
        let second = self.limits.second();
        for limit in &self.taken {
            let Some(subject) = position(&self.subjects, limit).and_then(|at| self.subjects.get(at)) else {
                continue;
            };
            let mut state = subject.state();
            match limit.kind {
                LimitKind::RequestsPerMinute => {}
                LimitKind::TokensPerMinute => {
                    let difference = spent.tokens.saturating_sub(counted_tokens(limit, &self.ask));
                    window(&mut state.tokens).correct(self.second, second, difference);
                }
                LimitKind::ConcurrentCalls => state.open = (state.open - 1).max(0),
                LimitKind::UsdPerMonth => state.budget.settle(self.month, self.ask.nanos, spent.nanos),
            }
        }
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.settle(Spent::default());
    }
}
