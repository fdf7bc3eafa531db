//! `portico key check`: the form of a key, judged offline.

use std::io::{self, Read};

use super::say;
use crate::base::key_format::{self, LENGTH, PREFIX, Shape};
use crate::base::{Code, OrCode, Result};
use crate::domain::people::admin_tokens;

pub fn run(key: Option<String>) -> Result<()> {
    let text = match key {
        Some(key) => key,
        None => read(io::stdin())?,
    };
    say(verdict(text.trim())?)
}

/// What was given on standard input.
pub fn read(mut from: impl Read) -> Result<String> {
    let mut bytes = Vec::new();
    from.read_to_end(&mut bytes).or_code(Code::Internal)?;
    String::from_utf8(bytes).map_err(|_| {
        Code::KeyMalformed.saying("This is no text, so it is no key. Copy the key again, from its page.")
    })
}

/// What can be said of the text without any lookup.
pub fn verdict(text: &str) -> Result<String> {
    match key_format::shape(text) {
        Shape::WellFormed => Ok(format!(
            "{}…{}: the form and the checksum fit. Whether it is live, only its server knows: GET /v1/key/self tells.",
            key_format::shown_prefix(text),
            text.get(LENGTH - 4..).unwrap_or_default(),
        )),
        Shape::Malformed => Err(Code::KeyMalformed.saying(match text.len() {
            LENGTH => "This key is mistyped: its checksum does not fit. Copy it again, whole.".to_owned(),
            length => format!(
                "This key has {length} characters; a whole one has {LENGTH}. Copy it again, from {PREFIX} to the end."
            ),
        })),
        Shape::Foreign(vendor) => Err(Code::KeyForeign
            .saying(format!("This looks like a key of {vendor}, not of Portico: those begin with {PREFIX}."))),
        Shape::Other if text.starts_with(admin_tokens::PREFIX) => Err(Code::KeyMalformed.saying(format!(
            "This is a management token, for scripts at /api/v1. Calls need an API key: those begin with {PREFIX}."
        ))),
        Shape::Other => {
            Err(Code::KeyMalformed.saying(format!("This is not a Portico key: those begin with {PREFIX}.")))
        }
    }
}
