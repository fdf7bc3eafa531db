//! `portico key check`: the form of a key, judged offline.

use std::io;

use super::say;
use crate::base::key_format::{self, LENGTH, PREFIX, Shape};
use crate::base::{Code, OrCode, Result};

pub fn run(key: Option<String>) -> Result<()> {
    let text = match key {
        Some(key) => key,
        None => io::read_to_string(io::stdin()).or_code(Code::Internal)?,
    };
    say(verdict(text.trim())?)
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
        Shape::Other => {
            Err(Code::KeyMalformed.saying(format!("This is not a Portico key: those begin with {PREFIX}.")))
        }
    }
}
