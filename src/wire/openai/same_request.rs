//! A request to a vendor of the same format: the caller's bytes with a closed list of edits.

use bytes::Bytes;

use crate::base::{Code, Result};
use crate::wire::peek::{Member, Peek, UsagePlace};
use crate::wire::splice::{Edits, quoted};
use crate::wire::{LimitField, Outgoing, Quirks, Target};

const OLD_LIMIT: &str = "max_tokens";
const LIMIT: &str = "max_completion_tokens";

pub fn outgoing(peek: &Peek, body: &Bytes, to: &Target<'_>) -> Result<Outgoing> {
    let mut plan = Plan { peek, body, edits: Edits::default(), gone: Vec::new(), dropped: Vec::new() };
    plan.name_model(to.model);
    plan.ask_for_usage(to.quirks);
    plan.rename_limit(to.quirks.limit_field);
    plan.heed(to.quirks)?;
    plan.remove_gone();
    Ok(Outgoing { body: plan.edits.apply(body), dropped: plan.dropped })
}

struct Plan<'a> {
    peek: &'a Peek,
    body: &'a Bytes,
    edits: Edits,
    /// Ranks of members to take out.
    gone: Vec<usize>,
    dropped: Vec<String>,
}

impl<'a> Plan<'a> {
    fn find(&self, name: &str) -> Option<&'a Member> {
        self.peek.places.find(self.body, name)
    }

    fn name_model(&mut self, model: &str) {
        if let Some(member) = self.find("model").filter(|_| self.peek.model != model) {
            self.edits.replace(member.value.clone(), quoted(model));
        }
    }

    /// Switches the usage chunk on, so that a stream can be billed.
    fn ask_for_usage(&mut self, quirks: &Quirks) {
        if quirks.no_stream_options {
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
            UsagePlace::Absent => {
                self.edits.insert(self.peek.places.open, *b"\"stream_options\":{\"include_usage\":true},");
            }
        }
    }

    fn rename_limit(&mut self, wanted: LimitField) {
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

    fn heed(&mut self, quirks: &Quirks) -> Result<()> {
        for field in &quirks.refuses {
            let Some(member) = self.find(field) else { continue };
            if says_something(field, member.bytes(self.body)) {
                return Err(crate::base::Error::new(Code::FieldUnsupported).on(*field));
            }
            self.take_out(field);
        }
        for field in &quirks.drops {
            self.drop_field(field);
        }
        for (from, to) in &quirks.renames {
            if let Some(member) = self.find(from).filter(|_| self.find(to).is_none()) {
                self.edits.replace(member.key.clone(), quoted(to));
            }
        }
        Ok(())
    }

    fn drop_field(&mut self, field: &str) {
        if self.take_out(field) {
            self.dropped.push(field.to_owned());
        }
    }

    fn take_out(&mut self, field: &str) -> bool {
        let rank = self.peek.places.members.iter().position(|member| member.name(self.body) == field);
        self.gone.extend(rank);
        rank.is_some()
    }

    /// Each member goes with the comma after it, the last ones with the comma before them.
    fn remove_gone(&mut self) {
        let members = &self.peek.places.members;
        for &rank in &self.gone {
            let Some(member) = members.get(rank) else { continue };
            let place = match members.get(rank + 1) {
                Some(next) => member.key.start..next.key.start,
                None => {
                    let kept = members
                        .iter()
                        .enumerate()
                        .take(rank)
                        .rev()
                        .find(|(rank, _)| !self.gone.contains(rank));
                    kept.map_or(member.key.start, |(_, kept)| kept.value.end)..member.value.end
                }
            };
            self.edits.remove(place);
        }
    }
}

/// False for a value that asks for what would happen anyway.
fn says_something(field: &str, value: &[u8]) -> bool {
    match value {
        b"null" | b"false" | b"0" | b"{}" | b"[]" => false,
        b"1" => field != "n",
        _ => true,
    }
}

#[cfg(test)]
mod tests;
