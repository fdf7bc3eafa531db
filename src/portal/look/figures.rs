//! Amounts: money, time taken, counts, and how full something is.

use crate::base::Nanos;
use crate::base::clock::{DAY, HOUR, MINUTE};
use crate::ledger::reports::ApiOutcome;

/// Anything that counts: whole numbers and money, by value or by reference.
pub trait Amount {
    fn amount(&self) -> i64;
}

impl<A: Amount> Amount for &A {
    fn amount(&self) -> i64 {
        (**self).amount()
    }
}

impl Amount for Nanos {
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

/// Anything that may have a price; `None` where nobody knows it.
pub trait Cost {
    fn nanos(&self) -> Option<Nanos>;
}

impl Cost for Nanos {
    fn nanos(&self) -> Option<Nanos> {
        Some(*self)
    }
}

impl<C: Cost> Cost for Option<C> {
    fn nanos(&self) -> Option<Nanos> {
        self.as_ref().and_then(Cost::nanos)
    }
}

impl<C: Cost> Cost for &C {
    fn nanos(&self) -> Option<Nanos> {
        (**self).nanos()
    }
}

/// What something cost, short; "—" where nobody knows: unknown is not free.
pub fn cost(cost: impl Cost) -> String {
    cost.nanos().map_or_else(|| "—".to_owned(), money)
}

/// The same to the last digit, for a hint beside it; empty where the short form says it all.
pub fn exact_cost(cost: impl Cost) -> String {
    let exact = |nanos: Nanos| Some(nanos.to_string()).filter(|exact| *exact != money(nanos));
    cost.nanos().and_then(exact).unwrap_or_default()
}

/// The smallest amount that is written out: a hundredth of a cent, in nano-USD.
const SMALLEST: u64 = 100_000;

/// Dollars as a list shows them: cents from a dollar on, four digits after the point below, and what is
/// smaller still only as that. `exact_cost` has the rest.
pub fn money(amount: Nanos) -> String {
    let sign = if amount.0 < 0 { "-" } else { "" };
    let nanos = amount.0.unsigned_abs();
    match nanos {
        0 => "$0.00".to_owned(),
        1..SMALLEST => format!("{sign}<$0.0001"),
        _ => {
            let step = if nanos < 1_000_000_000 { SMALLEST } else { 100 * SMALLEST };
            let nanos = nanos.saturating_add(step / 2) / step * step;
            let digits = format!("{:04}", nanos % 1_000_000_000 / SMALLEST);
            let dollars = grouped(nanos / 1_000_000_000);
            format!("{sign}${dollars}.{:0<2}", digits.trim_end_matches('0'))
        }
    }
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

/// "1 key", "12,345 keys".
pub fn count(number: impl Amount, noun: &str) -> String {
    match number.amount() {
        1 => format!("1 {noun}"),
        number => format!("{} {noun}s", grouped(number)),
    }
}

/// Microseconds as people read them: "12 ms", "1.24 s", "2 min 5 s".
pub fn duration(micros: i64) -> String {
    match micros {
        ..=0 => "0 ms".to_owned(),
        1..1_000 => "<1 ms".to_owned(),
        1_000..1_000_000 => format!("{} ms", micros / 1_000),
        1_000_000..60_000_000 => format!("{}.{:02} s", micros / 1_000_000, micros % 1_000_000 / 10_000),
        _ => format!("{} min {} s", micros / 60_000_000, micros % 60_000_000 / 1_000_000),
    }
}

/// The same to the microsecond, for the parts of one call: "840 µs", "12.4 ms".
pub fn fine(micros: i64) -> String {
    match micros {
        ..1_000 => format!("{} µs", micros.max(0)),
        1_000..100_000 => format!("{}.{} ms", micros / 1_000, micros % 1_000 / 100),
        _ => duration(micros),
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

/// What [`answered`] counts, for the reader of the figure.
pub const ANSWERED: &str = "Of the calls that were let through and whose caller waited for the answer";

/// The share of calls that were answered, of those that were let through and whose caller waited; none without
/// one. Every page that tells how an API fares tells this.
pub fn answered(outcome: &ApiOutcome) -> Option<String> {
    (outcome.served() > 0).then(|| share(outcome.answered, outcome.served()))
}

/// "3.1%": with one digit where it matters, and 0% or 100% only where it is exactly that.
pub fn share(part: i64, whole: i64) -> String {
    if whole <= 0 {
        return "—".to_owned();
    }
    let tenths = i128::from(part.max(0)) * 1_000 / i128::from(whole);
    let tenths = match (part, tenths) {
        (1.., 0) => return "<0.1%".to_owned(),
        (_, tenths) => tenths.min(1_000),
    };
    let (whole, tenth) = (tenths / 10, tenths % 10);
    if tenth == 0 { format!("{whole}%") } else { format!("{whole}.{tenth}%") }
}

/// A time to wait, roughly: "5 minutes", "3 hours", "2 days".
pub fn rough(micros: i64) -> String {
    match micros {
        ..MINUTE => "a minute".to_owned(),
        MINUTE..HOUR => count((micros + MINUTE / 2) / MINUTE, "minute"),
        HOUR..DAY => count((micros + HOUR / 2) / HOUR, "hour"),
        _ => count((micros + DAY / 2) / DAY, "day"),
    }
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
