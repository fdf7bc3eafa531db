//! The last resort: a bug that panics becomes a 500 with a request id, and the process lives (P33).

use std::fmt;
use std::panic::AssertUnwindSafe;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use futures_util::FutureExt;
use serde_json::json;

use crate::base::ids::CallId;
use crate::base::{Code, Error};

/// Runs a handler to its end. None: it panicked, which is logged.
pub(super) async fn survived<F: Future>(work: F, id: CallId) -> Option<F::Output> {
    let done = AssertUnwindSafe(work).catch_unwind().await;
    done.inspect_err(|_| tracing::error!(request_id = %id, "a handler panicked")).ok()
}

/// The same around everything, for what has no guard that gives a better answer.
///
/// # Errors
/// The handler's own, or the answer to a panic.
pub(super) async fn caught<T>(
    work: impl Future<Output = Result<T, actix_web::Error>>,
    id: CallId,
    is_page: bool,
) -> Result<T, actix_web::Error> {
    survived(work, id).await.unwrap_or_else(|| Err(Panicked { id, is_page }.into()))
}

/// Runs a handler that its caller's leaving must not stop half way. A panic goes on to who waits.
///
/// # Errors
/// `shutting_down` when the server ended it.
pub(super) async fn detached<T: 'static>(work: impl Future<Output = T> + 'static) -> Result<T, Error> {
    match actix_web::rt::spawn(work).await {
        Ok(done) => Ok(done),
        Err(fault) => match fault.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(ended) => Err(Code::ShuttingDown.with(ended)),
        },
    }
}

#[derive(Debug)]
struct Panicked {
    id: CallId,
    is_page: bool,
}

impl fmt::Display for Panicked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", Code::Internal.message(), self.id)
    }
}

impl ResponseError for Panicked {
    fn status_code(&self) -> StatusCode {
        StatusCode::INTERNAL_SERVER_ERROR
    }

    fn error_response(&self) -> HttpResponse {
        let code = Code::Internal;
        let mut answer = HttpResponse::InternalServerError();
        answer
            .insert_header(("x-request-id", self.id.to_string()))
            .insert_header(("cache-control", "no-store"));
        if self.is_page {
            let text = format!("{} {} {}\n", code.message(), code.next(), self.id);
            return answer.content_type("text/plain; charset=utf-8").body(text);
        }
        answer.json(json!({ "error": {
            "message": format!("{} {}", code.message(), code.next()),
            "type": code.kind(), "code": code.word(), "param": null, "request_id": self.id,
        }}))
    }
}
