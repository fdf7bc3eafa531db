//! Tools and the choice among them, in today's shape and the legacy one.

use std::borrow::Cow;

use serde_json::value::RawValue;

use crate::base::Result;
use crate::wire::chat::{Choice, Tool, ToolChoice};

use super::{field, message, types, wrong};

pub fn tools(json: &RawValue) -> Result<Vec<Tool<'_>>> {
    let list: Vec<&RawValue> = field(json, "tools")?;
    list.into_iter().enumerate().map(|(rank, json)| tool(json, format!("tools[{rank}]"))).collect()
}

fn tool(json: &RawValue, path: String) -> Result<Tool<'_>> {
    let raw: types::Tool<'_> = field(json, &path)?;
    let cache = raw.cache_control.map(message::cache);
    match (raw.kind.as_deref().unwrap_or("function"), raw.function) {
        ("function", Some(function)) => Ok(Tool { cache, ..define(function, path) }),
        ("function", None) => Err(wrong(&format!("{path}.function"), "is missing")),
        _ => {
            let foreign = Some(raw.kind.unwrap_or_default());
            Ok(Tool {
                name: Cow::Borrowed(""),
                description: None,
                parameters: None,
                strict: false,
                cache,
                path,
                foreign,
            })
        }
    }
}

pub fn functions(json: &RawValue) -> Result<Vec<Tool<'_>>> {
    let list: Vec<&RawValue> = field(json, "functions")?;
    let one = |(rank, json)| {
        let path = format!("functions[{rank}]");
        Ok(define(field(json, &path)?, path))
    };
    list.into_iter().enumerate().map(one).collect()
}

fn define<'a>(raw: types::Definition<'a>, path: String) -> Tool<'a> {
    Tool {
        name: raw.name,
        description: raw.description,
        parameters: raw.parameters.filter(|json| json.get() != "null"),
        strict: raw.strict == Some(true),
        cache: None,
        path,
        foreign: None,
    }
}

pub fn choice<'a>(json: &'a RawValue, path: &str) -> Result<ToolChoice<'a>> {
    let unknown = || wrong(path, "must be auto, none, required, or name a function");
    let word = |word: &str| match word {
        "auto" => Ok(Choice::Auto),
        "none" => Ok(Choice::None),
        "required" | "any" => Ok(Choice::Required),
        _ => Err(unknown()),
    };
    match field::<types::Choice<'_>>(json, path)? {
        types::Choice::Word(text) => Ok(ToolChoice { choice: word(&text)?, among: None }),
        types::Choice::Object { allowed_tools: Some(allowed), .. } => {
            let choice = word(allowed.mode.as_deref().unwrap_or("auto"))?;
            let name = |tool: types::AllowedTool<'a>| tool.function.map(|named| named.name).or(tool.name);
            let among = allowed.tools.into_iter().filter_map(name).collect();
            Ok(ToolChoice { choice, among: Some(among) })
        }
        types::Choice::Object { kind, function, name, .. } => {
            let function = function.map(|named| named.name).or(name);
            match (kind.as_deref(), function) {
                (None | Some("function"), Some(name)) => {
                    Ok(ToolChoice { choice: Choice::Named(name), among: None })
                }
                _ => Err(unknown()),
            }
        }
    }
}
