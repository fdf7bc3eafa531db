//! Errors in OpenAI's shape.

use crate::base::ids::CallId;
use crate::base::{Code, Error};
use crate::wire::codec::ErrorShape;
use crate::wire::error_shape::{Links, sentence};
use crate::wire::json::{object, of};

pub struct Errors;

impl ErrorShape for Errors {
    fn body(&self, error: &Error, request_id: CallId, base_url: &str) -> String {
        let links = Links::of(error.code(), request_id, base_url);
        let mut fields = vec![
            ("message", of(&sentence(error))),
            ("type", of(kind(error))),
            ("code", of(error.code().word())),
            ("param", of(&error.param())),
            ("request_id", of(&request_id)),
            ("doc_url", of(&links.doc)),
        ];
        fields.extend(links.diagnose.map(|url| ("diagnose_url", of(&url))));
        object(&[("error", object(&fields))])
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
