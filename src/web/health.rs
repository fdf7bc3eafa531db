//! Liveness and readiness. Neither asks the database; readiness says whether to send traffic here, and that
//! the database is away when it was when it was last read: known keys go on then, so that is no reason not to.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::HttpResponse;
use actix_web::web::{self, Data, ServiceConfig};

use crate::base::Result;

/// What `/readyz` knows.
#[derive(Clone, Default)]
pub struct Ready(Arc<Known>);

#[derive(Default)]
struct Known {
    /// From the moment the server serves until it begins to stop.
    serving: AtomicBool,
    database_away: AtomicBool,
}

impl Ready {
    pub fn set(&self, ready: bool) {
        self.0.serving.store(ready, Ordering::Release);
    }

    pub fn is(&self) -> bool {
        self.0.serving.load(Ordering::Acquire)
    }

    /// Notes what became of a read that is done all the time.
    pub fn saw_database<T>(&self, read: &Result<T>) {
        self.0.database_away.store(read.is_err(), Ordering::Release);
    }

    fn words(&self) -> &'static str {
        match (self.is(), self.0.database_away.load(Ordering::Acquire)) {
            (true, false) => "ready\n",
            (true, true) => "ready\ndatabase: away\n",
            (false, _) => "not ready\n",
        }
    }
}

pub fn mount(config: &mut ServiceConfig) {
    config.route("/healthz", web::get().to(async || HttpResponse::Ok().body("ok\n")));
    config.route("/readyz", web::get().to(ready));
    #[cfg(debug_assertions)]
    config.route("/v1/_panic", web::get().to(panics));
}

/// A bug on demand, for the test that a bug ends no process. Not in release builds.
#[cfg(debug_assertions)]
#[expect(clippy::panic, reason = "that is what it is for")]
async fn panics() -> HttpResponse {
    panic!("on purpose")
}

async fn ready(ready: Data<Ready>) -> HttpResponse {
    if ready.is() {
        HttpResponse::Ok().body(ready.words())
    } else {
        HttpResponse::ServiceUnavailable().insert_header(("retry-after", "1")).body(ready.words())
    }
}
