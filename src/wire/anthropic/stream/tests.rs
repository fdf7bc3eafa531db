use serde_json::{Value, json};

use super::*;
use crate::wire::Finish;

fn event(value: Value) -> Vec<u8> {
    format!("event: {}\ndata: {value}\n\n", value["type"].as_str().unwrap()).into_bytes()
}

fn read(list: &[Value]) -> (Vec<Event>, Events) {
    let (mut events, mut found) = (Events::default(), Vec::new());
    for value in list {
        events.read(&event(value.clone()), &mut found).unwrap();
    }
    (found, events)
}

fn start() -> Value {
    json!({"type": "message_start", "message": {"content": [], "usage": {"input_tokens": 3, "output_tokens": 1}}})
}

#[test]
fn calls_are_counted_among_calls_and_not_among_blocks() {
    let block = |index: u32, block: Value| json!({"type": "content_block_start", "index": index, "content_block": block});
    let stop = |index: u32| json!({"type": "content_block_stop", "index": index});
    let (found, _) = read(&[
        start(),
        block(0, json!({"type": "text", "text": ""})),
        stop(0),
        block(1, json!({"type": "server_tool_use", "id": "s", "name": "web_search", "input": {}})),
        json!({"type": "content_block_delta", "index": 1, "delta": {"type": "input_json_delta", "partial_json": "{}"}}),
        stop(1),
        block(2, json!({"type": "tool_use", "id": "t", "name": "f", "input": {}})),
        stop(2),
    ]);
    assert!(found.contains(&Event::Call { rank: 0, id: "t".into(), name: "f".into() }));
    assert_eq!(found.last(), Some(&Event::CallPiece { rank: 0, piece: "{}".into() }));
    assert_eq!(found.iter().filter(|event| matches!(event, Event::CallPiece { .. })).count(), 1);
}

#[test]
fn counts_are_corrected_and_never_added() {
    let (_, events) = read(&[
        start(),
        json!({"type": "message_delta", "delta": {"stop_reason": "end_turn"},
            "usage": {"input_tokens": 5, "cache_read_input_tokens": 7, "output_tokens": 9}}),
    ]);
    let usage = events.usage().unwrap();
    assert_eq!((usage.input, usage.cached_read, usage.output), (Some(12), Some(7), Some(9)));
}

/// The chunks that a caller who asked for usage gets.
fn chunks(list: &[Value]) -> Vec<Value> {
    let shown = crate::wire::Shown {
        model: "m",
        id: crate::base::ids::CallId::fresh(),
        created: 1,
        include_usage: true,
        legacy_functions: false,
        base64_embeddings: false,
    };
    let (mut relay, mut out) =
        (crate::wire::relay(crate::wire::Format::Anthropic, &shown), bytes::BytesMut::new());
    list.iter().for_each(|value| relay.push(&event(value.clone()).into(), &mut out).unwrap());
    let out = String::from_utf8(out.to_vec()).unwrap();
    let data = out.lines().filter_map(|line| line.strip_prefix("data: ")).filter(|data| *data != "[DONE]");
    data.map(|json| serde_json::from_str(json).unwrap()).collect()
}

fn usage_chunk(list: &[Value]) -> Value {
    chunks(list).last().unwrap()["usage"].clone()
}

#[test]
fn every_chunk_tells_the_tier() {
    let usage = json!({"input_tokens": 3, "output_tokens": 1, "service_tier": "standard"});
    let list = [
        json!({"type": "message_start", "message": {"content": [], "usage": usage}}),
        json!({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": "a"}}),
        json!({"type": "message_stop"}),
    ];
    let told = chunks(&list);
    assert!(told.len() > 3 && told.iter().all(|chunk| chunk["service_tier"] == "default"), "{told:?}");
    let untold = chunks(&[start(), json!({"type": "message_stop"})]);
    assert!(untold.iter().all(|chunk| chunk.get("service_tier").is_none()), "{untold:?}");
}

#[test]
fn a_count_that_was_not_told_is_unknown_and_not_nothing() {
    let stop = json!({"type": "message_stop"});
    let usage = usage_chunk(&[start(), stop.clone()]);
    assert_eq!(usage["prompt_tokens"], 3);
    assert!(usage["completion_tokens"].is_null() && usage["total_tokens"].is_null(), "{usage}");
    let bare = json!({"type": "message_start", "message": {"content": []}});
    let delta =
        json!({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 9}});
    let usage = usage_chunk(&[bare.clone(), delta.clone(), stop]);
    assert_eq!(usage["completion_tokens"], 9);
    assert!(usage["prompt_tokens"].is_null() && usage["total_tokens"].is_null(), "{usage}");
    let (_, events) = read(&[bare, delta]);
    assert_eq!(events.usage().map(|usage| (usage.input, usage.output)), Some((None, Some(9))));
}

#[test]
fn a_refusal_without_a_word_has_one() {
    let delta = |details: Value| json!({"type": "message_delta", "delta": {"stop_reason": "refusal", "stop_details": details}});
    let (found, _) = read(&[start(), delta(json!({"type": "refusal", "explanation": "Blocked."}))]);
    let told = Event::Finish { finish: Finish::ContentFilter, refusal: Some("Blocked.".into()) };
    assert_eq!(found.last(), Some(&told));
    let (found, _) = read(&[start(), delta(Value::Null)]);
    assert!(matches!(found.last(), Some(Event::Finish { refusal: Some(_), .. })));
}

#[test]
fn a_second_start_is_passed_over() {
    let (found, _) = read(&[start(), start()]);
    assert_eq!(found, [Event::Begin]);
}

#[test]
fn web_citations_come_with_the_place_of_their_text() {
    let citation =
        json!({"type": "web_search_result_location", "url": "https://a", "title": "A", "cited_text": "x"});
    let (found, _) = read(&[
        start(),
        json!({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": "é "}}),
        json!({"type": "content_block_stop", "index": 0}),
        json!({"type": "content_block_start", "index": 1, "content_block": {"type": "text", "text": ""}}),
        json!({"type": "content_block_delta", "index": 1, "delta": {"type": "citations_delta", "citation": citation}}),
        json!({"type": "content_block_delta", "index": 1, "delta": {"type": "text_delta", "text": "abc"}}),
        json!({"type": "content_block_stop", "index": 1}),
    ]);
    let citations = vec![Citation { url: "https://a".into(), title: "A".into() }];
    assert_eq!(found.last(), Some(&Event::Cited { citations, start: 2, end: 5 }));
}

#[test]
fn events_that_a_server_ran_together_are_told_apart() {
    let one =
        json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "a"}});
    let lines = format!("data: {}\ndata: {one}\ndata: {one}\n\n", start());
    let (mut events, mut found) = (Events::default(), Vec::new());
    events.read(lines.as_bytes(), &mut found).unwrap();
    assert_eq!(found, [Event::Begin, Event::Text("a".into()), Event::Text("a".into())]);
}

#[test]
fn an_event_that_is_no_json_is_a_fault() {
    let (mut events, mut found) = (Events::default(), Vec::new());
    assert!(events.read(b"event: x\ndata: {\"type\":\n\n", &mut found).is_err());
    assert!(events.read(b"<html>\n\n", &mut found).is_err());
    assert!(events.read(b": comment\n\n", &mut found).is_ok());
}

#[test]
fn a_type_nobody_knows_may_have_any_shape() {
    let (found, _) = read(&[
        start(),
        json!({"type": "weather", "message": "sunny", "delta": 5, "usage": "none"}),
        json!({"type": "content_block_delta", "index": 0, "delta": {"type": "hue_delta", "text": {"r": 1}}}),
        json!({"type": "content_block_start", "index": 0, "content_block": {"type": "map", "text": [1], "id": 5}}),
        json!({"type": "content_block_stop", "index": 0}),
    ]);
    let [Event::Begin, Event::Foreign { rank: 0, json }] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(serde_json::from_str::<Value>(json).unwrap(), json!({"type": "map", "text": [1], "id": 5}));
    let (mut events, mut found) = (Events::default(), Vec::new());
    let known =
        json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": {"r": 1}}});
    assert!(events.read(&event(known), &mut found).is_err());
}

#[test]
fn a_block_of_a_new_type_is_in_a_stream_as_in_a_whole_answer() {
    for block in [
        json!({"type": "map", "place": "Oslo"}),
        json!({"type": "map", "text": {"r": 1}}),
        json!({"type": "web_search_tool_result", "tool_use_id": "s", "content": []}),
    ] {
        let (found, _) = read(&[
            start(),
            json!({"type": "content_block_start", "index": 0, "content_block": block}),
            json!({"type": "content_block_stop", "index": 0}),
        ]);
        let body = json!({"type": "message", "content": [block], "usage": {"input_tokens": 1}}).to_string();
        let whole = super::super::read::answer(body.as_bytes()).unwrap();
        let [crate::wire::chat::AnswerPart::Foreign { json: in_whole }] = whole.parts.as_slice() else {
            panic!("{block}")
        };
        assert_eq!(found, [Event::Begin, Event::Foreign { rank: 0, json: in_whole.clone() }], "{block}");
    }
}

#[test]
fn b22_half_a_character_does_not_lose_an_answer() {
    let delta = r#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"a\ud83d"}}"#;
    let open = r#"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":"\ude00b"}}"#;
    let (mut events, mut found) = (Events::default(), Vec::new());
    events.read(&event(start()), &mut found).unwrap();
    for line in [open, delta] {
        events.read(format!("data: {line}\n\n").as_bytes(), &mut found).unwrap();
    }
    let text = |text: &str| Event::Text(text.into());
    assert_eq!(found, [Event::Begin, text("\u{fffd}b"), text("a\u{fffd}")]);
    let whole = r#"{"type":"message","content":[{"type":"text","text":"a\ud83d \ud83d\ude00"}],"usage":{"input_tokens":1}}"#;
    let answer = super::super::read::answer(whole.as_bytes()).unwrap();
    let [crate::wire::chat::AnswerPart::Text { text, .. }] = answer.parts.as_slice() else { panic!() };
    assert_eq!(text, "a\u{fffd} \u{1f600}");
}

#[test]
fn a_cache_write_for_an_hour_is_told_from_a_short_one() {
    let (_, events) = read(&[
        json!({"type": "message_start", "message": {"content": [], "usage": {
            "input_tokens": 3, "cache_creation_input_tokens": 50, "cache_read_input_tokens": 7,
            "cache_creation": {"ephemeral_5m_input_tokens": 30, "ephemeral_1h_input_tokens": 20},
        }}}),
        json!({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 9}}),
    ]);
    let usage = events.usage().unwrap();
    assert_eq!((usage.input, usage.cache_write, usage.cache_write_1h), (Some(60), Some(50), Some(20)));
}

#[test]
fn counts_that_are_no_numbers_are_not_known() {
    let (_, events) = read(&[
        start(),
        json!({"type": "message_delta", "delta": {"stop_reason": "end_turn"},
            "usage": {"input_tokens": null, "cache_read_input_tokens": "7", "output_tokens": 9.0}}),
    ]);
    let usage = events.usage().unwrap();
    assert_eq!((usage.input, usage.cached_read, usage.output), (Some(3), None, Some(9)));
}

#[test]
fn the_call_that_gives_the_answer_is_its_text() {
    let block = |index: u32, name: &str| {
        json!({"type": "content_block_start", "index": index,
        "content_block": {"type": "tool_use", "id": "t", "name": name, "input": {}}})
    };
    let piece = |index: u32, piece: &str| {
        json!({"type": "content_block_delta", "index": index,
        "delta": {"type": "input_json_delta", "partial_json": piece}})
    };
    let stop = |index: u32| json!({"type": "content_block_stop", "index": index});
    let end = json!({"type": "message_delta", "delta": {"stop_reason": "tool_use"}});
    let answer = [start(), block(0, ANSWER_TOOL), piece(0, "{\"a\":"), piece(0, "1}"), stop(0)];
    let (found, _) = read(&[&answer[..], std::slice::from_ref(&end)].concat());
    let text = |text: &str| Event::Text(text.into());
    let finish = |finish: Finish| Event::Finish { finish, refusal: None };
    assert_eq!(found, [Event::Begin, text("{\"a\":"), text("1}"), finish(Finish::Stop)]);
    let again = [block(1, ANSWER_TOOL), piece(1, "{}"), stop(1), block(2, "f"), stop(2), end.clone()];
    let (found, _) = read(&[&answer[..], &again].concat());
    assert_eq!(found.last(), Some(&finish(Finish::ToolCalls)));
    assert_eq!(found.iter().filter(|event| matches!(event, Event::Text(_))).count(), 2);
    let (found, _) = read(&[start(), block(0, ANSWER_TOOL), stop(0), end]);
    assert_eq!(found, [Event::Begin, text("{}"), finish(Finish::Stop)]);
}

#[test]
fn arguments_that_come_whole_with_their_block_are_not_lost() {
    let (found, _) = read(&[
        start(),
        json!({"type": "content_block_start", "index": 0,
            "content_block": {"type": "tool_use", "id": "t", "name": "f", "input": {"a": 1}}}),
        json!({"type": "content_block_stop", "index": 0}),
    ]);
    assert_eq!(found.last(), Some(&Event::CallPiece { rank: 0, piece: r#"{"a":1}"#.into() }));
}

#[test]
fn a_provisional_count_of_the_output_is_no_count() {
    let (_, events) = read(&[start(), json!({"type": "message_stop"})]);
    let usage = events.usage().unwrap();
    assert_eq!((usage.input, usage.output), (Some(3), None));
}

#[test]
fn the_input_of_a_call_that_the_vendor_makes_itself_comes_whole() {
    let shell = |index: u32| {
        let block = json!({"type": "server_tool_use", "id": "s", "name": "web_search", "input": {}});
        json!({"type": "content_block_start", "index": index, "content_block": block})
    };
    let piece = |text: &str| json!({"type": "content_block_delta", "index": 0, "delta": {"type": "input_json_delta", "partial_json": text}});
    let stop = json!({"type": "content_block_stop", "index": 0});
    let long = format!("\"{}\"", "x".repeat(MAX_KEPT));
    for (pieces, input) in [
        (vec!["{\"query\":", "\"a \u{e9}\"}"], json!({"query": "a \u{e9}"})),
        (vec![], json!({})),
        (vec!["{\"query\":"], json!({})),
        (vec![long.as_str(), "1"], json!({})),
    ] {
        let pieces = pieces.into_iter().map(piece);
        let list: Vec<Value> = [start(), shell(0)].into_iter().chain(pieces).chain([stop.clone()]).collect();
        let (found, _) = read(&list);
        let [Event::Begin, Event::Foreign { rank: 0, json }] = found.as_slice() else { panic!("{found:?}") };
        let block: Value = serde_json::from_str(json).unwrap();
        assert_eq!((&block["input"], &block["name"]), (&input, &json!("web_search")));
    }
    let (found, _) = read(&[start(), shell(0), shell(1), stop]);
    assert_eq!(found.len(), 3, "one that nobody ended is there as well: {found:?}");
}
