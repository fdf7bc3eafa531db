//! One pass over one chunk, or one whole answer, of OpenAI's chat format: checks the JSON, finds the
//! places of later edits, and looks only at what the gateway has to know.

use std::ops::Range;

use crate::wire::scan::{Cursor, Flaw, Kind};
use crate::wire::splice::quoted;
use crate::wire::{Finish, Usage};

use super::mend::{self, Mend};
use super::{finish, usage};

/// What vendors tell a reader at the top level of a chunk that may have no choices.
const ASIDE: &[&[u8]] = &[b"moderation", b"citations", b"search_results"];

/// What was found.
#[derive(Debug, Default)]
pub struct Chunk {
    /// The place of the model's name.
    pub model: Option<Range<usize>>,
    pub usage: Option<Usage>,
    /// The place of the top level's `usage` where it is an object.
    pub usage_place: Option<Range<usize>>,
    /// Something beside choices and usage is there for the reader.
    pub aside: bool,
    /// An error is there, and where.
    pub error: bool,
    /// `choices` is an array.
    pub has_choices: bool,
    /// Choices seen and choices finished, a bit for each index.
    pub seen: u128,
    pub finished: u128,
    pub finish: Option<Finish>,
    /// A finish word that means the vendor broke off.
    pub broken: bool,
    /// Something for the reader: text, a call, reasoning, a refusal, audio.
    pub content: bool,
    pub text_bytes: u64,
    /// The place of `data` where it is an array (embeddings).
    pub data: Option<Range<usize>>,
    /// What clients of this format would stumble over, and what takes its place.
    pub mends: Vec<Mend>,
}

/// Reads one JSON object.
pub fn read(json: &[u8]) -> Result<Chunk, Flaw> {
    if std::str::from_utf8(json).is_err() {
        return Err(Flaw { at: 0, what: "the bytes are not UTF-8" });
    }
    let mut chunk = Chunk::default();
    let mut cursor = Cursor::new(json);
    cursor.object::<Flaw>(|cursor, name| {
        match name.name().as_ref() {
            b"model" => chunk.model = (cursor.kind()? == Kind::Text).then_some(cursor.skip()?),
            b"choices" if cursor.kind()? == Kind::Array => chunk.choices(cursor)?,
            b"usage" => chunk.usage_place = chunk.usage(cursor)?,
            name if ASIDE.contains(&name) => {
                chunk.aside |= cursor.kind()? != Kind::Null;
                cursor.pass()?;
            }
            b"error" => chunk.error |= is_error(cursor)?,
            b"x_groq" => chunk.x_groq(cursor)?,
            b"base_resp" => chunk.error |= base_fault(cursor)?,
            b"data" => {
                chunk.data = (cursor.kind()? == Kind::Array).then_some(cursor.skip()?);
            }
            _ => cursor.pass()?,
        }
        Ok(())
    })?;
    cursor.finish()?;
    Ok(chunk)
}

impl Chunk {
    fn choices(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Flaw> {
        self.has_choices = true;
        cursor.array::<Flaw>(|cursor, rank| match cursor.kind()? {
            Kind::Object => self.choice(cursor, rank),
            _ => cursor.pass(),
        })?;
        Ok(())
    }

    fn choice(&mut self, cursor: &mut Cursor<'_>, rank: usize) -> Result<(), Flaw> {
        let (mut index, mut ended, mut told) = (rank, false, false);
        let known = self.mends.len();
        cursor.object::<Flaw>(|cursor, name| {
            match name.name().as_ref() {
                b"index" => {
                    let span = cursor.skip()?;
                    index = number(cursor.slice(&span)).unwrap_or(rank);
                }
                b"delta" | b"message" if cursor.kind()? == Kind::Object => {
                    let whole = name.raw == b"message";
                    let bytes = self.words(cursor, whole)?;
                    // `message` beside `delta` repeats the text so far: what a delta told counts alone.
                    if !(whole && told) {
                        self.text_bytes += bytes as u64;
                    }
                    told |= !whole;
                }
                b"finish_reason" if cursor.kind()? == Kind::Text => {
                    let word = cursor.text()?;
                    match finish::read(&word.plain()) {
                        Ok(Some(reason)) => {
                            ended = true;
                            self.finish.get_or_insert(reason);
                            if finish::is_odd(&word.plain(), reason) {
                                self.mends.push(Mend::Replace(word.span(), quoted(reason.word())));
                            }
                        }
                        Ok(None) => self.mends.push(Mend::Replace(word.span(), b"null".to_vec())),
                        Err(()) => self.broken = true,
                    }
                }
                b"usage" => {
                    self.usage(cursor)?;
                }
                b"error" => self.error |= is_error(cursor)?,
                _ => cursor.pass()?,
            }
            Ok(())
        })?;
        self.mends.iter_mut().skip(known).for_each(|mend| mend.belongs_to(index));
        let bit = 1_u128.checked_shl(u32::try_from(index).unwrap_or(127)).unwrap_or(1 << 127);
        self.seen |= bit;
        self.finished |= if ended { bit } else { 0 };
        Ok(())
    }

    /// A delta, or a whole message; answers the bytes of text in it.
    fn words(&mut self, cursor: &mut Cursor<'_>, whole: bool) -> Result<usize, Flaw> {
        let (mut bytes, mut content) = (0_usize, false);
        cursor.object::<Flaw>(|cursor, name| {
            match name.name().as_ref() {
                b"tool_calls" if cursor.kind()? == Kind::Array => {
                    let there = mend::calls(cursor, whole, &mut self.mends)?;
                    content |= there > 0;
                    bytes += there;
                }
                b"content" if cursor.kind()? == Kind::Array => {
                    let start = cursor.at();
                    let there = texts(cursor)?;
                    self.mends.extend(mend::parts(start, cursor.slice(&(start..cursor.at()))));
                    content |= there > 0;
                    bytes += there;
                }
                b"content" | b"refusal" | b"reasoning_content" | b"reasoning" | b"tool_calls"
                | b"function_call" | b"reasoning_details" | b"thinking_blocks" | b"audio" => {
                    let there = texts(cursor)?;
                    content |= there > 0;
                    bytes += there;
                }
                _ => cursor.pass()?,
            }
            Ok(())
        })?;
        self.content |= content;
        Ok(bytes)
    }

    /// Answers the place of an object.
    fn usage(&mut self, cursor: &mut Cursor<'_>) -> Result<Option<Range<usize>>, Flaw> {
        let kind = cursor.kind()?;
        let span = cursor.skip()?;
        if kind == Kind::Object {
            self.usage = usage::read(cursor.slice(&span)).or(self.usage);
        }
        Ok((kind == Kind::Object).then_some(span))
    }

    fn x_groq(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Flaw> {
        if cursor.kind()? != Kind::Object {
            return cursor.pass();
        }
        cursor.object::<Flaw>(|cursor, name| match name.name().as_ref() {
            b"usage" => self.usage(cursor).map(drop),
            b"error" => {
                self.error |= is_error(cursor)?;
                Ok(())
            }
            _ => cursor.pass(),
        })?;
        Ok(())
    }
}

/// Bytes of all strings in the next value.
pub fn texts(cursor: &mut Cursor<'_>) -> Result<usize, Flaw> {
    let mut bytes = 0;
    match cursor.kind()? {
        Kind::Text => bytes = cursor.text()?.raw.len(),
        Kind::Object => {
            cursor.object::<Flaw>(|inner, _| {
                bytes += texts(inner)?;
                Ok(())
            })?;
        }
        Kind::Array => {
            cursor.array::<Flaw>(|inner, _| {
                bytes += texts(inner)?;
                Ok(())
            })?;
        }
        _ => cursor.pass()?,
    }
    Ok(bytes)
}

/// An `error` that says something: a text, or an object with a field that is not null.
fn is_error(cursor: &mut Cursor<'_>) -> Result<bool, Flaw> {
    let mut says = false;
    match cursor.kind()? {
        Kind::Text => says = !cursor.text()?.is_empty(),
        Kind::Object => {
            cursor.object::<Flaw>(|inner, _| {
                says |= inner.kind()? != Kind::Null;
                inner.pass()
            })?;
        }
        _ => cursor.pass()?,
    }
    Ok(says)
}

fn base_fault(cursor: &mut Cursor<'_>) -> Result<bool, Flaw> {
    let mut fault = false;
    if cursor.kind()? != Kind::Object {
        return cursor.skip().map(|_| false);
    }
    cursor.object::<Flaw>(|cursor, name| {
        let span = cursor.skip()?;
        if name.raw == b"status_code" {
            fault = cursor.slice(&span) != b"0";
        }
        Ok(())
    })?;
    Ok(fault)
}

pub fn number(json: &[u8]) -> Option<usize> {
    std::str::from_utf8(json).ok()?.parse().ok()
}
