//! One AI call, step by step, from what a door hands over to what it sends back. It knows no HTTP
//! server; it never reads the database on its way when its caches are warm, and never writes to one.
#![deny(clippy::indexing_slicing)]

pub mod about;
pub mod arrival;
mod attempt;
pub mod authorize;
mod cause;
mod cost;
pub mod credential;
pub mod directory;
pub mod explain;
pub mod fitness;
mod follow;
mod guard;
pub mod health;
pub mod identify;
pub mod models;
mod nearest;
mod plan;
pub mod playground;
pub mod probe;
mod relay;
pub mod reply;
mod reserve;
pub mod whoami;

#[cfg(test)]
pub(crate) mod fixtures;

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use tokio::sync::Notify;
use tokio::sync::futures::OwnedNotified;

use crate::base::ids::ProviderId;
use crate::base::limit::Limit;
use crate::base::{Code, Error, Result, Timestamp};
use crate::domain::gate::Db;
use crate::ledger::Ledger;
use crate::limits::{Gauge, Limits};
use crate::upstream::Upstream;
use crate::wire::{self, Peek};

use arrival::{Arrival, Incoming};
use attempt::{Answered, Lost, Won};
use authorize::{Grant, Wanted};
use credential::Credential;
use directory::Directory;
use guard::Guard;
use plan::Plan;
use relay::Relaying;
use reply::{Reply, ReplyBody};

pub use follow::Follow;
pub use nearest::{hint as nearest_hint, shown as nearest_shown};

/// What this room is told once, at start.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The portal's address in links, without a slash at its end.
    pub base_url: String,
    /// Bytes that all open calls together may hold.
    pub memory_budget: u64,
    /// Errors say their code's own words alone.
    pub terse_errors: bool,
}

/// The handle of this room. Clones share everything.
#[derive(Clone)]
pub struct Gateway(Arc<Inner>);

struct Inner {
    settings: Settings,
    directory: Directory,
    limits: Limits,
    upstream: Upstream,
    ledger: Ledger,
    stopping: AtomicBool,
    cut: Arc<Notify>,
    /// Vendors whose last test in this process failed.
    failed_tests: Mutex<HashSet<ProviderId>>,
}

/// A body that was read and parsed once.
pub struct Request {
    pub peek: Peek,
    pub body: Bytes,
}

/// Proof that every limit has room for the call and that its begin is on record. Dropping it gives
/// everything back.
pub struct Admitted {
    guard: Box<Guard>,
    grant: Grant,
    request: Request,
    plan: Plan,
}

impl Gateway {
    /// Reads the catalogue and follows the change feed from here on.
    ///
    /// # Errors
    /// When the catalogue cannot be read.
    pub async fn start(db: Db, ledger: Ledger, settings: Settings) -> Result<Self> {
        let inner = Inner {
            directory: Directory::new(db.clone()),
            limits: Limits::new(settings.memory_budget),
            upstream: Upstream::new(),
            ledger,
            stopping: AtomicBool::new(false),
            cut: Arc::default(),
            failed_tests: Mutex::default(),
            settings,
        };
        let gateway = Self(Arc::new(inner));
        db.listen(Arc::new(Follow(gateway.clone())));
        gateway.directory().refresh().await?;
        Ok(gateway)
    }

    pub fn directory(&self) -> &Directory {
        &self.0.directory
    }

    pub fn limits(&self) -> &Limits {
        &self.0.limits
    }

    pub fn upstream(&self) -> &Upstream {
        &self.0.upstream
    }

    fn ledger(&self) -> &Ledger {
        &self.0.ledger
    }

    fn now(&self) -> Timestamp {
        self.0.directory.db().now()
    }

    fn signing_key(&self) -> &[u8] {
        self.0.directory.db().vault().signing_key()
    }

    pub fn base_url(&self) -> &str {
        &self.0.settings.base_url
    }

    /// Answers say their code's own words alone.
    pub fn is_terse(&self) -> bool {
        self.0.settings.terse_errors
    }

    /// The error as it is shown, where that differs from what it is.
    fn shown(&self, error: &Error) -> Option<Error> {
        self.0.settings.terse_errors.then(|| reply::terse(error))
    }

    /// How full these limits are, for the portal.
    pub fn gauges(&self, limits: &[Limit]) -> Vec<Gauge> {
        self.limits().gauges(limits, self.now())
    }

    /// From here on new calls are refused with `shutting_down`; open ones go on.
    pub fn stop_admitting(&self) {
        self.0.stopping.store(true, Ordering::Release);
    }

    /// Ends every open stream with an error event, now.
    pub fn cut_streams(&self) {
        self.0.cut.notify_waiters();
    }

    fn cut_signal(&self) -> OwnedNotified {
        Arc::clone(&self.0.cut).notified_owned()
    }

    /// One call from its arrival to its answer. Routing came before: a wrong path is a 404 for
    /// everybody. The order of the steps is the order of the error table.
    pub async fn run(&self, arrival: Arrival, body: impl Incoming) -> Reply {
        let mut guard = match self.open(&arrival) {
            Ok(guard) => guard,
            Err(error) => return Reply::error(self, arrival.id, &error),
        };
        match self.admit(&mut guard, &arrival, body).await {
            Ok((request, grant, plan)) => self.serve(Admitted { guard, grant, request, plan }).await,
            Err(refused) => {
                guard.fail(&refused.error);
                Reply::error(self, guard.id, &refused.error).with(refused.headers)
            }
        }
    }

    fn open(&self, arrival: &Arrival) -> Result<Box<Guard>> {
        let open = if self.0.stopping.load(Ordering::Acquire) {
            Err(Error::new(Code::ShuttingDown).after(1))
        } else {
            Guard::new(self, arrival)
        };
        open.inspect_err(|error| guard::turned_away(self, arrival, error))
    }

    async fn admit(
        &self,
        guard: &mut Guard,
        arrival: &Arrival,
        body: impl Incoming,
    ) -> Result<(Request, Grant, Plan), Refused> {
        // Identity before the body: a bad key costs no upload.
        // Boxed: it is rare, and every call would carry room for it.
        if arrival.presented.in_url.is_some()
            && let Some(known) = Box::pin(identify::exposed(self, &arrival.presented)).await
        {
            guard.know(&known);
        }
        let known = identify::find(self, &Credential::choose(&arrival.presented)?).await?;
        guard.know(&known);
        let caller = identify::identify(self, known, arrival.ip)?.0;
        identify::room(self, &caller).map_err(|error| {
            let rates = self.limits().rates(&caller.cards.key.card.limits);
            Refused { error, headers: reply::rate_headers(&rates) }
        })?;
        // The body before authorization: the model is in it.
        let body = body.whole(&mut guard.memory).await?;
        let peek = wire::peek(arrival.endpoint, &body)?;
        guard.ask(&peek.model, peek.stream, peek.prompt_bytes);
        let wanted = Wanted { endpoint: arrival.endpoint, door: &arrival.door, model: &peek.model };
        let (key, app) = (&caller.cards.key.card, &caller.cards.app.card);
        let grant = authorize::authorize(key, app, &caller.catalogue, wanted, self.now())
            .inspect_err(|refusal| guard.refused(refusal, &caller, &arrival.door))?;
        guard.grant(&grant);
        let with_grant = |error: Error| {
            let mut headers = reply::grant_headers(self, &grant);
            headers.append(&mut reply::rate_headers(&self.limits().rates(&grant.limits)));
            Refused { error, headers }
        };
        let reservation = reserve::reserve(self, &grant, &peek).map_err(with_grant)?;
        // On record before any vendor is called.
        guard.begin(&grant, reservation).map_err(with_grant)?;
        let plan = plan::plan(self.upstream().health(), &grant.model, arrival.endpoint, guard.id)
            .map_err(with_grant)?;
        Ok((Request { peek, body }, grant, plan))
    }

    /// Streamed and whole answers share every step; only what is sent back differs.
    async fn serve(&self, call: Admitted) -> Reply {
        let (id, head) = (call.guard.id, Arc::clone(call.guard.head()));
        let mut headers = reply::grant_headers(self, &call.grant);
        headers.append(
            &mut call.guard.reservation().map(|held| reply::rate_headers(held.rates())).unwrap_or_default(),
        );
        let streamed = call.request.peek.stream;
        if !streamed {
            return self.answer(attempt::run(call).await, headers);
        }
        let mut attempt: relay::Attempting = Box::pin(attempt::run(call));
        match tokio::time::timeout(relay::BEAT, &mut attempt).await {
            Ok(done) => self.answer(done, headers),
            Err(_) => {
                let relaying = Relaying::waiting(self.clone(), id, &head, attempt);
                stream_reply(id, relaying).with(headers).leaving_out(&head)
            }
        }
    }

    fn answer(&self, done: Result<Won, Box<Lost>>, headers: Vec<(&'static str, String)>) -> Reply {
        let Won { mut guard, answer } = match done {
            Ok(won) => won,
            Err(lost) => {
                let Lost { mut guard, error } = *lost;
                guard.fail(&error);
                return Reply::error(self, guard.id, &error).with(headers);
            }
        };
        let (id, head) = (guard.id, Arc::clone(guard.head()));
        let reply = match answer {
            Answered::Whole(body, room) => {
                guard.answered();
                Reply::json(id, body).holding(room)
            }
            Answered::Stream(stream) => stream_reply(id, Relaying::flowing(guard, stream)),
        };
        reply.with(headers).leaving_out(&head)
    }
}

fn stream_reply(id: crate::base::ids::CallId, relaying: Relaying) -> Reply {
    let headers = vec![
        ("content-type", "text/event-stream; charset=utf-8".to_owned()),
        ("cache-control", "no-cache".to_owned()),
        // Reverse proxies would hold the stream back otherwise.
        ("x-accel-buffering", "no".to_owned()),
        ("x-request-id", id.to_string()),
    ];
    Reply { status: 200, headers, body: ReplyBody::Stream(Box::new(relaying)) }
}

/// A refusal with the headers that are already known.
struct Refused {
    error: Error,
    headers: Vec<(&'static str, String)>,
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self { error, headers: Vec::new() }
    }
}
