//! What models cost and can, from an embedded table (`prices.py` makes it, `PRICES.md` says from
//! what). Facts to start from: prices are edited in the portal.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

/// Prices in nano-USD for 1,000,000 tokens; `None` is unknown, never free.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rates {
    pub input: Option<i64>,
    pub output: Option<i64>,
    /// `None`: as `input`.
    pub cached_read: Option<i64>,
    /// `None`: as `input`.
    pub cache_write: Option<i64>,
    /// A write that lasts an hour; `None`: as `cache_write`.
    pub cache_write_1h: Option<i64>,
}

/// What the whole call costs when its prompt has more than `above` tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tier {
    pub above: u64,
    pub rates: Rates,
}

/// One model's facts. Its four prices are those of short prompts and of cache writes that last the
/// usual time; longer prompts cost what [`PriceRow::tiers`] says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PriceRow {
    pub vendor: String,
    pub model: String,
    /// `chat` or `embedding`.
    pub kind: String,
    pub context_window: Option<u32>,
    pub max_output: Option<u32>,
    pub input: Option<i64>,
    pub output: Option<i64>,
    pub cached_read: Option<i64>,
    pub cache_write: Option<i64>,
    pub vision: bool,
    pub tools: bool,
    pub reasoning: bool,
    /// Shortest prompts first: the first one is above 0.
    pub tiers: Vec<Tier>,
    /// What a call costs that may wait for a day: input and output.
    pub batch: Option<(i64, i64)>,
}

impl PriceRow {
    /// The exact prices of a call with a prompt of so many tokens.
    pub fn rates(&self, prompt_tokens: u64) -> Rates {
        let exceeded = |tier: &&Tier| tier.above == 0 || prompt_tokens > tier.above;
        self.tiers.iter().rev().find(exceeded).map(|tier| tier.rates).unwrap_or_default()
    }
}

/// A line of the table as it is written.
#[derive(Deserialize)]
struct Line {
    vendor: String,
    model: String,
    kind: String,
    context_window: Option<u32>,
    max_output: Option<u32>,
    input: Option<i64>,
    output: Option<i64>,
    cached_read: Option<i64>,
    cache_write: Option<i64>,
    cache_write_1h: Option<i64>,
    tiers: String,
    batch_input: Option<i64>,
    batch_output: Option<i64>,
    /// Letters of what it can: `v`ision, `t`ools, `r`easoning, `j`son schemas. A missing one is no "no".
    can: String,
}

static TABLE: LazyLock<HashMap<(String, String), PriceRow>> = LazyLock::new(|| {
    let mut reader = csv::Reader::from_reader(include_str!("prices.csv").as_bytes());
    let lines = reader.deserialize::<Line>().map(|line| line.expect("the embedded file is tested"));
    lines.map(|line| ((line.vendor.clone(), line.model.clone()), row(line))).collect()
});

fn row(line: Line) -> PriceRow {
    let can = |letter: char| line.can.contains(letter);
    let base = Rates {
        input: line.input,
        output: line.output,
        cached_read: line.cached_read,
        cache_write: line.cache_write,
        cache_write_1h: line.cache_write_1h,
    };
    let mut tiers = vec![Tier { above: 0, rates: base }];
    tiers.extend(line.tiers.split_whitespace().filter_map(tier));
    PriceRow {
        input: base.input,
        output: base.output,
        cached_read: base.cached_read,
        cache_write: base.cache_write,
        vision: can('v'),
        tools: can('t'),
        reasoning: can('r'),
        batch: line.batch_input.zip(line.batch_output),
        vendor: line.vendor,
        model: line.model,
        kind: line.kind,
        context_window: line.context_window,
        max_output: line.max_output,
        tiers,
    }
}

/// `above/input/output/cached_read/cache_write/cache_write_1h`
fn tier(text: &str) -> Option<Tier> {
    let mut cells = text.split('/');
    let above = cells.next()?.parse().ok()?;
    let mut price = || cells.next().and_then(|cell| cell.parse().ok());
    let rates = Rates {
        input: price(),
        output: price(),
        cached_read: price(),
        cache_write: price(),
        cache_write_1h: price(),
    };
    Some(Tier { above, rates })
}

/// The row of a vendor's model, by the preset's id. Only an exact name is taken: a price that was
/// guessed is worse than one that is unknown.
pub fn find(vendor: &str, model: &str) -> Option<PriceRow> {
    TABLE.get(&(vendor.to_owned(), model.to_owned())).cloned()
}

#[cfg(test)]
mod tests;
