//! The form of the answer and the effort spent on it, in the words a vendor has for them.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::wire::Quirks;
use crate::wire::json::{object, of};
use crate::wire::quirk::{EffortAs, Rule, ShapeIs};

use super::plan::Plan;

const FIELD: &str = "response_format";
const EFFORT: &str = "reasoning_effort";
const ANY_OBJECT: &str =
    r#"{"type":"json_schema","json_schema":{"name":"object","schema":{"type":"object"}}}"#;

#[derive(Deserialize)]
struct Format<'a> {
    #[serde(rename = "type")]
    kind: String,
    #[serde(borrow)]
    json_schema: Option<Named<'a>>,
}

#[derive(Deserialize)]
struct Named<'a> {
    #[serde(borrow)]
    schema: Option<&'a RawValue>,
}

fn format<'a>(plan: &Plan<'a>) -> Option<Format<'a>> {
    serde_json::from_slice(plan.value(FIELD)?).ok()
}

/// True where the vendor has to be asked for one document although the caller wants a stream.
pub fn goes_unstreamed(plan: &Plan<'_>, quirks: &Quirks) -> bool {
    let with_schema = || format(plan).is_some_and(|format| format.kind == "json_schema");
    plan.is_stream()
        && (quirks.has(&Rule::NoStream) || quirks.has(&Rule::NoStreamWithSchema) && with_schema())
}

pub fn heed(plan: &mut Plan<'_>, what: ShapeIs) {
    let Some(format) = format(plan) else { return };
    match (what, format.kind.as_str()) {
        (ShapeIs::NeverSchema, "json_schema") => {
            plan.replace(FIELD, r#"{"type":"json_object"}"#);
            plan.note(FIELD);
            let schema = format.json_schema.and_then(|named| named.schema).map_or("{}", RawValue::get);
            say_first(plan, &format!("Answer with one JSON object that fits this JSON Schema: {schema}"));
        }
        (ShapeIs::NeverJson, "json_object") => plan.replace(FIELD, ANY_OBJECT),
        _ => {}
    }
}

/// A system message in front of all others.
fn say_first(plan: &mut Plan<'_>, text: &str) {
    if let Some(messages) = plan.find("messages") {
        let message = object(&[("role", of("system")), ("content", of(text))]);
        plan.edits.insert(messages.value.start + 1, message + ",");
    }
}

pub fn effort(plan: &mut Plan<'_>, way: EffortAs) {
    let Some(word) = plan.word(EFFORT) else { return };
    let thinks = word != "none";
    match way {
        EffortAs::Thinking if plan.find("thinking").is_some() => {}
        EffortAs::Thinking if thinks => plan.insert("thinking", r#"{"type":"enabled"}"#),
        EffortAs::Thinking => plan.become_field(EFFORT, "thinking", r#"{"type":"disabled"}"#),
        EffortAs::Enable if plan.find("enable_thinking").is_none() => {
            plan.become_field(EFFORT, "enable_thinking", &of(&thinks));
        }
        EffortAs::Reasoning if plan.find("reasoning").is_none() => {
            plan.become_field(EFFORT, "reasoning", &object(&[("effort", of(word.as_ref()))]));
        }
        EffortAs::Enable | EffortAs::Reasoning => plan.drop_field(EFFORT),
    }
}
