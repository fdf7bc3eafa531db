//! A whole Messages answer into the neutral model.

use crate::wire::chat::{Answer, AnswerPart, Citation};
use crate::wire::{Finish, WireFault, fault};

use super::types;

pub fn answer(body: &[u8]) -> Result<Answer, WireFault> {
    let message: types::Message<'_> = match serde_json::from_slice(body) {
        Ok(message) => message,
        Err(_) if is_error(body) => return Err(fault::under_200(body)),
        Err(cause) => return Err(WireFault::strange(format!("the answer is no message: {cause}"))),
    };
    if message.kind.as_deref() != Some("message") {
        return Err(WireFault::strange("the answer is no message"));
    }
    let mut parts = Vec::with_capacity(message.content.len());
    for json in message.content {
        let block = serde_json::from_str(json.get())
            .map_err(|cause| WireFault::strange(format!("a block of the answer is odd: {cause}")))?;
        parts.push(part(block, json.get()));
    }
    let explanation = message.stop_details.and_then(|details| details.explanation);
    let (finish, refusal) = stop(message.stop_reason.as_deref().unwrap_or_default(), explanation);
    let usage = message.usage;
    let tier = usage.as_ref().and_then(|usage| usage.service_tier.as_deref()).and_then(tier);
    Ok(Answer { parts, finish, refusal, usage: usage.and_then(|usage| usage.counts.usage()), tier })
}

fn is_error(body: &[u8]) -> bool {
    serde_json::from_slice::<serde_json::Value>(body).is_ok_and(|value| value.get("error").is_some())
}

fn part(block: types::AnswerBlock<'_>, json: &str) -> AnswerPart {
    match block.kind.as_ref() {
        "text" => AnswerPart::Text {
            text: block.text.unwrap_or_default(),
            citations: block.citations.unwrap_or_default().into_iter().filter_map(citation).collect(),
        },
        "thinking" => {
            AnswerPart::Thinking { text: block.thinking.unwrap_or_default(), signature: block.signature }
        }
        "redacted_thinking" => AnswerPart::Redacted { data: block.data.unwrap_or_default() },
        "tool_use" => AnswerPart::Call {
            id: block.id.unwrap_or_default(),
            name: block.name.unwrap_or_default(),
            arguments: block.input.map_or_else(|| "{}".to_owned(), |input| compact(input.get())),
        },
        _ => AnswerPart::Foreign { json: json.to_owned() },
    }
}

/// A citation of the web; those of documents have no counterpart.
pub fn citation(raw: types::Citation) -> Option<Citation> {
    let url = raw.url.filter(|_| raw.kind.as_deref() == Some("web_search_result_location"))?;
    Some(Citation { url, title: raw.title.unwrap_or_default() })
}

/// Why it stopped, and the words of a refusal.
pub fn stop(reason: &str, explanation: Option<String>) -> (Finish, Option<String>) {
    match reason {
        "end_turn" | "stop_sequence" | "pause_turn" => (Finish::Stop, None),
        "tool_use" => (Finish::ToolCalls, None),
        "max_tokens" | "model_context_window_exceeded" => (Finish::Length, None),
        "refusal" => {
            let said = explanation.filter(|text| !text.is_empty());
            (Finish::ContentFilter, Some(said.unwrap_or_else(|| crate::wire::openai::REFUSED.to_owned())))
        }
        _ => (Finish::Other, None),
    }
}

fn tier(word: &str) -> Option<String> {
    match word {
        "standard" => Some("default".to_owned()),
        "priority" => Some("priority".to_owned()),
        _ => None,
    }
}

/// JSON without the white space between its parts; the order of names and the digits stay.
pub fn compact(json: &str) -> String {
    let (mut inside, mut escaped) = (false, false);
    let mut keep = |c: char| {
        let kept = inside || !c.is_ascii_whitespace();
        match c {
            _ if escaped => escaped = false,
            '\\' if inside => escaped = true,
            '"' => inside = !inside,
            _ => {}
        }
        kept
    };
    json.chars().filter(|&c| keep(c)).collect()
}
