//! Points in time, as people speak of them: what was, and what is to come.

use crate::base::Timestamp;
use crate::base::clock::{DAY, HOUR, MINUTE, SECOND};

/// A page says what time it is, then reads what just happened: so much "later" is still now.
const SKEW: i64 = 2 * SECOND;

/// Anything that may be a point in time; `None` has none.
pub trait Moment {
    fn moment(&self) -> Option<Timestamp>;
}

impl Moment for Timestamp {
    fn moment(&self) -> Option<Timestamp> {
        Some(*self)
    }
}

impl<M: Moment> Moment for Option<M> {
    fn moment(&self) -> Option<Timestamp> {
        self.as_ref().and_then(Moment::moment)
    }
}

impl<M: Moment> Moment for &M {
    fn moment(&self) -> Option<Timestamp> {
        (**self).moment()
    }
}

/// "just now", "5 min ago", "in 3 days"; beyond a month the day itself.
pub fn relative(at: impl Moment, now: impl Moment) -> String {
    let (Some(at), Some(now)) = (at.moment(), now.moment()) else { return String::new() };
    let gap = now.since(at);
    let size = gap.saturating_abs();
    let amount = match size {
        _ if size < 45 * SECOND => return if gap < -SKEW { "in a moment" } else { "just now" }.to_owned(),
        _ if size < 90 * MINUTE => format!("{} min", (size + MINUTE / 2) / MINUTE),
        _ if size < 36 * HOUR => format!("{} h", (size + HOUR / 2) / HOUR),
        _ if size < 31 * DAY => format!("{} days", (size + DAY / 2) / DAY),
        _ => return at.day(),
    };
    if gap < 0 { format!("in {amount}") } else { format!("{amount} ago") }
}

/// True from that moment on; false where there is none.
pub fn is_past(at: impl Moment, now: impl Moment) -> bool {
    at.moment().zip(now.moment()).is_some_and(|(at, now)| at <= now)
}

/// The machine-readable form for `<time datetime>`; empty where there is no time.
pub fn datetime(at: impl Moment) -> String {
    at.moment().map(Timestamp::rfc3339).unwrap_or_default()
}

/// The exact form shown on hover; empty where there is no time.
pub fn exact(at: impl Moment) -> String {
    at.moment().map(Timestamp::human).unwrap_or_default()
}
