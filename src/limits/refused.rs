//! The limit that said no, and what it says to the caller.

use crate::base::limit::{Limit, LimitKind, LimitScope};
use crate::base::{Code, Error, Nanos, Timestamp};

/// The one limit that refused, with the figures it refused on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    pub limit: Limit,
    pub used: i64,
    pub asked: i64,
    /// `None`: it will never fit, however long one waits.
    pub retry_after_s: Option<u32>,
    reset: Option<Timestamp>,
    spent_up: bool,
    /// `asked` is the least that is needed, not the most.
    without_bound: bool,
}

impl Refused {
    pub(super) fn new(limit: &Limit, used: i64, asked: i64, retry_after_s: Option<u32>) -> Self {
        let (reset, spent_up, without_bound) = (None, false, false);
        Self { limit: *limit, used, asked, retry_after_s, reset, spent_up, without_bound }
    }

    pub(super) fn resetting(mut self, reset: Timestamp, spent_up: bool) -> Self {
        self.reset = Some(reset);
        self.spent_up = spent_up;
        self
    }

    pub(super) fn without_bound(mut self) -> Self {
        self.without_bound = true;
        self
    }

    pub fn code(&self) -> Code {
        match self.limit.kind {
            LimitKind::RequestsPerMinute | LimitKind::TokensPerMinute => Code::RateLimitExceeded,
            LimitKind::ConcurrentCalls => Code::ConcurrencyLimited,
            LimitKind::UsdPerMonth => Code::InsufficientQuota,
        }
    }

    /// The refusal as it is answered.
    pub fn error(&self) -> Error {
        let error = self.code().saying(self.sentence());
        match self.retry_after_s {
            Some(seconds) => error.after(seconds),
            None => {
                error.lasting().then("Lower `max_tokens` or send a shorter prompt, or ask for a larger plan.")
            }
        }
    }

    fn sentence(&self) -> String {
        let (whose, amount) = (whose(self.limit.scope), self.limit.amount);
        let kind = self.limit.kind.label();
        match (self.limit.kind, self.retry_after_s) {
            (LimitKind::ConcurrentCalls, _) if amount == 1 => format!("1 call of {whose} is already open."),
            (LimitKind::ConcurrentCalls, _) => format!("{amount} calls of {whose} are already open."),
            (LimitKind::UsdPerMonth, _) => self.budget_sentence(whose),
            (_, None) => format!(
                "This request may use {} tokens, which is over the limit of {amount} {kind} of {whose}.",
                self.asked
            ),
            (_, Some(wait)) if self.used < amount => format!(
                "The limit of {amount} {kind} of {whose} has no room for this request: {} are used or held by \
                 calls in flight and it may use {}; there is room in {wait} s.",
                self.used, self.asked
            ),
            (_, Some(wait)) => {
                format!(
                    "The limit of {amount} {kind} of {whose} is used up; there is room again in {wait} s."
                )
            }
        }
    }

    fn budget_sentence(&self, whose: &str) -> String {
        let (budget, used, asked) = (Nanos(self.limit.amount), Nanos(self.used), Nanos(self.asked));
        let reset = self.reset.map_or_else(String::new, |at| format!(" It resets on {}.", at.day()));
        if self.spent_up {
            return format!("The budget of {budget} a month of {whose} is used up.{reset}");
        }
        let needs = match self.without_bound {
            true => format!("needs room for at least {asked}; a `max_tokens` of its own"),
            false => format!("may cost up to {asked}; a smaller `max_tokens`"),
        };
        format!(
            "The budget of {budget} a month of {whose} has no room for this call: {used} is used or held by calls \
             in flight and this call {needs} lowers that.{reset}"
        )
    }
}

fn whose(scope: LimitScope) -> &'static str {
    match scope {
        LimitScope::Plan => "this subscription's plan",
        LimitScope::Key => "this key",
        LimitScope::Team => "this team",
    }
}
