//! An error as a problem document (RFC 9457), for the management API and the portal's own scripts.

use std::fmt;

use actix_web::http::header::{self, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpMessage, HttpRequest, HttpResponse, ResponseError};
use serde_json::json;

use super::{guard, repeat};
use crate::base::ids::CallId;
use crate::base::{Code, Error};

pub type ApiResult = Result<HttpResponse, Problem>;

#[derive(Debug)]
pub struct Problem(pub Error);

impl<E: Into<Error>> From<E> for Problem {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.0.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        self.document(None, false)
    }
}

impl Problem {
    pub fn answer(&self, request: &HttpRequest) -> HttpResponse {
        if self.status_code().is_server_error() {
            tracing::error!(code = %self.0.code(), error = %self.0, path = request.path(), "an endpoint failed");
        }
        let id = request.extensions().get::<CallId>().copied();
        let mut answer =
            self.document(id, !matches!(*request.method(), Method::GET | Method::HEAD | Method::DELETE));
        // RFC 6750, 3.1: who sent no token is told no error.
        if self.0.code() == Code::SignedOut && guard::bearer(request).is_some() {
            let challenge = HeaderValue::from_static("Bearer error=\"invalid_token\"");
            answer.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        answer
    }

    /// Parameters and headers have a name; a pointer points into a body.
    fn document(&self, id: Option<CallId>, has_body: bool) -> HttpResponse {
        let code = self.0.code();
        let mut document = json!({
            "type": format!("/docs/errors/{code}"),
            "title": code.message(),
            "status": self.0.status(),
            "detail": self.0.message(),
            "code": code.word(),
            "next": self.0.next(),
        });
        if let (Some(id), Some(map)) = (id, document.as_object_mut()) {
            map.insert("request_id".to_owned(), json!(id));
        }
        if let (Some(param), Some(map)) = (self.0.param(), document.as_object_mut()) {
            map.insert("param".to_owned(), json!(param));
            if has_body && !param.eq_ignore_ascii_case(repeat::HEADER) {
                let fault = json!([{ "pointer": pointer(param), "detail": self.0.message() }]);
                map.insert("errors".to_owned(), fault);
            }
        }
        if let (Some(clash), Some(map)) = (self.0.clash(), document.as_object_mut()) {
            map.insert("reason".to_owned(), json!(clash.word()));
            if let Some(subject) = self.0.subject() {
                map.insert("subject".to_owned(), json!(subject));
            }
        }
        let mut answer = HttpResponse::build(self.status_code());
        answer.content_type("application/problem+json").insert_header((header::CACHE_CONTROL, "no-store"));
        if code == Code::SignedOut {
            answer.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
        }
        if let Some(seconds) = self.0.retry_after() {
            answer.insert_header((header::RETRY_AFTER, seconds));
        }
        answer.body(document.to_string())
    }
}

/// The path of a field, `limits.usd_per_month` or `models[3].model_id`, as RFC 6901 writes it.
fn pointer(param: &str) -> String {
    let escaped = param.replace('~', "~0").replace('/', "~1");
    format!("/{}", escaped.replace(['.', '['], "/").replace(']', ""))
}

#[cfg(test)]
mod tests;
