//! Reads a call's body, within its caps of size, time and pace, after the caller was identified.

use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::error::PayloadError;
use actix_web::http::header::{
    CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, TRANSFER_ENCODING, UPGRADE,
};
use actix_web::web::{Bytes, Payload};
use futures_util::Stream;

use crate::base::{Blocks, Code, Error, Result};
use crate::gateway::arrival::{Incoming, MemoryHold};
use crate::web::pace::Pace;

use super::Settings;

/// In which a body of unknown length is kept.
const BLOCK: usize = 256 << 10;
/// What is left of a refused body is read so far, so that the answer is not lost in a reset.
const DRAIN: usize = 64 << 10;
const DRAIN_FOR: Duration = Duration::from_millis(200);

pub struct Upload {
    payload: Payload,
    /// What the head says: refused before a byte is read.
    refusal: Option<Error>,
    length: Option<usize>,
    has_body: bool,
    finished: bool,
    cap: usize,
    seconds: u64,
}

impl Upload {
    pub fn new(request: &HttpRequest, payload: Payload, settings: &Settings) -> Self {
        let headers = request.headers();
        let length = headers
            .get(CONTENT_LENGTH)
            .and_then(|value| value.to_str().ok())
            .and_then(|text| text.parse().ok());
        let has_body =
            length.is_some_and(|length: usize| length > 0) || headers.contains_key(TRANSFER_ENCODING);
        Self {
            payload,
            refusal: judge_head(headers, length, settings.body_cap).err(),
            length,
            has_body,
            finished: false,
            cap: settings.body_cap,
            seconds: settings.body_seconds,
        }
    }

    async fn next(&mut self, pace: &mut Pace) -> Result<Option<Bytes>> {
        let next = pace.next(&mut self.payload).await?;
        next.transpose().map_err(|cause| unreadable(&cause))
    }

    /// Reads what is left of a body nobody wanted, a little. `false`: there is more; close.
    pub async fn drain(&mut self) -> bool {
        if self.finished || !self.has_body {
            return true;
        }
        let mut left = DRAIN;
        let rest = async {
            while let Some(next) = poll_fn(|cx| Pin::new(&mut self.payload).poll_next(cx)).await {
                let less = next.ok().and_then(|chunk| left.checked_sub(chunk.len()));
                let Some(less) = less else { return false };
                left = less;
            }
            true
        };
        tokio::time::timeout(DRAIN_FOR, rest).await.unwrap_or(false)
    }
}

impl Incoming for &mut Upload {
    async fn whole(self, hold: &mut MemoryHold) -> Result<Bytes> {
        if let Some(refusal) = self.refusal.take() {
            return Err(refusal);
        }
        let mut pace = Pace::new(self.seconds);
        let Some(first) = self.next(&mut pace).await? else {
            self.finished = true;
            return Ok(Bytes::new());
        };
        hold.grow(first.len() as u64)?;
        pace.got(first.len());
        if first.len() > self.cap {
            return Err(too_large(self.cap));
        }
        let Some(mut chunk) = self.next(&mut pace).await? else {
            self.finished = true;
            return Ok(first);
        };
        let mut blocks = Blocks::new(self.length.unwrap_or(BLOCK).min(self.cap).max(1));
        blocks.push(&first);
        drop(first);
        loop {
            hold.grow(chunk.len() as u64)?;
            pace.got(chunk.len());
            if blocks.len() + chunk.len() > self.cap {
                return Err(too_large(self.cap));
            }
            blocks.push(&chunk);
            match self.next(&mut pace).await? {
                Some(next) => chunk = next,
                None => break,
            }
        }
        self.finished = true;
        Ok(blocks.whole())
    }
}

fn judge_head(headers: &HeaderMap, length: Option<usize>, cap: usize) -> Result<()> {
    if length.is_some_and(|length| length > cap) {
        return Err(too_large(cap));
    }
    let text =
        |name| headers.get(name).map(|value| value.to_str().unwrap_or("?").trim().to_ascii_lowercase());
    // Its body would have no end: the server below reads on as if a WebSocket had begun.
    if text(UPGRADE).is_some_and(|protocol| protocol == "websocket") {
        return Err(Code::JsonInvalid.saying("No WebSocket is spoken here; send the call as a plain POST."));
    }
    if text(CONTENT_ENCODING).is_some_and(|coding| coding != "identity") {
        return Err(Code::MediaTypeUnsupported.saying("A compressed body is not taken here; send it plain."));
    }
    let Some(kind) = text(CONTENT_TYPE) else { return Ok(()) };
    let (essence, rest) = kind.split_once(';').unwrap_or((&kind, ""));
    let is_json = essence.trim() == "application/json" || essence.trim().ends_with("+json");
    let charset = rest.split(';').filter_map(|part| part.trim().strip_prefix("charset="));
    let is_utf8 =
        charset.into_iter().all(|name| matches!(name.trim_matches('"'), "utf-8" | "utf8" | "us-ascii"));
    if is_json && is_utf8 {
        return Ok(());
    }
    Err(Code::MediaTypeUnsupported.saying("This endpoint takes `application/json` in UTF-8."))
}

fn too_large(cap: usize) -> Error {
    Code::BodyTooLarge.saying(format!("The body is over the limit of {cap} bytes."))
}

fn unreadable(cause: &PayloadError) -> Error {
    Code::JsonInvalid.with(cause).saying("The body broke off or was framed wrongly.")
}
