use bytes::{Bytes, BytesMut};
use serde_json::{Value, json};

use crate::base::ids::CallId;
use crate::wire::{Endpoint, Format, Shown, relay, whole};

fn shown() -> Shown<'static> {
    Shown {
        model: "m",
        id: CallId(Default::default()),
        created: 1,
        include_usage: false,
        legacy_functions: false,
        base64_embeddings: false,
    }
}

/// The deltas that these become.
fn deltas(deltas: &[Value]) -> Vec<Value> {
    let shown = shown();
    let mut relay = relay(Format::OpenAi, &shown);
    let mut out = BytesMut::new();
    for delta in deltas {
        let chunk = json!({"model": "v", "choices": [{"delta": delta, "index": 0}]});
        relay.push(&Bytes::from(format!("data: {chunk}\n\n")), &mut out).unwrap();
    }
    let text = String::from_utf8(out.to_vec()).unwrap();
    let events = text.split("\n\n").filter_map(|event| event.strip_prefix("data: "));
    events.map(|json| serde_json::from_str::<Value>(json).unwrap()["choices"][0]["delta"].clone()).collect()
}

/// The choice that this one becomes.
fn choice(choice: Value) -> Value {
    let body = Bytes::from(json!({"model": "v", "choices": [choice]}).to_string());
    let answer = whole(Endpoint::Chat, Format::OpenAi, &body, &shown()).unwrap();
    serde_json::from_slice::<Value>(&answer.body).unwrap()["choices"][0].clone()
}

#[test]
fn calls_are_numbered_by_their_rank() {
    let call = |more: Value| {
        let mut call = json!({"function": {"name": "f", "arguments": "{}"}});
        call.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"tool_calls": [call]})
    };
    for (sent, wanted) in [
        // No number at all: by id.
        (vec![json!({"id": "a"}), json!({"id": "b"}), json!({})], vec![0, 1, 1]),
        // From 1, with a gap.
        (
            vec![json!({"id": "a", "index": 1}), json!({"index": 1}), json!({"id": "b", "index": 3})],
            vec![0, 0, 1],
        ),
        // As it should be, also with a new id for a piece that names no function.
        (
            vec![
                json!({"id": "a", "index": 0}),
                json!({"id": "x", "index": 0, "function": {"arguments": "1"}}),
            ],
            vec![0, 0],
        ),
        // One number for all: a new id opens a new call, and what follows belongs to it.
        (
            vec![
                json!({"id": "a", "index": 0}),
                json!({"id": "b", "index": 0}),
                json!({"index": 0, "function": {"arguments": "1"}}),
                json!({"id": "a", "index": 0}),
            ],
            vec![0, 1, 1, 0],
        ),
    ] {
        let pieces: Vec<Value> = sent.iter().cloned().map(call).collect();
        let numbers: Vec<Value> =
            deltas(&pieces).iter().map(|delta| delta["tool_calls"][0]["index"].clone()).collect();
        assert_eq!(numbers, wanted, "{sent:?}");
    }
}

#[test]
fn a_call_has_a_type_and_arguments_that_are_text() {
    let calls = json!([{"id": "a", "function": {"name": "f", "arguments": {"x": [1]}}}]);
    let wanted =
        json!({"id": "a", "type": "function", "function": {"name": "f", "arguments": "{\"x\":[1]}"}});
    assert_eq!(choice(json!({"message": {"tool_calls": calls}}))["message"]["tool_calls"][0], wanted);
    let mut numbered = wanted;
    numbered["index"] = json!(0);
    assert_eq!(deltas(&[json!({"tool_calls": calls})])[0]["tool_calls"][0], numbered);
}

#[test]
fn thoughts_among_the_parts_stand_beside_the_text() {
    let thinking = json!({"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]});
    let reasoning = json!({"type": "reasoning", "summary": [{"type": "summary_text", "text": "hm"}]});
    for thought in [thinking, reasoning] {
        let content = json!([thought, {"type": "text", "text": "a"}, {"type": "text", "text": "b"}]);
        let wanted = json!({"content": "ab", "reasoning_content": "hm"});
        assert_eq!(choice(json!({"message": {"content": content}}))["message"], wanted);
        assert_eq!(deltas(&[json!({"content": content})])[0], wanted);
    }
    let strange = json!([{"type": "hologram"}, {"type": "text", "text": "a"}]);
    assert_eq!(choice(json!({"message": {"content": strange}}))["message"]["content"], strange);
}

#[test]
fn words_of_the_end_are_those_of_the_format() {
    for (sent, wanted) in [
        ("eos_token", json!("stop")),
        ("end_turn", json!("stop")),
        ("model_length", json!("length")),
        ("sensitive", json!("content_filter")),
        ("function_call", json!("function_call")),
        ("tool_calls", json!("tool_calls")),
        ("never_heard_of", json!("never_heard_of")),
        ("", Value::Null),
    ] {
        let answer = choice(json!({"message": {"content": "a"}, "finish_reason": sent}));
        assert_eq!(answer["finish_reason"], wanted, "{sent}");
    }
}
