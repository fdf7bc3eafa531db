//! Money by calendar month: what is settled and what calls in flight may still cost.

use crate::base::{Nanos, Timestamp};

/// A calendar month in UTC, counted from year 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Month(u32);

impl Month {
    pub fn of(at: Timestamp) -> Self {
        civil_month(at.seconds().div_euclid(86_400))
    }

    /// Reads `2026-11`.
    pub fn parse(period: &str) -> Option<Self> {
        let (year, month) = period.split_once('-')?;
        let (year, month): (u32, u32) = (year.parse().ok()?, month.parse().ok()?);
        (1..=12).contains(&month).then_some(Self(year * 12 + month - 1))
    }
}

/// The month of a day counted from 1970-01-01, in the proleptic Gregorian calendar: years are taken
/// to start in March, so that the leap day is the last of its year.
fn civil_month(days: i64) -> Month {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day = shifted.rem_euclid(146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let of_year = day - (365 * year + year / 4 - year / 100);
    let from_march = (5 * of_year + 2) / 153;
    let (month, carry) = if from_march < 10 { (from_march + 3, 0) } else { (from_march - 9, 1) };
    let months = (year + era * 400 + carry) * 12 + month - 1;
    Month(u32::try_from(months).unwrap_or(0))
}

#[derive(Clone, Copy, Debug)]
struct Period {
    month: Month,
    spent: Nanos,
    held: Nanos,
}

/// Months are kept side by side, so a clock that jumps over a month's end and back opens no free window.
#[derive(Debug, Default)]
pub(super) struct Budget(Vec<Period>);

const KEPT: usize = 3;

impl Budget {
    fn change(&mut self, month: Month, change: impl FnOnce(&mut Period)) {
        if let Some(period) = self.0.iter_mut().find(|period| period.month == month) {
            return change(period);
        }
        if self.0.len() >= KEPT {
            self.0.retain(|period| period.held != Nanos::ZERO || period.month >= month);
        }
        let mut period = Period { month, spent: Nanos::ZERO, held: Nanos::ZERO };
        change(&mut period);
        self.0.push(period);
    }

    /// Settled and held together.
    pub fn used(&self, month: Month) -> Nanos {
        let find = self.0.iter().find(|period| period.month == month);
        find.map_or(Nanos::ZERO, |period| period.spent.plus(period.held))
    }

    pub fn spent(&self, month: Month) -> Nanos {
        self.0.iter().find(|period| period.month == month).map_or(Nanos::ZERO, |period| period.spent)
    }

    pub fn add_spent(&mut self, month: Month, nanos: Nanos) {
        self.change(month, |period| period.spent = period.spent.plus(nanos));
    }

    pub fn hold(&mut self, month: Month, nanos: Nanos) {
        self.change(month, |period| period.held = period.held.plus(nanos));
    }

    /// Turns what was held into what was spent.
    pub fn settle(&mut self, month: Month, held: Nanos, spent: Nanos) {
        self.change(month, |period| {
            period.held = Nanos((period.held.0 - held.0).max(0));
            period.spent = period.spent.plus(spent);
        });
    }

    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|period| period.spent == Nanos::ZERO && period.held == Nanos::ZERO)
    }
}
