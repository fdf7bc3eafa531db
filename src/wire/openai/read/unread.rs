//! Fields of messages that nobody reads. A target of another format never hears of them, so their
//! names are told to the caller.

use std::collections::BTreeSet;

use serde_json::value::RawValue;

use crate::base::{Code, Result};
use crate::wire::scan::{Cursor, Flaw, Kind};

/// A field that is read; `inside` are those of the object, or of the objects of the list, that it holds.
/// One without is not looked into.
struct Field {
    name: &'static str,
    inside: &'static [Self],
}

const fn read(name: &'static str) -> Field {
    Field { name, inside: &[] }
}

const FUNCTION: &[Field] = &[read("name"), read("arguments")];

const PART: &[Field] = &[
    read("type"),
    read("text"),
    read("refusal"),
    Field { name: "image_url", inside: &[read("url"), read("detail")] },
    Field { name: "file", inside: &[read("file_id"), read("file_data"), read("filename")] },
    read("input_audio"),
    read("thinking"),
    read("signature"),
    read("data"),
    read("cache_control"),
    read("prompt_cache_breakpoint"),
];

const CALL: &[Field] = &[
    read("id"),
    read("type"),
    // Left over from a stream.
    read("index"),
    Field { name: "function", inside: FUNCTION },
    read("custom"),
];

const MESSAGE: &[Field] = &[
    read("role"),
    Field { name: "content", inside: PART },
    read("name"),
    read("refusal"),
    read("tool_call_id"),
    Field { name: "tool_calls", inside: CALL },
    Field { name: "function_call", inside: FUNCTION },
    read("audio"),
    read("reasoning_content"),
    read("reasoning"),
    read("thinking_blocks"),
    read("reasoning_details"),
    read("vendor_blocks"),
    read("cache_control"),
];

/// Values that say nothing.
const EMPTY: &[&[u8]] = &[b"null", b"\"\"", b"[]", b"{}"];

/// Their paths, such as `messages.weight`.
pub fn fields(messages: &RawValue) -> Result<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    let mut cursor = Cursor::new(messages.get().as_bytes());
    visit(&mut cursor, "messages", MESSAGE, &mut found)
        .map_err(|_| Code::Internal.with("a body that was judged"))?;
    Ok(found)
}

fn visit(
    cursor: &mut Cursor<'_>,
    path: &str,
    known: &[Field],
    found: &mut BTreeSet<String>,
) -> Result<(), Flaw> {
    match cursor.kind()? {
        Kind::Array => cursor.array::<Flaw>(|cursor, _| visit(cursor, path, known, found)).map(|_| ()),
        Kind::Object => cursor
            .object::<Flaw>(|cursor, name| {
                let name = name.name();
                match known.iter().find(|field| field.name.as_bytes() == name.as_ref()) {
                    Some(Field { inside: [], .. }) => cursor.pass(),
                    Some(field) => visit(cursor, &format!("{path}.{}", field.name), field.inside, found),
                    None => {
                        let value = cursor.skip()?;
                        if !EMPTY.contains(&cursor.slice(&value)) {
                            found.insert(format!("{path}.{}", String::from_utf8_lossy(&name)));
                        }
                        Ok(())
                    }
                }
            })
            .map(|_| ()),
        _ => cursor.pass(),
    }
}
