//! The settings beside messages and tools.

use std::borrow::Cow;
use std::fmt::Write;

use sha2::{Digest, Sha256};

use crate::base::Result;
use crate::wire::anthropic::models::{Sampling, Thinking as Thinks, Traits};
use crate::wire::anthropic::types::{Metadata, Thinking};
use crate::wire::chat::{ChatRequest, Effort, PartKind, Role};

use super::{Notes, unsupported};

const LEAST_BUDGET: u32 = 1_024;
const MAX_USER_BYTES: usize = 256;

/// The limit is required there: the caller's, else the model's own.
pub fn max_tokens(request: &ChatRequest<'_>, traits: &Traits, notes: &mut Notes) -> u32 {
    let Some(wanted) = request.max_tokens else { return traits.max_output };
    if wanted > traits.max_output {
        notes.drop("max_tokens");
    }
    wanted.min(traits.max_output)
}

#[derive(Default)]
pub struct Thought {
    pub thinking: Option<Thinking>,
    pub effort: Option<&'static str>,
}

/// `reasoning_effort` as effort with adaptive thinking, or as a budget on older models. A forced call
/// and a budget exclude each other; the call matters more.
pub fn thinking(
    request: &ChatRequest<'_>,
    traits: &Traits,
    max_tokens: u32,
    forced: bool,
    notes: &mut Notes,
) -> Thought {
    let Some(effort) = request.effort else { return Thought::default() };
    if effort == Effort::Minimal {
        notes.drop("reasoning_effort");
    }
    match (traits.thinking, effort) {
        (Thinks::No, Effort::None) => Thought::default(),
        (_, Effort::None) => {
            Thought { thinking: traits.may_disable.then_some(Thinking::Disabled), effort: None }
        }
        (Thinks::Adaptive, _) => {
            Thought { thinking: Some(Thinking::Adaptive), effort: Some(effort_word(effort, traits, notes)) }
        }
        (Thinks::Budget, _) if max_tokens > LEAST_BUDGET && !forced && !lost_its_thought(request) => {
            let budget = budget(effort, max_tokens).clamp(LEAST_BUDGET, max_tokens - 1);
            Thought { thinking: Some(Thinking::Enabled { budget_tokens: budget }), effort: None }
        }
        _ => {
            notes.drop("reasoning_effort");
            Thought::default()
        }
    }
}

/// A turn that called and was answered, but comes back without the thought that led to it: with a
/// budget the vendor takes no such turn.
fn lost_its_thought(request: &ChatRequest<'_>) -> bool {
    let is_result = |role: &Role<'_>| matches!(role, Role::Tool(_) | Role::Function(_));
    let results = request.messages.iter().rev().take_while(|message| is_result(&message.role)).count();
    let Some(turn) = request.messages.iter().rev().nth(results).filter(|_| results > 0) else { return false };
    let thinks =
        turn.parts.iter().any(|part| matches!(part.kind, PartKind::Thinking { .. } | PartKind::Redacted(_)));
    turn.role == Role::Assistant && !thinks
}

fn budget(effort: Effort, max_tokens: u32) -> u32 {
    match effort {
        Effort::None | Effort::Minimal | Effort::Low => LEAST_BUDGET,
        Effort::Medium => max_tokens / 4,
        Effort::High => max_tokens / 2,
        Effort::ExtraHigh | Effort::Max => max_tokens / 4 * 3,
    }
}

fn effort_word(effort: Effort, traits: &Traits, notes: &mut Notes) -> &'static str {
    match effort {
        Effort::None | Effort::Minimal | Effort::Low => "low",
        Effort::Medium => "medium",
        Effort::High => "high",
        Effort::Max => "max",
        Effort::ExtraHigh if traits.extra_effort => "xhigh",
        Effort::ExtraHigh => {
            notes.drop("reasoning_effort");
            "high"
        }
    }
}

#[derive(Default)]
pub struct Chosen {
    pub temperature: Option<f64>,
    pub top_p: Option<f64>,
    /// `top_k` may be sent.
    pub top_k: bool,
}

pub fn sampling(
    request: &ChatRequest<'_>,
    traits: &Traits,
    thinking: Option<&Thinking>,
    notes: &mut Notes,
) -> Chosen {
    let (mut temperature, mut top_p) = (request.temperature, request.top_p);
    if temperature.is_some_and(|value| value > 1.0) {
        notes.drop("temperature");
        temperature = Some(1.0);
    }
    let mut refuse = |value: &mut Option<f64>, name: &str, usual: bool| {
        if value.take().is_some() && !usual {
            notes.drop(name);
        }
    };
    let is_one = |value: Option<f64>| value == Some(1.0);
    if traits.sampling == Sampling::None {
        refuse(&mut temperature, "temperature", is_one(request.temperature));
        refuse(&mut top_p, "top_p", is_one(request.top_p));
    }
    let thinks = matches!(thinking, Some(Thinking::Enabled { .. } | Thinking::Adaptive));
    if thinks && !is_one(temperature) {
        refuse(&mut temperature, "temperature", false);
    }
    if thinks && top_p.is_some_and(|value| value < 0.95) {
        refuse(&mut top_p, "top_p", false);
    }
    if traits.sampling == Sampling::One && temperature.is_some() {
        refuse(&mut top_p, "top_p", is_one(request.top_p));
    }
    if top_p.is_some_and(|value| value > 1.0) {
        top_p = Some(1.0);
        notes.drop("top_p");
    }
    Chosen { temperature, top_p, top_k: traits.sampling != Sampling::None && !thinks }
}

pub fn stop<'a>(request: &mut ChatRequest<'a>) -> Result<Vec<Cow<'a, str>>> {
    if request.stop.iter().any(|text| text.trim().is_empty()) {
        return Err(unsupported("stop", "a stop text must be more than white space"));
    }
    Ok(std::mem::take(&mut request.stop))
}

/// An id that is too long becomes its digest, so that it stays the same for the same user.
pub fn user<'a>(request: &mut ChatRequest<'a>) -> Option<Metadata<'a>> {
    let user = request.user.take().filter(|user| !user.is_empty())?;
    if user.len() <= MAX_USER_BYTES {
        return Some(Metadata { user_id: user });
    }
    let mut digest = String::new();
    for byte in Sha256::digest(user.as_bytes()) {
        let _ = write!(digest, "{byte:02x}");
    }
    Some(Metadata { user_id: Cow::Owned(digest) })
}

pub fn tier(request: &ChatRequest<'_>, notes: &mut Notes) -> Option<&'static str> {
    match request.tier.as_deref()? {
        "default" => Some("standard_only"),
        "auto" | "priority" => Some("auto"),
        _ => {
            notes.drop("service_tier");
            None
        }
    }
}
