//! What is known of the tokens of a call, and what of it counts.

use crate::base::Nanos;
use crate::gateway::cost;
use crate::ledger::prices::Tariff;
use crate::ledger::record::{CallState, Tokens, UsageSource};
use crate::wire::Usage;

#[derive(Default)]
pub struct Observed {
    pub prompt_bytes: usize,
    pub reported: Option<Usage>,
    pub delivered_bytes: u64,
    pub price: Option<Tariff>,
    /// A vendor has worked on this call.
    pub worked: bool,
}

impl Observed {
    /// Reported where the vendor said it at the end of a whole answer; estimated where a vendor
    /// worked and did not say, or only in part; else none.
    pub fn tokens(&self, state: CallState) -> (Tokens, UsageSource) {
        let usage = self.reported.unwrap_or_default();
        let mut tokens = Tokens {
            input: usage.input,
            cached_read: usage.cached_read,
            cache_write: usage.cache_write,
            output: usage.output,
            reasoning: usage.reasoning,
        };
        // Embeddings have no answer to count.
        let is_told = usage.input.is_some() && (usage.output.is_some() || self.delivered_bytes == 0);
        if state == CallState::Answered && is_told && !usage.is_empty() {
            return (tokens, UsageSource::Reported);
        }
        if !self.worked {
            return (Tokens::default(), UsageSource::None);
        }
        let delivered = cost::estimated_tokens(self.delivered_bytes);
        tokens.input = usage.input.or_else(|| Some(cost::estimated_tokens(self.prompt_bytes as u64)));
        // The reasoning is a part of the output, though none of it was delivered.
        tokens.output = Some(delivered.max(usage.output.unwrap_or(0)).max(usage.reasoning.unwrap_or(0)));
        (tokens, UsageSource::Estimated)
    }

    /// What these tokens cost; `None` where a price is unknown.
    pub fn cost(&self, tokens: &Tokens, source: UsageSource) -> Option<Nanos> {
        let for_an_hour = self.reported.and_then(|usage| usage.cache_write_1h).unwrap_or(0);
        cost::of(self.price.as_ref(), tokens, source, for_an_hour)
    }
}

#[cfg(test)]
mod tests;
