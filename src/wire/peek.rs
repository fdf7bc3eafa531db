//! One borrowed parse of an inbound body: judge it, take what the gateway needs, note the places of
//! later edits. Everything else is left as bytes.

mod embeddings;
mod messages;
mod place;
mod top;
mod value;

use bytes::Bytes;

use crate::base::{Code, Error, Result};

use super::Endpoint;
use super::scan::{Cursor, Flaw, Kind};

pub(super) use place::{Member, Places, UsagePlace};

/// What the gateway needs of a request.
#[derive(Clone, Debug)]
pub struct Peek {
    pub endpoint: Endpoint,
    pub model: String,
    pub stream: bool,
    /// The caller asked for the usage chunk.
    pub include_usage: bool,
    /// `max_completion_tokens`, else `max_tokens`.
    pub max_tokens: Option<u32>,
    /// The larger of the two: what the answer may cost at a vendor that reads either.
    pub bound: Option<u32>,
    /// Answers asked for; billing counts the prompt once and each answer.
    pub n: u32,
    /// Bytes to count the prompt by: messages, tools and schema as written. An image counts as 4,800
    /// bytes whatever its size, other inline media as a quarter of theirs, a token id as three.
    pub prompt_bytes: usize,
    pub has_tools: bool,
    pub has_images: bool,
    /// The caller used `functions`: goes to `Shown::legacy_functions`.
    pub legacy_functions: bool,
    /// The caller asked for embeddings in base64: goes to `Shown::base64_embeddings`.
    pub base64_embeddings: bool,
    pub(super) places: Places,
}

pub(super) fn peek(endpoint: Endpoint, body: &Bytes) -> Result<Peek> {
    if body.starts_with(b"\xef\xbb\xbf") || body.starts_with(b"\xff\xfe") || body.starts_with(b"\xfe\xff") {
        return Err(Code::JsonInvalid.saying("The body starts with a byte order mark; send plain UTF-8."));
    }
    if let Err(cut) = std::str::from_utf8(body) {
        return Err(at_place(body, cut.valid_up_to(), "the bytes are not UTF-8"));
    }
    let mut cursor = Cursor::new(body);
    if cursor.kind().map_err(|flaw| from_flaw(body, flaw))? != Kind::Object {
        return Err(Code::JsonInvalid.saying("The body must be one JSON object."));
    }
    let read = top::read(endpoint, &mut cursor);
    read.map_err(|bad| match bad {
        Bad::Flaw(flaw) => from_flaw(body, flaw),
        Bad::Field(error) => error,
    })
}

/// Why a body was refused: its grammar, or one field of it.
pub(super) enum Bad {
    Flaw(Flaw),
    Field(Error),
}

impl From<Flaw> for Bad {
    fn from(flaw: Flaw) -> Self {
        Self::Flaw(flaw)
    }
}

impl From<Error> for Bad {
    fn from(error: Error) -> Self {
        Self::Field(error)
    }
}

/// A field with a value that is not allowed; `what` says what is.
fn wrong(param: impl Into<String>, what: &str) -> Error {
    let param = param.into();
    Code::FieldInvalid.saying(format!("`{param}` {what}.")).on(param)
}

fn from_flaw(body: &[u8], flaw: Flaw) -> Error {
    at_place(body, flaw.at, flaw.what)
}

/// The place by line and column, never an echo of the body.
fn at_place(body: &[u8], at: usize, what: &str) -> Error {
    Code::JsonInvalid.saying(format!("The body is not valid JSON: {what} ({}).", place_of(body, at)))
}

/// "line 3, column 14".
pub(super) fn place_of(body: &[u8], at: usize) -> String {
    let before = body.get(..at).unwrap_or(body);
    let line = memchr::memchr_iter(b'\n', before).count() + 1;
    let column = before.len() - memchr::memrchr(b'\n', before).map_or(0, |newline| newline + 1) + 1;
    format!("line {line}, column {column}")
}

#[cfg(test)]
mod tests;
