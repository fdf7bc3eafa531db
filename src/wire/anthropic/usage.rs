//! Token counts as Anthropic writes them: what was cached is beside the input, not in it.

use serde::Deserialize;

use crate::wire::Usage;
use crate::wire::json::count;

/// Counts as they come, also in pieces: a later value replaces an earlier one, nothing is added up.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq)]
#[serde(default)]
pub struct Counts {
    #[serde(deserialize_with = "count")]
    pub input_tokens: Option<u64>,
    #[serde(deserialize_with = "count")]
    pub cache_creation_input_tokens: Option<u64>,
    #[serde(deserialize_with = "count")]
    pub cache_read_input_tokens: Option<u64>,
    #[serde(deserialize_with = "count")]
    pub output_tokens: Option<u64>,
    pub output_tokens_details: Option<Details>,
    pub cache_creation: Option<Creation>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq)]
#[serde(default)]
pub struct Details {
    #[serde(deserialize_with = "count")]
    pub thinking_tokens: Option<u64>,
}

/// What was written to the cache, by how long it stays.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq)]
#[serde(default)]
pub struct Creation {
    #[serde(deserialize_with = "count")]
    pub ephemeral_1h_input_tokens: Option<u64>,
}

impl Counts {
    /// Takes over what `later` says.
    pub fn correct(&mut self, later: Self) {
        self.input_tokens = later.input_tokens.or(self.input_tokens);
        self.cache_creation_input_tokens =
            later.cache_creation_input_tokens.or(self.cache_creation_input_tokens);
        self.cache_read_input_tokens = later.cache_read_input_tokens.or(self.cache_read_input_tokens);
        self.output_tokens = later.output_tokens.or(self.output_tokens);
        self.cache_creation = later.cache_creation.or(self.cache_creation);
        self.output_tokens_details = later.output_tokens_details.or(self.output_tokens_details);
    }

    pub fn usage(&self) -> Option<Usage> {
        let (read, written) = (self.cache_read_input_tokens, self.cache_creation_input_tokens);
        let usage = Usage {
            input: self
                .input_tokens
                .map(|fresh| fresh.saturating_add(read.unwrap_or(0)).saturating_add(written.unwrap_or(0))),
            cached_read: read,
            cache_write: written,
            cache_write_1h: self.cache_creation.and_then(|creation| creation.ephemeral_1h_input_tokens),
            output: self.output_tokens,
            reasoning: self.output_tokens_details.and_then(|details| details.thinking_tokens),
        };
        (!usage.is_empty()).then_some(usage)
    }
}
