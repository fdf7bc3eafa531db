//! The four limits as a form has them: of a key and of a team.

use crate::base::Nanos;
use crate::domain::plans::Limits;
use crate::web::FieldErrors;

/// The limits as typed; empty means none.
pub struct LimitFields<'a> {
    pub requests_per_minute: &'a str,
    pub tokens_per_minute: &'a str,
    pub concurrent_calls: &'a str,
    pub usd_per_month: &'a str,
}

impl LimitFields<'_> {
    pub fn check(&self, errors: &mut FieldErrors) -> Limits {
        let mut number = |field: &str, typed: &str| match typed.trim() {
            "" => None,
            digits => digits.replace(',', "").parse().ok().filter(|amount: &i64| *amount > 0).or_else(|| {
                errors.add(field, "A whole number above zero, or empty for no limit.");
                None
            }),
        };
        let mut limits = Limits {
            requests_per_minute: number("requests_per_minute", self.requests_per_minute),
            tokens_per_minute: number("tokens_per_minute", self.tokens_per_minute),
            concurrent_calls: number("concurrent_calls", self.concurrent_calls),
            usd_per_month: None,
        };
        if !self.usd_per_month.trim().is_empty() {
            limits.usd_per_month = Nanos::parse_usd(self.usd_per_month).filter(|usd| usd.0 > 0);
            if limits.usd_per_month.is_none() {
                errors.add("usd_per_month", "Dollars such as 50 or 0.25, or empty for no limit.");
            }
        }
        limits
    }
}

/// The figure alone, as `parse_usd` reads it.
pub fn dollars(usd: Nanos) -> String {
    usd.to_string().trim_start_matches('$').to_owned()
}
