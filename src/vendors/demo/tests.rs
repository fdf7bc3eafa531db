use serde_json::Value;

use super::*;
use crate::base::ids::CallId;
use crate::wire::{self, Endpoint, Format, Relay, Shown, WireFault};

fn chat(model: &str, fields: Value) -> Script {
    let mut body = json!({"model": model, "messages": [{"role": "user", "content": "Hello there"}]});
    body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    answer("/v1/chat/completions", body.to_string().as_bytes())
}

fn body(script: &Script) -> Value {
    let all: Vec<u8> = script.steps.iter().flat_map(|step| step.bytes.to_vec()).collect();
    serde_json::from_slice(&all).unwrap()
}

/// Plays a stream through the relay, as the gateway does.
fn relayed(script: &Script) -> (String, Result<(), WireFault>, Box<dyn Relay>) {
    let shown = Shown {
        model: "m",
        id: CallId::fresh(),
        created: 1,
        include_usage: true,
        legacy_functions: false,
        base64_embeddings: false,
    };
    let mut relay = wire::relay(Format::OpenAi, &shown);
    let mut out = bytes::BytesMut::new();
    let mut end = Ok(());
    for step in &script.steps {
        end = end.and_then(|()| relay.push(&step.bytes, &mut out));
    }
    let end = end.and_then(|()| match script.ending {
        Ending::Clean => relay.end(&mut out),
        Ending::Cut | Ending::Hang => Err(WireFault::Interrupted),
    });
    (String::from_utf8(out.to_vec()).unwrap(), end, relay)
}

#[test]
fn echo_repeats_what_was_said() {
    let answer = body(&chat("demo-echo", json!({})));
    assert_eq!(answer["choices"][0]["message"]["content"], "You said: Hello there");
    assert_eq!(answer["choices"][0]["finish_reason"], "stop");
    assert!(answer["usage"]["prompt_tokens"].as_u64().unwrap() > 0);
    assert_eq!(body(&chat("demo", json!({"n": 3})))["choices"].as_array().unwrap().len(), 3);
}

#[test]
fn a_stream_comes_at_the_chosen_speed_and_is_whole() {
    let script = chat("demo-lorem-20-7", json!({"stream": true, "stream_options": {"include_usage": true}}));
    assert_eq!(script.steps.iter().filter(|step| step.delay_ms == 50).count(), 7);
    let (text, end, relay) = relayed(&script);
    end.unwrap();
    assert!(text.ends_with("data: [DONE]\n\n"));
    assert_eq!(relay.state().usage.unwrap().output, Some(7));
    assert!(chat("demo-lorem-0-7", json!({"stream": true})).steps.iter().all(|step| step.delay_ms == 0));
}

#[test]
fn a_limit_cuts_the_answer() {
    let answer = body(&chat("demo-lorem", json!({"max_tokens": 3})));
    assert_eq!(answer["choices"][0]["finish_reason"], "length");
    assert_eq!(answer["usage"]["completion_tokens"], 3);
}

#[test]
fn a_caller_who_wants_no_tool_gets_words() {
    let tool = json!({"type": "function", "function": {"name": "weather"}});
    let said = body(&chat("demo-tools", json!({"tools": [tool], "tool_choice": "none"})));
    assert_eq!(said["choices"][0]["finish_reason"], "stop", "{said}");
    assert!(said["choices"][0]["message"]["tool_calls"].is_null(), "{said}");
}

#[test]
fn tools_are_called_with_fitting_arguments_until_results_come() {
    let tool = json!({"type": "function", "function": {"name": "weather", "parameters": {"type": "object",
        "properties": {"city": {"type": "string"}, "days": {"type": "integer"}, "unit": {"enum": ["C", "F"]}}}}});
    let first = body(&chat("demo-tools", json!({"tools": [tool]})));
    let call = &first["choices"][0]["message"]["tool_calls"][0];
    let arguments: Value = serde_json::from_str(call["function"]["arguments"].as_str().unwrap()).unwrap();
    assert_eq!(arguments, json!({"city": "Hello there", "days": 1, "unit": "C"}));
    assert_eq!(first["choices"][0]["finish_reason"], "tool_calls");
    let messages = json!([{"role": "user", "content": "Hello"},
        {"role": "assistant", "tool_calls": [call]}, {"role": "tool", "tool_call_id": call["id"], "content": "sunny"}]);
    let second = body(&chat("demo-tools", json!({"tools": [tool], "messages": messages})));
    assert_eq!(second["choices"][0]["message"]["content"], "The tools answered: sunny");
    let forced = body(&chat("demo-echo", json!({"tools": [tool], "tool_choice": "required"})));
    assert!(forced["choices"][0]["message"]["tool_calls"].is_array());
    let (text, end, _) = relayed(&chat("demo-tools", json!({"tools": [tool], "stream": true})));
    end.unwrap();
    assert!(text.contains("\"finish_reason\":\"tool_calls\""));
    let function = tool["function"].clone();
    let old = body(&chat("demo-tools", json!({"functions": [function]})));
    assert_eq!(old["choices"][0]["message"]["function_call"]["name"], "weather");
}

#[test]
fn a_schema_is_filled() {
    let format = json!({"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "object",
        "properties": {"ok": {"type": "boolean"}, "list": {"type": "array", "items": {"type": "number"}}}}}});
    let answer = body(&chat("demo-echo", json!({"response_format": format})));
    let content: Value =
        serde_json::from_str(answer["choices"][0]["message"]["content"].as_str().unwrap()).unwrap();
    assert_eq!(content, json!({"ok": true, "list": [1]}));
}

#[test]
fn embeddings_are_unit_vectors_in_both_encodings() {
    let of = |fields: Value| {
        let mut ask = json!({"model": "demo-embed", "input": ["a", "b"]});
        ask.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        body(&answer("/v1/embeddings", ask.to_string().as_bytes()))
    };
    let floats = of(json!({"dimensions": 100}));
    let vector: Vec<f64> = serde_json::from_value(floats["data"][0]["embedding"].clone()).unwrap();
    assert_eq!(vector.len(), 100);
    assert!((vector.iter().map(|part| part * part).sum::<f64>() - 1.0).abs() < 1e-3);
    assert_ne!(floats["data"][0]["embedding"], floats["data"][1]["embedding"]);
    assert_eq!(of(json!({"encoding_format": "base64"}))["data"][0]["embedding"].as_str().unwrap().len(), 344);
}

#[test]
fn the_list_names_every_model_and_fault() {
    let list = body(&answer("/v1/models", b""));
    assert_eq!(list["data"].as_array().unwrap().len(), words::KINDS.len() + words::FAULTS.len());
}

#[test]
fn statuses_come_on_demand() {
    let limited = chat("demo-fault-429-30", json!({}));
    assert_eq!(limited.status, 429);
    assert!(limited.headers.contains(&("retry-after", "30".to_owned())));
    for status in ["400", "401", "500", "503", "529"] {
        assert_eq!(chat(&format!("demo-fault-{status}"), json!({})).status.to_string(), status);
    }
    assert_eq!(chat("demo-fault-slow-2", json!({})).head_delay_ms, 2_000);
    assert!(chat("demo-fault-hang", json!({})).no_head);
}

#[test]
fn f06_every_fault_of_a_stream_is_told_from_a_whole_one() {
    let whole = ["nodone", "twicedone", "nofinish", "nousage", "comments", "crlf", "bom", "noblank", "slow"];
    for (fault, _) in words::FAULTS {
        let script = chat(&format!("demo-fault-{fault}"), json!({"stream": true}));
        if script.status != 200 || script.no_head {
            continue;
        }
        let (text, end, relay) = relayed(&script);
        assert_eq!(end.is_ok(), whole.contains(fault), "{fault}: {end:?} {text}");
        assert_eq!(relay.state().done, end.is_ok(), "{fault}");
        if ["cut", "stall", "error", "json", "big"].contains(fault) {
            assert!(relay.state().content && text.contains("dolor"), "{fault}: {text}");
            assert!(text.ends_with("\n\n"), "{fault}");
        }
    }
}

#[test]
fn whole_answers_with_a_fault_are_not_taken_for_good_ones() {
    let shown = Shown {
        model: "m",
        id: CallId::fresh(),
        created: 1,
        include_usage: false,
        legacy_functions: false,
        base64_embeddings: false,
    };
    for fault in ["html200", "error200", "json", "empty"] {
        let script = chat(&format!("demo-fault-{fault}"), json!({}));
        let bytes: Vec<u8> = script.steps.iter().flat_map(|step| step.bytes.to_vec()).collect();
        assert!(wire::whole(Endpoint::Chat, Format::OpenAi, &bytes.into(), &shown).is_err(), "{fault}");
    }
}

#[test]
fn the_page_about_it_names_every_word() {
    let page = include_str!("../../../docs/demo-vendor.md");
    for (fault, shows) in words::FAULTS {
        assert!(page.contains(&format!("| `demo-fault-{fault}` | {shows} |")), "{fault}");
    }
}

#[test]
fn p22_a_small_request_makes_no_answer_without_end() {
    let many: Vec<&str> = vec!["a"; 2_048];
    let ask = json!({"model": "demo-embed", "input": many, "dimensions": 4_096});
    assert_eq!(answer("/v1/embeddings", ask.to_string().as_bytes()).status, 400);
    let ask = json!({"model": "demo-embed", "input": many});
    assert_eq!(answer("/v1/embeddings", ask.to_string().as_bytes()).status, 200);
    let long = "a ".repeat(100_000);
    let talk = json!({"messages": [{"role": "user", "content": long}], "n": 128, "stream": true});
    let script = chat("demo-echo", talk);
    assert!(script.steps.len() < 20_000, "{} events", script.steps.len());
}
