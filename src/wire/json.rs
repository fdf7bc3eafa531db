//! JSON written in the order in which people read it (`serde_json::Value` sorts names).

use serde::{Deserialize, Deserializer, Serialize};

/// A value as JSON text.
pub fn of<T: Serialize + ?Sized>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned())
}

/// An object of fields whose values are JSON text already.
pub fn object(fields: &[(&str, String)]) -> String {
    wrapped('{', fields.iter().map(|(name, json)| format!("{}:{json}", of(name))), '}')
}

/// An array of JSON texts.
pub fn array(items: impl IntoIterator<Item = String>) -> String {
    wrapped('[', items.into_iter(), ']')
}

fn wrapped(open: char, parts: impl Iterator<Item = String>, close: char) -> String {
    let mut json = String::from(open);
    for (rank, part) in parts.enumerate() {
        if rank > 0 {
            json.push(',');
        }
        json.push_str(&part);
    }
    json.push(close);
    json
}

/// JSON whose strings name half a character (a lone surrogate), with U+FFFD in its place; `None` where
/// nothing is to be mended. A strict reader takes no such string.
pub fn whole_characters(json: &[u8]) -> Option<Vec<u8>> {
    const INSTEAD: &[u8] = b"\\ufffd";
    let mut mended: Option<Vec<u8>> = None;
    let mut kept = 0;
    while let Some(at) = half_character(json, kept) {
        let clean = mended.get_or_insert_default();
        clean.extend_from_slice(json.get(kept..at).unwrap_or_default());
        clean.extend_from_slice(INSTEAD);
        kept = at + 6;
    }
    let mut mended = mended?;
    mended.extend_from_slice(json.get(kept..).unwrap_or_default());
    Some(mended)
}

/// Where, from this place on, the first escape stands that names half a character.
pub fn half_character(json: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    while let Some(step) = json.get(at..).and_then(|rest| memchr::memchr(b'\\', rest)) {
        at += step;
        at += match (unit(json, at), unit(json, at + 6)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => 12,
            (Some(0xd800..=0xdfff), _) => return Some(at),
            // An escape is two bytes at least: `\\` does not begin the next one.
            _ => 2,
        };
    }
    None
}

/// The unit that an escape at this place names.
fn unit(json: &[u8], at: usize) -> Option<u32> {
    let digits = json.get(at..at + 6)?.strip_prefix(b"\\u")?;
    u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

/// A count, or nothing where a vendor wrote something else.
pub fn count<'de, D: Deserializer<'de>>(source: D) -> Result<Option<u64>, D::Error> {
    let value = serde_json::Value::deserialize(source)?;
    let whole = |float: f64| (0.0..=9e15).contains(&float).then_some(float as u64);
    Ok(value.as_u64().or_else(|| value.as_f64().and_then(whole)))
}

#[cfg(test)]
mod tests;
