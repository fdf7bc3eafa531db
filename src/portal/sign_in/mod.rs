//! Coming in and going out: sign in, sign up, a forgotten password, an invitation. Every answer is
//! neutral: nobody learns here who has an account.

mod enter;
mod invitation;
mod next;
mod reset;
mod sign_up;

use actix_web::HttpResponse;

pub use next::local;

use crate::base::{Result, Secret};
use crate::domain::people::{Peer, Started, devices};
use crate::store::Db;
use crate::web::{Method, Need, Page, Visit, guard, page, see_other};

pub fn pages() -> Vec<Page> {
    vec![
        page(Method::GET, "/sign-in", Need::Anyone, enter::show),
        page(Method::POST, "/sign-in", Need::Anyone, enter::create),
        page(Method::POST, "/sign-out", Need::SignedIn, enter::end),
        page(Method::GET, "/sign-up", Need::Anyone, sign_up::show),
        page(Method::POST, "/sign-up", Need::Anyone, sign_up::create),
        page(Method::GET, "/reset", Need::Anyone, reset::show),
        page(Method::POST, "/reset", Need::Anyone, reset::ask),
        page(Method::GET, "/reset/{link}", Need::Anyone, reset::open),
        page(Method::POST, "/reset/{link}", Need::Anyone, reset::finish),
        page(Method::GET, "/invitation/{link}", Need::Anyone, invitation::open),
        page(Method::POST, "/invitation/{link}", Need::Anyone, invitation::accept),
    ]
}

/// Where this visit comes from, as sessions and throttles keep it.
pub fn peer(visit: &Visit) -> Peer {
    Peer { ip: visit.ip.to_string(), agent: visit.agent.clone(), device: visit.device.clone() }
}

/// On to a page, with the cookie of the session just started.
///
/// # Errors
/// Only when signing the mark of the browser fails.
pub fn entered(db: &Db, visit: &Visit, started: &Started, path: &str) -> Result<HttpResponse> {
    let mut answer = see_other(path);
    let cookie = guard::session_cookie(started.cookie.expose(), visit.secure);
    if let Err(fault) = answer.add_cookie(&cookie) {
        tracing::error!(%fault, "the session cookie was not set");
    }
    let session = &started.session;
    let mark = devices::issue(db, session.user_id, session.epoch, visit.device.as_ref())?;
    Ok(known(answer, visit, &mark))
}

/// The answer with the cookie by which this browser is known at its next sign-in.
pub fn known(mut answer: HttpResponse, visit: &Visit, mark: &Secret) -> HttpResponse {
    if let Err(fault) = answer.add_cookie(&guard::device_cookie(mark, visit.secure)) {
        tracing::error!(%fault, "the cookie of a known browser was not set");
    }
    answer
}
