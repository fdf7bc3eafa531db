//! Messages and their parts.

use std::borrow::Cow;

use serde_json::value::RawValue;

use crate::base::Result;
use crate::wire::chat::{Cache, Message, Part, PartKind, Place, Role};

use super::{field, types, wrong};

pub fn all(json: &RawValue) -> Result<Vec<Message<'_>>> {
    let list: Vec<&RawValue> = field(json, "messages")?;
    list.into_iter().enumerate().map(|(rank, json)| message(json, rank)).collect()
}

fn message(json: &RawValue, rank: usize) -> Result<Message<'_>> {
    let mut raw: types::Message<'_> = field(json, &format!("messages[{rank}]"))?;
    let place = |field: &'static str, item: Option<usize>| Place { message: rank, field, rank: item };
    let mut parts = Vec::new();
    let lists = [
        ("thinking_blocks", raw.thinking_blocks.take()),
        ("reasoning_details", raw.reasoning_details.take()),
    ];
    let thoughts =
        lists.into_iter().find_map(|(name, list)| Some((name, list.filter(|list| !list.is_empty())?)));
    if thoughts.is_none() {
        let bare = [("reasoning_content", raw.reasoning_content), ("reasoning", raw.reasoning)];
        let said = |json: &RawValue| !matches!(json.get(), "null" | "\"\"");
        let bare = bare.into_iter().filter(|(_, json)| json.is_some_and(said));
        parts.extend(bare.map(|(name, _)| Part {
            kind: PartKind::Unsigned,
            place: place(name, None),
            cache: None,
        }));
    }
    if let Some((name, list)) = thoughts {
        let part = |(item, raw)| Part { kind: thought(raw), place: place(name, Some(item)), cache: None };
        parts.extend(list.into_iter().enumerate().map(part));
    }
    for (item, json) in raw.vendor_blocks.take().into_iter().flatten().enumerate() {
        let block = serde_json::from_str::<types::Ranked<'_>>(json.get()).map_or(json, |ranked| ranked.block);
        let place = place("vendor_blocks", Some(item));
        parts.push(Part { kind: PartKind::Foreign(block), place, cache: None });
    }
    let cache = raw.cache_control.map(cache);
    content(&raw, rank, cache, &mut parts)?;
    if let Some(refusal) = raw.refusal.take() {
        parts.push(Part { kind: PartKind::Refusal(refusal), place: place("refusal", None), cache: None });
    }
    if raw.audio.is_some_and(|json| json.get() != "null") {
        parts.push(Part { kind: PartKind::Audio, place: place("audio", None), cache: None });
    }
    for (item, call) in raw.tool_calls.take().into_iter().flatten().enumerate() {
        parts.push(Part {
            kind: self::call(call, rank, item)?,
            place: place("tool_calls", Some(item)),
            cache: None,
        });
    }
    if let Some(function) = raw.function_call.take() {
        let arguments = function.arguments.unwrap_or_default();
        let kind = PartKind::Call { id: None, name: function.name, arguments };
        parts.push(Part { kind, place: place("function_call", None), cache: None });
    }
    let named = raw.name.is_some() && raw.role != "function";
    Ok(Message { role: role(&mut raw, rank)?, parts, named, rank })
}

fn role<'a>(raw: &mut types::Message<'a>, rank: usize) -> Result<Role<'a>> {
    let missing = |name: &str| wrong(&format!("messages[{rank}].{name}"), "is missing");
    Ok(match raw.role.as_ref() {
        "system" | "developer" => Role::System,
        "assistant" => Role::Assistant,
        "tool" => Role::Tool(raw.tool_call_id.take().ok_or_else(|| missing("tool_call_id"))?),
        "function" => Role::Function(raw.name.take().ok_or_else(|| missing("name"))?),
        _ => Role::User,
    })
}

fn content<'a>(
    raw: &types::Message<'a>,
    rank: usize,
    cache: Option<Cache>,
    parts: &mut Vec<Part<'a>>,
) -> Result<()> {
    let Some(json) = raw.content.filter(|json| json.get() != "null") else { return Ok(()) };
    let path = format!("messages[{rank}].content");
    if json.get().starts_with('"') {
        let kind = PartKind::Text(text(json, &path)?);
        parts.push(Part { kind, place: Place { message: rank, field: "content", rank: None }, cache });
        return Ok(());
    }
    let list: Vec<&RawValue> = field(json, &path)?;
    let last = list.len().saturating_sub(1);
    for (item, json) in list.into_iter().enumerate() {
        let part: types::Part<'_> = field(json, &format!("{path}[{item}]"))?;
        let place = Place { message: rank, field: "content", rank: Some(item) };
        let own = part.cache_control.or(part.prompt_cache_breakpoint).map(self::cache);
        let of_message = cache.filter(|_| item == last);
        parts.push(Part { kind: kind(part), place, cache: own.or(of_message) });
    }
    Ok(())
}

/// Borrows where there is nothing to unescape: prompts are large.
fn text<'a>(json: &'a RawValue, path: &str) -> Result<Cow<'a, str>> {
    let inside = json.get().get(1..json.get().len().saturating_sub(1)).unwrap_or_default();
    if inside.contains('\\') {
        field::<String>(json, path).map(Cow::Owned)
    } else {
        Ok(Cow::Borrowed(inside))
    }
}

fn kind(part: types::Part<'_>) -> PartKind<'_> {
    match part.kind.as_ref() {
        "text" => PartKind::Text(part.text.unwrap_or_default()),
        "refusal" => PartKind::Refusal(part.refusal.unwrap_or_default()),
        "input_audio" => PartKind::Audio,
        "thinking" | "redacted_thinking" => thought(types::Thought {
            kind: Some(part.kind),
            thinking: part.thinking,
            text: None,
            signature: part.signature,
            data: part.data,
        }),
        "image_url" => match part.image_url {
            Some(types::Image::Bare(url)) => PartKind::Image { url, detailed: false },
            Some(types::Image::Object { url, detail }) => {
                PartKind::Image { url, detailed: detail.is_some_and(|detail| detail != "auto") }
            }
            None => PartKind::Unknown,
        },
        "file" => match part.file {
            Some(types::File { file_data: Some(data), filename, .. }) => {
                PartKind::File { data, name: filename }
            }
            Some(types::File { file_id: Some(_), .. }) => PartKind::FileId,
            _ => PartKind::Unknown,
        },
        _ => PartKind::Unknown,
    }
}

fn thought(raw: types::Thought<'_>) -> PartKind<'_> {
    if let (Some("redacted_thinking" | "reasoning.encrypted"), Some(data)) = (raw.kind.as_deref(), raw.data) {
        return PartKind::Redacted(data);
    }
    match raw.signature.filter(|signature| !signature.is_empty()) {
        Some(signature) => {
            PartKind::Thinking { text: raw.thinking.or(raw.text).unwrap_or_default(), signature }
        }
        None => PartKind::Unsigned,
    }
}

fn call<'a>(raw: types::Call<'a>, rank: usize, item: usize) -> Result<PartKind<'a>> {
    if raw.kind.as_deref() == Some("custom") {
        return Ok(PartKind::FreeCall);
    }
    let missing = |name: &str| wrong(&format!("messages[{rank}].tool_calls[{item}].{name}"), "is missing");
    let function = raw.function.ok_or_else(|| missing("function"))?;
    let id = raw.id.ok_or_else(|| missing("id"))?;
    Ok(PartKind::Call {
        id: Some(id),
        name: function.name,
        arguments: function.arguments.unwrap_or_default(),
    })
}

pub fn cache(json: &RawValue) -> Cache {
    let control: types::CacheControl<'_> = serde_json::from_str(json.get()).unwrap_or_default();
    Cache { an_hour: control.ttl.as_deref() == Some("1h") }
}
