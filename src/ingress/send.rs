//! Turns what the gateway answers into an HTTP answer.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::HttpResponse;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::http::{ConnectionType, StatusCode};
use actix_web::web::Bytes;

use crate::gateway::arrival::MemoryHold;
use crate::gateway::reply::{Relaying, Reply, ReplyBody};

/// The server below copies what it is given at once, however slowly the caller reads: so it is given
/// no more than this.
const PIECE: usize = 64 << 10;

/// `keep`: the connection may serve another request.
pub fn reply(reply: Reply, keep: bool) -> HttpResponse {
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let body = match reply.body {
        ReplyBody::Whole(bytes) => BoxBody::new(bytes),
        ReplyBody::Held(bytes, _) if bytes.len() <= PIECE => BoxBody::new(bytes),
        ReplyBody::Held(bytes, hold) => BoxBody::new(Held { left: bytes, _hold: hold }),
        ReplyBody::Stream(relaying) => BoxBody::new(Streamed(relaying)),
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

/// A large body that counts as held until all of it was taken.
struct Held {
    left: Bytes,
    _hold: MemoryHold,
}

impl MessageBody for Held {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        BodySize::Sized(self.left.len() as u64)
    }

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Bytes, Infallible>>> {
        let next = self.left.len().min(PIECE);
        Poll::Ready((next > 0).then(|| Ok(self.left.split_to(next))))
    }
}

/// A stream as a body: actix drops it when the caller has left, and with it all that it holds.
struct Streamed(Box<Relaying>);

impl MessageBody for Streamed {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Infallible>>> {
        self.0.poll_next(cx).map(|next| next.map(Ok))
    }
}
