//! Turns what the gateway answers into an HTTP answer.

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::body::BoxBody;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::http::{ConnectionType, StatusCode};

use crate::gateway::reply::{Reply, ReplyBody};

use super::taken::{PIECE, Source, Taken};

/// For answers that need no patience: errors and lists. `keep`: the connection may serve another request.
pub fn reply(reply: Reply, keep: bool) -> HttpResponse {
    answer(reply, keep, Duration::from_secs(30))
}

/// `patience`: how long a piece of the answer may wait until the caller takes it.
pub fn answer(reply: Reply, keep: bool, patience: Duration) -> HttpResponse {
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let body = match reply.body {
        ReplyBody::Whole(bytes) => BoxBody::new(bytes),
        ReplyBody::Held(bytes, _) if bytes.len() <= PIECE => BoxBody::new(bytes),
        ReplyBody::Held(bytes, hold) => {
            BoxBody::new(Taken::new(Source::Held { left: bytes, _memory: hold }, patience))
        }
        ReplyBody::Stream(relaying) => BoxBody::new(Taken::new(Source::Stream(relaying), patience)),
    };
    let mut answer = HttpResponse::with_body(status, body);
    for (name, text) in reply.headers {
        if let Ok(value) = HeaderValue::try_from(text) {
            answer.headers_mut().insert(HeaderName::from_static(name), value);
        }
    }
    if !keep {
        answer.head_mut().set_connection_type(ConnectionType::Close);
    }
    answer
}
