use std::collections::BTreeSet;

use bytes::Bytes;
use serde_json::{Value, json};

use super::*;
use crate::base::{Code, Result};
use crate::wire::{Endpoint, Format, ModelFacts, Target, outgoing, peek};

/// What `body` becomes, and the names of what was left out or changed.
fn sent(endpoint: Endpoint, body: &Value, word: &str, reasoning: bool) -> Result<(Value, Vec<String>)> {
    let body = Bytes::from(body.to_string());
    let peek = peek(endpoint, &body).unwrap_or_else(|error| panic!("{error}"));
    let quirks = Quirks::of(word.split(','));
    let facts = ModelFacts { reasoning, ..ModelFacts::default() };
    let to = Target { format: Format::OpenAi, model: "m", quirks: &quirks, facts };
    let sent = outgoing(&peek, &body, &to)?;
    let json = serde_json::from_slice(&sent.body)
        .unwrap_or_else(|cause| panic!("{word}: {cause}: {}", String::from_utf8_lossy(&sent.body)));
    Ok((json, sent.dropped))
}

fn hi() -> Value {
    json!([{"role": "user", "content": "hi"}])
}

/// A chat of the model `m` with these fields.
fn chat(fields: &Value) -> Value {
    let mut body = json!({"model": "m", "messages": hi()});
    body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    body
}

/// Word, for a reasoning model, fields, what they become, what is named.
type Row = (&'static str, bool, Value, Value, &'static [&'static str]);

fn named(name: &str) -> Value {
    json!({"type": "function", "function": {"name": name}})
}

fn tool(name: &str, strict: bool) -> Value {
    json!({"type": "function", "function": {"name": name, "strict": strict}})
}

fn schema() -> Value {
    json!({"type": "json_schema", "json_schema": {"name": "n", "schema": {"type": "object"}}})
}

fn fields() -> Vec<Row> {
    let usage = json!({"include_usage": true});
    vec![
        ("max_tokens_only", false, json!({"max_completion_tokens": 5}), json!({"max_tokens": 5}), &[]),
        ("max_completion_tokens", false, json!({"max_tokens": 5}), json!({"max_completion_tokens": 5}), &[]),
        (
            "no_stream_options",
            false,
            json!({"stream": true, "stream_options": usage}),
            json!({"stream": true}),
            &["stream_options"],
        ),
        ("no_stream", false, json!({"stream": true, "stream_options": usage}), json!({"stream": false}), &[]),
        (
            "no_stream_with_json_schema",
            false,
            json!({"stream": true, "response_format": schema()}),
            json!({"stream": false, "response_format": schema()}),
            &[],
        ),
        (
            "no_stream_with_json_schema",
            false,
            json!({"stream": true}),
            json!({"stream": true, "stream_options": usage}),
            &[],
        ),
        ("random_seed", false, json!({"seed": 3}), json!({"random_seed": 3}), &[]),
        ("no_seed", false, json!({"seed": 3}), json!({}), &["seed"]),
        ("no_seed", false, json!({"seed": null}), json!({}), &[]),
        ("no_service_tier", false, json!({"service_tier": "flex"}), json!({}), &["service_tier"]),
        (
            "no_parallel_tool_calls",
            false,
            json!({"parallel_tool_calls": false}),
            json!({}),
            &["parallel_tool_calls"],
        ),
        (
            "parallel_tool_calls_ignored",
            false,
            json!({"parallel_tool_calls": false}),
            json!({}),
            &["parallel_tool_calls"],
        ),
        (
            "no_penalties",
            false,
            json!({"frequency_penalty": 1, "presence_penalty": 1}),
            json!({}),
            &["frequency_penalty", "presence_penalty"],
        ),
        ("no_logit_bias", false, json!({"logit_bias": {}}), json!({}), &[]),
        ("no_logprobs", false, json!({"logprobs": false, "top_logprobs": 0}), json!({}), &[]),
        ("no_n", false, json!({"n": 1}), json!({}), &[]),
        ("no_tools", false, json!({"tools": [], "functions": []}), json!({}), &[]),
        (
            "temperature_max_1",
            false,
            json!({"temperature": 1.5}),
            json!({"temperature": 1}),
            &["temperature"],
        ),
        ("temperature_max_1", false, json!({"temperature": 0.7}), json!({"temperature": 0.7}), &[]),
        ("temperature_gt_0", false, json!({"temperature": 0.0}), json!({"temperature": 0.000_000_01}), &[]),
        (
            "temperature_fixed",
            true,
            json!({"temperature": 0.2, "top_p": 0.5}),
            json!({}),
            &["temperature", "top_p"],
        ),
        ("temperature_fixed", true, json!({"temperature": 1}), json!({"temperature": 1}), &[]),
        ("temperature_fixed", false, json!({"temperature": 0.2}), json!({"temperature": 0.2}), &[]),
        (
            "reasoning_param_limits",
            true,
            json!({"stop": "x", "presence_penalty": 0, "frequency_penalty": 1}),
            json!({"presence_penalty": 0}),
            &["frequency_penalty", "stop"],
        ),
        ("store_false", false, json!({}), json!({"store": false}), &[]),
        ("store_false", false, json!({"store": true}), json!({"store": false}), &["store"]),
        ("reasoning_split", false, json!({}), json!({"reasoning_split": true}), &[]),
        ("reasoning_format", true, json!({}), json!({"reasoning_format": "parsed"}), &[]),
        ("reasoning_format", false, json!({}), json!({}), &[]),
        (
            "reasoning_format",
            true,
            json!({"reasoning_format": "hidden"}),
            json!({"reasoning_format": "hidden"}),
            &[],
        ),
        (
            "thinking_object",
            true,
            json!({"reasoning_effort": "none"}),
            json!({"thinking": {"type": "disabled"}}),
            &[],
        ),
        (
            "thinking_object",
            true,
            json!({"reasoning_effort": "high"}),
            json!({"thinking": {"type": "enabled"}, "reasoning_effort": "high"}),
            &[],
        ),
        (
            "enable_thinking",
            true,
            json!({"reasoning_effort": "none"}),
            json!({"enable_thinking": false}),
            &[],
        ),
        ("enable_thinking", true, json!({"reasoning_effort": "low"}), json!({"enable_thinking": true}), &[]),
        (
            "reasoning_object",
            true,
            json!({"reasoning_effort": "low"}),
            json!({"reasoning": {"effort": "low"}}),
            &[],
        ),
        (
            "reasoning_object",
            true,
            json!({"reasoning_effort": "low", "reasoning": {"max_tokens": 9}}),
            json!({"reasoning": {"max_tokens": 9}}),
            &["reasoning_effort"],
        ),
        ("tool_choice_ignored", false, json!({"tools": [named("f")], "tool_choice": "none"}), json!({}), &[]),
        (
            "tool_choice_ignored",
            false,
            json!({"tools": [named("f")], "tool_choice": "required"}),
            json!({"tools": [named("f")]}),
            &["tool_choice"],
        ),
        (
            "no_tool_choice_required",
            false,
            json!({"tool_choice": "required"}),
            json!({"tool_choice": "auto"}),
            &["tool_choice"],
        ),
        (
            "no_tool_choice_named",
            false,
            json!({"tools": [named("f"), named("g"), named("h")], "tool_choice": named("g")}),
            json!({"tools": [named("g")], "tool_choice": "required"}),
            &[],
        ),
        ("tool_choice_any", false, json!({"tool_choice": "required"}), json!({"tool_choice": "any"}), &[]),
        (
            "tool_choice_any,no_tool_choice_named",
            false,
            json!({"tools": [named("f"), named("g")], "tool_choice": named("f")}),
            json!({"tools": [named("f")], "tool_choice": "any"}),
            &[],
        ),
        (
            "no_strict_tools",
            false,
            json!({"tools": [tool("f", true), tool("g", false)]}),
            json!({"tools": [named("f"), named("g")]}),
            &["tools.strict"],
        ),
        (
            "strict_all_or_none",
            false,
            json!({"tools": [tool("f", true), named("g")]}),
            json!({"tools": [named("f"), named("g")]}),
            &["tools.strict"],
        ),
        (
            "strict_all_or_none",
            false,
            json!({"tools": [tool("f", true), tool("g", true)]}),
            json!({"tools": [tool("f", true), tool("g", true)]}),
            &[],
        ),
        (
            "no_json_object",
            false,
            json!({"response_format": {"type": "json_object"}}),
            json!({"response_format":
            {"type": "json_schema", "json_schema": {"name": "object", "schema": {"type": "object"}}}}),
            &[],
        ),
        ("drop:user", false, json!({"user": "u"}), json!({}), &["user"]),
        ("rename:a=b", false, json!({"a": 1}), json!({"b": 1}), &[]),
        ("refuse:a", false, json!({"a": null}), json!({}), &[]),
        (
            "only:seed+stop",
            false,
            json!({"seed": 1, "stop": "x", "store": true, "tools": []}),
            json!({"seed": 1, "stop": "x"}),
            &["store"],
        ),
        (
            "random_seed,only:stop",
            false,
            json!({"seed": 1, "logprobs": false}),
            json!({"random_seed": 1}),
            &[],
        ),
        (
            "drop:model,drop:messages,nobody_knows_this",
            false,
            json!({"user": "u"}),
            json!({"user": "u"}),
            &[],
        ),
    ]
}

/// Word, messages, what they become, what is named.
fn messages() -> Vec<(&'static str, Value, Value, &'static [&'static str])> {
    let call = |id: &str| json!({"id": id, "type": "function", "function": {"name": "f", "arguments": "{}"}});
    let mark = json!({"type": "ephemeral"});
    vec![
        (
            "no_message_name",
            json!([{"role": "user", "name": "ann", "content": "a"}, {"role": "user", "content": "b", "name": "ben"}]),
            json!([{"role": "user", "content": "a"}, {"role": "user", "content": "b"}]),
            &["messages.name"],
        ),
        (
            "no_developer_role",
            json!([{"role": "developer", "content": "a"}]),
            json!([{"role": "system", "content": "a"}]),
            &[],
        ),
        (
            "no_null_content",
            json!([{"role": "assistant", "content": null, "tool_calls": [call("a")]}, {"role": "assistant", "tool_calls": [call("b")]}]),
            json!([{"role": "assistant", "content": "", "tool_calls": [call("a")]}, {"role": "assistant", "content": "", "tool_calls": [call("b")]}]),
            &[],
        ),
        (
            "content_array_flatten",
            json!([{"role": "user", "content": [{"type": "text", "text": "a\""}, {"type": "text", "text": "b"}]},
                {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:x"}}]}]),
            json!([{"role": "user", "content": "a\"\n\nb"},
                {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:x"}}]}]),
            &[],
        ),
        (
            "image_base64_only",
            json!([{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:x"}}]}]),
            json!([{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:x"}}]}]),
            &[],
        ),
        (
            "no_cache_control",
            json!([{"role": "user", "cache_control": mark, "content": [{"type": "text", "text": "a", "cache_control": mark}]}]),
            json!([{"role": "user", "content": [{"type": "text", "text": "a"}]}]),
            &["cache_control"],
        ),
        (
            "tool_id_9",
            json!([{"role": "assistant", "tool_calls": [call("abc123XYZ")]}, {"role": "tool", "tool_call_id": "abc123XYZ", "content": "r"}]),
            json!([{"role": "assistant", "tool_calls": [call("abc123XYZ")]}, {"role": "tool", "tool_call_id": "abc123XYZ", "content": "r"}]),
            &[],
        ),
        (
            "reasoning_replay_required",
            json!([{"role": "assistant", "content": "x"}, {"role": "assistant", "tool_calls": [call("a")]},
                {"role": "assistant", "tool_calls": [call("a")], "reasoning_content": "t"}]),
            json!([{"role": "assistant", "content": "x"}, {"role": "assistant", "tool_calls": [call("a")], "reasoning_content": " "},
                {"role": "assistant", "tool_calls": [call("a")], "reasoning_content": "t"}]),
            &[],
        ),
    ]
}

#[test]
fn each_word_does_to_a_field_what_it_says() {
    for (word, reasoning, fields, wanted, named) in fields() {
        let (body, dropped) = sent(Endpoint::Chat, &chat(&fields), word, reasoning).unwrap();
        assert_eq!(body, chat(&wanted), "{word} {fields}");
        assert_eq!(dropped, named, "{word} {fields}");
    }
}

#[test]
fn each_word_does_to_a_message_what_it_says() {
    for (word, messages, wanted, named) in messages() {
        let body = json!({"model": "m", "messages": messages});
        let (body, dropped) = sent(Endpoint::Chat, &body, word, true).unwrap();
        assert_eq!(body["messages"], wanted, "{word}");
        assert_eq!(dropped, named, "{word}");
    }
}

#[test]
fn each_word_does_to_embeddings_what_it_says() {
    for (word, fields, wanted, named) in [
        ("output_dimension", json!({"dimensions": 8}), json!({"output_dimension": 8}), &[] as &[&str]),
        ("embeddings_input_type", json!({}), json!({"input_type": "query"}), &[]),
        ("embeddings_input_type", json!({"input_type": "passage"}), json!({"input_type": "passage"}), &[]),
        (
            "no_base64_embeddings",
            json!({"encoding_format": "base64"}),
            json!({"encoding_format": "float"}),
            &[],
        ),
        (
            "no_base64_embeddings",
            json!({"encoding_format": "float"}),
            json!({"encoding_format": "float"}),
            &[],
        ),
        ("store_false,reasoning_split,only:seed", json!({"user": "u"}), json!({"user": "u"}), &[]),
    ] {
        let with = |fields: &Value| {
            let mut body = json!({"model": "m", "input": "a"});
            body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
            body
        };
        let (body, dropped) = sent(Endpoint::Embeddings, &with(&fields), word, true).unwrap();
        assert_eq!(body, with(&wanted), "{word}");
        assert_eq!(dropped, named, "{word}");
    }
}

#[test]
fn what_may_not_vanish_is_refused_by_its_name() {
    let image = json!([{"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "image_url", "image_url": {"url": "https://x/y.png"}}]}]);
    for (word, fields, param) in [
        ("no_n", json!({"n": 2}), "n"),
        ("no_logit_bias", json!({"logit_bias": {"1": 1}}), "logit_bias"),
        ("no_logprobs", json!({"logprobs": true}), "logprobs"),
        ("no_tools", json!({"tools": [named("f")]}), "tools"),
        ("refuse:a", json!({"a": 1}), "a"),
        ("only:seed", json!({"tools": [named("f")]}), "tools"),
        ("only:seed", json!({"response_format": {"type": "json_object"}}), "response_format"),
        ("image_base64_only", json!({"messages": image}), "messages[0].content[1].image_url.url"),
    ] {
        let error = sent(Endpoint::Chat, &chat(&fields), word, false).expect_err(word);
        assert_eq!((error.code(), error.param()), (Code::FieldUnsupported, Some(param)), "{word}");
        let said = error.to_string();
        let named = said.contains(&format!("`{param}`")) || word == "image_base64_only";
        assert!(named, "{word}: {said}");
    }
}

#[test]
fn a_schema_the_vendor_cannot_keep_is_asked_for_in_words() {
    let (body, dropped) =
        sent(Endpoint::Chat, &chat(&json!({"response_format": schema()})), "no_json_schema", false).unwrap();
    assert_eq!(body["response_format"], json!({"type": "json_object"}));
    assert_eq!(body["messages"][1], hi()[0]);
    let asked = body["messages"][0]["content"].as_str().unwrap();
    assert!(asked.contains("JSON") && asked.ends_with(r#"{"type":"object"}"#), "{asked}");
    assert_eq!(dropped, ["response_format"]);
}

#[test]
fn a_call_and_its_result_keep_one_id() {
    let call = json!({"id": "call_abcdefghijklmnop", "type": "function", "function": {"name": "f", "arguments": "{}"}});
    let body = json!({"model": "m", "messages": [{"role": "assistant", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "call_abcdefghijklmnop", "content": "r"},
        {"role": "tool", "tool_call_id": "call_other", "content": "r"}]});
    let (body, _) = sent(Endpoint::Chat, &body, "tool_id_9", false).unwrap();
    let id = |place: &str| body.pointer(place).unwrap().as_str().unwrap().to_owned();
    let first = id("/messages/0/tool_calls/0/id");
    assert!(first.len() == 9 && first.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{first}");
    assert_eq!(first, id("/messages/1/tool_call_id"));
    assert_ne!(first, id("/messages/2/tool_call_id"));
}

/// A word that no row above uses would act untested.
#[test]
fn every_word_has_a_row() {
    let mut used: BTreeSet<&str> = BTreeSet::new();
    used.extend(fields().iter().flat_map(|row| row.0.split(',')));
    used.extend(messages().iter().map(|row| row.0));
    used.extend(["output_dimension", "embeddings_input_type", "no_base64_embeddings", "no_json_schema"]);
    let words: BTreeSet<&str> = WORDS.iter().map(|(word, _)| *word).collect();
    let missing: Vec<_> = words.difference(&used).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
