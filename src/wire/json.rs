//! JSON written in the order in which people read it (`serde_json::Value` sorts names).

use serde::Serialize;

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
