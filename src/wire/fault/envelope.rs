//! The many shapes in which vendors write an error.

use serde_json::Value;

/// What an error body says, in whichever shape.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Envelope {
    pub message: String,
    pub kind: Option<String>,
    pub code: Option<String>,
    pub param: Option<String>,
    /// A content rule was named.
    pub moderated: bool,
}

impl Envelope {
    /// Reads JSON by its bytes, whatever the content type said. Text and HTML give nothing: they are
    /// an edge's page, never for the caller.
    pub fn read(body: &[u8]) -> Self {
        serde_json::from_slice::<Value>(body).map(|value| Self::of(&value)).unwrap_or_default()
    }

    pub fn of(value: &Value) -> Self {
        let value = value.as_array().and_then(|list| list.first()).unwrap_or(value);
        match first(value, &["error", "response.error", "x_groq.error"]) {
            Some(Value::String(text)) => {
                Self { message: text.clone(), code: word(value.get("code")), ..Self::default() }
            }
            Some(error) => Self::fields(error),
            None => Self::without_error(value),
        }
    }

    fn without_error(value: &Value) -> Self {
        if let Some(error) = first(value, &["errors.0"]) {
            return Self::fields(error);
        }
        if let Some(base) = value.get("base_resp") {
            return Self {
                message: text(base.get("status_msg")),
                code: word(base.get("status_code")),
                ..Self::default()
            };
        }
        match value.get("detail") {
            Some(Value::String(detail)) => Self { message: detail.clone(), ..Self::default() },
            Some(Value::Array(list)) => Self::detail(list.first()),
            Some(object @ Value::Object(_)) => Self::fields(object),
            _ => Self::fields(value),
        }
    }

    fn fields(error: &Value) -> Self {
        let reason = first(error, &["details.0.reason"]);
        let message = first(error, &["message", "msg", "error"]);
        Self {
            message: text(message),
            kind: word(first(error, &["type", "status"])),
            code: word(reason.or_else(|| first(error, &["code", "error_code"]))),
            param: word(error.get("param")),
            moderated: first(
                error,
                &["metadata.reasons", "innererror.content_filter_result", "content_filter_result"],
            )
            .is_some(),
        }
    }

    /// One entry of `[{loc,msg,type}]`: `loc` names the field.
    fn detail(entry: Option<&Value>) -> Self {
        let Some(entry) = entry else { return Self::default() };
        let place = entry.get("loc").and_then(Value::as_array).map(|parts| {
            let parts: Vec<String> =
                parts.iter().filter_map(|part| word(Some(part))).filter(|part| part != "body").collect();
            parts.join(".")
        });
        Self {
            message: text(entry.get("msg")),
            kind: word(entry.get("type")),
            param: place,
            ..Self::default()
        }
    }
}

/// The first path that leads to something other than null.
fn first<'v>(value: &'v Value, paths: &[&str]) -> Option<&'v Value> {
    paths.iter().find_map(|path| {
        let found = path.split('.').try_fold(value, |inner, step| match step.parse::<usize>() {
            Ok(rank) => inner.get(rank),
            Err(_) => inner.get(step),
        });
        found.filter(|found| !found.is_null())
    })
}

fn text(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Null) | None => String::new(),
        Some(other) => other.to_string(),
    }
}

fn word(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
