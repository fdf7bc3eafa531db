//! Tools and the choice among them.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::base::{Code, OrCode, Result};
use crate::wire::anthropic::models::Traits;
use crate::wire::anthropic::{ANSWER_TOOL, types};
use crate::wire::chat::{ChatRequest, Choice, Tool, ToolChoice};

use super::{Notes, part, unsupported};

const MAX_NAME: usize = 128;
const NO_ARGUMENTS: &str = r#"{"type":"object","properties":{}}"#;

pub struct Picked<'a> {
    pub tools: Vec<types::Tool<'a>>,
    pub choice: Option<types::ToolChoice<'a>>,
}

impl Picked<'_> {
    /// The answer must be a call.
    pub fn forces_a_call(&self) -> bool {
        self.choice.as_ref().is_some_and(|choice| matches!(choice.kind, "any" | "tool"))
    }
}

/// The tools and the choice among them; `answer` is the schema of the tool that gives the answer.
pub fn all<'a>(
    request: &mut ChatRequest<'a>,
    traits: &Traits,
    answer: Option<&'a RawValue>,
    notes: &mut Notes,
) -> Result<Picked<'a>> {
    let mut tools = std::mem::take(&mut request.tools);
    if let Some(ToolChoice { among: Some(names), .. }) = &request.tool_choice {
        tools.retain(|tool| names.contains(&tool.name));
        if tools.is_empty() {
            return Err(unsupported("tool_choice", "none of the tools it allows is there"));
        }
    }
    let tools = tools.into_iter().map(|tool| one(tool, traits, notes)).collect::<Result<Vec<_>>>()?;
    let alone = request.parallel_tools == Some(false);
    let choice = match request.tool_choice.as_ref().map(|choice| &choice.choice) {
        Some(Choice::Required | Choice::Named(_)) if tools.is_empty() => {
            return Err(unsupported("tool_choice", "there are no tools to choose from"));
        }
        _ if tools.is_empty() => None,
        Some(choice) => Some(word(choice, alone)),
        None if alone => Some(word(&Choice::Auto, true)),
        None => None,
    };
    let picked = Picked { tools, choice };
    match answer {
        Some(schema) => with_answer(picked, schema, alone),
        None => Ok(picked),
    }
}

/// Adds the tool that gives the answer. Without tools of the caller's, or where none may be called,
/// it must be called; else it or one of those.
fn with_answer<'a>(mut picked: Picked<'a>, schema: &'a RawValue, alone: bool) -> Result<Picked<'a>> {
    let free = picked.choice.as_ref().is_none_or(|choice| choice.kind == "auto");
    picked.choice = Some(if free && !picked.tools.is_empty() {
        word(&Choice::Required, alone)
    } else {
        word(&Choice::Named(Cow::Borrowed(ANSWER_TOOL)), true)
    });
    picked.tools.push(types::Tool {
        name: Cow::Borrowed(ANSWER_TOOL),
        description: Some(Cow::Borrowed("Gives the final answer to the user.")),
        input_schema: object_schema(schema, || "response_format.json_schema.schema".to_owned())?,
        strict: false,
        cache_control: None,
    });
    Ok(picked)
}

fn word<'a>(choice: &Choice<'a>, alone: bool) -> types::ToolChoice<'a> {
    let (kind, name) = match choice {
        Choice::Auto => ("auto", None),
        Choice::None => ("none", None),
        Choice::Required => ("any", None),
        Choice::Named(name) => ("tool", Some(name.clone())),
    };
    types::ToolChoice { kind, name, disable_parallel_tool_use: alone && kind != "none" }
}

fn one<'a>(tool: Tool<'a>, traits: &Traits, notes: &mut Notes) -> Result<types::Tool<'a>> {
    if tool.foreign.is_some() {
        return Err(unsupported(format!("{}.type", tool.path), "it only calls functions"));
    }
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if tool.name == ANSWER_TOOL {
        return Err(unsupported(path(&tool, "name"), "this name is the gateway's own"));
    }
    if tool.name.is_empty() || tool.name.len() > MAX_NAME || !tool.name.chars().all(fits) {
        let what = "a name has 1 to 128 letters, digits, underscores or hyphens";
        return Err(unsupported(path(&tool, "name"), what));
    }
    if tool.strict && !traits.schemas {
        notes.drop("tools.strict");
    }
    Ok(types::Tool {
        input_schema: schema(&tool)?,
        name: tool.name,
        description: tool.description.filter(|text| !text.is_empty()),
        strict: tool.strict && traits.schemas,
        cache_control: tool.cache.map(part::cache_control),
    })
}

#[derive(Deserialize)]
struct Head<'a> {
    #[serde(rename = "type", borrow, default)]
    kind: Option<&'a RawValue>,
}

fn schema<'a>(tool: &Tool<'a>) -> Result<Cow<'a, RawValue>> {
    let Some(json) = tool.parameters else { return raw(NO_ARGUMENTS.to_owned()) };
    object_schema(json, || path(tool, "parameters"))
}

/// Where a field of a tool stood: those of the old kind are bare.
fn path(tool: &Tool<'_>, field: &str) -> String {
    let inside = if tool.path.starts_with("tools") { "function." } else { "" };
    format!("{}.{inside}{field}", tool.path)
}

fn raw<'a>(text: String) -> Result<Cow<'a, RawValue>> {
    RawValue::from_string(text).map(Cow::Owned).or_code(Code::Internal)
}

/// The schema as it came; one without a type is an object's.
fn object_schema<'a>(json: &'a RawValue, path: impl Fn() -> String) -> Result<Cow<'a, RawValue>> {
    let no_object = || unsupported(path(), "a schema must be an object");
    if !json.get().starts_with('{') {
        return Err(no_object());
    }
    let head: Head<'_> = serde_json::from_str(json.get()).map_err(|_| no_object())?;
    match head.kind.map(RawValue::get) {
        Some("\"object\"") => Ok(Cow::Borrowed(json)),
        Some(_) => Err(unsupported(path(), "its top type must be object")),
        None => {
            let rest = json.get().trim_start().trim_start_matches('{').trim_start();
            let comma = if rest.starts_with('}') { "" } else { "," };
            raw(format!("{{\"type\":\"object\"{comma}{rest}"))
        }
    }
}
