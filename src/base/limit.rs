//! What can be limited, and on what. The amounts are plain integers in the unit of the kind.

use serde::{Deserialize, Serialize};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($variant:ident $word:literal $label:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($variant,)+ }

        impl $name {
            pub const ALL: &[Self] = &[$(Self::$variant,)+];
            /// The word stored and sent.
            pub fn word(self) -> &'static str { match self { $(Self::$variant => $word,)+ } }
            /// The words for people.
            pub fn label(self) -> &'static str { match self { $(Self::$variant => $label,)+ } }
            pub fn parse(word: &str) -> Option<Self> { match word { $($word => Some(Self::$variant),)+ _ => None } }
        }
    };
}
pub(crate) use words;

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
