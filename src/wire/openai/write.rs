//! A neutral answer as OpenAI's chat completion.

use bytes::Bytes;

use crate::wire::chat::{Answer, AnswerPart, Citation};
use crate::wire::json::{array, object, of};
use crate::wire::{Finish, Shown, Usage};

/// What a caller reads when a vendor refuses without a word.
pub const REFUSED: &str = "The model refused to answer.";

pub fn answer(answer: &Answer, shown: &Shown<'_>) -> Bytes {
    let choice = object(&[
        ("index", of(&0)),
        ("message", message(answer, shown.legacy_functions)),
        ("logprobs", of(&())),
        ("finish_reason", of(finish(answer.finish, shown.legacy_functions))),
    ]);
    let mut fields = vec![
        ("id", of(&format!("chatcmpl-{}", shown.id))),
        ("object", of("chat.completion")),
        ("created", of(&shown.created)),
        ("model", of(shown.model)),
        ("choices", array([choice])),
    ];
    fields.extend(answer.usage.as_ref().map(|counts| ("usage", usage(counts))));
    fields.extend(answer.tier.as_ref().map(|tier| ("service_tier", of(tier))));
    fields.push(("system_fingerprint", of(&())));
    Bytes::from(object(&fields))
}

/// OpenAI's word; callers of the old kind know only one call.
pub fn finish(finish: Finish, legacy: bool) -> &'static str {
    if legacy && finish == Finish::ToolCalls { "function_call" } else { finish.word() }
}

/// A count that the vendor did not tell is `null`: 0 would be a lie. Its parts are 0 where it is known.
pub fn usage(counts: &Usage) -> String {
    let part = |whole: Option<u64>, tokens: Option<u64>| of(&tokens.or(whole.map(|_| 0)));
    let prompt = [
        ("cached_tokens", part(counts.input, counts.cached_read)),
        ("cache_write_tokens", part(counts.input, counts.cache_write)),
        ("audio_tokens", of(&0)),
    ];
    let answer = [("reasoning_tokens", part(counts.output, counts.reasoning)), ("audio_tokens", of(&0))];
    object(&[
        ("prompt_tokens", of(&counts.input)),
        ("completion_tokens", of(&counts.output)),
        ("total_tokens", of(&counts.input.and(counts.output).map(|_| counts.total()))),
        ("prompt_tokens_details", object(&prompt)),
        ("completion_tokens_details", object(&answer)),
    ])
}

/// One web citation of the text between two places, counted in characters.
pub fn annotation(citation: &Citation, start: usize, end: usize) -> String {
    let place = [
        ("start_index", of(&start)),
        ("end_index", of(&end)),
        ("url", of(&citation.url)),
        ("title", of(&citation.title)),
    ];
    object(&[("type", of("url_citation")), ("url_citation", object(&place))])
}

/// A call; `index` is its rank in a stream.
pub fn call(index: Option<usize>, id: &str, name: &str, arguments: &str) -> String {
    let mut fields: Vec<(&str, String)> = index.iter().map(|index| ("index", of(index))).collect();
    fields.extend([("id", of(id)), ("type", of("function")), ("function", function(name, arguments))]);
    object(&fields)
}

pub fn function(name: &str, arguments: &str) -> String {
    object(&[("name", of(name)), ("arguments", of(arguments))])
}

/// A thought in the form in which it can be sent back.
pub fn thought(index: Option<usize>, text: &str, signature: Option<&str>) -> String {
    let mut fields: Vec<(&str, String)> = index.iter().map(|index| ("index", of(index))).collect();
    fields.extend([("type", of("thinking")), ("thinking", of(text))]);
    fields.extend(signature.map(|signature| ("signature", of(signature))));
    object(&fields)
}

/// A thought that is sealed.
pub fn redacted(index: Option<usize>, data: &str) -> String {
    let mut fields: Vec<(&str, String)> = index.iter().map(|index| ("index", of(index))).collect();
    fields.extend([("type", of("redacted_thinking")), ("data", of(data))]);
    object(&fields)
}

#[derive(Default)]
struct Message {
    text: Option<String>,
    reasoning: String,
    thoughts: Vec<String>,
    calls: Vec<String>,
    /// The first call as callers of the old kind know it.
    first_call: Option<String>,
    annotations: Vec<String>,
    foreign: Vec<String>,
}

impl Message {
    fn add(&mut self, part: &AnswerPart) {
        match part {
            AnswerPart::Text { text, citations } => {
                let all = self.text.get_or_insert_default();
                let start = all.chars().count();
                all.push_str(text);
                let end = all.chars().count();
                self.annotations.extend(citations.iter().map(|citation| annotation(citation, start, end)));
            }
            AnswerPart::Thinking { text, signature } => {
                self.reasoning.push_str(text);
                self.thoughts.push(thought(None, text, signature.as_deref()));
            }
            AnswerPart::Redacted { data } => self.thoughts.push(redacted(None, data)),
            AnswerPart::Call { id, name, arguments } => {
                self.first_call.get_or_insert_with(|| function(name, arguments));
                self.calls.push(call(None, id, name, arguments));
            }
            AnswerPart::Foreign { json } => self.foreign.push(json.clone()),
        }
    }
}

fn message(answer: &Answer, legacy: bool) -> String {
    let mut message = Message::default();
    answer.parts.iter().for_each(|part| message.add(part));
    // Nobody takes back a turn that says and calls nothing with a `null` for its text.
    if answer.refusal.is_none() && message.calls.is_empty() {
        message.text.get_or_insert_default();
    }
    let mut fields = vec![
        ("role", of("assistant")),
        ("content", of(&message.text)),
        ("refusal", of(&answer.refusal)),
        ("annotations", array(message.annotations)),
    ];
    if !message.reasoning.is_empty() {
        fields.push(("reasoning_content", of(&message.reasoning)));
    }
    let calls = if legacy { Vec::new() } else { message.calls };
    let lists =
        [("thinking_blocks", message.thoughts), ("vendor_blocks", message.foreign), ("tool_calls", calls)];
    fields.extend(
        lists.into_iter().filter(|(_, list)| !list.is_empty()).map(|(name, list)| (name, array(list))),
    );
    fields.extend(message.first_call.filter(|_| legacy).map(|call| ("function_call", call)));
    object(&fields)
}
