//! What an answer says, folded from any of its forms, so that two forms can be compared.

use std::collections::BTreeMap;

use serde_json::Value;

#[derive(Debug, Default, PartialEq)]
pub struct Said {
    pub text: String,
    pub thinking: String,
    /// Name and arguments of each call.
    pub calls: Vec<(String, String)>,
    pub finish: Option<String>,
    /// Prompt tokens, answer tokens.
    pub tokens: Option<(u64, u64)>,
    /// Signatures and sealed thoughts, in order.
    pub sealed: Vec<String>,
}

/// A Messages answer, read by a second reader that knows nothing of the first.
pub fn message(message: &Value) -> Said {
    let mut said = Said::default();
    for block in message["content"].as_array().into_iter().flatten() {
        let word = |name: &str| block[name].as_str().unwrap_or_default();
        match word("type") {
            "text" => said.text.push_str(word("text")),
            "thinking" => {
                said.thinking.push_str(word("thinking"));
                said.sealed.push(word("signature").to_owned());
            }
            "redacted_thinking" => said.sealed.push(word("data").to_owned()),
            "tool_use" => said.calls.push((word("name").to_owned(), block["input"].to_string())),
            _ => {}
        }
    }
    said.finish = Some(finish(message["stop_reason"].as_str().unwrap_or_default()).to_owned());
    said.tokens = tokens(&message["usage"]);
    said
}

/// The events of a Messages stream put together into the message they tell.
pub fn message_stream(events: &[Value]) -> Value {
    let mut message = Value::Null;
    let mut pieces: BTreeMap<u64, String> = BTreeMap::new();
    for event in events {
        let index = event["index"].as_u64().unwrap_or(0);
        let at = usize::try_from(index).unwrap();
        match event["type"].as_str().unwrap_or_default() {
            "message_start" if message.is_null() => message = event["message"].clone(),
            "content_block_start" => {
                message["content"].as_array_mut().unwrap().push(event["content_block"].clone())
            }
            "content_block_delta" => {
                let delta = &event["delta"];
                for (name, field) in [("text", "text"), ("thinking", "thinking"), ("signature", "signature")]
                {
                    if let Some(piece) = delta[name].as_str() {
                        let old = message["content"][at][field].as_str().unwrap_or_default().to_owned();
                        message["content"][at][field] = Value::String(old + piece);
                    }
                }
                pieces.entry(index).or_default().push_str(delta["partial_json"].as_str().unwrap_or_default());
            }
            "message_delta" => {
                message["stop_reason"] = event["delta"]["stop_reason"].clone();
                let usage = event["usage"].as_object().into_iter().flatten();
                for (name, count) in usage.filter(|(_, count)| !count.is_null()) {
                    message["usage"][name] = count.clone();
                }
            }
            _ => {}
        }
    }
    for (index, json) in pieces.into_iter().filter(|(_, json)| !json.is_empty()) {
        let at = usize::try_from(index).unwrap();
        message["content"][at]["input"] = serde_json::from_str(&json).unwrap_or(Value::String(json));
    }
    message
}

/// A chat completion.
pub fn completion(completion: &Value) -> Said {
    let message = &completion["choices"][0]["message"];
    let mut said = Said {
        finish: completion["choices"][0]["finish_reason"].as_str().map(str::to_owned),
        ..Said::default()
    };
    add(&mut said, &mut BTreeMap::new(), message);
    for call in message["tool_calls"].as_array().into_iter().flatten() {
        let word = |name: &str| call["function"][name].as_str().unwrap_or_default().to_owned();
        said.calls.push((word("name"), value_of(&word("arguments"))));
    }
    said.tokens = chat_tokens(&completion["usage"]);
    said
}

/// The chunks of a chat stream.
pub fn chunks(chunks: &[Value]) -> Said {
    let mut said = Said::default();
    let mut calls: BTreeMap<u64, (String, String)> = BTreeMap::new();
    for chunk in chunks {
        let choice = &chunk["choices"][0];
        add(&mut said, &mut calls, &choice["delta"]);
        if let Some(word) = choice["finish_reason"].as_str() {
            said.finish = Some(word.to_owned());
        }
        said.tokens = chat_tokens(&chunk["usage"]).or(said.tokens);
    }
    said.calls = calls.into_values().map(|(name, arguments)| (name, value_of(&arguments))).collect();
    said
}

fn add(said: &mut Said, calls: &mut BTreeMap<u64, (String, String)>, delta: &Value) {
    said.text.push_str(delta["content"].as_str().unwrap_or_default());
    said.thinking.push_str(delta["reasoning_content"].as_str().unwrap_or_default());
    for block in delta["thinking_blocks"].as_array().into_iter().flatten() {
        let sealed = block["signature"].as_str().or(block["data"].as_str()).unwrap_or_default();
        said.sealed.push(sealed.to_owned());
    }
    for call in delta["tool_calls"].as_array().into_iter().flatten() {
        let Some(index) = call["index"].as_u64() else { continue };
        let entry = calls.entry(index).or_default();
        entry.0.push_str(call["function"]["name"].as_str().unwrap_or_default());
        entry.1.push_str(call["function"]["arguments"].as_str().unwrap_or_default());
    }
}

/// Arguments as a value, so that spacing does not count; text that is cut stays text.
fn value_of(arguments: &str) -> String {
    serde_json::from_str::<Value>(arguments)
        .unwrap_or_else(|_| Value::String(arguments.to_owned()))
        .to_string()
}

fn finish(reason: &str) -> &'static str {
    match reason {
        "tool_use" => "tool_calls",
        "max_tokens" | "model_context_window_exceeded" => "length",
        "refusal" => "content_filter",
        _ => "stop",
    }
}

fn tokens(usage: &Value) -> Option<(u64, u64)> {
    let count = |name: &str| usage[name].as_u64().unwrap_or(0);
    let input = usage["input_tokens"].as_u64()?;
    Some((
        input + count("cache_creation_input_tokens") + count("cache_read_input_tokens"),
        count("output_tokens"),
    ))
}

fn chat_tokens(usage: &Value) -> Option<(u64, u64)> {
    Some((usage["prompt_tokens"].as_u64()?, usage["completion_tokens"].as_u64()?))
}
