//! Wall time as the whole program sees it: UTC microseconds from one handle that tests can move.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

pub const SECOND: i64 = 1_000_000;
pub const MINUTE: i64 = 60 * SECOND;
pub const HOUR: i64 = 60 * MINUTE;
pub const DAY: i64 = 24 * HOUR;

/// Microseconds since 1970-01-01T00:00:00Z.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, sea_orm::DeriveValueType,
)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    pub fn plus(self, micros: i64) -> Self {
        Self(self.0.saturating_add(micros))
    }

    pub fn minus(self, micros: i64) -> Self {
        Self(self.0.saturating_sub(micros))
    }

    /// Microseconds from `earlier` to this one; negative when it lies before.
    pub fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    pub fn millis(self) -> i64 {
        self.0.div_euclid(1_000)
    }

    pub fn seconds(self) -> i64 {
        self.0.div_euclid(SECOND)
    }

    fn civil(self) -> Option<jiff::Timestamp> {
        jiff::Timestamp::from_microsecond(self.0).ok()
    }

    fn show(self, format: &str) -> String {
        self.civil().map_or_else(|| "out of range".to_owned(), |at| at.strftime(format).to_string())
    }

    /// RFC 3339 in UTC with seconds, for JSON and `<time datetime>`.
    pub fn rfc3339(self) -> String {
        self.show("%Y-%m-%dT%H:%M:%SZ")
    }

    /// For people: `2026-11-24 16:20 UTC`.
    pub fn human(self) -> String {
        self.show("%Y-%m-%d %H:%M UTC")
    }

    /// For people, day alone: `2026-11-24`.
    pub fn day(self) -> String {
        self.show("%Y-%m-%d")
    }

    /// The calendar month a budget counts in: `2026-11`.
    pub fn month(self) -> String {
        self.show("%Y-%m")
    }

    /// The instant at which its calendar month started.
    pub fn month_start(self) -> Self {
        Self::from_day(&format!("{}-01", self.month())).unwrap_or(self)
    }

    /// The instant at which the next calendar month starts.
    pub fn next_month(self) -> Self {
        let Some(at) = self.civil() else { return self };
        let day = at.to_zoned(jiff::tz::TimeZone::UTC).date();
        let first = day.first_of_month();
        let next = first.checked_add(jiff::Span::new().months(1)).unwrap_or(first);
        next.to_zoned(jiff::tz::TimeZone::UTC).map_or(self, |zoned| Self(zoned.timestamp().as_microsecond()))
    }

    /// IMF-fixdate (RFC 9110, section 5.6.7), as `Sunset` (RFC 8594) wants it.
    pub fn http_date(self) -> String {
        self.show("%a, %d %b %Y %H:%M:%S GMT")
    }

    /// Reads `YYYY-MM-DD` as the start of that day in UTC.
    pub fn from_day(text: &str) -> Option<Self> {
        // The parser would take a time of day as well, and leave it out.
        let day: jiff::civil::Date = (text.len() == 10).then(|| text.parse().ok())??;
        let zoned = day.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
        Some(Self(zoned.timestamp().as_microsecond()))
    }

    /// Reads RFC 3339 as that moment, `YYYY-MM-DD` as all of that day in UTC: the first and the last moment.
    pub fn span(text: &str) -> Option<(Self, Self)> {
        if let Ok(at) = text.parse::<jiff::Timestamp>() {
            let at = Self(at.as_microsecond());
            return Some((at, at));
        }
        Self::from_day(text).map(|start| (start, start.plus(DAY - 1)))
    }
}

/// The one source of wall time. Clones share the same shift, so a test moves all of them at once.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    shift: Arc<AtomicI64>,
}

impl Clock {
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the system")]
    pub fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let micros = i64::try_from(since.as_micros()).unwrap_or(i64::MAX);
        Timestamp(micros.saturating_add(self.shift.load(Ordering::Relaxed)))
    }

    /// Moves this clock, and all its clones, forward.
    pub fn forward(&self, by: Duration) {
        let micros = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
        self.shift.fetch_add(micros, Ordering::Relaxed);
    }
}
