//! One part of a message as a block.

use std::borrow::Cow;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::base::{Code, OrCode, Result};
use crate::wire::anthropic::types::{Block, CacheControl, Source};
use crate::wire::chat::{Cache, Part, PartKind, Place};

use super::{Notes, unsupported};

const IMAGES: &[&str] = &["image/jpeg", "image/png", "image/gif", "image/webp"];

pub fn cache_control(cache: Cache) -> CacheControl {
    CacheControl { kind: "ephemeral", ttl: cache.an_hour.then_some("1h") }
}

/// The block, or nothing where there is nothing to say.
pub fn block<'a>(part: Part<'a>, notes: &mut Notes) -> Result<Option<Block<'a>>> {
    let cache_control = part.cache.map(cache_control);
    let place = part.place;
    Ok(Some(match part.kind {
        PartKind::Text(text) if text.is_empty() => return Ok(None),
        PartKind::Text(text) => Block::Text { text, cache_control },
        PartKind::Refusal(text) => {
            notes.drop("messages.refusal");
            if text.is_empty() {
                return Ok(None);
            }
            Block::Text { text, cache_control }
        }
        PartKind::Image { url, detailed } => {
            if detailed {
                notes.drop("messages.content.image_url.detail");
            }
            Block::Image { source: image(url, place)?, cache_control }
        }
        PartKind::File { data, name } => {
            let source = document(&data, place)?;
            Block::Document { source, title: name.filter(|name| !name.is_empty()), cache_control }
        }
        PartKind::Thinking { text, signature } => Block::Thinking { thinking: text, signature },
        PartKind::Redacted(data) => Block::RedactedThinking { data },
        PartKind::Unsigned => {
            let inside = if place.field == "content" { ".thinking" } else { "" };
            notes.drop(&format!("messages.{}{inside}", place.field));
            return Ok(None);
        }
        PartKind::Foreign(json) if is_replayed(json) => Block::Foreign(json),
        PartKind::Foreign(_) => {
            notes.drop("messages.vendor_blocks");
            return Ok(None);
        }
        PartKind::Call { id, name, arguments } => {
            let id = known_id(id.unwrap_or(Cow::Borrowed("call")));
            Block::ToolUse { id, name, input: input(&arguments, place)? }
        }
        PartKind::FreeCall => return Err(unsupported(place.to_string(), "it only calls functions")),
        PartKind::Audio => return Err(unsupported(place.to_string(), "it does not listen")),
        PartKind::FileId => {
            return Err(unsupported(place.to_string(), "the file lies at another vendor; send its data"));
        }
        PartKind::Unknown => return Err(unsupported(place.to_string(), "there is no such part")),
    }))
}

/// Blocks of the vendor's own that it takes back without more; the others need a beta header, or are not
/// its own at all.
const REPLAYED: &[&str] = &[
    "server_tool_use",
    "web_search_tool_result",
    "web_fetch_tool_result",
    "code_execution_tool_result",
    "bash_code_execution_tool_result",
    "text_editor_code_execution_tool_result",
    "tool_search_tool_result",
];

#[derive(Deserialize)]
struct Head<'a> {
    #[serde(rename = "type", borrow)]
    kind: Cow<'a, str>,
}

fn is_replayed(json: &RawValue) -> bool {
    serde_json::from_str::<Head<'_>>(json.get()).is_ok_and(|head| REPLAYED.contains(&head.kind.as_ref()))
}

/// The id, or one made from it where the vendor would refuse its characters.
pub fn known_id(id: Cow<'_, str>) -> Cow<'_, str> {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if !id.is_empty() && id.chars().all(fits) {
        return id;
    }
    let kept: String = id.chars().map(|c| if fits(c) { c } else { '_' }).collect();
    Cow::Owned(format!("{kept}_{:08x}", crc32fast::hash(id.as_bytes())))
}

/// Arguments are JSON as text here and an object there.
fn input<'a>(arguments: &str, place: Place) -> Result<Cow<'a, RawValue>> {
    let text = arguments.trim();
    let text = if text.is_empty() { "{}" } else { text };
    let json = RawValue::from_string(text.to_owned()).ok().filter(|json| json.get().starts_with('{'));
    json.map(Cow::Owned)
        .ok_or_else(|| unsupported(format!("{place}.function.arguments"), "it must be a JSON object"))
}

fn image<'a>(url: Cow<'a, str>, place: Place) -> Result<Source<'a>> {
    if let Some(rest) = after(&url, "https://") {
        // Schemes know no case, but not every reader knows that.
        let url = if url.starts_with("https") { url } else { Cow::Owned(format!("https://{rest}")) };
        return Ok(Source::Url { url });
    }
    let path = || format!("{place}.image_url.url");
    let Some((media_type, data)) = data_uri(&url) else {
        return Err(unsupported(path(), "an image must be an https address or a base64 data URI"));
    };
    let media_type = match media_type.to_ascii_lowercase() {
        // No type has that name, and many write it.
        name if name == "image/jpg" => "image/jpeg".to_owned(),
        name => name,
    };
    if !IMAGES.contains(&&*media_type) {
        return Err(unsupported(
            path(),
            "the data URI of an image must begin `data:image/jpeg`, or have `png`, `gif` or `webp` in place of `jpeg`",
        ));
    }
    Ok(Source::Base64 { media_type: Cow::Owned(media_type), data: Cow::Owned(data.to_owned()) })
}

fn document<'a>(uri: &str, place: Place) -> Result<Source<'a>> {
    let path = || format!("{place}.file.file_data");
    let Some((media_type, data)) = data_uri(uri) else {
        return Err(unsupported(path(), "a file must be a base64 data URI"));
    };
    match media_type.to_ascii_lowercase().as_str() {
        "application/pdf" => Ok(Source::Base64 {
            media_type: Cow::Borrowed("application/pdf"),
            data: Cow::Owned(data.to_owned()),
        }),
        "text/plain" => {
            let bytes =
                BASE64_STANDARD.decode(data).or_code(Code::FieldInvalid).map_err(|error| error.on(path()))?;
            let text =
                String::from_utf8(bytes).or_code(Code::FieldInvalid).map_err(|error| error.on(path()))?;
            Ok(Source::Text { media_type: "text/plain", data: Cow::Owned(text) })
        }
        _ => Err(unsupported(path(), "a file must be PDF or plain text")),
    }
}

/// What follows a prefix that knows no case.
fn after<'u>(uri: &'u str, prefix: &str) -> Option<&'u str> {
    let (head, rest) = uri.split_at_checked(prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then_some(rest)
}

/// `data:TYPE;…;base64,DATA`
fn data_uri(uri: &str) -> Option<(&str, &str)> {
    let (head, data) = after(uri, "data:")?.split_once(',')?;
    let (kind, flags) = head.split_once(';')?;
    flags.split(';').any(|flag| flag.eq_ignore_ascii_case("base64")).then_some((kind, data))
}
