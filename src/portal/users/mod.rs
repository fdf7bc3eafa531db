//! People, for those who run the site: list, invite, let in, role, deactivate, reset links.

mod acts;
pub mod inbox;
mod invite;
mod links;
mod list;
mod role;
mod show;

use crate::domain::permit::Right;
use crate::web::{Method, Need, Page, page};

pub fn pages() -> Vec<Page> {
    let see = Need::May(Right::SeeEverything);
    let manage = Need::May(Right::ManagePeople);
    vec![
        page(Method::GET, "/users", see, list::show),
        page(Method::POST, "/users", manage, invite::create),
        page(Method::GET, "/users/new", manage, invite::show),
        page(Method::GET, "/users/{id}", see, show::show),
        page(Method::POST, "/users/{id}/role", manage, role::update),
        page(Method::POST, "/users/{id}/deactivation", manage, acts::deactivate),
        page(Method::POST, "/users/{id}/reactivation", manage, acts::reactivate),
        page(Method::POST, "/users/{id}/deletion", manage, acts::delete),
        page(Method::POST, "/users/{id}/admission", manage, acts::let_in),
        page(Method::POST, "/users/{id}/removal", manage, acts::turn_away),
        page(Method::POST, "/users/{id}/invitation", manage, links::renew_invitation),
        page(Method::POST, "/users/{id}/reset-link", manage, links::reset_link),
        page(Method::POST, "/users/{id}/reset-dismissal", manage, acts::dismiss_reset),
    ]
}
