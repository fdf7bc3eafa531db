//! What can be limited, and on what. The amounts are plain integers in the unit of the kind.

use serde::{Deserialize, Serialize};

use super::words::words;

words! {
    /// What a limit counts.
    LimitKind {
        RequestsPerMinute "requests_per_minute" "requests a minute";
        TokensPerMinute "tokens_per_minute" "tokens a minute";
        ConcurrentCalls "concurrent_calls" "calls at once";
        UsdPerMonth "usd_per_month" "USD a month";
    }
}

words! {
    /// What a limit hangs on. `Plan` means: each subscription to that plan by itself.
    LimitScope {
        Plan "plan" "plan";
        Key "key" "key";
        Team "team" "team";
    }
}

/// One limit as it applies to a call. `amount` is requests, tokens, calls, or nano-USD.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit {
    pub scope: LimitScope,
    /// The id the counters are kept under: the subscription's for `Plan`.
    pub subject: uuid::Uuid,
    pub kind: LimitKind,
    pub amount: i64,
}
