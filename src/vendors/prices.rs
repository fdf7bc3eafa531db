//! What models cost and can, from an embedded table. Facts to start from: prices are edited in the portal.

/// One model's facts. Prices are nano-USD for 1,000,000 tokens; `None` is unknown, never free.
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
}

/// The row of a vendor's model, by the preset's id.
pub fn find(vendor: &str, model: &str) -> Option<PriceRow> {
    let _ = (vendor, model);
    None
}
