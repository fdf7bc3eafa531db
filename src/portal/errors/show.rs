//! `/docs/errors/{code}`: what one code means, why it happens, what to do, and what the answer looks like.

use askama::Template;
use serde_json::json;

use super::causes::{self, Chapter, Doc};
use super::list::{ANSWER_TO_IT, INVALID_USER};
use crate::base::codes::Fault;
use crate::base::{Code, Result};
use crate::portal::fault::KnownSite;
use crate::portal::frame::Frame;
use crate::portal::shell;
use crate::store::Db;
use crate::web::{Data, PageResult, Path, Visit};

/// A request id that belongs to nothing.
const SAMPLE_ID: &str = "01930000-0000-7000-8000-000000000000";

#[derive(Template)]
#[template(path = "docs/error.html")]
pub struct ErrorPage {
    frame: Frame,
    code: Code,
    doc: Doc,
    sample: String,
    sdk: &'static str,
    who: &'static str,
    /// The phrase this page also answers to; empty for most.
    phrase: &'static str,
    /// True where a call through the gateway can get this code.
    from_gateway: bool,
}

pub async fn show(db: Data<Db>, site: Data<KnownSite>, visit: Visit, word: Path<String>) -> PageResult {
    let code = known(&word)?;
    shell::html(&ErrorPage::new(shell::steady(&db, &visit, &site).await, code))
}

fn known(word: &str) -> Result<Code> {
    Code::parse(word).ok_or_else(|| Code::NotFound.saying("There is no error code of that name."))
}

impl ErrorPage {
    pub fn new(frame: Frame, code: Code) -> Self {
        let doc = causes::of(code);
        let from_gateway = doc.chapter != Chapter::Portal;
        Self {
            frame,
            code,
            sample: if from_gateway { envelope(code) } else { problem(code) },
            sdk: exception(code.status()),
            who: match code.fault() {
                Fault::Caller => "The caller",
                Fault::Vendor => "The vendor",
                Fault::Portico => "This gateway",
            },
            phrase: if ANSWER_TO_IT.contains(&code) { INVALID_USER } else { "" },
            from_gateway,
            doc,
        }
    }
}

/// The body as an OpenAI client gets it.
fn envelope(code: Code) -> String {
    let mut error = json!({
        "message": format!("{} {}", code.message(), code.next()),
        "type": code.kind(),
        "code": code.word(),
        "param": null,
        "request_id": SAMPLE_ID,
        "doc_url": format!("/docs/errors/{code}"),
    });
    if code.is_on_record() {
        error["diagnose_url"] = json!(format!("/diagnose/{SAMPLE_ID}"));
    }
    pretty(&json!({ "error": error }))
}

/// The body as a client of the management API gets it.
fn problem(code: Code) -> String {
    pretty(&json!({
        "type": format!("/docs/errors/{code}"),
        "title": code.message(),
        "status": code.status(),
        "detail": code.next(),
        "code": code.word(),
        "request_id": SAMPLE_ID,
    }))
}

fn pretty(value: &serde_json::Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

/// The exception that OpenAI's Python SDK raises for a status.
fn exception(status: u16) -> &'static str {
    match status {
        400 => "BadRequestError",
        401 => "AuthenticationError",
        403 => "PermissionDeniedError",
        404 => "NotFoundError",
        409 => "ConflictError",
        422 => "UnprocessableEntityError",
        429 => "RateLimitError",
        500.. => "InternalServerError",
        _ => "APIStatusError",
    }
}
