//! What a Claude model takes, judged by its name: the vendor answers 400 to the rest.

use crate::wire::ModelFacts;

/// How a model thinks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thinking {
    No,
    /// With a budget of tokens.
    Budget,
    /// By effort.
    Adaptive,
}

/// What sampling fields a model takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sampling {
    Both,
    /// `temperature` or `top_p`.
    One,
    None,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Traits {
    pub thinking: Thinking,
    /// `thinking: disabled` is a word it knows.
    pub may_disable: bool,
    pub sampling: Sampling,
    /// `output_config.format` and `strict` tools.
    pub schemas: bool,
    /// A `system` turn inside the conversation.
    pub system_turns: bool,
    /// A last turn of the assistant that is to be continued.
    pub prefill: bool,
    /// The effort words above `high`.
    pub extra_effort: bool,
    /// The longest answer, used where the caller set no limit.
    pub max_output: u32,
}

impl Traits {
    /// A name that is no Claude's gets the benefit of the doubt.
    pub fn of(model: &str, facts: &ModelFacts) -> Self {
        let known = version(model);
        let at_least = |major: u32, minor: u32| known.is_none_or(|found| found >= (major, minor));
        let newer_than = |major: u32, minor: u32| known.is_some_and(|found| found >= (major, minor));
        Self {
            thinking: match known {
                Some(found) if found >= (4, 6) => Thinking::Adaptive,
                Some(found) if found < (3, 7) => Thinking::No,
                _ => Thinking::Budget,
            },
            may_disable: at_least(3, 7) && !newer_than(4, 7),
            sampling: match known {
                Some(found) if found >= (4, 7) => Sampling::None,
                Some(found) if found >= (4, 1) => Sampling::One,
                _ => Sampling::Both,
            },
            schemas: at_least(4, 5),
            system_turns: newer_than(4, 8),
            prefill: !newer_than(4, 6),
            extra_effort: newer_than(4, 7),
            max_output: facts.max_output.unwrap_or_else(|| usual_output(known, model)),
        }
    }
}

fn usual_output(version: Option<(u32, u32)>, model: &str) -> u32 {
    match version {
        Some(found) if found < (3, 5) => 4_096,
        Some(found) if found < (3, 7) => 8_192,
        Some(found) if found < (4, 5) && model.contains("opus") => 32_000,
        Some(found) if found < (4, 6) => 64_000,
        Some(_) => 128_000,
        None => 8_192,
    }
}

/// `claude-opus-4-8-20260101` → (4, 8), `claude-3-5-sonnet-20241022` → (3, 5), `claude-sonnet-5` → (5, 0).
/// A name without a number is the newest of its kind.
fn version(model: &str) -> Option<(u32, u32)> {
    let (_, rest) = model.split_once("claude")?;
    let words = rest.split(['-', '.', '@', ':', '_']);
    let numbers = words.map(|word| word.parse::<u32>().ok().filter(|_| word.len() <= 2));
    let found: Vec<u32> = numbers.skip_while(Option::is_none).map_while(|number| number).take(2).collect();
    match found.as_slice() {
        [] => Some((u32::MAX, 0)),
        [major] => Some((*major, 0)),
        [major, minor, ..] => Some((*major, *minor)),
    }
}

#[cfg(test)]
mod tests;
