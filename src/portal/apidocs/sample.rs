//! A body to start from, made from a schema: its example where it has one, a value of each type otherwise.

use serde_json::{Map, Value, json};

use super::operation::{follow, object};

/// A schema that holds itself stops here.
const DEPTH: usize = 5;

/// Pretty JSON.
pub fn of(document: &Value, schema: &Value) -> String {
    serde_json::to_string_pretty(&value(document, schema, 0)).unwrap_or_default()
}

fn value(document: &Value, schema: &Value, depth: usize) -> Value {
    let schema = follow(document, schema);
    if let Some(example) = schema.get("example").or_else(|| schema.pointer("/examples/0")) {
        return example.clone();
    }
    if let Some(word) = schema.pointer("/enum/0").or_else(|| schema.get("default")) {
        return word.clone();
    }
    for several in ["oneOf", "anyOf", "allOf"] {
        let list = schema.get(several).and_then(Value::as_array);
        let first = list.and_then(|list| list.iter().find(|one| one.get("type") != Some(&json!("null"))));
        if let Some(first) = first {
            return value(document, first, depth);
        }
    }
    match kind(schema) {
        "object" if depth < DEPTH => object(schema, "/properties")
            .map(|(name, property)| (name.clone(), value(document, property, depth + 1)))
            .collect::<Map<_, _>>()
            .into(),
        "array" if depth < DEPTH => {
            schema.get("items").map_or_else(|| json!([]), |items| json!([value(document, items, depth + 1)]))
        }
        "object" => json!({}),
        "array" => json!([]),
        "string" => text(schema),
        "integer" | "number" => json!(1),
        "boolean" => json!(true),
        _ => Value::Null,
    }
}

/// The first type that is not null.
fn kind(schema: &Value) -> &str {
    match schema.get("type") {
        Some(Value::String(name)) => name,
        Some(Value::Array(names)) => {
            names.iter().filter_map(Value::as_str).find(|name| *name != "null").unwrap_or("")
        }
        _ if schema.get("properties").is_some() => "object",
        _ => "",
    }
}

fn text(schema: &Value) -> Value {
    match schema.get("format").and_then(Value::as_str) {
        Some("uuid") => json!("01930000-0000-7000-8000-000000000000"),
        Some("date-time") => json!("2026-11-24T12:00:00Z"),
        Some("date") => json!("2026-11-24"),
        Some("email") => json!("dana@example.org"),
        Some("uri") => json!("https://example.org"),
        _ => json!("text"),
    }
}
