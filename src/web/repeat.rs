//! `Idempotency-Key`: a POST that is sent again with the same key is answered as the first time, and not
//! done again.

use actix_web::body::{self, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, StatusCode, header};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{HttpMessage, HttpResponse};

use super::guard::{as_problem, data, refused};
use super::panicked::detached;
use super::problem::Problem;
use super::reply::Told;
use super::route::Served;
use crate::base::{Code, Result};
use crate::domain::actor::{Actor, Via};
use crate::domain::repeats::{self, Answer, Kept, Once};
use crate::store::{Db, Node};

pub(super) const HEADER: &str = "idempotency-key";
const REPLAYED: &str = "idempotency-replayed";

/// What makes the request known, where it is one that must not be done twice.
pub(super) fn asked(request: &ServiceRequest, body: &[u8]) -> Result<Option<Once>> {
    let mut sent = request.headers().get_all(HEADER);
    let (Some(name), true) = (sent.next(), *request.method() == Method::POST) else { return Ok(None) };
    let one =
        || Code::FieldInvalid.saying("Send one Idempotency-Key of visible characters.").on("Idempotency-Key");
    if sent.next().is_some() {
        return Err(one());
    }
    let name = name.to_str().map_err(|_| one())?;
    let token = match request.extensions().get::<Actor>().map(Actor::via) {
        Some(Via::Token { id, .. }) => id,
        _ => return Ok(None),
    };
    let target = request.uri().path_and_query().map_or("", |target| target.as_str());
    Once::new(token, name, &[target.as_bytes(), body]).map(Some)
}

/// The first answer where there is one; else the handler's, which is kept for repeats. A caller that
/// leaves must not stop it half way, from the first note on: its repeat asks for this very answer.
pub(super) async fn answer(
    once: Once,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Served {
    detached(done_once(once, request, next)).await.map_err(Problem)?
}

async fn done_once(once: Once, request: ServiceRequest, next: Next<impl MessageBody + 'static>) -> Served {
    let handles = data::<Db>(request.request()).and_then(|db| Ok((db, data::<Node>(request.request())?)));
    let begun = match handles {
        Ok((db, node)) => repeats::begin(&db, **node, &once).await.map(|known| (db, known)),
        Err(error) => Err(error),
    };
    match begun {
        Ok((_, Some(known))) => Ok(again(request, known)),
        Ok((db, None)) => first(db, once, next.call(request)).await,
        Err(error) => Ok(refused(request, error)),
    }
}

fn again(request: ServiceRequest, known: Answer) -> ServiceResponse<BoxBody> {
    let status = StatusCode::from_u16(known.status).unwrap_or(StatusCode::OK);
    let mut answer = HttpResponse::build(status);
    answer.insert_header((header::CACHE_CONTROL, "no-store")).insert_header((REPLAYED, "true"));
    let answer = if known.body.is_empty() {
        answer.finish()
    } else {
        answer.content_type("application/json").body(known.body)
    };
    let (request, _) = request.into_parts();
    ServiceResponse::new(request, answer)
}

async fn first<B: MessageBody + 'static>(
    db: Data<Db>,
    once: Once,
    handler: impl Future<Output = std::result::Result<ServiceResponse<B>, actix_web::Error>>,
) -> Served {
    let (request, response) = as_problem(handler.await?.map_into_boxed_body()).into_parts();
    let status = response.status();
    let told = response.extensions().get::<Told>().copied();
    let (head, body) = response.into_parts();
    let body = body::to_bytes(body).await.map_err(|fault| Problem(Code::Internal.with(fault)))?;
    let kept = match told {
        _ if !status.is_success() => repeats::forget(&db, &once).await,
        Some(Told(subject)) => repeats::finish(&db, &once, status.as_u16(), Kept::Secret(subject)).await,
        None => {
            let text = String::from_utf8_lossy(&body).into_owned();
            repeats::finish(&db, &once, status.as_u16(), Kept::Answer(text)).await
        }
    };
    if let Err(error) = kept {
        tracing::error!(%error, "the answer to a request with an Idempotency-Key was not kept");
    }
    Ok(ServiceResponse::new(request, head.set_body(BoxBody::new(body))))
}
