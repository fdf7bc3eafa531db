//! Every fault on demand.

use bytes::Bytes;
use serde_json::json;

use super::words::Fault;
use super::{Ending, Script, Step};

const PAGE: &str =
    "<!DOCTYPE html><html><head><title>Bad gateway</title></head><body><h1>502</h1></body></html>\n";
const BIG: usize = 2 << 20;

/// An error in OpenAI's shape.
pub fn refusal(status: u16, message: &str) -> Script {
    error(status, message, kind(status), None)
}

/// Faults instead of an answer; nothing for those that lie inside one.
pub fn before(fault: &Fault) -> Option<Script> {
    Some(match fault.word.as_str() {
        "quota" => {
            error(429, "You exceeded your current quota.", "insufficient_quota", Some("insufficient_quota"))
        }
        "context" => {
            let text = "This model's maximum context length is 8 tokens; your messages have 9.";
            error(400, text, "invalid_request_error", Some("context_length_exceeded"))
        }
        "filter" => error(
            400,
            "The prompt was refused by a content rule.",
            "invalid_request_error",
            Some("content_filter"),
        ),
        "html" => Script::body(502, "text/html", PAGE),
        "html200" => Script::body(200, "text/html", PAGE),
        "error200" => Script { status: 200, ..error(502, "The demo vendor failed.", "server_error", None) },
        "empty" => Script { steps: Vec::new(), ..Script::body(200, "application/json", "") },
        "reset" => silent(Ending::Cut),
        "hang" => silent(Ending::Hang),
        word => {
            let status = word.parse::<u16>().ok().filter(|status| (400..600).contains(status))?;
            let mut script = error(status, "The demo vendor was asked to fail.", kind(status), None);
            let wait = fault.number.or((status == 429).then_some(1));
            script.headers.extend(wait.map(|seconds| ("retry-after", seconds.to_string())));
            script
        }
    })
}

/// Faults inside a whole answer.
pub fn in_whole(fault: &Fault, mut script: Script, body: &str) -> Script {
    let half = body.get(..body.len() / 2).unwrap_or_default();
    match fault.word.as_str() {
        "json" => script.steps = vec![step(half.to_owned())],
        "cut" | "error" => {
            script.steps = vec![step(half.to_owned())];
            script.ending = Ending::Cut;
        }
        "stall" => {
            script.steps = vec![step(half.to_owned())];
            script.ending = Ending::Hang;
        }
        "bom" => script.steps = vec![step(format!("\u{feff}{body}"))],
        "big" => script.steps = vec![step(" ".repeat(BIG)), step(body.to_owned())],
        _ => {}
    }
    script
}

/// Faults inside a stream, those in the middle after `lead` events.
pub fn in_stream(fault: &Fault, mut script: Script, lead: usize) -> Script {
    let steps = &mut script.steps;
    let done = steps.last().cloned();
    match fault.word.as_str() {
        "cut" => {
            steps.truncate(lead);
            script.ending = Ending::Cut;
        }
        "stall" => {
            steps.truncate(lead);
            script.ending = Ending::Hang;
        }
        "error" | "errorfirst" => {
            steps.truncate(if fault.is("error") { lead } else { 1 });
            steps.push(step(format!("data: {}\n\n", json!({"error": {
                "message": "The demo vendor broke off.", "type": "server_error", "param": null, "code": null,
            }}))));
        }
        "json" => {
            steps.truncate(lead);
            steps.push(step("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\n\n".to_owned()));
        }
        "nodone" => drop(steps.pop()),
        "twicedone" => steps.extend(done),
        "nofinish" => steps.retain(|step| !contains(step, "\"finish_reason\":\"")),
        "comments" => {
            *steps = steps.drain(..).flat_map(|one| [step(": keep-alive\n\n".to_owned()), one]).collect()
        }
        "commentsonly" => *steps = vec![step(": keep-alive\n\n".to_owned()); 3],
        "crlf" => steps.iter_mut().for_each(|one| one.bytes = replaced(one, "\n", "\r\n")),
        "noblank" => steps.iter_mut().for_each(|one| one.bytes = replaced(one, "\n\n", "\n")),
        "bom" => steps.insert(0, step("\u{feff}".to_owned())),
        "big" => {
            steps.truncate(lead);
            steps.push(step(format!("data: {}\n\n", "x".repeat(BIG))));
        }
        _ => {}
    }
    script
}

fn error(status: u16, message: &str, kind: &str, code: Option<&str>) -> Script {
    let body = json!({"error": {"message": message, "type": kind, "param": null, "code": code}});
    Script::json(status, &body)
}

fn kind(status: u16) -> &'static str {
    match status {
        401 => "authentication_error",
        403 => "permission_error",
        429 => "rate_limit_error",
        400..=499 => "invalid_request_error",
        503 | 529 => "overloaded_error",
        _ => "server_error",
    }
}

fn silent(ending: Ending) -> Script {
    Script { no_head: true, steps: Vec::new(), ending, ..Script::body(200, "application/json", "") }
}

fn step(text: String) -> Step {
    Step { delay_ms: 0, bytes: Bytes::from(text) }
}

fn contains(step: &Step, text: &str) -> bool {
    std::str::from_utf8(&step.bytes).is_ok_and(|bytes| bytes.contains(text))
}

fn replaced(step: &Step, from: &str, to: &str) -> Bytes {
    Bytes::from(String::from_utf8_lossy(&step.bytes).replace(from, to))
}
