//! One borrowed parse of an inbound body.

use bytes::Bytes;

use crate::base::{Code, Result};

use super::Endpoint;

/// What the gateway needs of a request.
#[derive(Clone, Debug)]
pub struct Peek {
    pub endpoint: Endpoint,
    pub model: String,
    pub stream: bool,
    /// The caller asked for the usage chunk.
    pub include_usage: bool,
    /// `max_completion_tokens`, else `max_tokens`.
    pub max_tokens: Option<u32>,
    /// Answers asked for; billing counts the prompt once and each answer.
    pub n: u32,
    /// Bytes to count the prompt by (see `prompt_size`): images count as a fixed size.
    pub prompt_bytes: usize,
    pub has_tools: bool,
    pub has_images: bool,
    /// The caller used `functions`: goes to `Shown::legacy_functions`.
    pub legacy_functions: bool,
}

pub(super) fn peek(endpoint: Endpoint, body: &Bytes) -> Result<Peek> {
    let value: serde_json::Value = serde_json::from_slice(body).map_err(|_| Code::JsonInvalid)?;
    let model = value
        .get("model")
        .and_then(|v| v.as_str())
        .ok_or_else(|| Code::FieldInvalid.saying("missing").on("model"))?;
    let stream = value.get("stream").and_then(|v| v.as_bool()).unwrap_or(false);
    Ok(Peek {
        endpoint,
        model: model.to_owned(),
        stream,
        include_usage: false,
        max_tokens: None,
        n: 1,
        prompt_bytes: body.len(),
        has_tools: false,
        has_images: false,
        legacy_functions: false,
    })
}
