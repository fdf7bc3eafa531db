//! What an answer cost in tokens and why it ended, in words of our own.

/// Token counts as a vendor reported them. Each part is `None` when the vendor did not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// All prompt tokens, cached ones included (OpenAI's `prompt_tokens`).
    pub input: Option<u64>,
    /// The part of `input` that was read from a cache.
    pub cached_read: Option<u64>,
    /// The part of `input` that was written to a cache.
    pub cache_write: Option<u64>,
    /// The part of `cache_write` that stays for an hour, which has a price of its own.
    pub cache_write_1h: Option<u64>,
    /// All tokens of the answer, reasoning included.
    pub output: Option<u64>,
    /// The part of `output` that was reasoning.
    pub reasoning: Option<u64>,
}

/// No call has more tokens of any kind: a greater count is a fault of the vendor's, and sums of such
/// counts would leave the range of a database's integers.
const MOST: u64 = 1_000_000_000;

impl Usage {
    /// False when a count is greater than any call's can be.
    pub fn is_plausible(&self) -> bool {
        let input = [self.input, self.cached_read, self.cache_write, self.cache_write_1h];
        let counts = input.into_iter().chain([self.output, self.reasoning]);
        counts.flatten().all(|count| count <= MOST)
    }

    /// True when the vendor said nothing that can be billed.
    pub fn is_empty(&self) -> bool {
        self.input.unwrap_or(0) == 0 && self.output.unwrap_or(0) == 0
    }

    pub fn total(&self) -> u64 {
        self.input.unwrap_or(0).saturating_add(self.output.unwrap_or(0))
    }
}

/// Why an answer ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finish {
    Stop,
    Length,
    ToolCalls,
    ContentFilter,
    /// A word of the vendor's that we do not know.
    Other,
}

impl Finish {
    /// OpenAI's `finish_reason`; a word nobody knows reads as a natural end.
    pub fn word(self) -> &'static str {
        match self {
            Self::Stop | Self::Other => "stop",
            Self::Length => "length",
            Self::ToolCalls => "tool_calls",
            Self::ContentFilter => "content_filter",
        }
    }
}

#[cfg(test)]
mod tests;
