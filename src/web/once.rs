//! A form that makes something, sent twice by a double click or a reload: the second sending is led to
//! what the first one made. Its page marks such a form with a field `once`; the pad of the CSRF token
//! tells one showing of the form from the next. What is known lives in memory, for minutes.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header;
use actix_web::middleware::Next;
use sha2::{Digest, Sha256};
use tokio::sync::{Mutex, OwnedMutexGuard};

use super::fault::Fault;
use super::keep::Keep;
use super::panicked::detached;
use super::reply::see_other;
use super::route::Served;
use crate::base::Timestamp;

/// The field that marks a form.
pub(super) const FIELD: &str = "once";
/// How long a sending is remembered.
const MINUTES: i64 = 10;
/// More than so many at once, and the oldest goes that is not on its way.
const MOST: usize = 1_000;

/// The forms that were sent. Clones share them.
#[derive(Clone)]
pub struct SentForms(Arc<Keep<Mark, LedTo>>);

/// Where the form led; held while it is on its way.
type LedTo = Arc<Mutex<Option<String>>>;

/// One showing of one form with all that was typed.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Mark([u8; 32]);

impl Mark {
    pub(super) fn of(path: &str, body: &[u8]) -> Self {
        Self(Sha256::new().chain_update(path).chain_update([0]).chain_update(body).finalize().into())
    }
}

impl Default for SentForms {
    fn default() -> Self {
        Self(Arc::new(Keep::new(MINUTES, MOST).sparing(|led_to| Arc::strong_count(led_to) > 1)))
    }
}

impl SentForms {
    fn sending(&self, mark: Mark, now: Timestamp) -> LedTo {
        self.0.get_or_put(mark, LedTo::default(), now)
    }
}

/// The handler's answer, or the way to what the same form made before. A browser gives up its first
/// sending when the button is pressed again, so the handler runs on when its caller has left.
pub(super) async fn answer(
    mark: Mark,
    sent: &SentForms,
    now: Timestamp,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Served {
    let led_to = sent.sending(mark, now).lock_owned().await;
    if let Some(path) = led_to.as_deref() {
        let known = see_other(path);
        return Ok(respond(request, known));
    }
    detached(first(led_to, request, next)).await.map_err(Fault)?
}

async fn first(
    mut led_to: OwnedMutexGuard<Option<String>>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Served {
    let response = next.call(request).await?.map_into_boxed_body();
    let location = response.headers().get(header::LOCATION).and_then(|path| path.to_str().ok());
    // A form that came back with a mistake made nothing: it may be sent again.
    *led_to = location.filter(|_| response.status().is_redirection()).map(str::to_owned);
    Ok(response)
}

fn respond(request: ServiceRequest, answer: HttpResponse) -> ServiceResponse<BoxBody> {
    let (request, _) = request.into_parts();
    ServiceResponse::new(request, answer)
}

#[cfg(test)]
mod tests;
