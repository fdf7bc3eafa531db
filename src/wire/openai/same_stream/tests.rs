use proptest::prelude::*;

use super::*;
use crate::base::ids::CallId;
use crate::wire::Finish;

fn shown(include_usage: bool) -> Shown<'static> {
    Shown {
        model: "public",
        id: CallId::fresh(),
        created: 1,
        include_usage,
        legacy_functions: false,
        base64_embeddings: false,
    }
}

struct Told {
    out: String,
    end: Result<(), WireFault>,
    state: RelayState,
}

fn tell<'c>(chunks: impl IntoIterator<Item = &'c [u8]>, include_usage: bool) -> Told {
    let mut relay = Same::new(&shown(include_usage));
    let mut out = BytesMut::new();
    let mut end = Ok(());
    for chunk in chunks {
        end = end.and_then(|()| relay.push(&Bytes::copy_from_slice(chunk), &mut out));
    }
    let end = end.and_then(|()| relay.end(&mut out));
    Told { out: String::from_utf8(out.to_vec()).unwrap(), end, state: *relay.state() }
}

fn told(stream: &str) -> Told {
    tell([stream.as_bytes()], true)
}

fn chunk(delta: &str, finish: &str) -> String {
    format!(
        r#"{{"id":"c","model":"vendor","choices":[{{"index":0,"delta":{delta},"finish_reason":{finish}}}]}}"#
    )
}

fn hello() -> String {
    chunk(r#"{"content":"hello"}"#, "null")
}

fn stop() -> String {
    chunk("{}", "\"stop\"")
}

/// Good events as a vendor sends them.
fn stream(events: &[&str]) -> String {
    events.iter().map(|event| format!("data: {event}\n\n")).collect()
}

#[test]
fn only_the_models_name_changes() {
    let sent = stream(&[&hello(), &stop(), "[DONE]"]);
    let told = told(&sent);
    assert_eq!(told.out, sent.replace("\"vendor\"", "\"public\""));
    assert!(told.end.is_ok() && told.state.done && told.state.content);
    assert_eq!((told.state.finish, told.state.text_bytes), (Some(Finish::Stop), 5));
}

#[test]
fn a_model_named_inside_the_text_is_left_alone() {
    let inner = chunk(r#"{"content":"\"model\":\"vendor\"","x":{"model":"vendor"}}"#, "null");
    let told = told(&stream(&[&inner, &stop(), "[DONE]"]));
    assert!(told.out.contains(r#"{"content":"\"model\":\"vendor\"","x":{"model":"vendor"}}"#));
    assert!(told.out.contains(r#""model":"public","choices""#));
}

#[test]
fn the_usage_chunk_is_for_those_who_asked() {
    let usage = r#"{"model":"vendor","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7}}"#;
    let sent = stream(&[&hello(), &stop(), usage, "[DONE]"]);
    let quiet = tell([sent.as_bytes()], false);
    assert!(!quiet.out.contains("usage") && quiet.out.ends_with("data: [DONE]\n\n"));
    assert_eq!(quiet.state.usage.unwrap().total(), 7);
    assert!(told(&sent).out.contains("prompt_tokens"));
}

#[test]
fn usage_is_found_wherever_vendors_put_it() {
    let counts = r#"{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7}"#;
    for last in [
        format!(r#"{{"choices":[{{"index":0,"delta":{{}},"finish_reason":"stop"}}],"usage":{counts}}}"#),
        format!(r#"{{"choices":[{{"index":0,"delta":{{}},"finish_reason":"stop","usage":{counts}}}]}}"#),
        format!(
            r#"{{"choices":[{{"index":0,"delta":{{}},"finish_reason":"stop"}}],"x_groq":{{"usage":{counts}}}}}"#
        ),
    ] {
        let told = told(&stream(&[&hello(), &last, "[DONE]"]));
        assert_eq!(told.state.usage.map(|usage| usage.total()), Some(7), "{last}");
    }
}

#[test]
fn a_role_alone_is_no_content_yet() {
    let role = chunk(r#"{"role":"assistant","content":"","refusal":null}"#, "null");
    let mut relay = Same::new(&shown(true));
    let mut out = BytesMut::new();
    relay.push(&Bytes::from(stream(&[&role])), &mut out).unwrap();
    assert!(!relay.state().content && !out.is_empty());
    for delta in [
        r#"{"content":"a"}"#,
        r#"{"refusal":"a"}"#,
        r#"{"reasoning_content":"a"}"#,
        r#"{"tool_calls":[{"index":0,"id":"x","function":{"name":"f","arguments":""}}]}"#,
        r#"{"content":[{"type":"thinking","thinking":[{"type":"text","text":"a"}]}]}"#,
    ] {
        assert!(told(&stream(&[&role, &chunk(delta, "null")])).state.content, "{delta}");
    }
}

#[test]
fn f06_good_events_pass_and_then_the_fault_is_told() {
    let good = stream(&[&hello()]);
    let passed = good.replace("\"vendor\"", "\"public\"");
    let odd = |rest: &str| {
        let told = told(&format!("{good}{rest}"));
        assert_eq!(told.out, passed, "{rest:.80}");
        told.end.expect_err("it was taken")
    };
    assert!(matches!(odd("data: {\"choices\":[{\n\n"), WireFault::NotThisFormat(_)));
    assert!(matches!(odd("data: nonsense\n\n"), WireFault::NotThisFormat(_)));
    assert!(matches!(odd("<html>oops</html>\n\n"), WireFault::NotThisFormat(_)));
    assert!(matches!(odd(""), WireFault::Interrupted));
    assert!(matches!(odd("data: {\"choices\":[{\"ind"), WireFault::Interrupted));
    assert!(matches!(odd("data: {\"error\":{\"message\":\"x\"}}\n\n"), WireFault::VendorSaid(_)));
    assert!(matches!(odd("event: error\ndata: {\"message\":\"x\"}\n\n"), WireFault::VendorSaid(_)));
    assert!(matches!(odd(&format!("data: {}\n\n", "x".repeat(MAX_EVENT))), WireFault::TooLarge));
}

#[test]
fn f06_what_is_odd_but_whole_passes() {
    let (hello, stop) = (hello(), stop());
    for whole in [
        format!("\u{feff}{}", stream(&[&hello, &stop, "[DONE]"])),
        stream(&[&hello, &stop, "[DONE]"]).replace('\n', "\r\n"),
        stream(&[&hello, &stop, "[DONE]", "[DONE]"]),
        stream(&[&hello, &stop, "[DONE]", "nonsense after the end"]),
        stream(&[&hello, &stop]),
        stream(&[&hello, "[DONE]"]),
        format!("data: {hello}\ndata: {stop}\ndata: [DONE]"),
        format!("data: {hello}\ndata: {stop}\ndata: [DONE]\n\n"),
        format!("data:{hello}\n\ndata:{stop}\n\ndata:[DONE]"),
        format!(": a\n\n{}: b\n\nevent: message\nid: 1\n{}", stream(&[&hello]), stream(&[&stop, "[DONE]"])),
        format!(
            "data: {}\n\n{}",
            hello.replace(",\"choices", ",\ndata: \"choices"),
            stream(&[&stop, "[DONE]"])
        ),
    ] {
        let told = told(&whole);
        assert!(told.end.is_ok() && told.state.done, "{whole}: {:?}", told.end);
        assert!(told.out.contains("hello") && !told.out.contains("nonsense"), "{whole}");
        assert_eq!(told.out.matches("[DONE]").count(), 1, "the last word comes, once: {whole}");
        assert!(!told.out.contains("\"vendor\""), "{whole}");
    }
}

#[test]
fn f06_t41_bytes_that_are_no_text_beside_a_first_event_are_left_out() {
    let rest = stream(&[&stop(), "[DONE]"]);
    for lead in [&b": \xff\xc3"[..], b"id: \xe2\x82", b"event: \xc3", b"x\xff: y"] {
        let event = [lead, b"\ndata: ", hello().as_bytes(), b"\n\n"].concat();
        let alone = [lead, b"\n\n"].concat();
        for sent in [event.clone(), [alone, event].concat()] {
            let is_foreign = lead.starts_with(b"x") && sent.starts_with(b"x\xff: y\n\n");
            for cut in 0..sent.len() {
                let (head, tail) = sent.split_at(cut);
                let told = tell([head, tail, rest.as_bytes()], true);
                assert_eq!(told.end.is_err(), is_foreign, "{lead:?} {:?}", told.end);
                if !is_foreign {
                    let clean = stream(&[&hello()]) + &rest;
                    assert_eq!(told.out, clean.replace("\"vendor\"", "\"public\""), "{lead:?} cut at {cut}");
                }
            }
        }
    }
    // In the data itself nobody knows what was meant: before any content another vendor is asked.
    let broken =
        [&b"data: {\"choices\":[{\"delta\":{\"content\":\"\xc3\"}}]}\n\n"[..], rest.as_bytes()].concat();
    let told = tell([&broken[..]], true);
    assert!(matches!(told.end, Err(WireFault::NotThisFormat(_))) && !told.state.content, "{:?}", told.end);
}

#[test]
fn f06_what_never_begins_is_a_fault() {
    for (sent, interrupted) in [
        ("", true),
        (": only\n\n: comments\n\n", true),
        ("\n\n  \n", true),
        ("data: [DONE]\n\n", false),
        ("<!DOCTYPE html><html></html>", false),
        ("{\"error\":{\"message\":\"no\"}}", false),
        ("{\"error\":", false),
        ("Too many requests", false),
    ] {
        let told = told(sent);
        assert_eq!(matches!(told.end, Err(WireFault::Interrupted)), interrupted, "{sent}: {:?}", told.end);
        assert!(told.end.is_err() && !told.state.content, "{sent}");
    }
}

#[test]
fn an_error_after_the_end_does_not_spoil_the_answer() {
    let late = r#"{"model":"vendor","choices":[],"error":{"message":"late"},"usage":{"prompt_tokens":1,"completion_tokens":1}}"#;
    let told = told(&stream(&[&hello(), &stop(), late, "[DONE]"]));
    assert!(told.end.is_ok() && !told.out.contains("late"));
    assert_eq!(told.state.usage.unwrap().total(), 2);
}

#[test]
fn with_several_choices_all_must_end() {
    let two = |index: u32, finish: &str| {
        format!(r#"{{"choices":[{{"index":{index},"delta":{{"content":"a"}},"finish_reason":{finish}}}]}}"#)
    };
    let half = stream(&[&two(0, "null"), &two(1, "null"), &two(0, "\"stop\"")]);
    assert!(matches!(told(&half).end, Err(WireFault::Interrupted)));
    assert!(told(&format!("{half}{}", stream(&[&two(1, "\"stop\"")]))).end.is_ok());
}

#[test]
fn memory_before_the_first_content_is_bounded() {
    let mut relay = Same::new(&shown(true));
    let (mut out, comment) = (BytesMut::new(), Bytes::from(format!(": {}\n\n", "x".repeat(1_000))));
    for _ in 0..10_000 {
        relay.push(&comment, &mut out).unwrap();
    }
    assert!(out.len() < MAX_COMMENTS + 2_000);
    let role = Bytes::from(stream(&[&chunk(&format!(r#"{{"role":"{}"}}"#, "x".repeat(1_000)), "null")]));
    let end = (0..2_000).try_for_each(|_| relay.push(&role, &mut out));
    assert!(matches!(end, Err(WireFault::TooLarge)));
}

proptest! {
    #[test]
    fn t41_any_split_gives_equal_output(
        events in proptest::collection::vec(
            prop_oneof![
                "[a-zé😀\"\\\\\n]{0,12}".prop_map(|text| format!("data: {}\n\n", chunk(&serde_json::json!({"content": text}).to_string(), "null"))),
                Just(": ping\r\n\r\n".to_owned()),
                Just(format!("data: {}\r\n\r\n", stop())),
                Just("data: {\"broken\n\n".to_owned()),
                Just("event: x\ndata: {\"choices\":[]}\n\n".to_owned()),
            ],
            0..8,
        ),
        cuts in proptest::collection::vec(any::<proptest::sample::Index>(), 0..8),
    ) {
        let sent = events.concat() + "data: [DONE]\n\n";
        let bytes = sent.as_bytes();
        let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len())).collect();
        places.sort_unstable();
        places.push(bytes.len());
        let mut from = 0;
        let chunks: Vec<&[u8]> = places.into_iter().map(|place| { let part = &bytes[from..place]; from = place; part }).collect();
        let (whole, split) = (tell([bytes], false), tell(chunks, false));
        prop_assert_eq!(whole.out, split.out);
        prop_assert_eq!(format!("{:?}{:?}", whole.end, whole.state), format!("{:?}{:?}", split.end, split.state));
    }
}

#[test]
fn what_stands_beside_a_usage_nobody_asked_for_passes_without_it() {
    let usage = r#"{"id":"c","model":"vendor","choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2},"moderation":{"input":{}}}"#;
    let sent = stream(&[&hello(), &stop(), usage, "[DONE]"]);
    let quiet = tell([sent.as_bytes()], false);
    assert!(quiet.out.contains(r#""choices":[],"usage":null,"moderation":{"input":{}}"#), "{}", quiet.out);
    assert!(quiet.state.usage.is_some());
    assert!(told(&sent).out.contains(r#""prompt_tokens":1"#));
}

#[test]
fn an_error_that_says_nothing_is_none() {
    for nothing in ["null", "{}", r#"{"message":null}"#, r#""""#] {
        let with = hello().replacen('{', &format!(r#"{{"error":{nothing},"#), 1);
        let told = told(&stream(&[&with, &stop(), "[DONE]"]));
        assert!(told.end.is_ok() && told.out.contains("hello"), "{nothing}: {:?}", told.end);
        let whole = format!(
            r#"{{"error":{nothing},"choices":[{{"index":0,"message":{{"content":"a"}},"finish_reason":"stop"}}]}}"#
        );
        let answer = crate::wire::whole(
            crate::wire::Endpoint::Chat,
            crate::wire::Format::OpenAi,
            &Bytes::from(whole),
            &shown(false),
        );
        assert!(answer.is_ok(), "{nothing}: {answer:?}");
    }
}
