//! Liveness and readiness. Liveness never asks the database; readiness says whether to send traffic here.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::HttpResponse;
use actix_web::web::{self, Data, ServiceConfig};

/// True from the moment the server serves until it begins to stop.
#[derive(Clone, Default)]
pub struct Ready(Arc<AtomicBool>);

impl Ready {
    pub fn set(&self, ready: bool) {
        self.0.store(ready, Ordering::Release);
    }

    pub fn is(&self) -> bool {
        self.0.load(Ordering::Acquire)
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
        HttpResponse::Ok().body("ready\n")
    } else {
        HttpResponse::ServiceUnavailable().insert_header(("retry-after", "1")).body("not ready\n")
    }
}
