//! A whole Messages answer into the neutral model.

use crate::wire::chat::{Answer, AnswerPart, Citation};
use crate::wire::{Finish, WireFault, fault, json};

use super::{ANSWER_TOOL, types};

/// Half a character in a text is no reason to lose an answer that is paid for.
pub fn answer(body: &[u8]) -> Result<Answer, WireFault> {
    let told = read(body);
    match &told {
        Err(WireFault::NotThisFormat(_)) => json::whole_characters(body).map_or(told, |clean| read(&clean)),
        _ => told,
    }
}

fn read(body: &[u8]) -> Result<Answer, WireFault> {
    let message: types::Message<'_> = match serde_json::from_slice(body) {
        Ok(message) => message,
        Err(_) if is_error(body) => return Err(fault::under_200(body)),
        Err(cause) => return Err(WireFault::strange(format!("the answer is no message: {cause}"))),
    };
    if message.kind.as_deref() != Some("message") {
        return Err(WireFault::strange("the answer is no message"));
    }
    let mut parts = Vec::with_capacity(message.content.len());
    let mut shaped = None;
    for json in message.content {
        match serde_json::from_str::<types::AnswerBlock<'_>>(json.get()) {
            Ok(block) if block.kind == "tool_use" && block.name.as_deref() == Some(ANSWER_TOOL) => {
                shaped.get_or_insert_with(|| arguments(block.input));
            }
            Ok(block) => parts.push(part(block, json.get())),
            Err(_) if is_new_block(json.get()) => {
                parts.push(AnswerPart::Foreign { json: json.get().to_owned() })
            }
            Err(cause) => return Err(WireFault::strange(format!("a block of the answer is odd: {cause}"))),
        }
    }
    let explanation = message.stop_details.and_then(|details| details.explanation);
    let (mut finish, refusal) = stop(message.stop_reason.as_deref().unwrap_or_default(), explanation);
    if let Some(text) = shaped {
        // What was said beside it would spoil the JSON.
        parts.retain(|part| !matches!(part, AnswerPart::Text { .. }));
        parts.push(AnswerPart::Text { text, citations: Vec::new() });
        finish = shaped_finish(finish, parts.iter().any(|part| matches!(part, AnswerPart::Call { .. })));
    }
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
            arguments: arguments(block.input),
        },
        _ => AnswerPart::Foreign { json: json.to_owned() },
    }
}

/// Blocks whose shape is promised.
const BLOCKS: &[&str] = &["text", "thinking", "redacted_thinking", "tool_use"];

/// True for a block of a type nobody knows yet: it may have any shape.
pub fn is_new_block(json: &str) -> bool {
    let kind = serde_json::from_str::<serde_json::Value>(json).ok();
    let kind = kind.as_ref().and_then(|block| block.get("type")).and_then(serde_json::Value::as_str);
    kind.is_some_and(|kind| !BLOCKS.contains(&kind))
}

fn arguments(input: Option<&serde_json::value::RawValue>) -> String {
    input.map_or_else(|| "{}".to_owned(), |input| compact(input.get()))
}

/// An answer that was given by way of a call ended of itself, unless there were real calls too.
pub fn shaped_finish(finish: Finish, real_calls: bool) -> Finish {
    if finish == Finish::ToolCalls && !real_calls { Finish::Stop } else { finish }
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

/// The tier in OpenAI's words.
pub fn tier(word: &str) -> Option<String> {
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
