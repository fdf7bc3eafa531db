//! One small file for each feature of Messages: the caller's request and what is sent, the vendor's answer
//! and what is shown, the vendor's stream and the chunks. `PORTICO_GOLDEN=write` writes what is expected
//! anew (with `--test-threads 1`): read the difference before you keep it.

use std::path::{Path, PathBuf};

use bytes::Bytes;
use portico::wire::{self, Endpoint, Format, ModelFacts, Quirks, Shown, Target, WireFault};
use serde_json::Value;

use super::exchange::{Relayed, data, relay, shown};

struct Golden {
    path: PathBuf,
    head: String,
    /// Title and text, in order.
    parts: Vec<(String, String)>,
}

impl Golden {
    fn read(path: PathBuf) -> Self {
        let text = std::fs::read_to_string(&path).unwrap();
        let mut golden = Self { path, head: String::new(), parts: Vec::new() };
        for line in text.split_inclusive('\n') {
            match (line.strip_prefix("--- "), golden.parts.last_mut()) {
                (Some(title), _) => golden.parts.push((title.trim().to_owned(), String::new())),
                (None, Some((_, part))) => part.push_str(line),
                (None, None) => golden.head.push_str(line),
            }
        }
        golden
    }

    fn all() -> Vec<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/conformance/golden");
        let mut paths: Vec<PathBuf> =
            std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        paths.into_iter().map(Self::read).collect()
    }

    fn name(&self) -> String {
        self.path.file_stem().unwrap().to_string_lossy().into_owned()
    }

    fn part(&self, title: &str) -> Option<&str> {
        self.parts.iter().find(|(name, _)| name == title).map(|(_, text)| text.as_str())
    }

    fn status(&self) -> u16 {
        let word = self.parts.iter().find_map(|(title, _)| title.strip_prefix("answer "));
        word.and_then(|word| word.parse().ok()).unwrap_or(200)
    }

    fn model(&self) -> &str {
        self.head.lines().find_map(|line| line.strip_prefix("model: ")).unwrap_or("claude-sonnet-4-5")
    }

    fn shown(&self) -> Shown<'static> {
        Shown { legacy_functions: self.head.contains("\nlegacy\n"), ..shown("public") }
    }

    /// Compares, or writes.
    fn expect(&mut self, title: &str, found: String) {
        let found = format!("{}\n", found.trim_end_matches('\n'));
        let (name, writes) = (self.name(), std::env::var_os("PORTICO_GOLDEN").is_some());
        let Some((_, wanted)) = self.parts.iter_mut().find(|(known, _)| known == title) else {
            panic!("{name} has no part `{title}` for:\n{found}");
        };
        if !writes {
            assert_eq!(*wanted, found, "{name}: {title}");
            return;
        }
        *wanted = found;
        let parts = self.parts.iter().map(|(title, text)| format!("--- {title}\n{text}"));
        std::fs::write(&self.path, self.head.clone() + &parts.collect::<String>()).unwrap();
    }
}

fn pretty(json: &[u8]) -> String {
    serde_json::to_string_pretty(&serde_json::from_slice::<Value>(json).unwrap()).unwrap()
}

fn ending(end: &Result<(), WireFault>) -> String {
    match end {
        Ok(()) => "whole".to_owned(),
        Err(WireFault::Interrupted) => "interrupted".to_owned(),
        Err(WireFault::VendorSaid(said)) => format!("said: {} {}: {}", said.status, said.code, said.message),
        Err(other) => format!("odd: {other:?}"),
    }
}

#[test]
fn a_request_becomes_the_messages_it_should() {
    for mut golden in Golden::all() {
        let Some(request) = golden.part("request") else { continue };
        let body = Bytes::from(request.to_owned());
        let peek = wire::peek(Endpoint::Chat, &body).unwrap();
        let quirks = Quirks::default();
        let to = Target {
            format: Format::Anthropic,
            model: golden.model(),
            quirks: &quirks,
            facts: ModelFacts::default(),
        };
        let sent = wire::outgoing(&peek, &body, &to).unwrap();
        golden.expect("sent", pretty(&sent.body));
        golden.expect("dropped", sent.dropped.join("\n"));
    }
}

#[test]
fn an_answer_becomes_the_completion_it_should() {
    for mut golden in Golden::all() {
        let status = golden.status();
        let Some(answer) = golden.part(&format!("answer {status}")) else { continue };
        let body = Bytes::from(answer.to_owned());
        let found = if status == 200 {
            let whole = wire::whole(Endpoint::Chat, Format::Anthropic, &body, &golden.shown()).unwrap();
            pretty(&whole.body)
        } else {
            let fault = wire::vendor_fault(Format::Anthropic, status, &body);
            format!("{} {}: {} ({:?})", fault.status, fault.code, fault.message, fault.retry)
        };
        golden.expect("shown", found);
    }
}

fn told(golden: &Golden, relayed: &Relayed) -> (String, String) {
    let out = String::from_utf8(relayed.out.to_vec()).unwrap_or_else(|_| panic!("{}", golden.name()));
    (out, ending(&relayed.end))
}

#[test]
fn a_stream_becomes_the_chunks_it_should() {
    for mut golden in Golden::all() {
        let Some(stream) = golden.part("stream") else { continue };
        let relayed = relay(Format::Anthropic, &golden.shown(), [stream.as_bytes()]);
        let (chunks, end) = told(&golden, &relayed);
        golden.expect("chunks", chunks);
        golden.expect("end", end);
    }
}

#[test]
fn t41_a_stream_cut_at_any_byte_becomes_the_same_chunks() {
    for golden in Golden::all() {
        let Some(stream) = golden.part("stream") else { continue };
        let stream = stream.as_bytes();
        let once = |chunks: Vec<&[u8]>| told(&golden, &relay(Format::Anthropic, &golden.shown(), chunks));
        let whole = once(vec![stream]);
        assert_eq!(once(stream.chunks(1).collect()), whole, "{}: by byte", golden.name());
        for at in 0..stream.len() {
            let (head, tail) = stream.split_at(at);
            assert_eq!(once(vec![head, tail]), whole, "{}: cut at {at}", golden.name());
        }
    }
}

/// Streamed or not, the same is said.
#[test]
fn a_stream_says_what_its_whole_answer_says() {
    for golden in Golden::all() {
        let (Some(shown), Some("whole\n")) = (golden.part("shown"), golden.part("end")) else { continue };
        if golden.name() == "refusal" {
            continue; // One has words of its own and the other has none.
        }
        let whole = super::fold::completion(&serde_json::from_str(shown).unwrap());
        let streamed = super::fold::chunks(&data(golden.part("chunks").unwrap().as_bytes()));
        assert_eq!((&streamed.text, &streamed.thinking), (&whole.text, &whole.thinking), "{}", golden.name());
        assert_eq!((streamed.sealed, streamed.finish), (whole.sealed, whole.finish), "{}", golden.name());
        assert_eq!(streamed.calls.len(), whole.calls.len(), "{}", golden.name());
    }
}

#[test]
fn every_stop_reason_has_its_word() {
    for (reason, word) in [
        ("end_turn", "stop"),
        ("stop_sequence", "stop"),
        ("pause_turn", "stop"),
        ("max_tokens", "length"),
        ("model_context_window_exceeded", "length"),
        ("tool_use", "tool_calls"),
        ("refusal", "content_filter"),
        ("compaction", "stop"),
        ("never_heard_of", "stop"),
    ] {
        let message = serde_json::json!({"type": "message", "content": [{"type": "text", "text": "a"}],
            "stop_reason": reason, "usage": {"input_tokens": 1, "output_tokens": 1}});
        let body = Bytes::from(message.to_string());
        let whole = wire::whole(Endpoint::Chat, Format::Anthropic, &body, &shown("m")).unwrap();
        let whole: Value = serde_json::from_slice(&whole.body).unwrap();
        assert_eq!(whole["choices"][0]["finish_reason"], word, "{reason}");
        assert_eq!(whole["choices"][0]["message"]["refusal"].is_string(), reason == "refusal");
        let stream = format!(
            "data: {{\"type\":\"message_start\",\"message\":{message}}}\n\n\
             data: {{\"type\":\"message_delta\",\"delta\":{{\"stop_reason\":\"{reason}\"}}}}\n\n\
             data: {{\"type\":\"message_stop\"}}\n\n"
        );
        let relayed = relay(Format::Anthropic, &shown("m"), [stream.as_bytes()]);
        let words: Vec<Value> = data(&relayed.out)
            .iter()
            .map(|chunk| chunk["choices"][0]["finish_reason"].clone())
            .filter(|word| !word.is_null())
            .collect();
        assert_eq!((ending(&relayed.end).as_str(), words), ("whole", vec![Value::from(word)]), "{reason}");
    }
}

/// Status, type, and what they mean here: code, the status shown.
#[test]
fn every_error_of_the_vendor_has_its_code() {
    for (status, kind, message, code, shown) in [
        (400, "invalid_request_error", "messages.0: odd", "vendor_rejected", 400),
        (
            400,
            "invalid_request_error",
            "prompt is too long: 9 tokens > 8 maximum",
            "context_length_exceeded",
            400,
        ),
        (400, "invalid_request_error", "Your credit balance is too low", "vendor_credential", 502),
        (401, "authentication_error", "invalid x-api-key", "vendor_credential", 502),
        (402, "billing_error", "pay", "vendor_credential", 502),
        (403, "permission_error", "no", "vendor_credential", 502),
        (404, "not_found_error", "model: x", "no_target", 503),
        (409, "conflict_error", "again", "vendor_error", 502),
        (413, "request_too_large", "large", "vendor_rejected", 413),
        (422, "invalid_request_error", "odd", "vendor_rejected", 422),
        (429, "rate_limit_error", "slow", "vendor_limit", 429),
        (500, "api_error", "internal", "vendor_error", 502),
        (503, "overloaded_error", "Overloaded", "vendor_overloaded", 503),
        (504, "timeout_error", "late", "vendor_timeout", 504),
        (529, "overloaded_error", "Overloaded", "vendor_overloaded", 503),
    ] {
        let body =
            serde_json::json!({"type": "error", "error": {"type": kind, "message": message}}).to_string();
        let fault = wire::vendor_fault(Format::Anthropic, status, body.as_bytes());
        assert_eq!((fault.code.word(), fault.status), (code, shown), "{status} {kind} {message}");
        let stream = format!("event: error\ndata: {body}\n\n");
        let relayed = relay(Format::Anthropic, &super::exchange::shown("m"), [stream.as_bytes()]);
        assert!(matches!(relayed.end, Err(WireFault::VendorSaid(_))), "{kind}");
        assert!(relayed.out.is_empty() && !relayed.state.content, "{kind}");
    }
}
