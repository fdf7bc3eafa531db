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

/// A count, or nothing where a vendor wrote something else.
pub fn count<'de, D: Deserializer<'de>>(source: D) -> Result<Option<u64>, D::Error> {
    let value = serde_json::Value::deserialize(source)?;
    let whole = |float: f64| (0.0..=9e15).contains(&float).then_some(float as u64);
    Ok(value.as_u64().or_else(|| value.as_f64().and_then(whole)))
}
