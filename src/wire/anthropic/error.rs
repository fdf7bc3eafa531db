//! Errors in Anthropic's shape.

use crate::base::Error;
use crate::base::ids::CallId;
use crate::wire::codec::ErrorShape;
use crate::wire::error_shape::{Links, sentence};
use crate::wire::json::{object, of};

pub struct Errors;

impl ErrorShape for Errors {
    fn body(&self, error: &Error, request_id: CallId, base_url: &str) -> String {
        let links = Links::of(error.code(), request_id, base_url);
        let mut fields = vec![
            ("type", of(kind(error.status()))),
            ("message", of(&sentence(error))),
            ("code", of(error.code().word())),
            ("doc_url", of(&links.doc)),
        ];
        fields.extend(links.diagnose.map(|url| ("diagnose_url", of(&url))));
        object(&[("type", of("error")), ("error", object(&fields)), ("request_id", of(&request_id))])
    }

    fn event_head(&self) -> &'static str {
        "event: error\ndata: "
    }
}

fn kind(status: u16) -> &'static str {
    match status {
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
