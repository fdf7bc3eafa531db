//! A vendor that ignored `stream: true` sent one document: the caller still gets a stream.

use serde_json::{Map, Value, json};

/// The events of a whole answer: one chunk of content for each choice, one of its end, the usage
/// if it was asked for, and `[DONE]`. Nothing when the document is no answer.
pub fn as_stream(document: &[u8], model: &[u8], include_usage: bool) -> Option<Vec<u8>> {
    let mut answer: Map<String, Value> = serde_json::from_slice(document).ok()?;
    let choices = match answer.remove("choices")? {
        Value::Array(choices) if !choices.is_empty() => choices,
        _ => return None,
    };
    let usage = answer.remove("usage");
    answer.insert("object".to_owned(), json!("chat.completion.chunk"));
    answer.insert("model".to_owned(), serde_json::from_slice(model).ok()?);
    let mut events = Vec::new();
    for (rank, choice) in choices.into_iter().enumerate() {
        let index = choice.get("index").cloned().unwrap_or_else(|| json!(rank));
        let mut delta = choice.get("message").cloned().unwrap_or_else(|| json!({}));
        number_calls(&mut delta);
        push(&mut events, &answer, json!([{"index": index, "delta": delta, "finish_reason": null}]));
        let reason = choice.get("finish_reason").cloned().unwrap_or_else(|| json!("stop"));
        push(&mut events, &answer, json!([{"index": index, "delta": {}, "finish_reason": reason}]));
    }
    if let (Some(usage), true) = (usage, include_usage) {
        answer.insert("usage".to_owned(), usage);
        push(&mut events, &answer, json!([]));
    }
    events.extend_from_slice(b"data: [DONE]\n\n");
    Some(events)
}

/// Deltas name each call by its rank.
fn number_calls(delta: &mut Value) {
    let calls = delta.get_mut("tool_calls").and_then(Value::as_array_mut);
    for (rank, call) in calls.into_iter().flatten().enumerate() {
        if let Some(call) = call.as_object_mut() {
            call.insert("index".to_owned(), json!(rank));
        }
    }
}

fn push(events: &mut Vec<u8>, frame: &Map<String, Value>, choices: Value) {
    let mut chunk = frame.clone();
    chunk.insert("choices".to_owned(), choices);
    events.extend_from_slice(b"data: ");
    events.extend_from_slice(Value::Object(chunk).to_string().as_bytes());
    events.extend_from_slice(b"\n\n");
}
