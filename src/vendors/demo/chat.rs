//! Chat answers, whole and streamed, with the faults that lie inside them.

use bytes::Bytes;
use serde_json::{Value, json};

use super::ask::Ask;
use super::speech::{self, Speech};
use super::words::{Act, Fault, Words};
use super::{Ending, Script, Step, fault};

/// The demo vendor has no clock.
pub const CREATED: i64 = 1_764_000_000;
/// Words that come before a fault in the middle.
const BEFORE_FAULT: usize = 5;

pub fn answer(ask: &Ask, words: &Words) -> Script {
    let speech = speech::of(ask, words);
    let fault = match &words.act {
        Act::Fault(fault) => Some(fault),
        _ => None,
    };
    let mut script = match ask.stream {
        true => stream(ask, &speech, words, fault),
        false => whole(ask, &speech, fault),
    };
    if let Some(fault) = fault.filter(|fault| fault.is("slow")) {
        script.head_delay_ms = fault.slow_ms();
    }
    script
}

fn whole(ask: &Ask, speech: &Speech, fault: Option<&Fault>) -> Script {
    let choices: Vec<Value> = (0..ask.n)
        .map(|index| json!({"index": index, "message": message(ask, speech), "logprobs": null, "finish_reason": speech.finish}))
        .collect();
    let mut body = json!({
        "id": id(ask), "object": "chat.completion", "created": CREATED, "model": ask.model,
        "choices": choices, "usage": usage(ask, speech), "system_fingerprint": null,
    });
    if let (Some(body), true) = (body.as_object_mut(), fault.is_some_and(|fault| fault.is("nousage"))) {
        body.remove("usage");
    }
    let script = Script::json(200, &body);
    match fault {
        Some(fault) => fault::in_whole(fault, script, &body.to_string()),
        None => script,
    }
}

fn message(ask: &Ask, speech: &Speech) -> Value {
    let content = if speech.calls.is_empty() { json!(speech.pieces.concat()) } else { Value::Null };
    let mut message = json!({"role": "assistant", "content": content, "refusal": null});
    if let (Some(fields), false) = (message.as_object_mut(), speech.calls.is_empty()) {
        let mut calls: Vec<Value> =
            speech.calls.iter().enumerate().map(|(rank, call)| called(ask, rank, call)).collect();
        match ask.legacy {
            true => fields.insert("function_call".to_owned(), calls.remove(0)["function"].take()),
            false => fields.insert("tool_calls".to_owned(), Value::Array(calls)),
        };
    }
    message
}

fn called(ask: &Ask, rank: usize, (name, arguments): &(String, String)) -> Value {
    json!({"id": call_id(ask, rank), "type": "function", "function": {"name": name, "arguments": arguments}})
}

fn stream(ask: &Ask, speech: &Speech, words: &Words, fault: Option<&Fault>) -> Script {
    let mut events = Events { ask, list: Vec::new() };
    for index in 0..ask.n {
        events.choice(index, speech, words.delay_ms);
    }
    let asked = ask.include_usage && !fault.is_some_and(|fault| fault.is("nousage"));
    if asked {
        events.push(0, json!([]), Some(usage(ask, speech)));
    }
    let mut steps: Vec<Step> = events.list;
    steps.push(Step { delay_ms: 0, bytes: Bytes::from_static(b"data: [DONE]\n\n") });
    let script = Script {
        status: 200,
        headers: vec![("content-type", "text/event-stream".to_owned())],
        head_delay_ms: 0,
        no_head: false,
        steps,
        ending: Ending::Clean,
    };
    match fault {
        // The first event opens the choice; the words come after it.
        Some(fault) => fault::in_stream(fault, script, BEFORE_FAULT + 1),
        None => script,
    }
}

struct Events<'a> {
    ask: &'a Ask,
    list: Vec<Step>,
}

impl Events<'_> {
    fn choice(&mut self, index: usize, speech: &Speech, delay_ms: u64) {
        let content = if speech.calls.is_empty() { json!("") } else { Value::Null };
        self.delta(0, index, json!({"role": "assistant", "content": content, "refusal": null}), None);
        for piece in &speech.pieces {
            self.delta(delay_ms, index, json!({"content": piece}), None);
        }
        for (rank, (name, arguments)) in speech.calls.iter().enumerate() {
            self.call(index, rank, name, arguments, delay_ms);
        }
        self.delta(0, index, json!({}), Some(speech.finish));
    }

    /// A call opens, then its arguments come in two halves.
    fn call(&mut self, index: usize, rank: usize, name: &str, arguments: &str, delay_ms: u64) {
        let middle = arguments.char_indices().nth(arguments.chars().count() / 2).map_or(0, |(at, _)| at);
        let (head, tail) = arguments.split_at(middle);
        if self.ask.legacy {
            self.delta(delay_ms, index, json!({"function_call": {"name": name, "arguments": ""}}), None);
        } else {
            let id = call_id(self.ask, rank);
            let open = json!({"index": rank, "id": id, "type": "function", "function": {"name": name, "arguments": ""}});
            self.delta(delay_ms, index, json!({"tool_calls": [open]}), None);
        }
        for piece in [head, tail] {
            let delta = match self.ask.legacy {
                true => json!({"function_call": {"arguments": piece}}),
                false => json!({"tool_calls": [{"index": rank, "function": {"arguments": piece}}]}),
            };
            self.delta(delay_ms, index, delta, None);
        }
    }

    fn delta(&mut self, delay_ms: u64, index: usize, delta: Value, finish: Option<&str>) {
        let choice = json!({"index": index, "delta": delta, "logprobs": null, "finish_reason": finish});
        self.push(delay_ms, json!([choice]), None);
    }

    fn push(&mut self, delay_ms: u64, choices: Value, usage: Option<Value>) {
        let mut chunk = json!({
            "id": id(self.ask), "object": "chat.completion.chunk", "created": CREATED, "model": self.ask.model,
            "system_fingerprint": null, "choices": choices,
        });
        if let (Some(chunk), true) = (chunk.as_object_mut(), self.ask.include_usage) {
            chunk.insert("usage".to_owned(), usage.unwrap_or(Value::Null));
        }
        self.list.push(Step { delay_ms, bytes: Bytes::from(format!("data: {chunk}\n\n")) });
    }
}

fn usage(ask: &Ask, speech: &Speech) -> Value {
    let answer = speech.tokens * ask.n;
    json!({
        "prompt_tokens": ask.prompt_tokens, "completion_tokens": answer,
        "total_tokens": ask.prompt_tokens + answer,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
    })
}

fn id(ask: &Ask) -> String {
    format!("chatcmpl-demo-{:08x}", ask.mark)
}

fn call_id(ask: &Ask, rank: usize) -> String {
    format!("call_demo_{:08x}_{rank}", ask.mark)
}
