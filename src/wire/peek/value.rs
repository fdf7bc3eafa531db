//! Typed values of a body, each refused by the path of its field.

use std::ops::Range;

use crate::wire::scan::{Cursor, Kind, Text};

use super::{Bad, wrong};

/// `true`, `false`, or nothing for null; with the place.
pub fn flag(cursor: &mut Cursor<'_>, param: &str) -> Result<(Option<bool>, Range<usize>), Bad> {
    let kind = cursor.kind()?;
    let span = cursor.skip()?;
    match kind {
        Kind::True => Ok((Some(true), span)),
        Kind::False => Ok((Some(false), span)),
        Kind::Null => Ok((None, span)),
        _ => Err(wrong(param, "must be true or false").into()),
    }
}

/// A whole number between `least` and `most`, or nothing for null.
pub fn count(cursor: &mut Cursor<'_>, param: &str, least: u32, most: u32) -> Result<Option<u32>, Bad> {
    let kind = cursor.kind()?;
    let span = cursor.skip()?;
    if kind == Kind::Null {
        return Ok(None);
    }
    let digits = (kind == Kind::Number).then(|| std::str::from_utf8(cursor.slice(&span)).ok()).flatten();
    let number = digits.and_then(|digits| digits.parse::<u32>().ok());
    match number.filter(|number| (least..=most).contains(number)) {
        Some(number) => Ok(Some(number)),
        None if least == most => Err(wrong(param, &format!("must be {most}")).into()),
        None => Err(wrong(param, &format!("must be a whole number from {least} to {most}")).into()),
    }
}

/// A string, or nothing for null.
pub fn text<'a>(cursor: &mut Cursor<'a>, param: impl Fn() -> String) -> Result<Option<Text<'a>>, Bad> {
    match cursor.kind()? {
        Kind::Text => Ok(Some(cursor.text()?)),
        Kind::Null => {
            cursor.skip()?;
            Ok(None)
        }
        _ => Err(wrong(param(), "must be a string").into()),
    }
}

/// The names of an object that are read so far.
#[derive(Default)]
pub struct Once(u32);

impl Once {
    /// Refuses one of these names when it comes a second time, whatever its value was; others may.
    pub fn see(&mut self, known: &[&[u8]], name: &[u8], param: impl Fn() -> String) -> Result<(), Bad> {
        let Some(rank) = known.iter().position(|other| *other == name) else { return Ok(()) };
        let bit = 1 << rank;
        if self.0 & bit != 0 {
            return Err(wrong(param(), "stands twice in its object").into());
        }
        self.0 |= bit;
        Ok(())
    }
}
