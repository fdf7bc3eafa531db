//! The counters of one subject: a subscription, a key or a team.

use std::sync::{Mutex, MutexGuard, PoisonError};

use uuid::Uuid;

use crate::base::Timestamp;
use crate::base::limit::{Limit, LimitKind, LimitScope};

use super::Ask;
use super::budget::{Budget, Month};
use super::refused::Refused;
use super::window::Window;

pub(super) struct Subject {
    pub name: (LimitScope, Uuid),
    state: Mutex<State>,
}

/// Windows are made when a limit of their kind is first met: most subjects have none.
#[derive(Default)]
pub(super) struct State {
    pub requests: Option<Box<Window>>,
    pub tokens: Option<Box<Window>>,
    pub open: i64,
    pub budget: Budget,
}

impl Subject {
    pub fn new(name: (LimitScope, Uuid)) -> Self {
        Self { name, state: Mutex::new(State::default()) }
    }

    /// Held for nanoseconds, never over an await. A poisoned lock still holds whole numbers.
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a token rate counts for this call. The answer of a call without a bound of its own fills the
/// minute at most; its prompt counts whole.
pub(super) fn counted_tokens(limit: &Limit, ask: &Ask) -> i64 {
    if ask.least.is_some() { ask.tokens.min(limit.amount).max(ask.prompt) } else { ask.tokens }
}

/// The room a token rate must have for it. A call without a bound is refused for good only for a prompt
/// that is over the rate by itself.
fn needed_tokens(limit: &Limit, ask: &Ask) -> i64 {
    ask.least.map_or(ask.tokens, |least| least.tokens.min(limit.amount).max(ask.prompt))
}

impl State {
    pub fn fits(&mut self, limit: &Limit, ask: &Ask, second: u64, now: Timestamp) -> Result<(), Refused> {
        match limit.kind {
            LimitKind::RequestsPerMinute => rate(&mut self.requests, limit, 1, second),
            LimitKind::TokensPerMinute => rate(&mut self.tokens, limit, needed_tokens(limit, ask), second),
            LimitKind::ConcurrentCalls if self.open < limit.amount => Ok(()),
            LimitKind::ConcurrentCalls => Err(Refused::new(limit, self.open, 1, Some(1))),
            LimitKind::UsdPerMonth => self.affords(limit, ask, now),
        }
    }

    fn affords(&self, limit: &Limit, ask: &Ask, now: Timestamp) -> Result<(), Refused> {
        let month = Month::of(now);
        let used = self.budget.used(month);
        let needed = ask.least.map_or(ask.nanos, |least| least.nanos);
        // A budget that is used up refuses free calls as well; a call that costs nothing needs no room.
        if used.plus(needed).0 <= limit.amount && used.0 < limit.amount.max(1) {
            return Ok(());
        }
        let reset = now.next_month();
        let wait = u32::try_from(reset.since(now) / 1_000_000 + 1).unwrap_or(u32::MAX);
        let spent_up = self.budget.spent(month).0 >= limit.amount;
        let refused = Refused::new(limit, used.0, needed.0, Some(wait)).resetting(reset, spent_up);
        Err(if ask.least.is_some() { refused.without_bound() } else { refused })
    }

    pub fn take(&mut self, limit: &Limit, ask: &Ask, second: u64, month: Month) {
        match limit.kind {
            LimitKind::RequestsPerMinute => window(&mut self.requests).add(second, 1),
            LimitKind::TokensPerMinute => window(&mut self.tokens).add(second, counted_tokens(limit, ask)),
            LimitKind::ConcurrentCalls => self.open += 1,
            LimitKind::UsdPerMonth => self.budget.hold(month, ask.nanos),
        }
    }

    pub fn is_idle(&mut self, second: u64) -> bool {
        let quiet =
            |window: &mut Option<Box<Window>>| window.as_mut().is_none_or(|window| window.is_empty(second));
        self.open == 0 && self.budget.is_empty() && quiet(&mut self.requests) && quiet(&mut self.tokens)
    }
}

pub(super) fn window(slot: &mut Option<Box<Window>>) -> &mut Window {
    slot.get_or_insert_with(|| Box::new(Window::new()))
}

fn rate(slot: &mut Option<Box<Window>>, limit: &Limit, asked: i64, second: u64) -> Result<(), Refused> {
    if asked > limit.amount {
        return Err(Refused::new(limit, 0, asked, None));
    }
    let window = window(slot);
    let used = window.sum(second);
    if used + asked <= limit.amount {
        return Ok(());
    }
    Err(Refused::new(limit, used, asked, Some(window.until(second, limit.amount - asked))))
}
