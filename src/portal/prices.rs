//! How prices look: dollars for a million tokens, with as many digits as they need; unknown is "—".

use std::borrow::Borrow;

use crate::base::Nanos;
use crate::domain::supply::{ModelKind, ModelView};
use crate::store::entity::price;

/// Nano-USD for a million tokens as dollars.
pub fn shown(nanos: impl Borrow<Option<i64>>) -> String {
    nanos.borrow().map_or_else(|| "—".to_owned(), |nanos| format!("${}", plain(nanos)))
}

/// The same without the sign, for a field; empty when unknown.
pub fn typed(nanos: impl Borrow<Option<i64>>) -> String {
    nanos.borrow().map(plain).unwrap_or_default()
}

fn plain(nanos: i64) -> String {
    let nanos = nanos.unsigned_abs();
    let digits = format!("{:09}", nanos % 1_000_000_000);
    format!("{}.{:0<2}", nanos / 1_000_000_000, digits.trim_end_matches('0'))
}

/// Reads a field; `Ok(None)` when it is empty.
///
/// # Errors
/// A sentence for the field.
pub fn read(typed: &str) -> Result<Option<Nanos>, &'static str> {
    match typed.trim().trim_start_matches('$') {
        "" => Ok(None),
        text => Nanos::parse_usd(text).map(Some).ok_or("US dollars, such as 2.50."),
    }
}

/// The price of a model for readers: that of the target that is tried first.
pub fn input(view: &ModelView) -> String {
    shown(price(view, |price| price.input))
}

/// Embeddings are all there is to an answer of theirs: it has no price, rather than one of nothing.
pub fn output(view: &ModelView) -> String {
    answer(&view.model.kind, price(view, |price| price.output))
}

const NONE: &str = "none";

/// The price of the answers of one target of a model of that kind.
pub fn answer(kind: &str, output: impl Borrow<Option<i64>>) -> String {
    if is_without_output(kind, *output.borrow()) { NONE.to_owned() } else { shown(output) }
}

fn is_without_output(kind: &str, output: Option<i64>) -> bool {
    kind == ModelKind::Embedding.word() && output.unwrap_or(0) == 0
}

/// A price in one line: what comes in, what is cached, what goes out, as far as there is such a thing.
pub fn line(kind: &str, price: &price::Model) -> String {
    let mut parts = vec![format!("{} in", shown(price.input))];
    if !is_without_output(kind, price.output) {
        parts
            .extend([format!("{} cached", shown(price.cached_read)), format!("{} out", shown(price.output))]);
    }
    format!("{} per million tokens", parts.join(" · "))
}

pub fn cached(view: &ModelView) -> String {
    shown(price(view, |price| price.cached_read))
}

/// A price of the target that is tried first.
pub fn price(view: &ModelView, of: impl Fn(&price::Model) -> Option<i64>) -> Option<i64> {
    view.targets.first().and_then(|target| target.price.as_ref()).and_then(of)
}

/// A number of tokens: 128000 is "128 k", unknown is "—".
pub fn tokens(amount: impl Borrow<Option<i64>>) -> String {
    match *amount.borrow() {
        None => "—".to_owned(),
        Some(amount) if amount >= 1_000_000 && amount % 100_000 == 0 => {
            let (whole, tenth) = (amount / 1_000_000, amount % 1_000_000 / 100_000);
            if tenth == 0 { format!("{whole} M") } else { format!("{whole}.{tenth} M") }
        }
        Some(amount) if amount >= 10_000 => format!("{} k", amount / 1_000),
        Some(amount) => amount.to_string(),
    }
}

#[cfg(test)]
mod tests;
