//! Same format in and out.

use bytes::Bytes;
use portico::wire::{self, Endpoint, Format, ModelFacts, Quirks, Target, WireFault};
use serde_json::{Value, json};

use super::exchange::{Exchange, data, events, openai, relay, shown};

/// Streams that are not whole, and how each ends.
const BROKEN: &[(&str, &str)] = &[
    ("openai/chat-stream-cut-off", "interrupted"),
    ("openai/chat-stream-error-midway", "said"),
    ("compatible/groq-stream-error-event", "said"),
    ("compatible/stream-x-groq-error", "said"),
    ("compatible/stream-data-error-string", "said"),
    ("compatible/stream-error-finish-error", "said"),
    ("compatible/stream-finish-insufficient-resource", "interrupted"),
];

/// What ends a stream of OpenAI's format.
const LAST_WORD: &str = "data: [DONE]";

fn endpoint(exchange: &Exchange) -> Endpoint {
    if exchange.api == "embeddings" { Endpoint::Embeddings } else { Endpoint::Chat }
}

fn answered(stream: bool) -> impl Iterator<Item = Exchange> {
    openai().into_iter().filter(move |row| row.status == 200 && row.stream == stream)
}

#[test]
fn a_request_reaches_the_vendor_as_it_was_but_for_the_closed_list_of_edits() {
    for exchange in openai() {
        let Some(body) = exchange.request() else { continue };
        let peek = wire::peek(endpoint(&exchange), &body)
            .unwrap_or_else(|error| panic!("{}: {error}", exchange.name));
        let quirks = Quirks::default();
        let to = Target {
            format: Format::OpenAi,
            model: "vendor-name",
            quirks: &quirks,
            facts: ModelFacts::default(),
        };
        let sent = wire::outgoing(&peek, &body, &to).unwrap();
        let mut wanted: Value = serde_json::from_slice(&body).unwrap();
        wanted["model"] = json!("vendor-name");
        if peek.stream {
            wanted["stream_options"]["include_usage"] = json!(true);
        }
        assert_eq!(serde_json::from_slice::<Value>(&sent.body).unwrap(), wanted, "{}", exchange.name);
        assert!(sent.dropped.is_empty());
    }
}

#[test]
fn a_whole_answer_passes_with_the_public_model_name() {
    for exchange in answered(false) {
        let body = exchange.response();
        let answer = wire::whole(endpoint(&exchange), Format::OpenAi, &body, &shown("public-name"));
        let mut wanted = exchange.json();
        let is_fault =
            wanted.get("error").is_some_and(|error| !error.is_null()) || wanted.get("base_resp").is_some();
        if is_fault {
            assert!(matches!(answer, Err(WireFault::VendorSaid(_))), "{}", exchange.name);
            continue;
        }
        let answer = answer.unwrap_or_else(|fault| panic!("{}: {fault:?}", exchange.name));
        if wanted.get("model").is_some() {
            wanted["model"] = json!("public-name");
        }
        Mended::default().all(&mut wanted);
        assert_eq!(
            serde_json::from_slice::<Value>(answer.body.trim_ascii()).unwrap(),
            wanted,
            "{}",
            exchange.name
        );
        if wanted.pointer("/usage/total_tokens").is_some_and(|total| total.as_u64() > Some(0)) {
            let usage = answer.usage.unwrap_or_else(|| panic!("{}: usage", exchange.name));
            assert_eq!(Some(usage.total()), wanted["usage"]["total_tokens"].as_u64(), "{}", exchange.name);
        }
    }
}

#[test]
fn the_bytes_of_a_stream_pass_where_nothing_is_edited() {
    for exchange in answered(true).filter(|row| !is_broken(row)) {
        let body = exchange.response();
        let models: Vec<Value> = data(&body).iter().filter_map(|event| event.get("model").cloned()).collect();
        let Some(model) = models.first().and_then(Value::as_str) else { continue };
        let relayed = relay(Format::OpenAi, &shown(model), [&body[..]]);
        relayed.end.unwrap_or_else(|fault| panic!("{}: {fault:?}", exchange.name));
        let has_late_error = data(&body).iter().any(|event| event.get("error").is_some());
        let mut mended = data(&body);
        let mut by = Mended::default();
        mended.iter_mut().for_each(|event| by.all(event));
        let is_plain = mended == data(&body);
        if models.iter().all(|other| other == model) && !has_late_error && is_plain {
            let (out, body) = (text(&relayed.out), text(&body));
            let wanted = body.trim_start_matches('\u{feff}').trim_end();
            // A vendor that leaves the last word out has it said for it.
            let said = if wanted.ends_with(LAST_WORD) { "" } else { LAST_WORD };
            let out = out.trim_end();
            assert_eq!(out.strip_suffix(said).map(str::trim_end), Some(wanted), "{}", exchange.name);
        }
    }
}

#[test]
fn a_stream_passes_with_the_public_name_and_without_the_usage_nobody_asked_for() {
    for exchange in answered(true).filter(|row| !is_broken(row)) {
        let body = exchange.response();
        let quiet = wire::Shown { include_usage: false, ..shown("public-name") };
        let relayed = relay(Format::OpenAi, &quiet, [&body[..]]);
        relayed.end.unwrap_or_else(|fault| panic!("{}: {fault:?}", exchange.name));
        let wanted: Vec<Value> =
            data(&body).into_iter().filter(|event| !is_usage_chunk(event)).map(renamed).collect();
        let mut wanted: Vec<Value> =
            wanted.into_iter().filter(|event| event.get("error").is_none()).collect();
        let mut by = Mended::default();
        wanted.iter_mut().for_each(|event| by.all(event));
        assert_eq!(data(&relayed.out), wanted, "{}", exchange.name);
        assert!(relayed.state.done && relayed.state.content, "{}", exchange.name);
    }
}

#[test]
fn f06_a_stream_that_breaks_gives_its_good_events_and_then_a_fault() {
    for exchange in answered(true).filter(is_broken) {
        let body = exchange.response();
        let relayed = relay(Format::OpenAi, &shown("public-name"), [&body[..]]);
        let wanted = BROKEN.iter().find(|(name, _)| exchange.name.ends_with(name)).map(|(_, end)| *end);
        let end = match relayed.end {
            Ok(()) => "whole",
            Err(WireFault::Interrupted) => "interrupted",
            Err(WireFault::VendorSaid(_)) => "said",
            Err(_) => "odd",
        };
        assert_eq!(Some(end), wanted, "{}", exchange.name);
        let passed = data(&relayed.out);
        let mut good: Vec<Value> = data(&body).into_iter().map(renamed).take(passed.len()).collect();
        let mut by = Mended::default();
        good.iter_mut().for_each(|event| by.all(event));
        assert_eq!(passed, good, "{}", exchange.name);
        assert!(relayed.out.is_empty() || relayed.out.ends_with(b"\n\n"), "{}", exchange.name);
    }
}

#[test]
fn f05_a_stream_cut_after_any_event_is_whole_only_when_every_choice_has_ended() {
    for exchange in answered(true) {
        let body = exchange.response();
        let events = events(&body);
        for kept in 0..events.len() {
            let begun = events[..kept].concat();
            let relayed = relay(Format::OpenAi, &shown("m"), [&begun[..]]);
            let done = begun.windows(6).any(|window| window == b"[DONE]");
            let complete = done || every_choice_ended(&data(&begun));
            assert!(relayed.end.is_err() || complete, "{} after {kept}", exchange.name);
            assert!(relayed.out.is_empty() || relayed.out.ends_with(b"\n"), "{} after {kept}", exchange.name);
        }
    }
}

#[test]
fn a_vendor_that_ignores_stream_still_gives_one() {
    for exchange in openai().iter().filter(|row| row.name.ends_with("stream-asked-json-answered")) {
        let whole = exchange.json();
        let relayed = relay(Format::OpenAi, &shown("public-name"), [&exchange.response()[..]]);
        relayed.end.unwrap();
        let chunks = data(&relayed.out);
        assert_eq!(chunks[0]["choices"][0]["delta"]["content"], whole["choices"][0]["message"]["content"]);
        assert_eq!(chunks[1]["choices"][0]["finish_reason"], whole["choices"][0]["finish_reason"]);
        assert!(text(&relayed.out).ends_with("data: [DONE]\n\n"));
    }
}

/// What clients would stumble over, put right by a second reader that knows nothing of the first.
#[derive(Default)]
struct Mended {
    /// Choice, number and id of each call of a stream.
    calls: Vec<(usize, Value, Value)>,
}

impl Mended {
    fn all(&mut self, event: &mut Value) {
        for (rank, choice) in
            event.get_mut("choices").and_then(Value::as_array_mut).into_iter().flatten().enumerate()
        {
            let at = choice["index"].as_u64().map_or(rank, |index| usize::try_from(index).unwrap());
            self.choice(at, choice);
        }
    }

    fn choice(&mut self, at: usize, choice: &mut Value) {
        let word = choice["finish_reason"].as_str().map(|word| match word {
            "" => Value::Null,
            "eos_token" | "eos" | "end_turn" | "stop_sequence" => json!("stop"),
            "model_length" | "max_tokens" => json!("length"),
            "sensitive" => json!("content_filter"),
            other => json!(other),
        });
        if let Some(word) = word {
            choice["finish_reason"] = word;
        }
        for name in ["message", "delta"] {
            if choice.get(name).is_some_and(Value::is_object) {
                self.said(at, name == "delta", &mut choice[name]);
            }
        }
    }

    fn said(&mut self, at: usize, streamed: bool, said: &mut Value) {
        if let Some(parts) = said.get("content").and_then(Value::as_array).cloned() {
            let text: String = parts.iter().filter_map(|part| part["text"].as_str()).collect();
            let inner = parts.iter().filter_map(|part| part["thinking"].as_array()).flatten();
            let thought: String = inner.filter_map(|inner| inner["text"].as_str()).collect();
            said["content"] = json!(text);
            if !thought.is_empty() {
                said["reasoning_content"] = json!(thought);
            }
        }
        for call in said.get_mut("tool_calls").and_then(Value::as_array_mut).into_iter().flatten() {
            if call["function"]["arguments"].is_object() {
                call["function"]["arguments"] = json!(call["function"]["arguments"].to_string());
            }
            let id = call["id"].as_str().is_some_and(|id| !id.is_empty());
            if call.get("type").is_none() && (id || !streamed) {
                call["type"] = json!("function");
            }
            if streamed {
                call["index"] = json!(self.number(at, call));
            }
        }
    }

    fn number(&mut self, at: usize, call: &Value) -> usize {
        let mine: Vec<&(usize, Value, Value)> = self.calls.iter().filter(|known| known.0 == at).collect();
        let found = match (&call["index"], call["id"].as_str().unwrap_or_default()) {
            (Value::Null, "") => mine.len().checked_sub(1),
            (Value::Null, wanted) => mine.iter().position(|(_, _, id)| id == wanted),
            (number, id) => {
                // A whole call with an id of its own is none of those before it.
                let opens =
                    !id.is_empty() && call["function"]["name"].as_str().is_some_and(|n| !n.is_empty());
                mine.iter().rposition(|(_, index, known)| index == number && (!opens || known == id))
            }
        };
        let rank = mine.len();
        found.unwrap_or_else(|| {
            self.calls.push((at, call["index"].clone(), call["id"].clone()));
            rank
        })
    }
}

fn is_broken(exchange: &Exchange) -> bool {
    BROKEN.iter().any(|(name, _)| exchange.name.ends_with(name))
}

fn is_usage_chunk(event: &Value) -> bool {
    event["choices"].as_array().is_some_and(Vec::is_empty) && event["usage"].is_object()
}

fn renamed(mut event: Value) -> Value {
    if event.get("model").is_some_and(Value::is_string) {
        event["model"] = json!("public-name");
    }
    event
}

fn every_choice_ended(events: &[Value]) -> bool {
    let choices = || events.iter().filter_map(|event| event["choices"].as_array()).flatten();
    let index = |choice: &Value| choice["index"].as_u64().unwrap_or(0);
    let ended = |wanted: u64| {
        choices().any(|one| {
            index(one) == wanted && one["finish_reason"].as_str().is_some_and(|word| !word.is_empty())
        })
    };
    choices().count() > 0 && choices().all(|choice| ended(index(choice)))
}

fn text(bytes: &Bytes) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
