//! How slowly a body may come, on every door: whoever drips holds a place that others need (P25).

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::error::PayloadError;
use actix_web::web::Bytes;
use futures_util::Stream;
use tokio::time::{Instant, Sleep, sleep};

use crate::base::{Code, Error};

/// A body must come at least at this pace, once it had some time to start.
const FLOOR: u64 = 1024;
const GRACE: Duration = Duration::from_secs(5);

/// The deadline of a body and its floor. No timer is set while the bytes are there already.
pub struct Pace {
    started: Instant,
    deadline: Duration,
    got: u64,
    timer: Option<Pin<Box<Sleep>>>,
}

impl Pace {
    /// Of a body that has to be there in so many seconds.
    pub fn new(seconds: u64) -> Self {
        Self { started: Instant::now(), deadline: Duration::from_secs(seconds), got: 0, timer: None }
    }

    pub fn got(&mut self, bytes: usize) {
        self.got += bytes as u64;
    }

    /// The next piece; the caller says by [`Pace::got`] what it was.
    ///
    /// # Errors
    /// `request_timeout`.
    pub async fn next(
        &mut self,
        payload: &mut (impl Stream<Item = Result<Bytes, PayloadError>> + Unpin),
    ) -> crate::base::Result<Option<Result<Bytes, PayloadError>>> {
        poll_fn(|cx| match Pin::new(&mut *payload).poll_next(cx) {
            Poll::Ready(next) => Poll::Ready(Ok(next)),
            Poll::Pending => self.poll(cx).map(Err),
        })
        .await
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Error> {
        loop {
            let timer = self.timer.get_or_insert_with(|| Box::pin(sleep(GRACE.min(self.deadline))));
            if timer.as_mut().poll(cx).is_pending() {
                return Poll::Pending;
            }
            let passed = self.started.elapsed();
            if passed >= self.deadline {
                let seconds = self.deadline.as_secs();
                return Poll::Ready(
                    Code::RequestTimeout.saying(format!("The body did not arrive within {seconds} s.")),
                );
            }
            if self.got < FLOOR * passed.as_secs() {
                return Poll::Ready(
                    Code::RequestTimeout.saying(format!("The body came slower than {FLOOR} bytes a second.")),
                );
            }
            let next = Duration::from_secs(1).min(self.deadline - passed);
            timer.as_mut().reset(Instant::now() + next);
        }
    }
}
