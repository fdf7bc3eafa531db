//! How values look: tones of state words, relative times, sizes, the options of a choice.
//! Templates reach these by path (`crate::portal::look::tone(state)`), so a page imports nothing.

use crate::base::Timestamp;
use crate::base::clock::{DAY, HOUR, MINUTE, SECOND};

/// One option of a select, of radio cards or of a list of check boxes.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    pub value: String,
    pub label: String,
    /// A line under the label; radio cards and check boxes show it.
    pub hint: String,
    pub disabled: bool,
}

impl Choice {
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into(), ..Self::default() }
    }

    /// The same option with a line that explains it.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    /// The same option, shown but not to be chosen.
    pub fn disabled(mut self) -> Self {
        self.disabled = true;
        self
    }
}

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

/// Anything that counts: whole numbers and money, by value or by reference.
pub trait Amount {
    fn amount(&self) -> i64;
}

impl<A: Amount> Amount for &A {
    fn amount(&self) -> i64 {
        (**self).amount()
    }
}

impl Amount for crate::base::Nanos {
    fn amount(&self) -> i64 {
        self.0
    }
}

macro_rules! amounts {
    ($($number:ty)+) => {$(
        impl Amount for $number {
            fn amount(&self) -> i64 {
                i64::try_from(*self).unwrap_or(i64::MAX)
            }
        }
    )+};
}

amounts!(i32 i64 u32 u64 usize);

/// The tone of a state word: `ok`, `warn`, `bad`, `info` or `quiet`.
pub fn tone(state: &str) -> &'static str {
    match state {
        "active" | "answered" | "approved" | "enabled" | "healthy" | "live" | "ok" | "on" | "passed"
        | "published" | "ready" | "open" => "ok",
        "cooling" | "cut_client" | "deprecated" | "expiring" | "invited" | "paused" | "pending"
        | "requested" | "suspended" | "unknown" | "untested" | "waiting" | "rotating" => "warn",
        "cut_vendor" | "deactivated" | "denied" | "down" | "error" | "expired" | "failed" | "leaked"
        | "lost" | "refused" | "retired" | "revoked" | "unhealthy" => "bad",
        "begun" | "new" | "running" | "self_approved" => "info",
        _ => "quiet",
    }
}

/// The icon of a message of a kind.
pub fn sign(kind: &str) -> &'static str {
    match kind {
        "ok" => "check",
        "warn" | "bad" => "alert",
        _ => "info",
    }
}

/// The icon of a check that `passed`, `failed` or was not reached.
pub fn mark(state: &str) -> &'static str {
    match state {
        "passed" => "check",
        "failed" => "x",
        _ => "minus",
    }
}

/// The same in words, for those who do not see the icon.
pub fn verdict(state: &str) -> &'static str {
    match state {
        "passed" => "Passed",
        "failed" => "Failed",
        _ => "Not reached",
    }
}

/// What a decision was made on, without the sentence that was said: that has its own place.
pub fn decided(facts: &str) -> &str {
    let end = if facts.starts_with("said=") { Some(0) } else { facts.find(" said=") };
    end.and_then(|end| facts.get(..end)).unwrap_or(facts)
}

/// True when two values read the same, whatever their types.
pub fn same(one: impl std::fmt::Display, other: impl std::fmt::Display) -> bool {
    one.to_string() == other.to_string()
}

/// True when `value` is one of `chosen`.
pub fn among<S: AsRef<str>>(value: &str, chosen: &[S]) -> bool {
    chosen.iter().any(|one| one.as_ref() == value)
}

/// The pieces of a sentence, each with whether it stood between backticks.
pub fn pieces(text: &str) -> Vec<(bool, &str)> {
    text.split('`')
        .enumerate()
        .map(|(index, piece)| (index % 2 == 1, piece))
        .filter(|(_, piece)| !piece.is_empty())
        .collect()
}

/// A state word as people read it: `cut_client` is "Cut client".
pub fn words(state: &str) -> String {
    let spaced = state.replace(['_', '-'], " ");
    let mut chars = spaced.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// "just now", "5 min ago", "in 3 days"; beyond a month the day itself.
pub fn relative(at: impl Moment, now: impl Moment) -> String {
    let (Some(at), Some(now)) = (at.moment(), now.moment()) else { return String::new() };
    let gap = now.since(at);
    let size = gap.saturating_abs();
    let amount = match size {
        _ if size < 45 * SECOND => return if gap < 0 { "in a moment" } else { "just now" }.to_owned(),
        _ if size < 90 * MINUTE => format!("{} min", (size + MINUTE / 2) / MINUTE),
        _ if size < 36 * HOUR => format!("{} h", (size + HOUR / 2) / HOUR),
        _ if size < 31 * DAY => format!("{} days", (size + DAY / 2) / DAY),
        _ => return at.day(),
    };
    if gap < 0 { format!("in {amount}") } else { format!("{amount} ago") }
}

/// The machine-readable form for `<time datetime>`; empty where there is no time.
pub fn datetime(at: impl Moment) -> String {
    at.moment().map(Timestamp::rfc3339).unwrap_or_default()
}

/// The exact form shown on hover; empty where there is no time.
pub fn exact(at: impl Moment) -> String {
    at.moment().map(Timestamp::human).unwrap_or_default()
}

/// 12345 is "12,345".
pub fn grouped(number: impl std::fmt::Display) -> String {
    let text = number.to_string();
    let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |digits| ("-", digits));
    let mut out = String::with_capacity(text.len() + text.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    format!("{sign}{out}")
}

/// Microseconds as people read them: "840 µs", "12 ms", "1.24 s", "2 min 5 s".
pub fn duration(micros: i64) -> String {
    match micros {
        ..1_000 => format!("{micros} µs"),
        1_000..1_000_000 => format!("{} ms", micros / 1_000),
        1_000_000..60_000_000 => format!("{}.{:02} s", micros / 1_000_000, micros % 1_000_000 / 10_000),
        _ => format!("{} min {} s", micros / 60_000_000, micros % 60_000_000 / 1_000_000),
    }
}

/// How full a meter is: `ok` below 75 %, `warn` below 100 %, `bad` from there.
pub fn fullness(used: impl Amount, max: impl Amount) -> &'static str {
    match percent(used, max) {
        0..75 => "ok",
        75..100 => "warn",
        _ => "bad",
    }
}

/// 0 to 100, also where `max` is 0 or `used` is over it.
pub fn percent(used: impl Amount, max: impl Amount) -> u8 {
    let (used, max) = (used.amount(), max.amount());
    if max <= 0 {
        return 0;
    }
    let share = i128::from(used.max(0)) * 100 / i128::from(max);
    u8::try_from(share.min(100)).unwrap_or(100)
}

/// The `points` of a polyline in a box of `width` × `height`, highest value at the top.
pub fn polyline(values: &[i64], width: i64, height: i64) -> String {
    let top = values.iter().copied().max().unwrap_or(0).max(1);
    let steps = i64::try_from(values.len()).unwrap_or(1).saturating_sub(1).max(1);
    let points = values.iter().zip(0_i64..).map(|(value, index)| {
        let x = index * width / steps;
        let rise = i128::from(*value) * i128::from(height) / i128::from(top);
        let y = height - i64::try_from(rise).unwrap_or(height);
        format!("{x},{y}")
    });
    points.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests;
