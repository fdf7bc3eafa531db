//! What compatible vendors write otherwise than the format says, where clients would stumble over it:
//! calls without a number or a type, arguments that are no text, thoughts among the parts of the content.
//! All else passes as it came.

use std::ops::Range;

use serde_json::Value;

use crate::wire::json::of;
use crate::wire::scan::{Cursor, Flaw, Kind};
use crate::wire::splice::quoted;

use super::chunk::{number, texts};

/// Calls of one stream that are numbered; later ones pass as they came.
const MAX_CALLS: usize = 1_024;

/// One thing to put right, by its place in the JSON.
#[derive(Debug)]
pub enum Mend {
    Replace(Range<usize>, Vec<u8>),
    /// A call of a stream whose number has to be its rank.
    Number(CallPiece),
}

impl Mend {
    pub fn belongs_to(&mut self, index: usize) {
        if let Self::Number(piece) = self {
            piece.choice = index;
        }
    }
}

/// A piece of a call.
#[derive(Debug)]
pub struct CallPiece {
    choice: usize,
    /// One past its brace.
    open: usize,
    /// The number it came with, and where.
    index: Option<(usize, Range<usize>)>,
    id: String,
    /// It tells the function's name, as the first piece of a call does.
    named: bool,
}

/// Reads a list of calls; answers the bytes of text in it.
pub fn calls(cursor: &mut Cursor<'_>, whole: bool, mends: &mut Vec<Mend>) -> Result<usize, Flaw> {
    let mut bytes = 0;
    cursor.array::<Flaw>(|cursor, _| {
        bytes += match cursor.kind()? {
            Kind::Object => call(cursor, whole, mends)?,
            _ => texts(cursor)?,
        };
        Ok(())
    })?;
    Ok(bytes)
}

fn call(cursor: &mut Cursor<'_>, whole: bool, mends: &mut Vec<Mend>) -> Result<usize, Flaw> {
    let open = cursor.at() + 1;
    let (mut bytes, mut typed, mut names) = (0, false, false);
    let mut piece = CallPiece { choice: 0, open, index: None, id: String::new(), named: false };
    cursor.object::<Flaw>(|cursor, name| {
        match name.name().as_ref() {
            b"index" => {
                let place = cursor.skip()?;
                piece.index = number(cursor.slice(&place)).map(|index| (index, place));
            }
            b"id" if cursor.kind()? == Kind::Text => {
                let id = cursor.text()?;
                bytes += id.raw.len();
                piece.id = id.plain().into_owned();
            }
            b"function" if cursor.kind()? == Kind::Object => {
                names = true;
                bytes += function(cursor, &mut piece.named, mends)?;
            }
            other => {
                typed |= other == b"type";
                bytes += texts(cursor)?;
            }
        }
        Ok(())
    })?;
    if names && !typed && (whole || !piece.id.is_empty()) {
        mends.push(Mend::Replace(open..open, b"\"type\":\"function\",".to_vec()));
    }
    if names && !whole {
        mends.push(Mend::Number(piece));
    }
    Ok(bytes)
}

/// Arguments are JSON as text.
fn function(cursor: &mut Cursor<'_>, named: &mut bool, mends: &mut Vec<Mend>) -> Result<usize, Flaw> {
    let mut bytes = 0;
    cursor.object::<Flaw>(|cursor, name| {
        if name.name().as_ref() == b"arguments" && cursor.kind()? == Kind::Object {
            let place = cursor.skip()?;
            bytes += place.len();
            let text = String::from_utf8_lossy(cursor.slice(&place)).into_owned();
            mends.push(Mend::Replace(place, quoted(&text)));
        } else {
            let there = texts(cursor)?;
            *named |= name.name().as_ref() == b"name" && there > 0;
            bytes += there;
        }
        Ok(())
    })?;
    Ok(bytes)
}

/// The content as one text, and its thoughts beside it; nothing where a part is of another kind.
pub fn parts(start: usize, json: &[u8]) -> Option<Mend> {
    let (mut text, mut thought) = (String::new(), String::new());
    for part in serde_json::from_slice::<Vec<Value>>(json).ok()? {
        let texts = |list: &Value| -> Option<String> {
            list.as_array()?.iter().map(|inner| inner.get("text")?.as_str()).collect()
        };
        match part.get("type")?.as_str()? {
            "text" => text.push_str(part.get("text")?.as_str()?),
            "thinking" => thought.push_str(&texts(part.get("thinking")?)?),
            "reasoning" => thought.push_str(&texts(part.get("summary")?)?),
            _ => return None,
        }
    }
    let mut value = quoted(&text);
    if !thought.is_empty() {
        value.extend_from_slice(b",\"reasoning_content\":");
        value.extend_from_slice(of(&thought).as_bytes());
    }
    Some(Mend::Replace(start..start + json.len(), value))
}

/// The calls of a stream so far, in order.
#[derive(Default)]
pub struct Calls {
    seen: Vec<(usize, Option<usize>, String)>,
}

impl Calls {
    /// What to replace in an event.
    pub fn settle(&mut self, mends: Vec<Mend>) -> Vec<(Range<usize>, Vec<u8>)> {
        let one = |mend: Mend| match mend {
            Mend::Replace(place, with) => Some((place, with)),
            Mend::Number(piece) => {
                let rank = self.rank(&piece)?;
                match piece.index {
                    Some((index, _)) if index == rank => None,
                    Some((_, place)) => Some((place, rank.to_string().into_bytes())),
                    None => Some((piece.open..piece.open, format!("\"index\":{rank},").into_bytes())),
                }
            }
        };
        mends.into_iter().filter_map(one).collect()
    }

    /// A call is known by its number, else by its id; a piece with neither belongs to the last one. A
    /// new id that comes with a name opens a new call, whatever its number: some vendors write 0 at all.
    fn rank(&mut self, piece: &CallPiece) -> Option<usize> {
        let index = piece.index.as_ref().map(|(index, _)| *index);
        let mine = || self.seen.iter().filter(|(choice, ..)| *choice == piece.choice);
        let known = match (index, piece.id.as_str()) {
            (Some(_), id) => {
                let numbered = |with: &dyn Fn(&str) -> bool| {
                    let of = |(rank, (_, known, id)): (usize, &(usize, Option<usize>, String))| {
                        (*known == index && with(id)).then_some(rank)
                    };
                    mine().enumerate().filter_map(of).last()
                };
                let same = (!id.is_empty()).then(|| numbered(&|known| known == id)).flatten();
                let opens = piece.named && !id.is_empty();
                same.or_else(|| numbered(&|known| !opens || known.is_empty()))
            }
            (None, "") => mine().count().checked_sub(1),
            (None, id) => mine().position(|(_, _, known)| known == id),
        };
        if known.is_some() {
            return known;
        }
        let rank = mine().count();
        if self.seen.len() >= MAX_CALLS {
            return None;
        }
        self.seen.push((piece.choice, index, piece.id.clone()));
        Some(rank)
    }
}

#[cfg(test)]
mod tests;
