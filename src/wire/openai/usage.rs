//! Token counts as OpenAI and its likes write them, brought to one meaning.

use serde::Deserialize;

use crate::wire::Usage;
use crate::wire::json::count;

#[derive(Deserialize, Default)]
#[serde(default)]
struct Counts {
    #[serde(deserialize_with = "count")]
    prompt_tokens: Option<u64>,
    #[serde(deserialize_with = "count")]
    completion_tokens: Option<u64>,
    #[serde(deserialize_with = "count")]
    total_tokens: Option<u64>,
    prompt_tokens_details: Option<PromptParts>,
    completion_tokens_details: Option<AnswerParts>,
    #[serde(deserialize_with = "count")]
    cached_tokens: Option<u64>,
    #[serde(deserialize_with = "count")]
    prompt_cache_hit_tokens: Option<u64>,
    #[serde(deserialize_with = "count")]
    num_cached_tokens: Option<u64>,
    #[serde(deserialize_with = "count")]
    cache_creation_input_tokens: Option<u64>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct PromptParts {
    #[serde(deserialize_with = "count")]
    cached_tokens: Option<u64>,
    #[serde(deserialize_with = "count")]
    cache_write_tokens: Option<u64>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct AnswerParts {
    #[serde(deserialize_with = "count")]
    reasoning_tokens: Option<u64>,
}

/// Reads a `usage` object. Nothing when it is no object or counts nothing, so that the ledger
/// estimates instead of booking zero.
pub fn read(json: &[u8]) -> Option<Usage> {
    let counts: Counts = serde_json::from_slice(json).ok()?;
    let prompt = counts.prompt_tokens_details.unwrap_or_default();
    let answer = counts.completion_tokens_details.unwrap_or_default();
    let input = counts.prompt_tokens;
    let output = answer_tokens(input, counts.completion_tokens, counts.total_tokens);
    let usage = Usage {
        input,
        cached_read: prompt
            .cached_tokens
            .or(counts.cached_tokens)
            .or(counts.prompt_cache_hit_tokens)
            .or(counts.num_cached_tokens),
        cache_write: prompt.cache_write_tokens.or(counts.cache_creation_input_tokens),
        cache_write_1h: None,
        output,
        reasoning: answer.reasoning_tokens.map(|tokens| tokens.min(output.unwrap_or(tokens))),
    };
    (!usage.is_empty()).then_some(usage)
}

/// Some vendors leave reasoning out of `completion_tokens` but not out of the total.
fn answer_tokens(input: Option<u64>, output: Option<u64>, total: Option<u64>) -> Option<u64> {
    let Some(by_total) = total.zip(input).map(|(total, input)| total.checked_sub(input)) else {
        return output;
    };
    match (output, by_total) {
        (Some(said), Some(rest)) => Some(said.max(rest)),
        (None, Some(0)) => None,
        (said, rest) => said.or(rest),
    }
}
