//! Messages as turns: the system text in front, neighbors of one role merged, results before text.

use std::borrow::Cow;

use crate::base::Result;
use crate::wire::anthropic::models::Traits;
use crate::wire::anthropic::types::{Block, Content, Turn};
use crate::wire::chat::{Message, Part, PartKind, Role};

use super::{Notes, part, unsupported};

pub struct Written<'a> {
    pub system: Vec<Block<'a>>,
    pub turns: Vec<Turn<'a>>,
}

#[derive(Default)]
struct Building<'a> {
    system: Vec<Block<'a>>,
    open: Vec<(&'static str, Vec<Block<'a>>)>,
    /// Calls from before they had ids: function and the id made for it.
    made: Vec<(String, String)>,
    /// System texts that wait for the next turn of the user.
    folded: Vec<Block<'a>>,
    /// System texts that wait for the end of a run of results: nothing may stand between a call and its result.
    waiting: Vec<Block<'a>>,
}

pub fn all<'a>(
    messages: Vec<Message<'a>>,
    traits: &Traits,
    hint: Option<&'static str>,
    notes: &mut Notes,
) -> Result<Written<'a>> {
    let mut building = Building::default();
    let first = messages.iter().find(|message| message.role != Role::System).map(|message| message.rank);
    let last = messages.last().map(|message| (message.rank, message.role == Role::Assistant));
    for message in messages {
        if message.named {
            notes.drop("messages.name");
        }
        building.message(message, traits, notes)?;
    }
    building.flush();
    building.system.extend(hint.map(|text| Block::Text { text: Cow::Borrowed(text), cache_control: None }));
    if let (Some((rank, true)), false) = (last, traits.prefill) {
        let what = "the conversation must end with a message of the user";
        return Err(unsupported(format!("messages[{rank}].role"), what));
    }
    match building.open.first() {
        None => return Err(unsupported("messages", "a message of the user must be there")),
        Some((role, _)) if *role != "user" => {
            let what = "the conversation must begin with a message of the user";
            return Err(unsupported(format!("messages[{}].role", first.unwrap_or(0)), what));
        }
        Some(_) => {}
    }
    let close = |(role, blocks)| Turn { role, content: Content::of(blocks) };
    Ok(Written { system: building.system, turns: building.open.into_iter().map(close).collect() })
}

impl<'a> Building<'a> {
    fn message(&mut self, message: Message<'a>, traits: &Traits, notes: &mut Notes) -> Result<()> {
        let rank = message.rank;
        match message.role {
            Role::System => self.system(message, traits, notes),
            Role::User => {
                let blocks = blocks(message.parts, notes)?;
                if blocks.is_empty() {
                    return Err(unsupported(format!("messages[{rank}].content"), "it must say something"));
                }
                self.flush();
                self.append("user", blocks);
                Ok(())
            }
            Role::Assistant => {
                self.flush();
                let parts = self.name_calls(message.parts);
                let blocks = blocks(parts, notes)?;
                self.append("assistant", blocks);
                Ok(())
            }
            Role::Tool(id) => self.result(part::known_id(id), message.parts, notes),
            Role::Function(name) => {
                let made = self.made.iter().rev().find(|(function, _)| *function == name);
                let id = made.map_or_else(|| part::known_id(name.clone()).into_owned(), |(_, id)| id.clone());
                self.result(Cow::Owned(id), message.parts, notes)
            }
        }
    }

    /// In front it is the system text; later it stays where it stood, so that the order does not change.
    fn system(&mut self, message: Message<'a>, traits: &Traits, notes: &mut Notes) -> Result<()> {
        let blocks = blocks(message.parts, notes)?;
        if self.open.is_empty() {
            self.system.extend(blocks);
        } else if traits.system_turns {
            self.waiting.extend(blocks);
        } else {
            notes.drop("messages.role");
            self.folded.extend(blocks.into_iter().map(wrapped));
        }
        Ok(())
    }

    /// Results of one run share a turn and stand before any text.
    fn result(&mut self, id: Cow<'a, str>, parts: Vec<Part<'a>>, notes: &mut Notes) -> Result<()> {
        let cache_control = parts.iter().rev().find_map(|part| part.cache).map(part::cache_control);
        let parts = parts.into_iter().map(|part| Part { cache: None, ..part }).collect();
        let said = blocks(parts, notes)?;
        let content = (!said.is_empty()).then(|| Content::of(said));
        let block = Block::ToolResult { tool_use_id: id, content, cache_control };
        if !self.waiting.is_empty() {
            notes.drop("messages.role");
        }
        match self.open.last_mut() {
            Some(("user", blocks)) => {
                let results =
                    blocks.iter().take_while(|block| matches!(block, Block::ToolResult { .. })).count();
                blocks.insert(results, block);
            }
            _ => self.open.push(("user", vec![block])),
        }
        Ok(())
    }

    fn append(&mut self, role: &'static str, blocks: Vec<Block<'a>>) {
        match self.open.last_mut() {
            _ if blocks.is_empty() => {}
            Some((open, there)) if *open == role => there.extend(blocks),
            _ => self.open.push((role, blocks)),
        }
    }

    /// Writes the system texts that wait.
    fn flush(&mut self) {
        let waiting = std::mem::take(&mut self.waiting);
        self.append("system", waiting);
        let folded = std::mem::take(&mut self.folded);
        self.append("user", folded);
    }

    /// Gives calls without an id one that their result will find.
    fn name_calls(&mut self, mut parts: Vec<Part<'a>>) -> Vec<Part<'a>> {
        for part in &mut parts {
            if let PartKind::Call { id: id @ None, name, .. } = &mut part.kind {
                let made = format!("call_{}_{}", self.made.len(), crc32fast::hash(name.as_bytes()));
                self.made.push((name.to_string(), made.clone()));
                *id = Some(Cow::Owned(made));
            }
        }
        parts
    }
}

fn blocks<'a>(parts: Vec<Part<'a>>, notes: &mut Notes) -> Result<Vec<Block<'a>>> {
    let blocks: Result<Vec<Option<Block<'a>>>> =
        parts.into_iter().map(|part| part::block(part, notes)).collect();
    Ok(blocks?.into_iter().flatten().collect())
}

fn wrapped(block: Block<'_>) -> Block<'_> {
    match block {
        Block::Text { text, cache_control } => {
            Block::Text { text: Cow::Owned(format!("<system>{text}</system>")), cache_control }
        }
        other => other,
    }
}
