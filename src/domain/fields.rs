//! Rules for typed text that every noun shares: lengths, characters, names that are taken.

use sea_orm::{DbErr, SqlErr};

use crate::base::{Clash, Code, Error, Result};

/// Longest name of a thing.
pub const NAME: usize = 80;
/// Longest one-line description.
pub const LINE: usize = 300;
/// Longest text of several lines, such as documentation.
pub const TEXT: usize = 100_000;

/// A mistake in a field, as a sentence that a form shows under it.
pub fn wrong(field: &'static str, sentence: impl Into<String>) -> Error {
    Code::FieldInvalid.saying(sentence).on(field)
}

/// One line that must be there, trimmed.
///
/// # Errors
/// `field_invalid` when it is empty, too long or has control characters.
pub fn line(field: &'static str, typed: &str, longest: usize) -> Result<String> {
    let text = optional_line(field, typed, longest)?;
    if text.is_empty() { Err(wrong(field, "This must not be empty.")) } else { Ok(text) }
}

/// One line that may be empty, trimmed.
///
/// # Errors
/// `field_invalid` when it is too long or has characters that are controls or not seen.
pub fn optional_line(field: &'static str, typed: &str, longest: usize) -> Result<String> {
    let text = typed.trim();
    if text.chars().count() > longest {
        return Err(wrong(field, format!("At most {longest} characters.")));
    }
    if text.chars().any(char::is_control) {
        return Err(wrong(field, "No control characters."));
    }
    seen(field, text)?;
    Ok(text.to_owned())
}

/// Refuses characters that show nothing or turn the direction of what stands beside them: with them
/// one name can look like another.
///
/// # Errors
/// `field_invalid` that names the first one.
pub fn seen(field: &'static str, text: &str) -> Result<()> {
    let mut before = ' ';
    for (at, c) in text.chars().enumerate() {
        // Phones put the variation selector behind a sign to show it in color.
        let colors = c == '\u{fe0f}' && !before.is_ascii() && !before.is_alphanumeric() && !unseen(before);
        if unseen(c) && !colors {
            let (place, code) = (at + 1, u32::from(c));
            return Err(wrong(
                field,
                format!("Character {place} is U+{code:04X}, which cannot be seen: take it out."),
            ));
        }
        before = c;
    }
    Ok(())
}

/// What Unicode lets a reader's screen leave out, with the marks of direction and the blank letters.
fn unseen(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Several lines that may be empty.
///
/// # Errors
/// `field_invalid` when they are too long or have control characters other than line ends and tabs.
pub fn text(field: &'static str, typed: &str, longest: usize) -> Result<String> {
    if typed.chars().count() > longest {
        return Err(wrong(field, format!("At most {longest} characters.")));
    }
    if typed.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        return Err(wrong(field, "No control characters."));
    }
    Ok(typed.replace("\r\n", "\n"))
}

/// A word for an address: lower-case letters, digits and inner dashes.
///
/// # Errors
/// `field_invalid` otherwise.
pub fn slug(field: &'static str, typed: &str, longest: usize) -> Result<String> {
    let text = line(field, typed, longest)?;
    let plain = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if !plain || text.starts_with('-') || text.ends_with('-') {
        return Err(wrong(field, "Use lower-case letters, digits and dashes, such as `chat-models`."));
    }
    Ok(text)
}

/// A model's name as callers send it: letters, digits and `. _ - : / @ +`.
///
/// # Errors
/// `field_invalid` otherwise.
pub fn model_name(field: &'static str, typed: &str) -> Result<String> {
    let text = line(field, typed, 120)?;
    let plain = text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-:/@+".contains(&b));
    if plain { Ok(text) } else { Err(wrong(field, "Use letters, digits and `. _ - : / @ +`, no spaces.")) }
}

/// Turns the database's "not unique" into a clash on the field; other faults stay what they are.
pub fn taken(field: &'static str, sentence: &'static str) -> impl FnOnce(DbErr) -> Error {
    move |fault| match fault.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(_)) => Clash::Exists.saying(sentence).on(field),
        _ => fault.into(),
    }
}

/// A search text made safe for LIKE, lower case.
///
/// # Errors
/// `field_invalid` over 200 characters.
pub fn pattern(field: &'static str, typed: &str) -> Result<Option<String>> {
    let text = optional_line(field, typed, 200)?.to_lowercase();
    if text.is_empty() {
        return Ok(None);
    }
    let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    Ok(Some(format!("%{escaped}%")))
}

#[cfg(test)]
mod tests;
