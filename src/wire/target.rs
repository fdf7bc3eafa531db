//! Where a request goes, as far as its body is concerned.

use bytes::Bytes;

use super::Format;

/// The vendor side of one attempt.
#[derive(Clone, Debug)]
pub struct Target<'a> {
    pub format: Format,
    /// The vendor's name of the model.
    pub model: &'a str,
    pub quirks: &'a Quirks,
    pub facts: ModelFacts,
}

/// What is known of the vendor's model; `None` and `false` mean "not known".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ModelFacts {
    pub max_output: Option<u32>,
    pub context_window: Option<u32>,
    pub reasoning: bool,
}

/// The body to send, and the names of fields that were left out of it harmlessly.
#[derive(Clone, Debug)]
pub struct Outgoing {
    pub body: Bytes,
    /// For the `x-portico-dropped` header.
    pub dropped: Vec<String>,
}

/// Under which name a vendor takes the limit of the answer's length.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LimitField {
    #[default]
    AsSent,
    MaxTokens,
    MaxCompletionTokens,
}

/// How a vendor's requests differ from the plain format. Built from words (`Quirks::of`), so that a
/// preset or an operator can name them without code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Quirks {
    pub limit_field: LimitField,
    /// `stream_options` is refused by the vendor.
    pub no_stream_options: bool,
    /// Top-level fields with another name at this vendor.
    pub renames: Vec<(&'static str, &'static str)>,
    /// Top-level fields the vendor refuses and that may be left out with a warning.
    pub drops: Vec<&'static str>,
    /// Top-level fields the vendor refuses and that may not be left out when they say something.
    pub refuses: Vec<&'static str>,
}

impl Quirks {
    /// Reads quirk words; words without an effect on requests, and unknown ones, do nothing.
    pub fn of<'w>(words: impl IntoIterator<Item = &'w str>) -> Self {
        let mut quirks = Self::default();
        for word in words {
            quirks.add(word);
        }
        quirks
    }

    fn add(&mut self, word: &str) {
        match word {
            "max_tokens_only" => self.limit_field = LimitField::MaxTokens,
            "max_completion_tokens" => self.limit_field = LimitField::MaxCompletionTokens,
            "no_stream_options" => self.no_stream_options = true,
            "random_seed" => self.renames.push(("seed", "random_seed")),
            "no_seed" => self.drops.push("seed"),
            "no_service_tier" => self.drops.push("service_tier"),
            "no_parallel_tool_calls" => self.drops.push("parallel_tool_calls"),
            "no_penalties" => self.drops.extend(["frequency_penalty", "presence_penalty"]),
            "no_logit_bias" => self.refuses.push("logit_bias"),
            "no_logprobs" => self.refuses.extend(["logprobs", "top_logprobs"]),
            "no_n" => self.refuses.push("n"),
            "no_tools" => self.refuses.extend(["tools", "functions"]),
            _ => {}
        }
    }
}
