//! The limits of a key, a plan or a team, as bodies hold them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::money;
use super::object::Object;
use crate::base::{Code, Nanos, Result};
use crate::domain::plans::Limits;

/// Limits of a key or a plan; none where there is no limit.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct LimitsBody {
    /// Calls within any 60 seconds.
    requests_per_minute: Option<i64>,
    /// Tokens of prompt and answer within any 60 seconds.
    tokens_per_minute: Option<i64>,
    /// Calls that are open at the same time.
    concurrent_calls: Option<i64>,
    /// Dollars as text: `"50"`, `"0.25"`.
    usd_per_month: Option<String>,
}

impl LimitsBody {
    pub(super) fn of(limits: &Limits) -> Self {
        Self {
            requests_per_minute: limits.requests_per_minute,
            tokens_per_minute: limits.tokens_per_minute,
            concurrent_calls: limits.concurrent_calls,
            usd_per_month: limits.usd_per_month.map(money::exact),
        }
    }

    /// The limits of a change: null takes all of them away.
    pub(super) fn replacing(given: Option<Object<Self>>) -> Result<Limits> {
        given.unwrap_or_default().0.check()
    }

    pub(super) fn check(self) -> Result<Limits> {
        let usd = |text: String| {
            let message = "Dollars as text, such as \"50\" or \"0.25\".";
            Nanos::parse_usd(&text).ok_or_else(|| Code::FieldInvalid.saying(message).on("usd_per_month"))
        };
        Ok(Limits {
            requests_per_minute: self.requests_per_minute,
            tokens_per_minute: self.tokens_per_minute,
            concurrent_calls: self.concurrent_calls,
            usd_per_month: self.usd_per_month.map(usd).transpose()?,
        })
    }
}
