//! Error bodies in the shape of the caller's protocol.

use bytes::Bytes;
use serde_json::json;

use crate::base::ids::CallId;
use crate::base::{Code, Error};

use super::Format;

/// The body of an error answer. `base_url` is the portal's address, for the two links; no slash at its end.
pub fn error_body(format: Format, error: &Error, request_id: CallId, base_url: &str) -> Bytes {
    let base = base_url.trim_end_matches('/');
    let word = error.code().word();
    let doc = format!("{base}/docs/errors/{word}");
    let diagnose = format!("{base}/diagnose/{request_id}");
    let message = sentence(error);
    let value = match format {
        Format::OpenAi => json!({"error": {
            "message": message, "type": openai_type(error), "code": word, "param": error.param(),
            "request_id": request_id, "doc_url": doc, "diagnose_url": diagnose,
        }}),
        Format::Anthropic => json!({"type": "error", "error": {
            "type": anthropic_type(error), "message": message, "code": word, "doc_url": doc, "diagnose_url": diagnose,
        }, "request_id": request_id}),
    };
    Bytes::from(value.to_string())
}

/// The last event of a stream that broke. No `[DONE]` follows.
pub fn error_event(format: Format, error: &Error, request_id: CallId, base_url: &str) -> Bytes {
    let body = error_body(format, error, request_id, base_url);
    let head: &[u8] = match format {
        Format::OpenAi => b"data: ",
        Format::Anthropic => b"event: error\ndata: ",
    };
    Bytes::from([head, &body, b"\n\n"].concat())
}

/// What happened, then what to do next.
fn sentence(error: &Error) -> String {
    let (said, next) = (error.message(), error.code().next());
    if said.ends_with(next) { said.to_owned() } else { format!("{said} {next}") }
}

/// A vendor's own 4xx keeps its status, so its type follows the status and not the row.
fn openai_type(error: &Error) -> &'static str {
    match (error.code(), error.status()) {
        (Code::VendorRejected, 404) => "not_found_error",
        (code, _) => code.kind(),
    }
}

fn anthropic_type(error: &Error) -> &'static str {
    match error.status() {
        401 => "authentication_error",
        402 => "billing_error",
        403 => "permission_error",
        404 | 410 => "not_found_error",
        409 => "conflict_error",
        413 => "request_too_large",
        429 => "rate_limit_error",
        400..=499 => "invalid_request_error",
        503 | 529 => "overloaded_error",
        504 => "timeout_error",
        _ => "api_error",
    }
}
