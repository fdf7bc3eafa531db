//! The input of an embeddings call.

use crate::wire::scan::{Cursor, Kind};

use super::{Bad, value, wrong};

const MAX_INPUTS: usize = 2_048;
/// A token id counts as this many bytes of text, so that bytes/3 gives the number of tokens.
const TOKEN_BYTES: usize = 3;
const ALLOWED: &str =
    "must be a string, up to 2,048 strings, token ids, or arrays of token ids; none of them empty";

/// Judges `input` and answers the bytes to count the prompt by.
pub fn input(cursor: &mut Cursor<'_>) -> Result<usize, Bad> {
    match cursor.kind()? {
        Kind::Text => one(cursor, "input"),
        Kind::Array => many(cursor),
        _ => Err(wrong("input", ALLOWED).into()),
    }
}

fn many(cursor: &mut Cursor<'_>) -> Result<usize, Bad> {
    let (mut bytes, mut first) = (0_usize, None);
    cursor.array::<Bad>(|cursor, rank| {
        let kind = cursor.kind()?;
        if *first.get_or_insert(kind) != kind {
            return Err(wrong(format!("input[{rank}]"), "must be of the same kind as the first").into());
        }
        if kind != Kind::Number && rank >= MAX_INPUTS {
            return Err(wrong("input", "has more than 2,048 entries").into());
        }
        bytes = bytes.saturating_add(match kind {
            Kind::Text => one(cursor, &format!("input[{rank}]"))?,
            Kind::Number => token(cursor, rank)?,
            Kind::Array => tokens(cursor, rank)?,
            _ => return Err(wrong("input", ALLOWED).into()),
        });
        Ok(())
    })?;
    if first.is_none() { Err(wrong("input", "must not be empty").into()) } else { Ok(bytes) }
}

fn one(cursor: &mut Cursor<'_>, param: &str) -> Result<usize, Bad> {
    let text = cursor.text()?;
    if text.is_empty() { Err(wrong(param, "must not be empty").into()) } else { Ok(text.raw.len()) }
}

fn token(cursor: &mut Cursor<'_>, rank: usize) -> Result<usize, Bad> {
    value::count(cursor, &format!("input[{rank}]"), 0, u32::MAX)?;
    Ok(TOKEN_BYTES)
}

fn tokens(cursor: &mut Cursor<'_>, outer: usize) -> Result<usize, Bad> {
    let mut count = 0_usize;
    cursor.array::<Bad>(|cursor, rank| {
        count += 1;
        value::count(cursor, &format!("input[{outer}][{rank}]"), 0, u32::MAX).map(|_| ())
    })?;
    if count == 0 {
        return Err(wrong(format!("input[{outer}]"), "must not be empty").into());
    }
    Ok(count.saturating_mul(TOKEN_BYTES))
}

pub fn encoding(cursor: &mut Cursor<'_>) -> Result<bool, Bad> {
    let word = value::text(cursor, || "encoding_format".to_owned())?;
    match word.map(|word| word.name().into_owned()).as_deref() {
        Some(b"base64") => Ok(true),
        None | Some(b"float") => Ok(false),
        Some(_) => Err(wrong("encoding_format", "must be float or base64").into()),
    }
}
