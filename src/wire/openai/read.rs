//! A chat request of OpenAI's format into the neutral model.

mod message;
mod tool;
mod unread;

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::base::{Code, Error, Result};
use crate::wire::chat::{ChatRequest, Effort, Extra, Shape};
use crate::wire::json;
use crate::wire::peek::{Peek, place_of};

use super::types;

/// Reads what `peek` has judged and placed.
pub fn request<'a>(peek: &Peek, body: &'a [u8]) -> Result<ChatRequest<'a>> {
    read(peek, body).map_err(|error| match half_character(peek, body, &error) {
        Some(place) => error
            .saying(format!(
                "The body names half a character ({place}): one of `\\ud800` to `\\udfff` without the other of its pair."
            ))
            .then("Send both escapes of the pair, or the character itself in UTF-8."),
        None => error,
    })
}

/// Where in the field at fault such an escape stands.
fn half_character(peek: &Peek, body: &[u8], error: &Error) -> Option<String> {
    let field = error.param()?.split(['.', '[']).next()?;
    let member = peek.places.find(body, field)?;
    let at = json::half_character(member.bytes(body), 0)?;
    Some(place_of(body, member.value.start + at))
}

fn read<'a>(peek: &Peek, body: &'a [u8]) -> Result<ChatRequest<'a>> {
    let mut request =
        ChatRequest { stream: peek.stream, max_tokens: peek.max_tokens, ..ChatRequest::default() };
    let mut users = (None, None);
    for member in &peek.places.members {
        let name = member.name(body);
        let json: &RawValue = parse(member.bytes(body), &name)?;
        if json.get() == "null" {
            continue;
        }
        match name.as_ref() {
            "model" | "stream" | "stream_options" | "max_tokens" | "max_completion_tokens" => {}
            "messages" => {
                request.messages = message::all(json)?;
                request.unread = unread::fields(json)?;
            }
            "tools" => request.tools.extend(tool::tools(json)?),
            "functions" => request.tools.extend(tool::functions(json)?),
            "tool_choice" | "function_call" => request.tool_choice = Some(tool::choice(json, &name)?),
            "parallel_tool_calls" => request.parallel_tools = Some(field(json, &name)?),
            "temperature" => request.temperature = Some(number(json, &name)?),
            "top_p" => request.top_p = Some(number(json, &name)?),
            "stop" => request.stop = stop(json)?,
            "response_format" => request.shape = shape(json)?,
            "reasoning_effort" => request.effort = Some(effort(json)?),
            "user" => users.0 = Some(field(json, &name)?),
            "safety_identifier" => users.1 = Some(field(json, &name)?),
            "service_tier" => request.tier = Some(field(json, &name)?),
            _ => request.extras.push(Extra { name: Cow::Owned(name.into_owned()), json }),
        }
    }
    request.user = users.1.or(users.0);
    if peek.legacy_functions {
        // A caller of the old kind knows one call only: a second one would be lost.
        request.parallel_tools = Some(false);
    }
    Ok(request)
}

/// Reads a field, or names it as the one at fault.
fn field<'a, T: Deserialize<'a>>(json: &'a RawValue, path: &str) -> Result<T> {
    parse(json.get().as_bytes(), path)
}

fn parse<'a, T: Deserialize<'a>>(json: &'a [u8], path: &str) -> Result<T> {
    serde_json::from_slice(json).map_err(|cause| wrong(path, allowed(path)).caused_by(cause))
}

/// What a field must be; `[]` stands for any place in a list.
const SHAPES: &[(&str, &str)] = &[
    ("messages[]", "must be an object whose fields have the types of a chat message"),
    ("messages[].content", "must be a string or an array of parts"),
    ("messages[].content[]", "must be an object with a `type` and the field of that name"),
    ("tools", "must be an array of tools"),
    ("tools[]", "must be an object with `type` and `function`, an object with the string `name`"),
    ("functions", "must be an array of functions"),
    ("functions[]", "must be an object with the string `name`"),
    ("tool_choice", "must be auto, none, required, or name a function"),
    ("function_call", "must be auto, none, or name a function"),
    ("parallel_tool_calls", "must be true or false"),
    ("temperature", NUMBER),
    ("top_p", NUMBER),
    ("stop", "must be a string or an array of strings"),
    ("response_format", "must be an object with the string `type`"),
    ("reasoning_effort", "must be a string"),
    ("user", "must be a string"),
    ("safety_identifier", "must be a string"),
    ("service_tier", "must be a string"),
];

const NUMBER: &str = "must be a number between 0 and 2";

fn allowed(path: &str) -> &'static str {
    let pattern = path.replace(|c: char| c.is_ascii_digit(), "");
    let shape = SHAPES.iter().find(|(known, _)| *known == pattern);
    shape.map_or("does not have the shape it should have", |(_, what)| what)
}

fn wrong(path: &str, what: &str) -> Error {
    Code::FieldInvalid.saying(format!("`{path}` {what}.")).on(path)
}

fn number(json: &RawValue, path: &str) -> Result<f64> {
    let number: f64 = field(json, path)?;
    if (0.0..=2.0).contains(&number) { Ok(number) } else { Err(wrong(path, NUMBER)) }
}

fn stop(json: &RawValue) -> Result<Vec<Cow<'_, str>>> {
    if json.get().starts_with('[') {
        let many: Vec<String> = field(json, "stop")?;
        return Ok(many.into_iter().map(Cow::Owned).collect());
    }
    Ok(vec![Cow::Owned(field(json, "stop")?)])
}

fn shape(json: &RawValue) -> Result<Shape<'_>> {
    let format: types::Format<'_> = field(json, "response_format")?;
    let named = format.json_schema.and_then(|named| Some((named.schema?, named.strict == Some(true))));
    match (format.kind.as_ref(), named) {
        ("text", _) => Ok(Shape::Free),
        ("json_object", _) => Ok(Shape::Json),
        ("json_schema", Some((schema, strict))) => Ok(Shape::Schema { schema, strict }),
        ("json_schema", None) => Err(wrong("response_format.json_schema.schema", "is missing")),
        _ => Err(wrong("response_format.type", "must be text, json_object or json_schema")),
    }
}

fn effort(json: &RawValue) -> Result<Effort> {
    let word: Cow<'_, str> = field(json, "reasoning_effort")?;
    Effort::parse(&word)
        .ok_or_else(|| wrong("reasoning_effort", "must be none, minimal, low, medium, high, xhigh or max"))
}
