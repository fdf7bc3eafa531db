//! What models cost and can, from an embedded table (`scripts/prices` makes it, `PRICES.md` says from
//! what). Facts to start from: prices are edited in the portal.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

/// One model's facts. Prices are nano-USD for 1,000,000 tokens; `None` is unknown, never free.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
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
    #[serde(skip)]
    pub vision: bool,
    #[serde(skip)]
    pub tools: bool,
    #[serde(skip)]
    pub reasoning: bool,
    /// Letters of what it can: `v`ision, `t`ools, `r`easoning, `j`son schemas. A missing one is no "no".
    pub can: String,
}

static TABLE: LazyLock<HashMap<(String, String), PriceRow>> = LazyLock::new(|| {
    let mut reader = csv::Reader::from_reader(include_str!("prices.csv").as_bytes());
    let rows = reader.deserialize::<PriceRow>().map(|row| row.expect("the embedded file is tested"));
    rows.map(|row| ((row.vendor.clone(), row.model.clone()), with_flags(row))).collect()
});

fn with_flags(row: PriceRow) -> PriceRow {
    let can = |letter: char| row.can.contains(letter);
    PriceRow { vision: can('v'), tools: can('t'), reasoning: can('r'), ..row }
}

/// The row of a vendor's model, by the preset's id. Only an exact name is taken: a price that was
/// guessed is worse than one that is unknown.
pub fn find(vendor: &str, model: &str) -> Option<PriceRow> {
    TABLE.get(&(vendor.to_owned(), model.to_owned())).cloned()
}

#[cfg(test)]
mod tests;
