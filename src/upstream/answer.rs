//! The head and the body of a vendor's answer, under the timers that hold for each phase.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use futures_util::Stream;
use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use reqwest::{Client, Request};
use tokio::time::{Instant, Sleep, sleep_until};

use super::fault::Fault;
use super::inflate::{Coding, Inflate};
use super::script::{Script, ScriptEnd};
use super::timers::{Timer, Timers};
use crate::base::{Blocks, Clock};

/// A vendor's answer: the head, and a body that closes the connection when it is dropped early.
pub struct Answer {
    pub status: u16,
    pub content_type: String,
    /// How the vendor compressed the body, although it was asked not to. What can be undone is undone in `body`.
    pub coding: Coding,
    /// What the vendor asks to wait, from `retry-after-ms` or `Retry-After`.
    pub retry_after: Option<Duration>,
    pub body: AnswerBody,
}

/// In which a long answer is kept as it comes.
const BLOCK: usize = 256 << 10;

/// Whether there is room for more of an answer, or the refusal.
pub type Room = crate::base::Result<()>;

/// The bytes of an answer as they come.
pub struct AnswerBody {
    source: Source,
    inflate: Option<Inflate>,
    deadline: Deadline,
}

enum Source {
    Http(Pin<Box<dyn Stream<Item = reqwest::Result<Bytes>> + Send>>),
    Played {
        chunks: std::vec::IntoIter<(Duration, Bytes)>,
        next: Option<Bytes>,
        pause: Pin<Box<Sleep>>,
        end: ScriptEnd,
    },
    Ended,
}

pub(super) async fn fetch(client: &Client, request: Request, timers: &Timers) -> Result<Answer, Fault> {
    let mut deadline = Deadline::new(timers);
    let response = deadline.guard(client.execute(request)).await?.map_err(Fault::from)?;
    let headers = response.headers();
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let coding = Coding::read(text(CONTENT_ENCODING));
    let inflate = Inflate::of(&coding);
    Ok(Answer {
        status: response.status().as_u16(),
        content_type: text(CONTENT_TYPE).to_owned(),
        coding,
        retry_after: retry_after(headers),
        body: AnswerBody { source: Source::Http(Box::pin(response.bytes_stream())), inflate, deadline },
    })
}

pub(super) async fn play(script: Script, timers: &Timers) -> Result<Answer, Fault> {
    let mut deadline = Deadline::new(timers);
    if !script.head_after.is_zero() {
        deadline.guard(tokio::time::sleep(script.head_after)).await?;
    }
    if script.status == 0 {
        return Err(Fault::unreachable("connection refused"));
    }
    let pause = Box::pin(sleep_until(Instant::now()));
    let chunks = script.chunks.into_iter();
    Ok(Answer {
        status: script.status,
        content_type: script.content_type,
        coding: Coding::Plain,
        retry_after: script.retry_after,
        body: AnswerBody {
            source: Source::Played { chunks, next: None, pause, end: script.end },
            inflate: None,
            deadline,
        },
    })
}

impl AnswerBody {
    /// The next bytes; `None` at the proper end. After a fault nothing more comes.
    pub fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Fault>>> {
        loop {
            let step = match &mut self.inflate {
                None => return self.poll_sent(cx),
                Some(inflate) => inflate.next(),
            };
            match step {
                Ok(None) => {}
                Ok(Some(plain)) => return Poll::Ready(Some(Ok(plain))),
                Err(cause) => {
                    (self.source, self.inflate) = (Source::Ended, None);
                    return Poll::Ready(Some(Err(not_as_said(&cause))));
                }
            }
            match ready!(self.poll_sent(cx)) {
                Some(Ok(sent)) => self.inflate.iter_mut().for_each(|inflate| inflate.put(sent.clone())),
                None => {
                    let last = self.inflate.take().map_or(Ok(None), |mut inflate| inflate.end());
                    return Poll::Ready(last.map_err(|cause| not_as_said(&cause)).transpose());
                }
                fault => return Poll::Ready(fault),
            }
        }
    }

    /// The next bytes as they were sent.
    fn poll_sent(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Fault>>> {
        let Poll::Ready(next) = self.source.poll_next(cx) else {
            let timer = ready!(self.deadline.poll(cx));
            self.source = Source::Ended;
            return Poll::Ready(Some(Err(Fault::timeout(timer))));
        };
        match &next {
            Some(Ok(_)) => self.deadline.touch(),
            Some(Err(_)) | None => self.source = Source::Ended,
        }
        Poll::Ready(next)
    }

    pub async fn next(&mut self) -> Option<Result<Bytes, Fault>> {
        poll_fn(|cx| self.poll_next(cx)).await
    }

    /// The whole body, if it has at most `limit` bytes. `room` is asked for each piece before it is kept.
    pub async fn collect(&mut self, limit: usize, room: impl FnMut(usize) -> Room) -> Result<Bytes, Fault> {
        let collected = self.pieces(limit, room).await;
        if collected.is_err() {
            (self.source, self.inflate) = (Source::Ended, None);
        }
        collected
    }

    async fn pieces(&mut self, limit: usize, mut room: impl FnMut(usize) -> Room) -> Result<Bytes, Fault> {
        let mut got = 0;
        let mut fits = |piece: &Bytes| {
            got += piece.len();
            if got > limit {
                return Err(Fault::too_large(limit));
            }
            room(piece.len()).map_err(|refusal| Fault::no_room(&refusal))
        };
        let Some(first) = self.next().await.transpose()? else { return Ok(Bytes::new()) };
        fits(&first)?;
        let Some(second) = self.next().await.transpose()? else { return Ok(first) };
        fits(&second)?;
        let mut blocks = Blocks::new((first.len() + second.len()).saturating_mul(2).clamp(16 << 10, BLOCK));
        blocks.push(&first);
        blocks.push(&second);
        drop((first, second));
        while let Some(piece) = self.next().await.transpose()? {
            fits(&piece)?;
            blocks.push(&piece);
        }
        Ok(blocks.whole())
    }
}

fn not_as_said(cause: &std::io::Error) -> Fault {
    Fault::cut(format!("its answer is not compressed as it says: {cause}"))
}

impl Source {
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Fault>>> {
        match self {
            Self::Http(stream) => {
                stream.as_mut().poll_next(cx).map(|next| next.map(|chunk| chunk.map_err(Fault::from)))
            }
            Self::Ended => Poll::Ready(None),
            Self::Played { chunks, next, pause, end } => {
                if next.is_none() {
                    let Some((after, chunk)) = chunks.next() else { return end.poll() };
                    *next = Some(chunk);
                    if !after.is_zero() {
                        pause.as_mut().reset(Instant::now() + after);
                    }
                }
                ready!(pause.as_mut().poll(cx));
                // A finished sleep stays ready until it is set again.
                Poll::Ready(next.take().map(Ok))
            }
        }
    }
}

impl ScriptEnd {
    fn poll(self) -> Poll<Option<Result<Bytes, Fault>>> {
        match self {
            Self::Clean => Poll::Ready(None),
            Self::Cut => Poll::Ready(Some(Err(Fault::cut("connection reset")))),
            // The body's own deadline wakes the task.
            Self::Stall => Poll::Pending,
        }
    }
}

/// One sleep for all phases. It is set to the earliest instant a timer can run out, and set again
/// only when it fires: a chunk costs no timer operation.
struct Deadline {
    sleep: Pin<Box<Sleep>>,
    started: Instant,
    touched: Option<Instant>,
    timers: Timers,
}

impl Deadline {
    fn new(timers: &Timers) -> Self {
        let started = Instant::now();
        let mut deadline =
            Self { sleep: Box::pin(sleep_until(started)), started, touched: None, timers: *timers };
        let (_, at) = deadline.due();
        deadline.sleep.as_mut().reset(at);
        deadline
    }

    fn touch(&mut self) {
        self.touched = Some(Instant::now());
    }

    /// Which timer runs out next, and when.
    fn due(&self) -> (Timer, Instant) {
        const NEVER: Duration = Duration::from_secs(86_400);
        let (timer, from, bound) = match self.touched {
            None => (Timer::FirstByte, self.started, self.timers.first_byte),
            Some(at) => (Timer::Idle, at, self.timers.idle),
        };
        let phase = from + bound.unwrap_or(NEVER);
        match self.timers.total.map(|total| self.started + total) {
            Some(total) if total <= phase => (Timer::Total, total),
            _ => (timer, phase),
        }
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Timer> {
        loop {
            // An idle bound shorter than what the sleep was set to must not wait for it.
            let (timer, at) = self.due();
            if at < self.sleep.deadline() {
                self.sleep.as_mut().reset(at);
            }
            ready!(self.sleep.as_mut().poll(cx));
            let (_, at) = self.due();
            if at <= Instant::now() {
                return Poll::Ready(timer);
            }
            self.sleep.as_mut().reset(at);
        }
    }

    async fn guard<T>(&mut self, work: impl Future<Output = T>) -> Result<T, Fault> {
        let mut work = std::pin::pin!(work);
        poll_fn(|cx| match work.as_mut().poll(cx) {
            Poll::Ready(done) => Poll::Ready(Ok(done)),
            Poll::Pending => self.poll(cx).map(|timer| Err(Fault::timeout(timer))),
        })
        .await
    }
}

/// Milliseconds if the vendor gives them, else seconds; a date is read against the answer's own, and where
/// it has none against this machine's clock: the vendor's time is the world's, not one that tests move.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    const LONGEST: f64 = 86_400.0;
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let seconds = |number: &str, scale: f64| {
        let value: f64 = number.parse().ok()?;
        value.is_finite().then(|| Duration::from_secs_f64((value / scale).clamp(0.0, LONGEST)))
    };
    if let Some(wait) = text("retry-after-ms").and_then(|ms| seconds(ms, 1_000.0)) {
        return Some(wait);
    }
    let value = text(RETRY_AFTER.as_str())?;
    if let Some(wait) = seconds(value, 1.0) {
        return Some(wait);
    }
    let read = |date: &str| jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(date).ok();
    let now =
        text("date").and_then(read).map_or_else(|| Clock::default().now().seconds(), |at| at.as_second());
    let wait = read(value)?.as_second() - now;
    Some(Duration::from_secs(u64::try_from(wait).unwrap_or(0).min(LONGEST as u64)))
}
