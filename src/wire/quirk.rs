//! How a vendor's requests differ from the plain format, as rows of data: a preset or an operator names
//! them by words, and no vendor has code of its own.

use std::borrow::Cow;

/// A top-level field.
pub type Name = Cow<'static, str>;

/// Under which name a vendor takes the limit of the answer's length.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LimitField {
    #[default]
    AsSent,
    MaxTokens,
    MaxCompletionTokens,
}

/// One thing to do to a request before it goes out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    Limit(LimitField),
    /// The field may be left out with a warning.
    Drop(Name),
    /// The field may not be left out when it says something.
    Refuse(Name),
    /// The field has another name there.
    Rename(Name, Name),
    /// Reasoning models take only what is usual: another value is left out with a warning.
    UsualWhenReasoning(Name),
    AtMost(Name, u32),
    /// Zero goes out as the smallest value that is taken.
    NotZero(Name),
    /// The field always has this value, in JSON.
    Always(Name, &'static str),
    /// Has this value for reasoning models where the caller did not set it.
    WhenReasoning(Name, &'static str),
    /// Has this value in embeddings where the caller did not set it.
    WhenEmbedding(Name, &'static str),
    /// The only fields that are taken; all others are left out or refused.
    Only(Vec<Name>),
    Effort(EffortAs),
    Choice(ChoiceIs),
    Shape(ShapeIs),
    Message(MessageIs),
    NoStreamOptions,
    /// The vendor cannot stream: it is asked for one document, which the caller gets as a stream.
    NoStream,
    /// The same, where the answer must fit a schema.
    NoStreamWithSchema,
    NoStrictTools,
    /// All tools are strict or none is.
    StrictAllOrNone,
    /// Embeddings come as numbers, whatever was asked.
    FloatsOnly,
}

/// Where `reasoning_effort` goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EffortAs {
    /// `thinking: {type}`, beside it.
    Thinking,
    /// `enable_thinking`, in its place.
    Enable,
    /// `reasoning: {effort}`, in its place.
    Reasoning,
}

/// What `tool_choice` cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChoiceIs {
    Ignored,
    NeverRequired,
    NeverNamed,
    /// The word for `required` is `any`.
    Any,
}

/// What `response_format` cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShapeIs {
    NeverSchema,
    NeverJson,
}

/// What a message cannot have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageIs {
    NeverNamed,
    NeverDeveloper,
    NeverNull,
    /// Several texts are one text.
    OneText,
    NeverImageUrl,
    NeverCacheControl,
    /// Ids of calls have nine letters or digits.
    ShortId,
    /// A turn that called must come back with its thought; a space stands for one that is lost.
    WithThought,
}

const fn name(word: &'static str) -> Name {
    Cow::Borrowed(word)
}

/// All words that change requests. A word may have several rows.
static WORDS: &[(&str, Rule)] = &[
    ("max_tokens_only", Rule::Limit(LimitField::MaxTokens)),
    ("max_completion_tokens", Rule::Limit(LimitField::MaxCompletionTokens)),
    ("no_stream_options", Rule::NoStreamOptions),
    ("no_stream", Rule::NoStream),
    ("no_stream_with_json_schema", Rule::NoStreamWithSchema),
    ("random_seed", Rule::Rename(name("seed"), name("random_seed"))),
    ("no_seed", Rule::Drop(name("seed"))),
    ("no_service_tier", Rule::Drop(name("service_tier"))),
    ("no_parallel_tool_calls", Rule::Drop(name("parallel_tool_calls"))),
    ("parallel_tool_calls_ignored", Rule::Drop(name("parallel_tool_calls"))),
    ("no_penalties", Rule::Drop(name("frequency_penalty"))),
    ("no_penalties", Rule::Drop(name("presence_penalty"))),
    ("no_logit_bias", Rule::Refuse(name("logit_bias"))),
    ("no_logprobs", Rule::Refuse(name("logprobs"))),
    ("no_logprobs", Rule::Refuse(name("top_logprobs"))),
    ("no_n", Rule::Refuse(name("n"))),
    ("no_tools", Rule::Refuse(name("tools"))),
    ("no_tools", Rule::Refuse(name("functions"))),
    ("temperature_max_1", Rule::AtMost(name("temperature"), 1)),
    ("temperature_gt_0", Rule::NotZero(name("temperature"))),
    ("temperature_fixed", Rule::UsualWhenReasoning(name("temperature"))),
    ("temperature_fixed", Rule::UsualWhenReasoning(name("top_p"))),
    ("reasoning_param_limits", Rule::UsualWhenReasoning(name("frequency_penalty"))),
    ("reasoning_param_limits", Rule::UsualWhenReasoning(name("presence_penalty"))),
    ("reasoning_param_limits", Rule::UsualWhenReasoning(name("stop"))),
    ("store_false", Rule::Always(name("store"), "false")),
    ("reasoning_split", Rule::Always(name("reasoning_split"), "true")),
    ("reasoning_format", Rule::WhenReasoning(name("reasoning_format"), "\"parsed\"")),
    ("embeddings_input_type", Rule::WhenEmbedding(name("input_type"), "\"query\"")),
    ("output_dimension", Rule::Rename(name("dimensions"), name("output_dimension"))),
    ("no_base64_embeddings", Rule::FloatsOnly),
    ("thinking_object", Rule::Effort(EffortAs::Thinking)),
    ("enable_thinking", Rule::Effort(EffortAs::Enable)),
    ("reasoning_object", Rule::Effort(EffortAs::Reasoning)),
    ("tool_choice_ignored", Rule::Choice(ChoiceIs::Ignored)),
    ("no_tool_choice_required", Rule::Choice(ChoiceIs::NeverRequired)),
    ("no_tool_choice_named", Rule::Choice(ChoiceIs::NeverNamed)),
    ("tool_choice_any", Rule::Choice(ChoiceIs::Any)),
    ("no_strict_tools", Rule::NoStrictTools),
    ("strict_all_or_none", Rule::StrictAllOrNone),
    ("no_json_schema", Rule::Shape(ShapeIs::NeverSchema)),
    ("no_json_object", Rule::Shape(ShapeIs::NeverJson)),
    ("no_message_name", Rule::Message(MessageIs::NeverNamed)),
    ("no_developer_role", Rule::Message(MessageIs::NeverDeveloper)),
    ("no_null_content", Rule::Message(MessageIs::NeverNull)),
    ("content_array_flatten", Rule::Message(MessageIs::OneText)),
    ("image_base64_only", Rule::Message(MessageIs::NeverImageUrl)),
    ("no_cache_control", Rule::Message(MessageIs::NeverCacheControl)),
    ("tool_id_9", Rule::Message(MessageIs::ShortId)),
    ("reasoning_replay_required", Rule::Message(MessageIs::WithThought)),
];

/// What a vendor's requests need, built from words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Quirks {
    rules: Vec<Rule>,
}

impl Quirks {
    /// Reads quirk words; words without an effect on requests, and unknown ones, do nothing. Beside
    /// the words that are known, `drop:FIELD`, `refuse:FIELD`, `rename:FIELD=NAME` and
    /// `only:FIELD+FIELD` name any top-level field.
    pub fn of<'w>(words: impl IntoIterator<Item = &'w str>) -> Self {
        let mut rules = Vec::new();
        for word in words {
            let known = WORDS.iter().filter(|(known, _)| *known == word);
            rules.extend(known.map(|(_, rule)| rule.clone()));
            rules.extend(spelled(word));
        }
        Self { rules }
    }

    /// Every word that is known, each once.
    pub fn words() -> Vec<&'static str> {
        let mut words: Vec<&str> = WORDS.iter().map(|(word, _)| *word).collect();
        words.dedup();
        words
    }

    pub(super) fn rules(&self) -> &[Rule] {
        &self.rules
    }

    pub(super) fn has(&self, rule: &Rule) -> bool {
        self.rules.contains(rule)
    }

    /// The last word on the limit's name counts.
    pub(super) fn limit_field(&self) -> LimitField {
        let limit = |rule: &Rule| if let Rule::Limit(field) = rule { Some(*field) } else { None };
        self.rules.iter().rev().find_map(limit).unwrap_or_default()
    }
}

/// A word that names its field.
fn spelled(word: &str) -> Option<Rule> {
    let (what, field) = word.split_once(':')?;
    let owned = |text: &str| Cow::Owned(text.to_owned());
    let is_name = |text: &str| !text.is_empty() && !["model", "messages", "input", "stream"].contains(&text);
    match what {
        "drop" if is_name(field) => Some(Rule::Drop(owned(field))),
        "refuse" if is_name(field) => Some(Rule::Refuse(owned(field))),
        "rename" => {
            let (from, to) = field.split_once('=')?;
            (is_name(from) && is_name(to)).then(|| Rule::Rename(owned(from), owned(to)))
        }
        "only" => Some(Rule::Only(field.split('+').map(owned).collect())),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
