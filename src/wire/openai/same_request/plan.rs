//! The edits of one body's top level.

use std::borrow::Cow;

use bytes::Bytes;

use crate::base::{Code, Result};
use crate::wire::peek::{Member, Peek, UsagePlace};
use crate::wire::quirk::{LimitField, Name, Rule};
use crate::wire::splice::{Edits, quoted};
use crate::wire::{Endpoint, Outgoing, Quirks};

use super::inside;

const OLD_LIMIT: &str = "max_tokens";
const LIMIT: &str = "max_completion_tokens";
/// What every vendor takes.
const ALWAYS_TAKEN: &[&str] = &["model", "messages", "stream", "stream_options", OLD_LIMIT, LIMIT];
/// Fields that change what is answered: they may not vanish.
const MEANINGFUL: &[&str] = &[
    "tools",
    "tool_choice",
    "functions",
    "function_call",
    "response_format",
    "stop",
    "n",
    "logit_bias",
    "logprobs",
    "top_logprobs",
    "audio",
    "modalities",
    "web_search_options",
    "moderation",
];

pub struct Plan<'a> {
    peek: &'a Peek,
    pub body: &'a Bytes,
    pub edits: Edits,
    /// Ranks of members to take out.
    gone: Vec<usize>,
    dropped: Vec<String>,
}

impl<'a> Plan<'a> {
    pub fn new(peek: &'a Peek, body: &'a Bytes) -> Self {
        Self { peek, body, edits: Edits::default(), gone: Vec::new(), dropped: Vec::new() }
    }

    pub fn finish(mut self) -> Outgoing {
        for place in inside::removals(&self.peek.places.members, &self.gone) {
            self.edits.remove(place);
        }
        Outgoing { body: self.edits.apply(self.body), dropped: self.dropped }
    }

    pub fn endpoint(&self) -> Endpoint {
        self.peek.endpoint
    }

    pub fn is_stream(&self) -> bool {
        self.peek.stream
    }

    pub fn find(&self, name: &str) -> Option<&'a Member> {
        self.peek.places.find(self.body, name)
    }

    /// The value of a field, as it stands in the body.
    pub fn value(&self, name: &str) -> Option<&'a [u8]> {
        self.find(name).map(|member| member.bytes(self.body)).filter(|value| *value != b"null")
    }

    /// The text of a field that is one.
    pub fn word(&self, name: &str) -> Option<Cow<'a, str>> {
        serde_json::from_slice::<String>(self.value(name)?).ok().map(Cow::Owned)
    }

    /// Names a field that was left out or changed.
    pub fn note(&mut self, field: &str) {
        if !self.dropped.iter().any(|known| known == field) {
            self.dropped.push(field.to_owned());
        }
    }

    pub fn name_model(&mut self, model: &str) {
        if let Some(member) = self.find("model").filter(|_| self.peek.model != model) {
            self.edits.replace(member.value.clone(), quoted(model));
        }
    }

    /// Switches the usage chunk on, so that a stream can be billed.
    pub fn ask_for_usage(&mut self, refused: bool) {
        if refused {
            self.drop_field("stream_options");
            return;
        }
        if !self.peek.stream {
            return;
        }
        match &self.peek.places.usage {
            UsagePlace::On => {}
            UsagePlace::Off(place) => self.edits.replace(place.clone(), *b"true"),
            UsagePlace::Null(place) => self.edits.replace(place.clone(), *b"{\"include_usage\":true}"),
            UsagePlace::Missing { at, empty } => {
                let comma = if *empty { "" } else { "," };
                self.edits.insert(*at, format!("\"include_usage\":true{comma}"));
            }
            UsagePlace::Absent => self.insert("stream_options", "{\"include_usage\":true}"),
        }
    }

    /// The relay gives one document to the caller as the stream it asked for.
    pub fn ask_for_a_document(&mut self) {
        if let Some(member) = self.find("stream") {
            self.edits.replace(member.value.clone(), *b"false");
        }
        self.take_out("stream_options");
    }

    pub fn rename_limit(&mut self, wanted: LimitField) {
        let (from, to) = match wanted {
            LimitField::AsSent => return,
            LimitField::MaxTokens => (LIMIT, OLD_LIMIT),
            LimitField::MaxCompletionTokens => (OLD_LIMIT, LIMIT),
        };
        let Some(old) = self.find(from) else { return };
        let Some(new) = self.find(to) else {
            self.edits.replace(old.key.clone(), quoted(to));
            return;
        };
        // Both were sent: the newer field's value counts, under the name the vendor knows.
        let is_null = |member: &Member| member.bytes(self.body) == b"null";
        if (from == LIMIT && !is_null(old)) || is_null(new) {
            self.edits.replace(new.value.clone(), old.bytes(self.body));
        }
        self.take_out(from);
    }

    pub fn refuse(&mut self, field: &str) -> Result<()> {
        let Some(member) = self.find(field) else { return Ok(()) };
        if says_something(field, member.bytes(self.body)) {
            let what = format!(
                "The vendor behind this model does not take `{field}`, and leaving it out would change the answer."
            );
            return Err(Code::FieldUnsupported.saying(what).on(field));
        }
        self.take_out(field);
        Ok(())
    }

    /// Leaves out what the vendor does not know; what may not vanish is refused.
    pub fn keep_only(&mut self, fields: &[Name], quirks: &Quirks) -> Result<()> {
        let renamed = |name: &str| {
            quirks.rules().iter().any(|rule| matches!(rule, Rule::Rename(from, _) if *from == name))
        };
        for member in &self.peek.places.members {
            let name = member.name(self.body);
            let name = name.as_ref();
            if ALWAYS_TAKEN.contains(&name) || fields.iter().any(|field| *field == name) || renamed(name) {
                continue;
            }
            match MEANINGFUL.contains(&name) {
                true => self.refuse(name)?,
                false => self.drop_field(name),
            }
        }
        Ok(())
    }

    pub fn drop_field(&mut self, field: &str) {
        let said = self.value(field).is_some();
        if self.take_out(field) && said {
            self.note(field);
        }
    }

    pub fn rename(&mut self, from: &str, to: &str) {
        if let Some(member) = self.find(from).filter(|_| self.find(to).is_none()) {
            self.edits.replace(member.key.clone(), quoted(to));
        }
    }

    pub fn drop_unusual(&mut self, field: &str) {
        let usual = if field.ends_with("_penalty") { 0.0 } else { 1.0 };
        let says = self.value(field).is_some();
        let is_usual = self.number(field) == Some(usual);
        if says && !is_usual {
            self.note(field);
        }
        if !is_usual {
            self.take_out(field);
        }
    }

    pub fn at_most(&mut self, field: &str, most: u32) {
        if self.number(field).is_some_and(|number| number > f64::from(most)) {
            self.replace(field, &most.to_string());
            self.note(field);
        }
    }

    pub fn not_zero(&mut self, field: &str) {
        if self.number(field) == Some(0.0) {
            self.replace(field, "0.00000001");
        }
    }

    /// The answer's numbers are put into base64 on the way back.
    pub fn floats_only(&mut self) {
        if self.word("encoding_format").as_deref() == Some("base64") {
            self.replace("encoding_format", "\"float\"");
        }
    }

    /// Gives a field this value, whatever the caller said.
    pub fn set(&mut self, field: &str, json: &str) {
        match self.find(field) {
            None => self.insert(field, json),
            Some(member) if member.bytes(self.body) == json.as_bytes() => {}
            Some(_) => {
                if self.value(field).is_some() {
                    self.note(field);
                }
                self.replace(field, json);
            }
        }
    }

    pub fn set_if_absent(&mut self, field: &str, json: &str) {
        match self.find(field) {
            None => self.insert(field, json),
            Some(_) if self.value(field).is_none() => self.replace(field, json),
            Some(_) => {}
        }
    }

    /// Puts another value in the place of a field's.
    pub fn replace(&mut self, field: &str, json: &str) {
        if let Some(member) = self.find(field) {
            self.edits.replace(member.value.clone(), json);
        }
    }

    /// Puts another field in the place of one.
    pub fn become_field(&mut self, field: &str, name: &str, json: &str) {
        if let Some(member) = self.find(field) {
            let text = [&quoted(name), &b":"[..], json.as_bytes()].concat();
            self.edits.replace(member.key.start..member.value.end, text);
        }
    }

    pub fn insert(&mut self, field: &str, json: &str) {
        let text = [&quoted(field), &b":"[..], json.as_bytes(), b","].concat();
        self.edits.insert(self.peek.places.open, text);
    }

    pub fn take_out(&mut self, field: &str) -> bool {
        let rank = self.peek.places.members.iter().position(|member| member.name(self.body) == field);
        self.gone.extend(rank);
        rank.is_some()
    }

    /// Takes members out of an object that lies deeper.
    pub fn remove_inside(&mut self, members: &[Member], gone: &[usize]) {
        for place in inside::removals(members, gone) {
            self.edits.remove(place);
        }
    }

    fn number(&self, field: &str) -> Option<f64> {
        serde_json::from_slice(self.value(field)?).ok()
    }
}

/// False for a value that asks for what would happen anyway.
fn says_something(field: &str, value: &[u8]) -> bool {
    match value {
        b"null" | b"false" | b"0" | b"{}" | b"[]" => false,
        b"1" => field != "n",
        b"[\"text\"]" => field != "modalities",
        b"{\"type\":\"text\"}" => field != "response_format",
        _ => true,
    }
}
