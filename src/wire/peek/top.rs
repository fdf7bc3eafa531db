//! The top level of a body.

use std::borrow::Cow;

use crate::base::Result;
use crate::wire::Endpoint;
use crate::wire::scan::{Cursor, Kind, Text};

use super::messages::{self, Conversation};
use super::{Bad, Member, Peek, Places, UsagePlace, embeddings, value, wrong};

const MAX_FIELDS: usize = 1_024;
const MAX_ANSWERS: u32 = 128;
const MAX_TOOLS: usize = 1_024;
const MAX_MODEL_BYTES: usize = 256;
const MAX_TOKENS: u32 = i32::MAX.unsigned_abs();

/// Fields that decide who pays what for which model. A vendor whose JSON reader takes names in any case
/// would read another value than the one that was judged.
const JUDGED: &[&str] = &[
    "model",
    "messages",
    "input",
    "stream",
    "stream_options",
    "max_tokens",
    "max_completion_tokens",
    "n",
    "best_of",
    "tools",
    "functions",
    "api_base",
    "base_url",
    "api_key",
    "api_version",
    "custom_host",
    "extra_headers",
];

/// Fields by which other gateways let a caller choose where a request goes. Never here.
const GATEWAY_ONLY: &[&[u8]] =
    &[b"api_base", b"base_url", b"api_key", b"api_version", b"custom_host", b"extra_headers"];

#[derive(Default)]
struct Reading<'a> {
    names: Vec<Cow<'a, [u8]>>,
    places: Places,
    model: Option<String>,
    stream: Option<bool>,
    include_usage: bool,
    stream_options: bool,
    limit: Option<u32>,
    old_limit: Option<u32>,
    n: Option<u32>,
    conversation: Option<Conversation>,
    input_bytes: Option<usize>,
    side_bytes: usize,
    tools: usize,
    functions: bool,
    base64: bool,
}

pub fn read(endpoint: Endpoint, cursor: &mut Cursor<'_>) -> Result<Peek, Bad> {
    let mut reading = Reading::default();
    let whole = cursor.object::<Bad>(|cursor, name| reading.member(endpoint, cursor, name))?;
    cursor.finish()?;
    reading.places.open = whole.start + 1;
    reading.finish(endpoint).map_err(Bad::from)
}

impl<'a> Reading<'a> {
    fn member(&mut self, endpoint: Endpoint, cursor: &mut Cursor<'a>, key: Text<'a>) -> Result<(), Bad> {
        let name = key.name();
        if self.names.contains(&name) {
            return Err(wrong(shown(&name), "stands twice in the body").into());
        }
        if GATEWAY_ONLY.contains(&name.as_ref()) {
            return Err(wrong(
                shown(&name),
                "cannot be set by a request: where it goes is the gateway's matter",
            )
            .into());
        }
        if let Some(known) = in_another_case(&name) {
            let what = format!("is `{known}` in another case, and some vendors would take it for that");
            return Err(wrong(shown(&name), &what).into());
        }
        if self.names.len() >= MAX_FIELDS {
            return Err(wrong(shown(&name), "is one field too many").into());
        }
        cursor.kind()?;
        let start = cursor.at();
        match endpoint {
            Endpoint::Chat => self.chat(cursor, &name)?,
            Endpoint::Embeddings => self.embeddings(cursor, &name)?,
        }
        self.names.push(name);
        self.places.members.push(Member { key: key.span(), value: start..cursor.at() });
        Ok(())
    }

    fn chat(&mut self, cursor: &mut Cursor<'a>, name: &[u8]) -> Result<(), Bad> {
        match name {
            b"model" => self.model = Some(model(cursor)?),
            b"messages" => self.conversation = Some(messages::read(cursor)?),
            b"stream" => self.stream = value::flag(cursor, "stream")?.0,
            b"stream_options" => self.stream_options(cursor)?,
            b"max_completion_tokens" => {
                self.limit = value::count(cursor, "max_completion_tokens", 1, MAX_TOKENS)?
            }
            b"max_tokens" => self.old_limit = value::count(cursor, "max_tokens", 1, MAX_TOKENS)?,
            b"n" => self.n = value::count(cursor, "n", 1, MAX_ANSWERS)?,
            b"best_of" => value::count(cursor, "best_of", 1, 1).map(|_| ())?,
            b"tools" => self.tools += self.definitions(cursor, "tools")?,
            b"functions" => self.functions |= self.definitions(cursor, "functions")? > 0,
            b"response_format" => self.side_bytes += cursor.skip()?.len(),
            _ => cursor.pass()?,
        }
        Ok(())
    }

    fn embeddings(&mut self, cursor: &mut Cursor<'a>, name: &[u8]) -> Result<(), Bad> {
        match name {
            b"model" => self.model = Some(model(cursor)?),
            b"input" => self.input_bytes = Some(embeddings::input(cursor)?),
            b"dimensions" => value::count(cursor, "dimensions", 1, 65_536).map(|_| ())?,
            b"encoding_format" => self.base64 = embeddings::encoding(cursor)?,
            _ => cursor.pass()?,
        }
        Ok(())
    }

    fn stream_options(&mut self, cursor: &mut Cursor<'a>) -> Result<(), Bad> {
        match cursor.kind()? {
            Kind::Null => {
                self.places.usage = UsagePlace::Null(cursor.skip()?);
                return Ok(());
            }
            Kind::Object => {}
            _ => return Err(wrong("stream_options", "must be an object").into()),
        }
        self.stream_options = true;
        let at = cursor.at() + 1;
        let (mut empty, mut once, mut usage) = (true, value::Once::default(), None);
        cursor.object::<Bad>(|cursor, name| {
            empty = false;
            let name = name.name();
            if name.as_ref() != b"include_usage" {
                return Ok(cursor.pass()?);
            }
            once.see(&[b"include_usage"], &name, || "stream_options.include_usage".to_owned())?;
            usage = Some(value::flag(cursor, "stream_options.include_usage")?);
            Ok(())
        })?;
        self.include_usage = matches!(usage, Some((Some(true), _)));
        self.places.usage = match usage {
            Some((Some(true), _)) => UsagePlace::On,
            Some((_, span)) => UsagePlace::Off(span),
            None => UsagePlace::Missing { at, empty },
        };
        Ok(())
    }

    /// Counts tools or functions: an array of objects, or null.
    fn definitions(&mut self, cursor: &mut Cursor<'a>, param: &str) -> Result<usize, Bad> {
        let mut count = 0;
        match cursor.kind()? {
            Kind::Null => return Ok(cursor.skip().map(|_| 0)?),
            Kind::Array => {}
            _ => return Err(wrong(param, "must be an array").into()),
        }
        let span = cursor.array::<Bad>(|cursor, rank| {
            if rank >= MAX_TOOLS {
                return Err(wrong(param, &format!("has more than {MAX_TOOLS} entries")).into());
            }
            if cursor.kind()? != Kind::Object {
                return Err(wrong(format!("{param}[{rank}]"), "must be an object").into());
            }
            count = rank + 1;
            Ok(cursor.pass()?)
        })?;
        self.side_bytes += span.len();
        Ok(count)
    }

    fn finish(self, endpoint: Endpoint) -> Result<Peek> {
        let Some(model) = self.model else { return Err(wrong("model", "is missing")) };
        let conversation = match endpoint {
            Endpoint::Chat => self.conversation.ok_or_else(|| wrong("messages", "is missing"))?,
            Endpoint::Embeddings => {
                let bytes = self.input_bytes.ok_or_else(|| wrong("input", "is missing"))?;
                Conversation { bytes, images: 0 }
            }
        };
        let stream = self.stream.unwrap_or(false);
        if self.stream_options && !stream {
            return Err(wrong("stream_options", "is only allowed with `stream: true`"));
        }
        Ok(Peek {
            endpoint,
            model,
            stream,
            include_usage: self.include_usage,
            max_tokens: self.limit.or(self.old_limit),
            bound: self.limit.max(self.old_limit),
            n: self.n.unwrap_or(1),
            prompt_bytes: conversation.bytes.saturating_add(self.side_bytes),
            has_tools: self.tools > 0 || self.functions,
            has_images: conversation.images > 0,
            legacy_functions: self.functions,
            base64_embeddings: self.base64,
            places: self.places,
        })
    }
}

fn model(cursor: &mut Cursor<'_>) -> Result<String, Bad> {
    let allowed = "must be a model's name: a string of 1 to 256 bytes without control characters";
    if cursor.kind()? != Kind::Text {
        return Err(wrong("model", allowed).into());
    }
    let name = cursor.text()?.plain().into_owned();
    if name.is_empty() || name.len() > MAX_MODEL_BYTES || name.chars().any(char::is_control) {
        return Err(wrong("model", allowed).into());
    }
    Ok(name)
}

/// The field that a reader who folds case would take this name for.
fn in_another_case(name: &[u8]) -> Option<&'static str> {
    if name.iter().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase()) {
        return None;
    }
    // Up, then down: so the long s and the sign of Kelvin fold, too.
    let folded = String::from_utf8_lossy(name).to_uppercase().to_lowercase();
    JUDGED.iter().copied().find(|known| *known == folded)
}

/// A name as `param`: cut, so that an answer never grows with what was sent.
fn shown(name: &[u8]) -> String {
    String::from_utf8_lossy(name).chars().filter(|c| !c.is_control()).take(64).collect()
}
