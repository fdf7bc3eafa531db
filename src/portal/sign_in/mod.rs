//! Coming in and going out: sign in, sign up, a forgotten password, an invitation. Every answer is
//! neutral: nobody learns here who has an account.

mod enter;
mod invitation;
mod next;
mod reset;
mod sign_up;

use actix_web::HttpResponse;

pub use next::local;

use crate::config::Config;
use crate::domain::people::{Peer, Started};
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
    Peer { ip: visit.ip.to_string(), agent: visit.agent.clone() }
}

/// On to a page, with the cookie of the session just started.
pub fn entered(started: &Started, config: &Config, path: &str) -> HttpResponse {
    let mut answer = see_other(path);
    let cookie = guard::session_cookie(started.cookie.expose(), config.is_https());
    if let Err(fault) = answer.add_cookie(&cookie) {
        tracing::error!(%fault, "the session cookie was not set");
    }
    answer
}
