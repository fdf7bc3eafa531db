//! A neutral answer as OpenAI's chat completion.

use bytes::Bytes;
use serde_json::{Map, Value, json};

use crate::wire::chat::{Answer, AnswerPart, Citation};
use crate::wire::{Finish, Shown, Usage};

/// What a caller reads when a vendor refuses without a word.
pub const REFUSED: &str = "The model refused to answer.";

pub fn answer(answer: &Answer, shown: &Shown<'_>) -> Bytes {
    let mut body = json!({
        "id": format!("chatcmpl-{}", shown.id),
        "object": "chat.completion",
        "created": shown.created,
        "model": shown.model,
        "choices": [{
            "index": 0,
            "message": message(answer, shown.legacy_functions),
            "logprobs": null,
            "finish_reason": finish(answer.finish, shown.legacy_functions),
        }],
        "system_fingerprint": null,
    });
    if let Some(body) = body.as_object_mut() {
        body.extend(answer.usage.map(|counts| ("usage".to_owned(), usage(&counts))));
        body.extend(answer.tier.as_deref().map(|tier| ("service_tier".to_owned(), json!(tier))));
    }
    Bytes::from(body.to_string())
}

/// OpenAI's word; callers of the old kind know only one call.
pub fn finish(finish: Finish, legacy: bool) -> &'static str {
    if legacy && finish == Finish::ToolCalls { "function_call" } else { finish.word() }
}

pub fn usage(counts: &Usage) -> Value {
    json!({
        "prompt_tokens": counts.input.unwrap_or(0),
        "completion_tokens": counts.output.unwrap_or(0),
        "total_tokens": counts.total(),
        "prompt_tokens_details": {
            "cached_tokens": counts.cached_read.unwrap_or(0),
            "cache_write_tokens": counts.cache_write.unwrap_or(0),
            "audio_tokens": 0,
        },
        "completion_tokens_details": {
            "reasoning_tokens": counts.reasoning.unwrap_or(0),
            "audio_tokens": 0,
        },
    })
}

/// One web citation of the text between two places, counted in characters.
pub fn annotation(citation: &Citation, start: usize, end: usize) -> Value {
    json!({"type": "url_citation", "url_citation": {
        "start_index": start, "end_index": end, "url": citation.url, "title": citation.title,
    }})
}

fn message(answer: &Answer, legacy: bool) -> Map<String, Value> {
    let (mut text, mut has_text) = (String::new(), false);
    let (mut reasoning, mut thoughts, mut calls) = (String::new(), Vec::new(), Vec::new());
    let (mut annotations, mut foreign) = (Vec::new(), Vec::new());
    for part in &answer.parts {
        match part {
            AnswerPart::Text { text: piece, citations } => {
                let start = text.chars().count();
                text.push_str(piece);
                has_text = true;
                let end = text.chars().count();
                annotations.extend(citations.iter().map(|citation| annotation(citation, start, end)));
            }
            AnswerPart::Thinking { text, signature } => {
                reasoning.push_str(text);
                thoughts.push(thought(text, signature.as_deref()));
            }
            AnswerPart::Redacted { data } => {
                thoughts.push(json!({"type": "redacted_thinking", "data": data}))
            }
            AnswerPart::Call { id, name, arguments } => {
                calls.push(
                    json!({"id": id, "type": "function", "function": {"name": name, "arguments": arguments}}),
                );
            }
            AnswerPart::Foreign { json } => foreign.extend(serde_json::from_str::<Value>(json)),
        }
    }
    let mut message = Map::new();
    message.insert("role".to_owned(), json!("assistant"));
    message.insert("content".to_owned(), if has_text { json!(text) } else { Value::Null });
    message.insert("refusal".to_owned(), json!(answer.refusal));
    let lists = [("annotations", annotations), ("thinking_blocks", thoughts), ("vendor_blocks", foreign)];
    for (name, list) in lists {
        if !list.is_empty() || name == "annotations" {
            message.insert(name.to_owned(), Value::Array(list));
        }
    }
    if !reasoning.is_empty() {
        message.insert("reasoning_content".to_owned(), json!(reasoning));
    }
    if legacy {
        let first = calls.into_iter().next().and_then(|mut call| call.get_mut("function").map(Value::take));
        message.extend(first.map(|call| ("function_call".to_owned(), call)));
    } else if !calls.is_empty() {
        message.insert("tool_calls".to_owned(), Value::Array(calls));
    }
    message
}

/// A thought in the form in which it can be sent back.
pub fn thought(text: &str, signature: Option<&str>) -> Value {
    match signature {
        Some(signature) => json!({"type": "thinking", "thinking": text, "signature": signature}),
        None => json!({"type": "thinking", "thinking": text}),
    }
}
