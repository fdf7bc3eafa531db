//! Answers of Messages vendors, carried to callers of chat.

use portico::wire::{self, Endpoint, Format, WireFault};
use serde_json::Value;

use super::exchange::{Exchange, anthropic, data, events, relay, shown};
use super::fold;

fn answered(stream: bool) -> impl Iterator<Item = Exchange> {
    anthropic().into_iter().filter(move |row| row.status == 200 && row.stream == stream)
}

/// Streams that do not end well.
const BROKEN: &[&str] =
    &["messages-stream-cut-off", "messages-stream-error-overloaded", "messages-stream-error-first"];

fn is_broken(exchange: &Exchange) -> bool {
    BROKEN.iter().any(|name| exchange.name.ends_with(name))
}

#[test]
fn a_whole_answer_says_the_same() {
    for exchange in answered(false) {
        let carried =
            wire::whole(Endpoint::Chat, Format::Anthropic, &exchange.response(), &shown("public-name"));
        let carried = carried.unwrap_or_else(|fault| panic!("{}: {fault:?}", exchange.name));
        let answer: Value = serde_json::from_slice(&carried.body).unwrap();
        assert_eq!(fold::completion(&answer), fold::message(&exchange.json()), "{}", exchange.name);
        assert_eq!(answer["model"], "public-name");
        assert_eq!(answer["object"], "chat.completion");
        let message = &answer["choices"][0]["message"];
        let texts =
            exchange.json()["content"].as_array().unwrap().iter().any(|block| block["type"] == "text");
        let speaks_otherwise = message["tool_calls"].is_array() || message["refusal"].is_string();
        assert_eq!(
            message["content"].is_null(),
            !texts && speaks_otherwise,
            "{}: null where there is something else, else a text that can be sent back",
            exchange.name
        );
    }
}

#[test]
fn a_stream_says_the_same_as_the_message_it_tells() {
    for exchange in answered(true).filter(|row| !is_broken(row)) {
        let body = exchange.response();
        let relayed = relay(Format::Anthropic, &shown("public-name"), [&body[..]]);
        relayed.end.unwrap_or_else(|fault| panic!("{}: {fault:?}", exchange.name));
        let chunks = data(&relayed.out);
        let told = fold::message_stream(&data(&body));
        assert_eq!(fold::chunks(&chunks), fold::message(&told), "{}", exchange.name);
        assert!(
            chunks
                .iter()
                .all(|chunk| chunk["model"] == "public-name" && chunk["object"] == "chat.completion.chunk")
        );
        assert_eq!(chunks[0]["choices"][0]["delta"]["role"], "assistant", "{}", exchange.name);
        let last = chunks.last().unwrap();
        assert_eq!((last["choices"].as_array().unwrap().len(), last["usage"].is_object()), (0, true));
        assert!(relayed.out.ends_with(b"data: [DONE]\n\n"), "{}", exchange.name);
        assert!(
            relayed.state.content && relayed.state.done && relayed.state.usage.is_some(),
            "{}",
            exchange.name
        );
    }
}

#[test]
fn usage_that_nobody_asked_for_is_not_sent_but_known() {
    for exchange in answered(true).filter(|row| !is_broken(row)) {
        let quiet = wire::Shown { include_usage: false, ..shown("m") };
        let relayed = relay(Format::Anthropic, &quiet, [&exchange.response()[..]]);
        assert!(data(&relayed.out).iter().all(|chunk| chunk.get("usage").is_none()), "{}", exchange.name);
        assert!(relayed.state.usage.is_some(), "{}", exchange.name);
    }
}

#[test]
fn f05_a_stream_cut_after_any_event_is_an_interruption_and_never_a_clean_end() {
    for exchange in answered(true) {
        let body = exchange.response();
        let events = events(&body);
        let end =
            events.iter().position(|event| event.starts_with(b"event: message_stop")).unwrap_or(events.len());
        for kept in 0..events.len().min(end + 1) {
            let begun = events[..kept].concat();
            let relayed = relay(Format::Anthropic, &shown("m"), [&begun[..]]);
            let told = matches!(relayed.end, Err(WireFault::Interrupted | WireFault::VendorSaid(_)));
            assert!(told, "{} after {kept}: {:?}", exchange.name, relayed.end);
            assert!(
                !String::from_utf8_lossy(&relayed.out).contains("[DONE]"),
                "{} after {kept}",
                exchange.name
            );
            assert!(relayed.out.is_empty() || relayed.out.ends_with(b"\n\n"));
        }
    }
}

#[test]
fn f06_an_error_event_is_told_with_what_came_before_it() {
    for exchange in answered(true).filter(is_broken) {
        let relayed = relay(Format::Anthropic, &shown("m"), [&exchange.response()[..]]);
        match relayed.end {
            Err(WireFault::VendorSaid(said)) => {
                assert_eq!(said.code.word(), "vendor_overloaded", "{}", exchange.name)
            }
            Err(WireFault::Interrupted) => assert!(exchange.name.ends_with("cut-off")),
            other => panic!("{}: {other:?}", exchange.name),
        }
        assert_eq!(relayed.state.content, !exchange.name.ends_with("error-first"), "{}", exchange.name);
    }
}

#[test]
fn what_nobody_knows_yet_is_skipped() {
    for exchange in answered(true).filter(|row| row.name.ends_with("unknown-event-and-block")) {
        let relayed = relay(Format::Anthropic, &shown("m"), [&exchange.response()[..]]);
        assert_eq!(fold::chunks(&data(&relayed.out)).text, "ok");
    }
}
