//! Whatever comes, from callers or vendors: no panic, nothing that grows beyond what came, and what goes
//! out is JSON or a stream.

use bytes::{Bytes, BytesMut};
use portico::wire::{self, Endpoint, Format, ModelFacts, Quirks, Target};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use serde_json::{Map, Value, json};

use super::exchange::shown;

const WORDS: &str = "max_tokens_only,random_seed,no_seed,no_penalties,temperature_max_1,temperature_gt_0,\
    temperature_fixed,store_false,reasoning_format,thinking_object,tool_choice_any,no_tool_choice_named,\
    no_strict_tools,no_json_schema,no_message_name,no_developer_role,no_null_content,content_array_flatten,\
    no_cache_control,tool_id_9,reasoning_replay_required,no_stream_with_json_schema,drop:user,rename:a=b";

/// Words that mean something somewhere, so that odd values meet in known places.
fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => prop::sample::select(vec![
            "user", "assistant", "system", "developer", "tool", "function", "text", "image_url", "file",
            "refusal", "input_audio", "auto", "none", "required", "json_schema", "json_object", "high",
            "data:image/png;base64,AAAA", "https://x.example/y.png", "{\"a\":1}", "base64", "portico_answer",
        ]).prop_map(str::to_owned),
        1 => any::<String>(),
    ]
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        5 => prop::sample::select(vec![
            "type", "text", "content", "role", "name", "id", "function", "arguments", "parameters", "strict",
            "tool_call_id", "tool_calls", "image_url", "url", "detail", "cache_control", "thinking_blocks",
            "signature", "thinking", "data", "file", "file_data", "refusal", "json_schema", "schema",
            "reasoning_content", "function_call", "allowed_tools", "tools", "mode",
        ]).prop_map(str::to_owned),
        1 => any::<String>(),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        (0..3_u32).prop_map(Value::from),
        word().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((name(), inner), 0..5).prop_map(|fields| Value::from(Map::from_iter(fields))),
        ]
    })
}

/// A message that is nearly right.
fn message() -> impl Strategy<Value = Value> {
    let role = prop::sample::select(vec!["user", "assistant", "system", "tool", "function", "developer"]);
    let call = (word(), word()).prop_map(
        |(id, arguments)| json!({"id": id, "type": "function", "function": {"name": "f", "arguments": arguments}}),
    );
    let content = prop_oneof![word().prop_map(Value::from), vec(part(), 0..4).prop_map(Value::from), value()];
    (role, content, vec(call, 0..3), vec((name(), value()), 0..2)).prop_map(|(role, content, calls, more)| {
        let mut message = json!({"role": role, "content": content, "tool_call_id": "t", "name": "f"});
        let fields = message.as_object_mut().unwrap();
        if role == "assistant" {
            fields.insert("tool_calls".into(), calls.into());
        }
        fields.extend(more.into_iter().filter(|(name, _)| name != "role"));
        message
    })
}

fn part() -> impl Strategy<Value = Value> {
    (word(), word(), value()).prop_map(|(kind, text, odd)| {
        json!({"type": kind, "text": text, "image_url": {"url": text}, "refusal": odd, "cache_control": odd})
    })
}

fn request() -> impl Strategy<Value = Value> {
    let field = prop::sample::select(vec![
        "tools",
        "tool_choice",
        "functions",
        "function_call",
        "response_format",
        "stop",
        "temperature",
        "top_p",
        "top_k",
        "seed",
        "n",
        "user",
        "safety_identifier",
        "service_tier",
        "reasoning_effort",
        "logprobs",
        "parallel_tool_calls",
        "metadata",
        "modalities",
        "store",
        "a",
    ]);
    let tool = (word(), value()).prop_map(
        |(name, schema)| json!({"type": "function", "function": {"name": name, "parameters": schema, "strict": true}}),
    );
    let odd = prop_oneof![3 => value(), 1 => word().prop_map(Value::from), 1 => vec(tool, 0..3).prop_map(Value::from)];
    (vec(message(), 1..5), vec((field, odd), 0..5), any::<bool>()).prop_map(|(messages, fields, stream)| {
        let mut body = json!({"model": "m", "messages": messages, "stream": stream});
        body.as_object_mut().unwrap().extend(fields.into_iter().map(|(name, odd)| (name.to_owned(), odd)));
        body
    })
}

/// Lines as vendors of both formats send them, right and wrong.
fn line() -> impl Strategy<Value = Vec<u8>> {
    let kind = prop::sample::select(vec![
        "message_start",
        "content_block_start",
        "content_block_delta",
        "content_block_stop",
        "message_delta",
        "message_stop",
        "ping",
        "error",
        "unheard_of",
    ]);
    let delta = prop::sample::select(vec![
        "text_delta",
        "input_json_delta",
        "thinking_delta",
        "signature_delta",
        "citations_delta",
        "x",
    ]);
    let block = prop::sample::select(vec![
        "text",
        "tool_use",
        "thinking",
        "redacted_thinking",
        "server_tool_use",
        "x",
    ]);
    let event =
        (kind, delta, block, word(), value(), 0..3_u32).prop_map(|(kind, delta, block, text, odd, pick)| {
            let message =
                json!({"type": "message", "content": [], "usage": {"input_tokens": 3, "output_tokens": 1}});
            let mut event = json!({"type": kind, "index": 0, "message": message,
            "content_block": {"type": block, "text": text, "id": "t", "name": "f", "input": {}},
            "delta": {"type": delta, "text": text, "partial_json": text, "thinking": text, "signature": text,
                "stop_reason": if kind == "message_delta" { json!("end_turn") } else { Value::Null }}});
            if pick == 0 {
                event["delta"] = odd;
            }
            format!("data: {event}\n\n").into_bytes()
        });
    let chunk = (word(), value(), 0..4_u32).prop_map(|(text, odd, pick)| {
        let choice = match pick {
            0 => json!({"index": 0, "delta": odd, "finish_reason": null}),
            1 => json!({"index": 0, "delta": {}, "finish_reason": "stop"}),
            _ => json!({"index": 0, "delta": {"content": text}, "finish_reason": null}),
        };
        format!("data: {}\n\n", json!({"model": "v", "choices": [choice]})).into_bytes()
    });
    prop_oneof![
        6 => event,
        6 => chunk,
        1 => value().prop_map(|odd| format!("data: {odd}\n\n").into_bytes()),
        1 => Just(b"data: [DONE]\n\n".to_vec()),
        1 => Just(b": comment\n\n".to_vec()),
        1 => Just(b"event: error\r\ndata: {\"error\":{\"message\":\"x\"}}\r\n\r\n".to_vec()),
        1 => vec(any::<u8>(), 0..40),
        1 => Just(b"\r".to_vec()),
    ]
}

/// Whole events of known lines, each with JSON or the mark of the end.
fn is_stream(out: &[u8]) -> Result<(), String> {
    let text = std::str::from_utf8(out).map_err(|cause| cause.to_string())?;
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    if !text.is_empty() && !text.ends_with('\n') {
        return Err("half an event at the end".to_owned());
    }
    for line in text.lines().filter(|line| !line.is_empty()) {
        let (field, rest) = line.split_once(':').unwrap_or((line, ""));
        match (field, rest.trim()) {
            ("data", "[DONE]") | ("" | "event" | "id" | "retry", _) => {}
            ("data", json) => {
                serde_json::from_str::<Value>(json).map_err(|cause| format!("{cause}: {json}"))?;
            }
            _ => return Err(format!("a line that is no part of a stream: {line:?}")),
        }
    }
    Ok(())
}

fn streamed(format: Format, bytes: &[u8], sizes: &[usize]) -> Result<(), TestCaseError> {
    let shown = shown("public");
    let mut relay = wire::relay(format, &shown);
    let (mut out, mut rest, mut sizes) = (BytesMut::new(), bytes, sizes.iter().cycle());
    let mut end = Ok(());
    while !rest.is_empty() && end.is_ok() {
        let (head, tail) = rest.split_at((*sizes.next().unwrap()).min(rest.len()));
        end = relay.push(&Bytes::copy_from_slice(head), &mut out);
        rest = tail;
    }
    let end = end.and_then(|()| relay.end(&mut out));
    if let Err(fault) = &end {
        let error = wire::fault_error(fault);
        out.extend_from_slice(&wire::error_event(Format::OpenAi, &error, shown.id, "http://x.example"));
        let again = relay.push(&Bytes::from_static(b"data: {}\n\n"), &mut out);
        prop_assert!(again.is_err(), "a fault must stay");
    }
    let told = is_stream(&out);
    prop_assert!(told.is_ok(), "{format:?} {told:?}\n{}", String::from_utf8_lossy(bytes));
    // A chunk of our own is some 300 bytes around a letter that came in an event of 40.
    prop_assert!(out.len() <= bytes.len() * 16 + 4_096, "{} of {}", out.len(), bytes.len());
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 384, failure_persistence: None, rng_seed: RngSeed::Fixed(41), ..ProptestConfig::default() })]

    #[test]
    fn a_request_is_sent_as_json_or_refused(request in request(), reasoning: bool) {
        let body = Bytes::from(request.to_string());
        let Ok(peek) = wire::peek(Endpoint::Chat, &body) else { return Ok(()) };
        let facts = ModelFacts { reasoning, ..ModelFacts::default() };
        for (format, model, words) in [
            (Format::OpenAi, "m", ""),
            (Format::OpenAi, "v", WORDS),
            (Format::Anthropic, "claude-sonnet-4-5", ""),
            (Format::Anthropic, "claude-3-haiku-20240307", ""),
            (Format::Anthropic, "claude-opus-4-8", ""),
        ] {
            let quirks = Quirks::of(words.split(',').map(str::trim));
            let to = Target { format, model, quirks: &quirks, facts };
            match wire::outgoing(&peek, &body, &to) {
                Ok(sent) => {
                    let read = serde_json::from_slice::<Value>(&sent.body);
                    prop_assert!(read.is_ok(), "{format:?} {request}\n{}", String::from_utf8_lossy(&sent.body));
                    prop_assert!(sent.body.len() <= body.len() * 6 + 4_096);
                    let fits = |name: &String| name.bytes().all(|byte| (0x20..0x7f).contains(&byte));
                    prop_assert!(format == Format::OpenAi || sent.dropped.iter().all(fits), "{:?}", sent.dropped);
                }
                Err(error) => prop_assert!(error.status() == 400, "{error} {request}"),
            }
        }
    }

    #[test]
    fn any_bytes_are_judged(bytes in vec(any::<u8>(), 0..200), text in any::<String>()) {
        for body in [Bytes::from(bytes), Bytes::from(text)] {
            for endpoint in [Endpoint::Chat, Endpoint::Embeddings] {
                let _ = wire::peek(endpoint, &body);
                for format in [Format::OpenAi, Format::Anthropic] {
                    let _ = wire::vendor_fault(format, 500, &body);
                    if let Ok(whole) = wire::whole(endpoint, format, &body, &shown("m")) {
                        prop_assert!(serde_json::from_slice::<Value>(&whole.body).is_ok());
                    }
                }
            }
        }
    }

    #[test]
    fn an_odd_answer_is_json_or_a_fault(odd in value(), parts in vec(part(), 0..3), reason in word()) {
        let usage = json!({"input_tokens": odd, "output_tokens": 3, "prompt_tokens": odd});
        for body in [
            json!({"type": "message", "content": parts, "stop_reason": reason, "usage": usage}),
            json!({"type": "message", "content": odd, "stop_details": odd}),
            json!({"model": odd, "choices": [{"message": odd, "finish_reason": reason}], "usage": usage}),
            json!({"error": odd, "choices": odd, "content": []}),
            odd.clone(),
        ] {
            let body = Bytes::from(body.to_string());
            for format in [Format::OpenAi, Format::Anthropic] {
                if let Ok(whole) = wire::whole(Endpoint::Chat, format, &body, &shown("m")) {
                    prop_assert!(serde_json::from_slice::<Value>(&whole.body).is_ok());
                    prop_assert!(whole.body.len() <= body.len() * 6 + 4_096);
                }
                let _ = wire::vendor_fault(format, 400, &body);
            }
        }
    }

    #[test]
    fn a_stream_of_anything_is_a_stream(lines in vec(line(), 0..12), sizes in vec(1..50_usize, 1..8)) {
        let bytes = lines.concat();
        streamed(Format::OpenAi, &bytes, &sizes)?;
        streamed(Format::Anthropic, &bytes, &sizes)?;
    }
}

/// An event that never ends, a block that never closes: held to a bound, then a fault.
#[test]
fn f06_what_never_ends_is_held_to_a_bound() {
    let piece = "x".repeat(64 << 10);
    let thought = json!({"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": piece}});
    let open = "data: {\"type\":\"message_start\",\"message\":{\"content\":[]}}\n\n\
        data: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"thinking\",\"thinking\":\"\"}}\n\n";
    let shown = shown("m");
    let mut relay = wire::relay(Format::Anthropic, &shown);
    let mut out = BytesMut::new();
    relay.push(&Bytes::from(open.to_owned()), &mut out).unwrap();
    for _ in 0..64 {
        out.clear();
        relay.push(&Bytes::from(format!("data: {thought}\n\n")), &mut out).unwrap();
        assert!(out.len() < 70 << 10);
    }
    out.clear();
    let close = "data: {\"type\":\"content_block_stop\",\"index\":0}\n\n";
    relay.push(&Bytes::from(close.to_owned()), &mut out).unwrap();
    assert!(out.len() < 600 << 10, "a long thought is not given back whole");
    for format in [Format::OpenAi, Format::Anthropic] {
        let mut relay = wire::relay(format, &shown);
        let mut out = BytesMut::new();
        let end = (0..64).find_map(|_| relay.push(&Bytes::from(format!("data: {piece}")), &mut out).err());
        assert!(matches!(end, Some(wire::WireFault::TooLarge)), "{format:?} {end:?}");
        assert!(out.is_empty());
    }
}
