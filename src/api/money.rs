//! Dollars in bodies: text with every digit an amount has, so that what is read can be sent back.

use crate::base::Nanos;

/// `2.50`, `0.075`, `12.345678901`.
pub(super) fn exact(amount: Nanos) -> String {
    let (dollars, rest) = (amount.0 / 1_000_000_000, amount.0.unsigned_abs() % 1_000_000_000);
    let digits = format!("{rest:09}");
    format!("{dollars}.{:0<2}", digits.trim_end_matches('0'))
}
