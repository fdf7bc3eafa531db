//! How full limits are: for `x-ratelimit-*` headers and for the portal.

use crate::base::limit::{Limit, LimitKind};

use super::budget::Month;
use super::subject::{State, window};

/// One limit with its count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gauge {
    pub limit: Limit,
    /// Settled and held together, in the unit of the kind.
    pub used: i64,
    /// Seconds until it is empty again; 0 for budgets and open calls.
    pub reset_s: u32,
}

impl Gauge {
    pub(super) fn empty(limit: Limit) -> Self {
        Self { limit, used: 0, reset_s: 0 }
    }

    pub(super) fn read(limit: Limit, state: &mut State, second: u64, month: Month) -> Self {
        let (used, reset_s) = match limit.kind {
            LimitKind::RequestsPerMinute => {
                let window = window(&mut state.requests);
                (window.sum(second), window.until_empty(second))
            }
            LimitKind::TokensPerMinute => {
                let window = window(&mut state.tokens);
                (window.sum(second), window.until_empty(second))
            }
            LimitKind::ConcurrentCalls => (state.open, 0),
            LimitKind::UsdPerMonth => (state.budget.used(month).0, 0),
        };
        Self { limit, used, reset_s }
    }

    pub fn remaining(&self) -> i64 {
        (self.limit.amount - self.used).max(0)
    }
}

/// The limit with the least room left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tightest {
    pub limit: i64,
    pub remaining: i64,
    pub reset_s: u32,
}

/// The tightest request and token rates of a call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rates {
    pub requests: Option<Tightest>,
    pub tokens: Option<Tightest>,
}

impl Rates {
    pub(super) fn see(&mut self, limit: &Limit, state: &mut State, second: u64) {
        let (slot, counter) = match limit.kind {
            LimitKind::RequestsPerMinute => (&mut self.requests, window(&mut state.requests)),
            LimitKind::TokensPerMinute => (&mut self.tokens, window(&mut state.tokens)),
            LimitKind::ConcurrentCalls | LimitKind::UsdPerMonth => return,
        };
        let remaining = (limit.amount - counter.sum(second)).max(0);
        if slot.is_none_or(|other| remaining < other.remaining) {
            *slot = Some(Tightest { limit: limit.amount, remaining, reset_s: counter.until_empty(second) });
        }
    }
}
