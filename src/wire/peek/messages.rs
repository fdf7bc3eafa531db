//! The messages of a chat: known roles, known parts, and how much there is to read.

use crate::wire::scan::{Cursor, Kind, Text};

use super::{Bad, value, wrong};

const MAX_MESSAGES: usize = 10_000;
const ROLES: &[&[u8]] = &[b"system", b"developer", b"user", b"assistant", b"tool", b"function"];
/// Names that stand once in a message, and once in a part of one.
const FIELDS: &[&[u8]] = &[
    b"role",
    b"content",
    b"name",
    b"tool_calls",
    b"tool_call_id",
    b"function_call",
    b"refusal",
    b"audio",
    b"reasoning_content",
    b"reasoning",
];
const PART_FIELDS: &[&[u8]] =
    &[b"type", b"text", b"image_url", b"input_audio", b"file", b"video_url", b"audio_url", b"document_url"];
/// What OpenAI takes, then what compatible vendors take beside it.
const PARTS: &[&[u8]] = &[
    b"text",
    b"image_url",
    b"input_audio",
    b"file",
    b"refusal",
    b"video_url",
    b"audio_url",
    b"document_url",
    b"thinking",
    b"redacted_thinking",
    b"reasoning",
    b"reference",
];
/// A high guess for one image, in bytes of text.
const IMAGE_BYTES: usize = 4_800;

/// What was learned of all messages.
#[derive(Clone, Copy, Debug, Default)]
pub struct Conversation {
    /// To count the prompt by.
    pub bytes: usize,
    pub images: usize,
}

/// Bytes of inline media: how many there are and as how many they count.
#[derive(Default)]
struct Media {
    there: usize,
    counted: usize,
    images: usize,
}

pub fn read(cursor: &mut Cursor<'_>) -> Result<Conversation, Bad> {
    if cursor.kind()? != Kind::Array {
        return Err(wrong("messages", "must be an array of messages").into());
    }
    let (mut media, mut count) = (Media::default(), 0);
    let span = cursor.array::<Bad>(|cursor, rank| {
        if rank >= MAX_MESSAGES {
            return Err(wrong("messages", &format!("has more than {MAX_MESSAGES} messages")).into());
        }
        count += 1;
        message(cursor, rank, &mut media)
    })?;
    if count == 0 {
        return Err(wrong("messages", "must have at least one message").into());
    }
    let bytes = span.len().saturating_sub(media.there).saturating_add(media.counted);
    Ok(Conversation { bytes, images: media.images })
}

#[derive(PartialEq)]
enum Content {
    Nothing,
    Text,
    Parts(usize),
}

fn message(cursor: &mut Cursor<'_>, rank: usize, media: &mut Media) -> Result<(), Bad> {
    let path = |field: &str| format!("messages[{rank}].{field}");
    if cursor.kind()? != Kind::Object {
        return Err(wrong(format!("messages[{rank}]"), "must be an object").into());
    }
    let mut role: Option<Text<'_>> = None;
    let (mut content, mut others, mut once) = (Content::Nothing, false, value::Once::default());
    cursor.object::<Bad>(|cursor, name| {
        let name = name.name();
        once.see(FIELDS, &name, || path(&String::from_utf8_lossy(&name)))?;
        match name.as_ref() {
            b"role" => role = value::text(cursor, || path("role"))?,
            b"content" => content = self::content(cursor, rank, media)?,
            b"tool_calls" => others |= calls(cursor, rank)?,
            b"thinking_blocks" | b"reasoning_details" | b"vendor_blocks" => others |= filled(cursor)?,
            b"function_call" | b"refusal" | b"audio" | b"reasoning_content" | b"reasoning" => {
                others |= cursor.kind()? != Kind::Null;
                cursor.skip()?;
            }
            _ => cursor.pass()?,
        }
        Ok(())
    })?;
    let role = role.ok_or_else(|| wrong(path("role"), "is missing"))?.name();
    if !ROLES.contains(&role.as_ref()) {
        let allowed = "must be one of system, developer, user, assistant, tool, function";
        return Err(wrong(path("role"), allowed).into());
    }
    let may_lack = match role.as_ref() {
        b"assistant" => others,
        b"function" => true,
        _ => false,
    };
    match content {
        Content::Nothing if !may_lack => {
            Err(wrong(path("content"), "must be a string or an array of parts").into())
        }
        Content::Parts(0) if !may_lack => Err(wrong(path("content"), "must have at least one part").into()),
        _ => Ok(()),
    }
}

/// True for an array that has something in it.
fn filled(cursor: &mut Cursor<'_>) -> Result<bool, Bad> {
    let mut any = false;
    if cursor.kind()? != Kind::Array {
        return Ok(cursor.pass().map(|()| false)?);
    }
    cursor.array::<Bad>(|cursor, _| {
        any = true;
        Ok(cursor.pass()?)
    })?;
    Ok(any)
}

fn calls(cursor: &mut Cursor<'_>, rank: usize) -> Result<bool, Bad> {
    let path = || format!("messages[{rank}].tool_calls");
    let mut any = false;
    match cursor.kind()? {
        Kind::Null => cursor.pass()?,
        Kind::Array => {
            cursor.array::<Bad>(|cursor, call| {
                any = true;
                if cursor.kind()? != Kind::Object {
                    return Err(wrong(format!("{}[{call}]", path()), "must be an object").into());
                }
                Ok(cursor.pass()?)
            })?;
        }
        _ => return Err(wrong(path(), "must be an array").into()),
    }
    Ok(any)
}

fn content(cursor: &mut Cursor<'_>, rank: usize, media: &mut Media) -> Result<Content, Bad> {
    match cursor.kind()? {
        Kind::Text => Ok(cursor.text().map(|_| Content::Text)?),
        Kind::Null => Ok(cursor.skip().map(|_| Content::Nothing)?),
        Kind::Array => {
            let mut count = 0;
            cursor.array::<Bad>(|cursor, place| {
                count += 1;
                part(cursor, &|field| format!("messages[{rank}].content[{place}]{field}"), media)
            })?;
            Ok(Content::Parts(count))
        }
        _ => Err(wrong(format!("messages[{rank}].content"), "must be a string or an array of parts").into()),
    }
}

fn part(cursor: &mut Cursor<'_>, path: &dyn Fn(&str) -> String, media: &mut Media) -> Result<(), Bad> {
    if cursor.kind()? != Kind::Object {
        return Err(wrong(path(""), "must be an object").into());
    }
    let mut kind: Option<Text<'_>> = None;
    let (mut text, mut image, mut once) = (false, false, value::Once::default());
    cursor.object::<Bad>(|cursor, name| {
        let name = name.name();
        once.see(PART_FIELDS, &name, || path(&format!(".{}", String::from_utf8_lossy(&name))))?;
        match name.as_ref() {
            b"type" => kind = value::text(cursor, || path(".type"))?,
            b"text" => text = value::text(cursor, || path(".text"))?.is_some(),
            b"image_url" => {
                image = true;
                let there = inline(cursor, path)?;
                media.there += there;
                media.counted += IMAGE_BYTES;
                media.images += 1;
            }
            b"input_audio" | b"file" | b"video_url" | b"audio_url" | b"document_url" => {
                let there = inline(cursor, path)?;
                media.there += there;
                media.counted += there / 4;
            }
            _ => cursor.pass()?,
        }
        Ok(())
    })?;
    let kind = kind.ok_or_else(|| wrong(path(".type"), "is missing"))?.name();
    match kind.as_ref() {
        b"text" if !text => Err(wrong(path(".text"), "must be a string").into()),
        b"image_url" if !image => Err(wrong(path(".image_url"), "is missing").into()),
        known if PARTS.contains(&known) => Ok(()),
        _ => {
            let allowed = "must be one of text, image_url, input_audio, file, refusal";
            Err(wrong(path(".type"), allowed).into())
        }
    }
}

/// The bytes of text in a medium: a bare string, or an object of strings.
fn inline(cursor: &mut Cursor<'_>, path: &dyn Fn(&str) -> String) -> Result<usize, Bad> {
    let mut bytes = 0;
    match cursor.kind()? {
        Kind::Text => bytes = cursor.text()?.raw.len(),
        Kind::Object => {
            cursor.object::<Bad>(|cursor, _| {
                bytes += cursor.skip()?.len();
                Ok(())
            })?;
        }
        _ => return Err(wrong(path(""), "must hold an object or a string").into()),
    }
    Ok(bytes)
}
