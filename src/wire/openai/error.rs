//! Errors in OpenAI's shape.

use serde_json::{Value, json};

use crate::base::ids::CallId;
use crate::base::{Code, Error};
use crate::wire::codec::ErrorShape;
use crate::wire::error_shape::{Links, sentence};

pub struct Errors;

impl ErrorShape for Errors {
    fn body(&self, error: &Error, request_id: CallId, base_url: &str) -> Value {
        let links = Links::of(error.code(), request_id, base_url);
        json!({"error": {
            "message": sentence(error), "type": kind(error), "code": error.code().word(), "param": error.param(),
            "request_id": request_id, "doc_url": links.doc, "diagnose_url": links.diagnose,
        }})
    }

    fn event_head(&self) -> &'static str {
        "data: "
    }
}

/// A vendor's own 4xx keeps its status, so its type follows the status and not the row.
fn kind(error: &Error) -> &'static str {
    match (error.code(), error.status()) {
        (Code::VendorRejected, 404) => "not_found_error",
        (code, _) => code.kind(),
    }
}
