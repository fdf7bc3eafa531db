use bytes::Bytes;
use serde_json::{Value, json};

use crate::base::{Code, Error};
use crate::wire::{Endpoint, Format, ModelFacts, Outgoing, Quirks, Target, outgoing, peek};

/// A model that takes most things.
const MODEL: &str = "claude-sonnet-4-5";

fn carried(body: &Value, model: &str) -> Result<Outgoing, Error> {
    let body = Bytes::from(body.to_string());
    let peek = peek(Endpoint::Chat, &body).unwrap_or_else(|error| panic!("{error}"));
    let quirks = Quirks::default();
    outgoing(
        &peek,
        &body,
        &Target { format: Format::Anthropic, model, quirks: &quirks, facts: ModelFacts::default() },
    )
}

/// What `fields` beside one message of the user become.
fn of(fields: Value, model: &str) -> (Value, Vec<String>) {
    let mut body = json!({"model": "m", "messages": [{"role": "user", "content": "hi"}]});
    body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    let sent = carried(&body, model).unwrap_or_else(|error| panic!("{fields}: {error}"));
    (serde_json::from_slice(&sent.body).unwrap(), sent.dropped)
}

fn sent(fields: Value) -> (Value, Vec<String>) {
    of(fields, MODEL)
}

/// The turns that messages become.
fn turns(messages: Value) -> Value {
    sent(json!({"messages": messages})).0["messages"].clone()
}

fn refused(fields: Value, param: &str) {
    refused_by(fields, MODEL, param);
}

fn refused_by(fields: Value, model: &str, param: &str) {
    let mut body = json!({"model": "m", "messages": [{"role": "user", "content": "hi"}]});
    body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    let error = carried(&body, model).err().unwrap_or_else(|| panic!("{fields} was carried"));
    assert_eq!((error.code(), error.param()), (Code::FieldUnsupported, Some(param)), "{fields}");
}

#[test]
fn the_smallest_request_has_what_is_required_there_and_nothing_else() {
    let (body, dropped) = sent(json!({}));
    assert_eq!(
        body,
        json!({"model": MODEL, "max_tokens": 64_000, "messages": [{"role": "user", "content": "hi"}]})
    );
    assert!(dropped.is_empty());
}

#[test]
fn the_limit_is_the_callers_within_the_models() {
    assert_eq!(sent(json!({"max_tokens": 9})).0["max_tokens"], 9);
    assert_eq!(sent(json!({"max_tokens": 9, "max_completion_tokens": 5})).0["max_tokens"], 5);
    let (body, dropped) = sent(json!({"max_tokens": 1_000_000}));
    assert_eq!((&body["max_tokens"], dropped), (&json!(64_000), vec!["max_tokens".to_owned()]));
}

#[test]
fn leading_system_texts_go_in_front() {
    let one =
        sent(json!({"messages": [{"role": "system", "content": "A"}, {"role": "user", "content": "hi"}]})).0;
    assert_eq!(one["system"], "A");
    let two = json!({"messages": [
        {"role": "developer", "content": [{"type": "text", "text": "A"}, {"type": "text", "text": "B", "cache_control": {"type": "ephemeral", "ttl": "1h"}}]},
        {"role": "system", "content": "C"}, {"role": "user", "content": "hi"}]});
    assert_eq!(
        sent(two).0["system"],
        json!([
        {"type": "text", "text": "A"},
        {"type": "text", "text": "B", "cache_control": {"type": "ephemeral", "ttl": "1h"}},
        {"type": "text", "text": "C"}])
    );
}

#[test]
fn a_later_system_text_stays_where_it_stood() {
    let messages = json!({"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"},
        {"role": "system", "content": "S"}, {"role": "user", "content": "c"}]});
    let (body, dropped) = sent(messages.clone());
    assert_eq!(
        body["messages"][2],
        json!({"role": "user", "content": [
        {"type": "text", "text": "<system>S</system>"}, {"type": "text", "text": "c"}]})
    );
    assert_eq!(dropped, ["messages.role"]);
    let (body, dropped) = of(messages, "claude-opus-4-8");
    assert_eq!(body["messages"][2], json!({"role": "system", "content": "S"}));
    assert!(dropped.is_empty());
}

#[test]
fn a_system_text_between_two_results_waits_for_the_last_one() {
    let call = |id: &str| json!({"id": id, "type": "function", "function": {"name": "f", "arguments": "{}"}});
    let result = |id: &str| json!({"role": "tool", "tool_call_id": id, "content": "1"});
    let system = json!({"role": "system", "content": "S"});
    let calls = json!({"role": "assistant", "tool_calls": [call("a"), call("b")]});
    let user = json!({"role": "user", "content": "hi"});
    let messages = json!([user, calls, result("a"), system, result("b"), user]);
    let (body, dropped) = of(json!({"messages": messages}), "claude-opus-4-8");
    let turns = body["messages"].as_array().unwrap();
    let results: Vec<&Value> =
        turns[2]["content"].as_array().unwrap().iter().map(|block| &block["tool_use_id"]).collect();
    assert_eq!(results, ["a", "b"]);
    assert_eq!(turns[3], system);
    assert_eq!((&turns[4], turns.len()), (&user, 5));
    assert_eq!(dropped, ["messages.role"], "it was overtaken");
    let (body, dropped) =
        of(json!({"messages": [user, calls, result("a"), result("b"), system]}), "claude-opus-4-8");
    assert_eq!((&body["messages"][3], dropped.len()), (&system, 0));
}

#[test]
fn images_and_files_become_blocks() {
    let parts = json!([
        {"type": "text", "text": ""},
        {"type": "text", "text": "look"},
        {"type": "image_url", "image_url": {"url": "https://x.example/a.png", "detail": "high"}},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
        {"type": "image_url", "image_url": {"url": "HTTPS://x.example/A.png"}},
        {"type": "image_url", "image_url": "DATA:image/PNG;Base64,EEEE"},
        {"type": "image_url", "image_url": "data:image/webp;base64,BBBB"},
        {"type": "image_url", "image_url": "data:image/JPG;base64,DDDD"},
        {"type": "file", "file": {"file_data": "data:application/pdf;base64,CCCC", "filename": "a.pdf"}},
        {"type": "file", "file": {"file_data": "Data:Text/Plain;base64,aGk="}}]);
    let (body, dropped) = sent(json!({"messages": [{"role": "user", "content": parts}]}));
    assert_eq!(
        body["messages"][0]["content"],
        json!([
        {"type": "text", "text": "look"},
        {"type": "image", "source": {"type": "url", "url": "https://x.example/a.png"}},
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}},
        {"type": "image", "source": {"type": "url", "url": "https://x.example/A.png"}},
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "EEEE"}},
        {"type": "image", "source": {"type": "base64", "media_type": "image/webp", "data": "BBBB"}},
        {"type": "image", "source": {"type": "base64", "media_type": "image/jpeg", "data": "DDDD"}},
        {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": "CCCC"}, "title": "a.pdf"},
        {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "hi"}}])
    );
    assert_eq!(dropped, ["messages.content.image_url.detail"]);
}

#[test]
fn parts_that_cannot_be_carried_are_refused_by_their_place() {
    let with = |part: Value| json!({"messages": [{"role": "user", "content": [{"type": "text", "text": "a"}, part]}]});
    let at = "messages[0].content[1]";
    refused(
        with(json!({"type": "image_url", "image_url": {"url": "http://x/a.png"}})),
        &format!("{at}.image_url.url"),
    );
    refused(
        with(json!({"type": "image_url", "image_url": {"url": "data:image/tiff;base64,A"}})),
        &format!("{at}.image_url.url"),
    );
    refused(with(json!({"type": "file", "file": {"file_id": "file-1"}})), at);
    refused(
        with(json!({"type": "file", "file": {"file_data": "data:text/csv;base64,A"}})),
        &format!("{at}.file.file_data"),
    );
    refused(with(json!({"type": "input_audio", "input_audio": {"data": "A", "format": "wav"}})), at);
    refused(with(json!({"type": "video_url", "video_url": {"url": "https://x"}})), at);
    refused(json!({"messages": [{"role": "user", "content": ""}]}), "messages[0].content");
    refused(
        json!({"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "audio": {"id": "x"}}]}),
        "messages[1].audio",
    );
}

#[test]
fn a_round_of_parallel_calls_is_one_turn_each() {
    let messages = json!([
        {"role": "user", "content": "go"},
        {"role": "assistant", "content": "Looking", "tool_calls": [
            {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{\"b\": 1, \"a\": [2]}"}},
            {"id": "call:2", "type": "function", "function": {"name": "g", "arguments": ""}}]},
        {"role": "tool", "tool_call_id": "call_1", "content": "one"},
        {"role": "tool", "tool_call_id": "call:2", "content": [{"type": "text", "text": "two"}, {"type": "text", "text": "2"}]},
        {"role": "user", "content": "and?"}]);
    let turns = turns(messages);
    let second = turns[1]["content"][2]["id"].as_str().unwrap().to_owned();
    assert!(second.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c)), "{second}");
    assert_eq!(
        turns,
        json!([
        {"role": "user", "content": "go"},
        {"role": "assistant", "content": [
            {"type": "text", "text": "Looking"},
            {"type": "tool_use", "id": "call_1", "name": "f", "input": {"b": 1, "a": [2]}},
            {"type": "tool_use", "id": second, "name": "g", "input": {}}]},
        {"role": "user", "content": [
            {"type": "tool_result", "tool_use_id": "call_1", "content": "one"},
            {"type": "tool_result", "tool_use_id": second, "content": [{"type": "text", "text": "two"}, {"type": "text", "text": "2"}]},
            {"type": "text", "text": "and?"}]}])
    );
}

#[test]
fn arguments_must_be_an_object() {
    for arguments in ["[1]", "1", "{\"a\":", "null"] {
        let call = json!({"id": "c", "type": "function", "function": {"name": "f", "arguments": arguments}});
        let messages = json!([{"role": "user", "content": "a"}, {"role": "assistant", "tool_calls": [call]}]);
        refused(json!({"messages": messages}), "messages[1].tool_calls[0].function.arguments");
    }
}

#[test]
fn the_legacy_call_and_its_result_find_each_other() {
    let turns = turns(json!([
        {"role": "user", "content": "a"},
        {"role": "assistant", "content": null, "function_call": {"name": "f", "arguments": "{}"}},
        {"role": "function", "name": "f", "content": "done"}]));
    assert_eq!(turns[1]["content"][0]["name"], "f");
    assert_eq!(turns[1]["content"][0]["id"], turns[2]["content"][0]["tool_use_id"]);
}

#[test]
fn reasoning_is_replayed_only_when_signed() {
    let assistant = |fields: Value| {
        let mut message = json!({"role": "assistant", "content": "b"});
        message.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        let (body, dropped) = sent(
            json!({"messages": [{"role": "user", "content": "a"}, message, {"role": "user", "content": "c"}]}),
        );
        (body["messages"][1]["content"].clone(), dropped)
    };
    let blocks = json!({"thinking_blocks": [
        {"type": "thinking", "thinking": "hm", "signature": "c2ln", "index": 0}, {"type": "redacted_thinking", "data": "eA=="}]});
    assert_eq!(
        assistant(blocks).0,
        json!([
        {"type": "thinking", "thinking": "hm", "signature": "c2ln"},
        {"type": "redacted_thinking", "data": "eA=="},
        {"type": "text", "text": "b"}])
    );
    let (content, dropped) = assistant(json!({"reasoning_content": "hm"}));
    assert_eq!((content, dropped), (json!("b"), vec!["messages.reasoning_content".to_owned()]));
    let (content, dropped) = assistant(json!({"reasoning": "hm", "thinking_blocks": []}));
    assert_eq!((content, dropped), (json!("b"), vec!["messages.reasoning".to_owned()]));
}

#[test]
fn blocks_of_the_vendors_own_are_replayed_where_it_takes_them() {
    let turn = |blocks: Value| {
        let (body, dropped) = sent(json!({"messages": [{"role": "user", "content": "a"},
            {"role": "assistant", "content": "b", "vendor_blocks": blocks}, {"role": "user", "content": "c"}]}));
        (body["messages"][1]["content"].clone(), dropped)
    };
    let search = json!({"type": "server_tool_use", "id": "s", "name": "web_search", "input": {"query": "q"}});
    let text = json!({"type": "text", "text": "b"});
    assert_eq!(turn(json!([search])), (json!([search, text]), vec![]));
    assert_eq!(
        turn(json!([{"index": 0, "block": search}])),
        (json!([search, text]), vec![]),
        "as streams show it"
    );
    for other in [json!({"type": "mcp_tool_use", "id": "x"}), json!({"type": "text", "text": "x"}), json!(1)]
    {
        assert_eq!(turn(json!([other])), (json!("b"), vec!["messages.vendor_blocks".to_owned()]), "{other}");
    }
}

#[test]
fn fields_inside_messages_that_nobody_reads_are_named_once() {
    let call = json!([{"index": 0, "id": "c", "type": "function", "extra": 1, "function": {"name": "f", "arguments": "{}"}}]);
    let (_, dropped) = sent(json!({"messages": [
        {"role": "user", "color": "red", "content": [
            {"type": "text", "text": "a", "mood": "glad"},
            {"type": "image_url", "image_url": {"url": "https://x.example/a.png", "format": "png"}}]},
        {"role": "assistant", "content": null, "refusal": null, "annotations": [], "weight": 0, "tool_calls": call},
        {"role": "tool", "tool_call_id": "c", "content": "1"},
        {"role": "assistant", "content": "b", "weight": 1, "annotations": [{"type": "url_citation"}]},
        {"role": "user", "content": "c", "color": null}]}));
    let names =
        ["annotations", "color", "content.image_url.format", "content.mood", "tool_calls.extra", "weight"];
    assert_eq!(dropped, names.map(|name| format!("messages.{name}")));
}

#[test]
fn a_refusal_and_a_name_are_carried_as_far_as_may_be() {
    let (body, dropped) = sent(json!({"messages": [{"role": "user", "name": "Ann", "content": "a"},
        {"role": "assistant", "refusal": "No."}, {"role": "user", "content": "why"}]}));
    assert_eq!(body["messages"][1], json!({"role": "assistant", "content": "No."}));
    assert_eq!(dropped, ["messages.name", "messages.refusal"]);
}

#[test]
fn neighbors_of_one_role_merge_and_the_silent_are_left_out() {
    assert_eq!(
        turns(
            json!([{"role": "user", "content": "a"}, {"role": "assistant", "content": ""}, {"role": "user", "content": "b"}])
        ),
        json!([{"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}])
    );
}

#[test]
fn a_prefill_goes_where_it_is_taken() {
    let messages =
        json!({"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "{"}]});
    assert_eq!(sent(messages.clone()).0["messages"][1], json!({"role": "assistant", "content": "{"}));
    refused_by(messages, "claude-sonnet-4-6", "messages[1].role");
}

#[test]
fn sampling_follows_what_the_model_takes() {
    for (model, fields, wanted, dropped) in [
        ("claude-3-5-haiku-20241022", json!({"temperature": 0.5, "top_p": 0.9}), json!([0.5, 0.9]), vec![]),
        (MODEL, json!({"temperature": 0.5, "top_p": 0.9}), json!([0.5, null]), vec!["top_p"]),
        (MODEL, json!({"temperature": 1.7}), json!([1.0, null]), vec!["temperature"]),
        (MODEL, json!({"top_p": 0.9}), json!([null, 0.9]), vec![]),
        (
            "claude-opus-4-7",
            json!({"temperature": 0.5, "top_p": 0.9}),
            json!([null, null]),
            vec!["temperature", "top_p"],
        ),
        ("claude-opus-4-7", json!({"temperature": 1, "top_p": 1}), json!([null, null]), vec![]),
        (
            MODEL,
            json!({"temperature": 0.5, "reasoning_effort": "low"}),
            json!([null, null]),
            vec!["temperature"],
        ),
        (MODEL, json!({"temperature": 1, "reasoning_effort": "low"}), json!([1.0, null]), vec![]),
    ] {
        let (body, names) = of(fields.clone(), model);
        assert_eq!(json!([body["temperature"], body["top_p"]]), wanted, "{model} {fields}");
        assert_eq!(names, dropped, "{model} {fields}");
    }
}

#[test]
fn effort_becomes_what_the_model_knows() {
    let of = |effort: &str, max: u32, model: &str| {
        let (body, dropped) = of(json!({"reasoning_effort": effort, "max_tokens": max}), model);
        (body["thinking"].clone(), body["output_config"]["effort"].clone(), dropped.len())
    };
    let budget = |tokens: u32| json!({"type": "enabled", "budget_tokens": tokens});
    assert_eq!(of("low", 8_000, MODEL), (budget(1_024), Value::Null, 0));
    assert_eq!(of("minimal", 8_000, MODEL), (budget(1_024), Value::Null, 1));
    assert_eq!(of("medium", 8_000, MODEL), (budget(2_000), Value::Null, 0));
    assert_eq!(of("high", 8_000, MODEL), (budget(4_000), Value::Null, 0));
    assert_eq!(of("max", 8_000, MODEL), (budget(6_000), Value::Null, 0));
    assert_eq!(of("high", 1_025, MODEL), (budget(1_024), Value::Null, 0));
    assert_eq!(of("high", 1_024, MODEL), (Value::Null, Value::Null, 1));
    assert_eq!(of("none", 8_000, MODEL), (json!({"type": "disabled"}), Value::Null, 0));
    assert_eq!(of("high", 8_000, "claude-3-5-haiku-20241022"), (Value::Null, Value::Null, 1));
    assert_eq!(of("xhigh", 8_000, "claude-opus-4-8"), (json!({"type": "adaptive"}), json!("xhigh"), 0));
    assert_eq!(of("xhigh", 8_000, "claude-opus-4-6"), (json!({"type": "adaptive"}), json!("high"), 1));
    assert_eq!(of("none", 8_000, "claude-opus-4-8"), (Value::Null, Value::Null, 0));
}

#[test]
fn a_forced_call_goes_before_a_thinking_budget() {
    let (body, dropped) = sent(json!({"reasoning_effort": "high", "tool_choice": "required",
        "tools": [{"type": "function", "function": {"name": "f"}}]}));
    assert_eq!((&body["thinking"], &body["tool_choice"]), (&Value::Null, &json!({"type": "any"})));
    assert_eq!(dropped, ["reasoning_effort"]);
}

#[test]
fn tools_keep_their_schema_as_it_was_written() {
    let schema = r#"{"type": "object", "properties": {"z": {"type": "string"}, "a": {"type": "number"}}}"#;
    let body = format!(
        r#"{{"model":"m","messages":[{{"role":"user","content":"hi"}}],"tools":[
        {{"type":"function","function":{{"name":"f","description":"d","parameters":{schema},"strict":true}}}},
        {{"type":"function","function":{{"name":"g"}}}},
        {{"type":"function","function":{{"name":"h","parameters":{{"properties":{{}}}}}}}}]}}"#
    );
    let body = Bytes::from(body);
    let peeked = peek(Endpoint::Chat, &body).unwrap();
    let quirks = Quirks::default();
    let to =
        Target { format: Format::Anthropic, model: MODEL, quirks: &quirks, facts: ModelFacts::default() };
    let sent = outgoing(&peeked, &body, &to).unwrap();
    assert!(std::str::from_utf8(&sent.body).unwrap().contains(schema));
    let sent: Value = serde_json::from_slice(&sent.body).unwrap();
    assert_eq!(sent["tools"][0]["strict"], true);
    assert_eq!(sent["tools"][1], json!({"name": "g", "input_schema": {"type": "object", "properties": {}}}));
    assert_eq!(sent["tools"][2]["input_schema"], json!({"type": "object", "properties": {}}));
}

#[test]
fn tools_that_cannot_be_carried_are_refused() {
    let with = |tool: Value| json!({"tools": [tool]});
    refused(with(json!({"type": "custom", "custom": {"name": "x"}})), "tools[0].type");
    refused(with(json!({"type": "function", "function": {"name": "a b"}})), "tools[0].function.name");
    let array = json!({"type": "function", "function": {"name": "f", "parameters": {"type": "array"}}});
    refused(with(array), "tools[0].function.parameters");
    for odd in [json!([]), json!("x"), json!(5)] {
        let odd = json!({"type": "function", "function": {"name": "f", "parameters": odd}});
        refused(with(odd), "tools[0].function.parameters");
    }
    let (body, dropped) = of(
        json!({"tools": [{"type": "function", "function": {"name": "f", "strict": true}}]}),
        "claude-sonnet-4-0",
    );
    assert_eq!((body["tools"][0].get("strict"), dropped), (None, vec!["tools.strict".to_owned()]));
}

#[test]
fn the_choice_among_tools_keeps_its_meaning() {
    let tool = |name: &str| json!({"type": "function", "function": {"name": name}});
    let named = json!({"type": "function", "function": {"name": "f"}});
    let allowed = json!({"type": "allowed_tools", "allowed_tools": {"mode": "required", "tools": [named]}});
    for (fields, wanted, count) in [
        (json!({"tool_choice": "auto"}), json!({"type": "auto"}), 2),
        (json!({"tool_choice": "none"}), json!({"type": "none"}), 2),
        (json!({"tool_choice": "required"}), json!({"type": "any"}), 2),
        (json!({"tool_choice": named}), json!({"type": "tool", "name": "f"}), 2),
        (json!({"tool_choice": allowed}), json!({"type": "any"}), 1),
        (
            json!({"parallel_tool_calls": false}),
            json!({"type": "auto", "disable_parallel_tool_use": true}),
            2,
        ),
        (json!({"parallel_tool_calls": false, "tool_choice": "none"}), json!({"type": "none"}), 2),
        (json!({"parallel_tool_calls": true}), Value::Null, 2),
    ] {
        let mut all = json!({"tools": [tool("f"), tool("g")]});
        all.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        let (body, _) = sent(all);
        assert_eq!(body["tool_choice"], wanted, "{fields}");
        assert_eq!(body["tools"].as_array().unwrap().len(), count, "{fields}");
    }
    // One that knows `functions` knows one call only.
    for (fields, wanted) in [
        (json!({}), json!({"type": "auto", "disable_parallel_tool_use": true})),
        (
            json!({"function_call": {"name": "f"}}),
            json!({"type": "tool", "name": "f", "disable_parallel_tool_use": true}),
        ),
        (json!({"function_call": "none"}), json!({"type": "none"})),
    ] {
        let mut all = json!({"functions": [{"name": "f"}]});
        all.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        assert_eq!(sent(all).0["tool_choice"], wanted, "{fields}");
    }
}

#[test]
fn an_answers_shape_is_kept_refused_or_hinted() {
    let schema = json!({"type": "object", "properties": {"a": {"type": "string"}}});
    let format = json!({"response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": schema, "strict": true}}});
    assert_eq!(
        sent(format.clone()).0["output_config"],
        json!({"format": {"type": "json_schema", "schema": schema}})
    );
    let (body, dropped) = sent(json!({"response_format": {"type": "json_object"}}));
    assert!(body["system"].as_str().unwrap().contains("JSON"));
    assert_eq!(dropped, ["response_format"]);
    assert!(sent(json!({"response_format": {"type": "text"}})).0.get("output_config").is_none());
}

#[test]
fn users_tiers_and_stop_texts_are_carried() {
    let (body, _) = sent(
        json!({"user": "u", "safety_identifier": "s", "stop": ["a", "b"], "service_tier": "default", "stream": true}),
    );
    assert_eq!(body["metadata"], json!({"user_id": "s"}));
    assert_eq!(
        (&body["stop_sequences"], &body["service_tier"], &body["stream"]),
        (&json!(["a", "b"]), &json!("standard_only"), &json!(true))
    );
    assert_eq!(sent(json!({"stop": "x"})).0["stop_sequences"], json!(["x"]));
    assert_eq!(sent(json!({"user": "x".repeat(300)})).0["metadata"]["user_id"].as_str().unwrap().len(), 64);
    assert_eq!(sent(json!({"service_tier": "priority"})).0["service_tier"], "auto");
    assert_eq!(sent(json!({"service_tier": "flex"})).1, ["service_tier"]);
    refused(json!({"stop": [" \n"]}), "stop");
}

#[test]
fn what_has_no_counterpart_is_named_refused_or_says_nothing() {
    let named = json!({"seed": 1, "metadata": {"a": "b"}, "store": true, "prompt_cache_key": "k", "verbosity": "low",
        "prediction": {"type": "content", "content": "x"}, "frequency_penalty": 0.5, "presence_penalty": -1, "made_up": 1});
    let (body, dropped) = sent(named);
    let wanted = [
        "seed",
        "metadata",
        "store",
        "prompt_cache_key",
        "verbosity",
        "prediction",
        "frequency_penalty",
        "presence_penalty",
        "made_up",
    ];
    let mut dropped = dropped;
    let mut wanted: Vec<String> = wanted.iter().map(|&name| name.to_owned()).collect();
    dropped.sort();
    wanted.sort();
    assert_eq!(dropped, wanted);
    assert_eq!(body.as_object().unwrap().len(), 3);
    let silent = json!({"n": 1, "logit_bias": {}, "logprobs": false, "top_logprobs": null, "modalities": ["text"],
        "frequency_penalty": 0, "store": false, "seed": null, "audio": null});
    assert!(sent(silent).1.is_empty());
    for (field, value) in [
        ("n", json!(2)),
        ("logit_bias", json!({"1": 5})),
        ("logprobs", json!(true)),
        ("top_logprobs", json!(3)),
        ("modalities", json!(["text", "audio"])),
        ("audio", json!({"voice": "x"})),
        ("web_search_options", json!({})),
        ("moderation", json!({"model": "x"})),
    ] {
        refused(json!({field: value}), field);
    }
}

#[test]
fn only_the_last_four_cache_marks_stay() {
    let part = |text: &str| json!({"type": "text", "text": text, "cache_control": {"type": "ephemeral"}});
    let parts: Vec<Value> = ["1", "2", "3", "4", "5"].iter().map(|text| part(text)).collect();
    let (body, dropped) = sent(
        json!({"messages": [{"role": "system", "content": [part("0")]}, {"role": "user", "content": parts}]}),
    );
    let marked = |block: &Value| block.get("cache_control").is_some();
    let blocks = body["messages"][0]["content"].as_array().unwrap();
    assert_eq!(blocks.iter().map(marked).collect::<Vec<_>>(), [false, true, true, true, true]);
    assert!(!marked(&body["system"][0]));
    assert_eq!(dropped, ["cache_control"]);
}

#[test]
fn b22_a_lone_surrogate_is_refused_where_it_would_have_to_be_rewritten() {
    let body = Bytes::from_static(br#"{"model":"m","messages":[{"role":"user","content":"a\ud800"}]}"#);
    let peeked = peek(Endpoint::Chat, &body).unwrap();
    let quirks = Quirks::default();
    let to =
        Target { format: Format::Anthropic, model: MODEL, quirks: &quirks, facts: ModelFacts::default() };
    let error = outgoing(&peeked, &body, &to).unwrap_err();
    assert_eq!(error.code(), Code::FieldInvalid);
    assert!(error.param().unwrap().starts_with("messages"), "{error}");
    assert!(error.message().contains("half a character (line 1, column 53)"), "{error}");
    assert!(error.next().contains("both escapes of the pair"), "{}", error.next());
}

/// `fields` with a schema, towards a model that has no mode for it.
fn shaped(fields: Value) -> (Value, Vec<String>) {
    let schema = json!({"properties": {"a": {"type": "string"}}});
    let mut all =
        json!({"response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": schema}}});
    all.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    of(all, "claude-sonnet-4-0")
}

#[test]
fn a_schema_becomes_a_tool_where_the_model_has_no_mode_for_it() {
    let (body, dropped) = shaped(json!({}));
    let tool = &body["tools"][0];
    assert_eq!(tool["input_schema"], json!({"type": "object", "properties": {"a": {"type": "string"}}}));
    let forced = json!({"type": "tool", "name": "portico_answer", "disable_parallel_tool_use": true});
    assert_eq!((&body["tool_choice"], body["tools"].as_array().unwrap().len()), (&forced, 1));
    assert!(dropped.is_empty() && body.get("output_config").is_none());
    let tools = json!([{"type": "function", "function": {"name": "f"}}]);
    for (choice, wanted, count) in [
        (Value::Null, json!({"type": "any"}), 2),
        (json!("auto"), json!({"type": "any"}), 2),
        (json!("none"), forced, 2),
        (json!("required"), json!({"type": "any"}), 1),
    ] {
        let (body, dropped) = shaped(json!({"tools": tools, "tool_choice": choice}));
        assert_eq!(
            (&body["tool_choice"], body["tools"].as_array().unwrap().len()),
            (&wanted, count),
            "{choice}"
        );
        assert_eq!(dropped.len(), usize::from(count == 1), "a call has its own schema");
    }
    let (body, _) = shaped(json!({"tools": tools, "parallel_tool_calls": false}));
    assert_eq!(body["tool_choice"], json!({"type": "any", "disable_parallel_tool_use": true}));
}

#[test]
fn a_tool_that_gives_the_answer_goes_before_thinking_and_keeps_its_name_to_itself() {
    let (body, dropped) = shaped(json!({"reasoning_effort": "high"}));
    assert_eq!((body.get("thinking"), dropped), (None, vec!["reasoning_effort".to_owned()]));
    refused(
        json!({"tools": [{"type": "function", "function": {"name": "portico_answer"}}]}),
        "tools[0].function.name",
    );
    let strict = json!({"response_format": {"type": "json_schema",
        "json_schema": {"name": "n", "schema": {"type": "object"}, "strict": true}}});
    assert_eq!(of(strict, "claude-3-opus-20240229").1, ["response_format.json_schema.strict"]);
    let list = json!({"response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": {"type": "array"}}}});
    refused_by(list, "claude-3-opus-20240229", "response_format.json_schema.schema");
}

#[test]
fn a_turn_that_lost_its_thought_is_gone_on_with_without_thinking() {
    let call = json!([{"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}]);
    let thought = json!([{"type": "thinking", "thinking": "t", "signature": "s"}]);
    let with = |turn: Value| {
        let messages = json!([{"role": "user", "content": "hi"}, turn, {"role": "tool", "tool_call_id": "a", "content": "1"}]);
        let (body, dropped) = sent(json!({"messages": messages, "reasoning_effort": "low"}));
        (body.get("thinking").is_some(), dropped)
    };
    assert_eq!(
        with(json!({"role": "assistant", "tool_calls": call})),
        (false, vec!["reasoning_effort".to_owned()])
    );
    assert_eq!(
        with(json!({"role": "assistant", "tool_calls": call, "thinking_blocks": thought})),
        (true, vec![])
    );
}

#[test]
fn a_conversation_begins_with_the_user() {
    refused(json!({"messages": [{"role": "system", "content": "a"}]}), "messages");
    refused(
        json!({"messages": [{"role": "system", "content": "a"}, {"role": "assistant", "content": "b"}, {"role": "user", "content": "c"}]}),
        "messages[1].role",
    );
}

#[test]
fn a_choice_without_tools_is_refused_when_it_asks_for_one() {
    refused(json!({"tool_choice": "required"}), "tool_choice");
    refused(json!({"tool_choice": {"type": "function", "function": {"name": "f"}}}), "tool_choice");
    assert!(sent(json!({"tool_choice": "auto"})).0.get("tool_choice").is_none());
    assert!(sent(json!({"tool_choice": "none"})).0.get("tool_choice").is_none());
}

#[test]
fn functions_of_the_old_kind_are_named_by_their_own_place() {
    refused(json!({"functions": [{"name": "a b"}]}), "functions[0].name");
    refused(
        json!({"functions": [{"name": "f", "parameters": {"type": "array"}}]}),
        "functions[0].parameters",
    );
}

#[test]
fn a_field_of_another_shape_is_told_the_one_it_must_have() {
    for (field, value, wanted) in [
        ("stop", json!(5), "`stop` must be a string or an array of strings."),
        ("stop", json!([5]), "`stop` must be a string or an array of strings."),
        ("temperature", json!("1"), "`temperature` must be a number between 0 and 2."),
        ("temperature", json!(3), "`temperature` must be a number between 0 and 2."),
        ("parallel_tool_calls", json!("no"), "`parallel_tool_calls` must be true or false."),
        ("user", json!(5), "`user` must be a string."),
        (
            "tools",
            json!([{"function": {}}]),
            "`tools[0]` must be an object with `type` and `function`, an object with the string `name`.",
        ),
    ] {
        let mut body = json!({"model": "m", "messages": [{"role": "user", "content": "hi"}]});
        body[field] = value;
        let error = carried(&body, MODEL).unwrap_err();
        assert_eq!((error.code(), error.message()), (Code::FieldInvalid, wanted), "{body}");
    }
}

#[test]
fn top_k_is_carried_named_or_refused() {
    assert_eq!(sent(json!({"top_k": 5})).0["top_k"], 5);
    assert_eq!(of(json!({"top_k": 5}), "claude-opus-4-8").1, ["top_k"]);
    assert_eq!(sent(json!({"top_k": 5, "reasoning_effort": "low"})).1, ["top_k"]);
    let body = json!({"model": "m", "messages": [{"role": "user", "content": "hi"}], "top_k": "5"});
    let error = carried(&body, MODEL).unwrap_err();
    assert_eq!((error.code(), error.param()), (Code::FieldInvalid, Some("top_k")));
}
