//! An error as a page of the portal.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use actix_web::http::{Method, StatusCode, header};
use actix_web::{HttpMessage, HttpRequest, HttpResponse, ResponseError};

use super::unsent;
use super::visit::Visit;
use crate::base::{Code, Error};

pub type PageResult = Result<HttpResponse, Fault>;

/// An error on its way to the visitor. The route's guard turns it into a page.
#[derive(Debug)]
pub struct Fault(pub Error);

/// Draws the page of an error: given by the portal, as templates live there.
#[derive(Clone)]
pub struct Painter(pub Arc<Paint>);

pub type Paint = dyn for<'a> Fn(Scene<'a>) -> Painted<'a> + Send + Sync;
pub type Painted<'a> = Pin<Box<dyn Future<Output = String> + 'a>>;

/// What a page of an error is drawn from.
pub struct Scene<'a> {
    pub error: &'a Error,
    /// Missing where the fault came before any session was read.
    pub visit: Option<Visit>,
    /// What was typed into the refused form is kept, to be sent again.
    pub is_kept: bool,
}

impl<E: Into<Error>> From<E> for Fault {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl ResponseError for Fault {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.0.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// Only where no guard stands between; a guard calls [`Fault::answer`].
    fn error_response(&self) -> HttpResponse {
        HttpResponse::build(self.status_code())
            .content_type("text/plain; charset=utf-8")
            .body(self.0.message().to_owned())
    }
}

impl Fault {
    /// The page; for a signed-out visitor of a page, the way to the sign-in form.
    pub async fn answer(&self, request: &HttpRequest) -> HttpResponse {
        if self.0.code() == Code::SignedOut && request.method() == Method::GET {
            let target = request.uri().path_and_query().map_or("/", |path| path.as_str());
            let next = percent_encoding::utf8_percent_encode(target, percent_encoding::NON_ALPHANUMERIC);
            return super::see_other(format!("/sign-in?next={next}"));
        }
        let status = self.status_code();
        if status.is_server_error() {
            tracing::error!(code = %self.0.code(), error = %self.0, path = request.path(), "a page failed");
        }
        let visit = request.extensions().get::<Visit>().cloned();
        let scene = Scene { error: &self.0, visit, is_kept: unsent::is_kept(request) };
        let body = match request.app_data::<Painter>() {
            Some(painter) => (painter.0)(scene).await,
            None => self.0.message().to_owned(),
        };
        let mut answer = HttpResponse::build(status);
        answer.content_type("text/html; charset=utf-8").insert_header((header::CACHE_CONTROL, "no-store"));
        if let Some(seconds) = self.0.retry_after() {
            answer.insert_header((header::RETRY_AFTER, seconds));
        }
        answer.body(body)
    }
}
