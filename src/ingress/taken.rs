//! An answer that its caller must take. The server below asks for the next piece only when the last one is
//! gone, so a caller who reads nothing would hold a large answer's memory, or a stream's vendor and its
//! place among open calls, for as long as it likes (P25). What nobody takes is given up.

use std::cell::{Cell, RefCell};
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::body::{BodySize, MessageBody};
use actix_web::web::Bytes;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

use crate::gateway::arrival::MemoryHold;
use crate::gateway::reply::Relaying;

/// The server below copies what it is given at once, however slowly the caller reads: so it is given
/// no more than this.
pub const PIECE: usize = 64 << 10;

pub enum Source {
    Held {
        left: Bytes,
        /// Given back when all was taken.
        _memory: MemoryHold,
    },
    Stream(Box<Relaying>),
}

pub struct Taken {
    size: BodySize,
    shared: Rc<Shared>,
    watch: JoinHandle<()>,
}

struct Shared {
    source: RefCell<Option<Source>>,
    /// When a piece was handed on that was not asked beyond yet.
    handed: Cell<Option<Instant>>,
}

impl Taken {
    /// `patience`: how long a piece may wait for its caller; it is noticed within twice that time.
    pub fn new(source: Source, patience: Duration) -> Self {
        let size = match &source {
            Source::Held { left, .. } => BodySize::Sized(left.len() as u64),
            Source::Stream(_) => BodySize::Stream,
        };
        let shared = Rc::new(Shared { source: RefCell::new(Some(source)), handed: Cell::default() });
        let watched = Rc::downgrade(&shared);
        let watch = actix_web::rt::spawn(async move {
            loop {
                sleep(patience).await;
                let Some(shared) = watched.upgrade() else { return };
                if shared.handed.get().is_some_and(|since| since.elapsed() >= patience) {
                    // Dropped: the call is settled as one whose caller left.
                    drop(shared.source.take());
                    return;
                }
            }
        });
        Self { size, shared, watch }
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        self.watch.abort();
    }
}

impl MessageBody for Taken {
    type Error = io::Error;

    fn size(&self) -> BodySize {
        self.size
    }

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        self.shared.handed.set(None);
        let mut source = self.shared.source.borrow_mut();
        let next = match source.as_mut() {
            None => return Poll::Ready(Some(Err(io::ErrorKind::TimedOut.into()))),
            Some(Source::Stream(relaying)) => relaying.poll_next(cx),
            Some(Source::Held { left, .. }) => {
                let next = left.len().min(PIECE);
                Poll::Ready((next > 0).then(|| left.split_to(next)))
            }
        };
        if let Poll::Ready(Some(_)) = next {
            self.shared.handed.set(Some(Instant::now()));
        }
        next.map(|next| next.map(Ok))
    }
}
