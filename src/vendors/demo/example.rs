//! A small value that fits a JSON Schema: the arguments of a demo call, a demo answer in a schema.

use serde_json::{Map, Value, json};

const MAX_DEPTH: u32 = 12;

/// The text the caller sent fills the texts.
pub fn fitting(schema: &Value, said: &str) -> Value {
    match value(schema, schema, said, 0) {
        object @ Value::Object(_) => object,
        _ if schema.is_null() => json!({"echo": said}),
        other => other,
    }
}

fn value(root: &Value, schema: &Value, said: &str, depth: u32) -> Value {
    if depth > MAX_DEPTH {
        return Value::Null;
    }
    let deeper = |inner: &Value| value(root, inner, said, depth + 1);
    if let Some(target) = schema.get("$ref").and_then(Value::as_str) {
        return root.pointer(target.trim_start_matches('#')).map_or(Value::Null, deeper);
    }
    let given = schema.get("const").or_else(|| schema.get("default")).or_else(|| schema.pointer("/enum/0"));
    if let Some(given) = given {
        return given.clone();
    }
    let either = ["/anyOf/0", "/oneOf/0", "/allOf/0"].iter().find_map(|path| schema.pointer(path));
    if let Some(first) = either {
        return deeper(first);
    }
    match kind(schema) {
        "object" => {
            let fields = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
            Value::Object(fields.map(|(name, inner)| (name.clone(), deeper(inner))).collect::<Map<_, _>>())
        }
        "array" => json!([schema.get("items").map_or(Value::Null, deeper)]),
        "string" => json!(said),
        "integer" => {
            schema.get("minimum").and_then(Value::as_i64).map_or_else(|| json!(1), |least| json!(least))
        }
        "number" => schema.get("minimum").cloned().unwrap_or_else(|| json!(1)),
        "boolean" => json!(true),
        _ => Value::Null,
    }
}

fn kind(schema: &Value) -> &str {
    let named =
        schema.get("type").and_then(|kind| kind.as_str().or_else(|| kind.get(0).and_then(Value::as_str)));
    let guess = if schema.get("properties").is_some() { "object" } else { "" };
    named.unwrap_or(guess)
}
