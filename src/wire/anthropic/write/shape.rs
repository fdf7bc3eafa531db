//! The form the answer must have: as the vendor's own mode, as a tool on models that lack the mode, or
//! as a request in words.

use serde_json::value::RawValue;

use crate::wire::anthropic::models::Traits;
use crate::wire::anthropic::types::{OutputConfig, OutputFormat};
use crate::wire::chat::{ChatRequest, Choice, Shape};

use super::Notes;

const JSON_HINT: &str = "Answer with one valid JSON object and nothing else: no prose, no code fence.";

#[derive(Default)]
pub struct Shaping<'a> {
    pub format: Option<OutputFormat<'a>>,
    /// The schema of the tool that stands in for the mode.
    pub tool: Option<&'a RawValue>,
    pub hint: Option<&'static str>,
}

pub fn shaping<'a>(request: &ChatRequest<'a>, traits: &Traits, notes: &mut Notes) -> Shaping<'a> {
    match request.shape {
        Shape::Free => Shaping::default(),
        Shape::Json => {
            notes.drop("response_format");
            Shaping { hint: Some(JSON_HINT), ..Shaping::default() }
        }
        Shape::Schema { schema, .. } if traits.schemas => {
            Shaping { format: Some(OutputFormat { kind: "json_schema", schema }), ..Shaping::default() }
        }
        // The answer will be a call, which has a schema of its own.
        Shape::Schema { .. } if must_call(request) => {
            notes.drop("response_format");
            Shaping::default()
        }
        Shape::Schema { schema, strict } => {
            if strict {
                notes.drop("response_format.json_schema.strict");
            }
            Shaping { tool: Some(schema), ..Shaping::default() }
        }
    }
}

fn must_call(request: &ChatRequest<'_>) -> bool {
    let choice = request.tool_choice.as_ref().map(|choice| &choice.choice);
    matches!(choice, Some(Choice::Required | Choice::Named(_)))
}

pub fn output_config<'a>(
    effort: Option<&'static str>,
    format: Option<OutputFormat<'a>>,
) -> Option<OutputConfig<'a>> {
    (effort.is_some() || format.is_some()).then_some(OutputConfig { effort, format })
}
