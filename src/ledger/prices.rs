//! What a call cost, from its tokens and the prices of its model.

use std::sync::Arc;

use super::record::Tokens;
use crate::base::Nanos;

/// Prices in nano-USD for 1,000,000 tokens. An absent one is unknown, never free.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Prices {
    pub input: Option<i64>,
    /// Absent: as `input`.
    pub cached_read: Option<i64>,
    /// Absent: as `input`.
    pub cache_write: Option<i64>,
    /// Of a write that stays for an hour. Absent: as `cache_write`.
    pub cache_write_1h: Option<i64>,
    pub output: Option<i64>,
    /// Absent: as `output`.
    pub reasoning: Option<i64>,
}

impl Prices {
    /// Of the demo vendor and of models that run on one's own machine.
    pub const FREE: Self = Self {
        input: Some(0),
        cached_read: Some(0),
        cache_write: Some(0),
        cache_write_1h: Some(0),
        output: Some(0),
        reasoning: Some(0),
    };
}

/// The prices of a model, by the length of the prompt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tariff {
    base: Prices,
    /// Tokens of the prompt above which the whole call costs that; the lowest first.
    tiers: Arc<[(u64, Prices)]>,
}

impl Tariff {
    pub fn new(base: Prices, tiers: impl Into<Arc<[(u64, Prices)]>>) -> Self {
        Self { base, tiers: tiers.into() }
    }

    /// The prices of a call with a prompt of so many tokens.
    pub fn of(&self, prompt: u64) -> Prices {
        let reached = self.tiers.iter().rev().find(|(above, _)| prompt > *above);
        reached.map_or(self.base, |(_, prices)| *prices)
    }

    /// All prices that a call may come to whose prompt has at most so many tokens.
    pub fn up_to(&self, prompt: u64) -> impl Iterator<Item = Prices> {
        let reached = self.tiers.iter().filter(move |(above, _)| prompt > *above);
        std::iter::once(self.base).chain(reached.map(|(_, prices)| *prices))
    }
}

impl From<Prices> for Tariff {
    fn from(base: Prices) -> Self {
        Self::new(base, [])
    }
}

const PER: i128 = 1_000_000;

/// The cost, multiplied in 128 bits and rounded once (half up). `None` when a price that is needed
/// is not known, or when nobody counted a token. `for_an_hour`: so many of the tokens written to a
/// cache stay there that long.
pub fn cost(prices: &Prices, tokens: &Tokens, for_an_hour: u64) -> Option<Nanos> {
    if tokens.input.is_none() && tokens.output.is_none() {
        return None;
    }
    let input = tokens.input.unwrap_or(0);
    let read = tokens.cached_read.unwrap_or(0).min(input);
    let write = tokens.cache_write.unwrap_or(0).min(input - read);
    let for_an_hour = for_an_hour.min(write);
    let output = tokens.output.unwrap_or(0);
    let reasoning = tokens.reasoning.unwrap_or(0).min(output);
    let parts = [
        (input - read - write, prices.input),
        (read, prices.cached_read.or(prices.input)),
        (write - for_an_hour, prices.cache_write.or(prices.input)),
        (for_an_hour, prices.cache_write_1h.or(prices.cache_write).or(prices.input)),
        (output - reasoning, prices.output),
        (reasoning, prices.reasoning.or(prices.output)),
    ];
    let mut sum = 0_i128;
    for (count, price) in parts.into_iter().filter(|(count, _)| *count > 0) {
        sum = sum.saturating_add(i128::from(count).saturating_mul(i128::from(price?.max(0))));
    }
    let rounded = sum.saturating_add(PER / 2) / PER;
    Some(Nanos(i64::try_from(rounded).unwrap_or(i64::MAX)))
}

#[cfg(test)]
mod tests;
