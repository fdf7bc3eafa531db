//! Money as signed nano-USD, so that no float ever touches an amount.

use std::fmt;

use serde::{Deserialize, Serialize};

/// 1e-9 USD. 64 bits hold nine billion dollars.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    sea_orm::DeriveValueType,
)]
#[serde(transparent)]
pub struct Nanos(pub i64);

pub const NANOS_PER_USD: i64 = 1_000_000_000;

impl Nanos {
    pub const ZERO: Self = Self(0);

    pub fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    pub fn from_usd(usd: i64) -> Self {
        Self(usd.saturating_mul(NANOS_PER_USD))
    }

    /// Reads a decimal number of dollars with up to nine digits after the point; never a float.
    pub fn parse_usd(text: &str) -> Option<Self> {
        let (whole, part) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
        let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() && part.is_empty() || !digits(whole) || !digits(part) || part.len() > 9 {
            return None;
        }
        let whole: i64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
        let part: i64 = format!("{part:0<9}").parse().ok()?;
        Some(Self(whole.checked_mul(NANOS_PER_USD)?.checked_add(part)?))
    }
}

/// Dollars with as many digits as the amount needs: `$12.50`, `$0.000421`.
impl fmt::Display for Nanos {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let nanos = self.0.unsigned_abs();
        let (dollars, rest) = (nanos / 1_000_000_000, nanos % 1_000_000_000);
        let digits = format!("{rest:09}");
        let kept = if dollars == 0 && rest != 0 {
            digits.trim_end_matches('0')
        } else {
            digits.get(..2).unwrap_or("00")
        };
        write!(f, "{sign}${dollars}.{kept:0<2}")
    }
}
