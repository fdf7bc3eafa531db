//! Teams: one's own, who is in them, leaving.

mod acts;
mod limits;
mod list;
mod members;
mod show;

use crate::domain::permit::Right;
use crate::web::{Method, Need, Page, page};

pub fn pages() -> Vec<Page> {
    let manage = Need::May(Right::ManagePeople);
    vec![
        page(Method::GET, "/teams", Need::SignedIn, list::show),
        page(Method::POST, "/teams", Need::SignedIn, list::create),
        page(Method::GET, "/teams/{id}", Need::SignedIn, show::show),
        page(Method::POST, "/teams/{id}/name", Need::SignedIn, show::rename),
        page(Method::POST, "/teams/{id}/members", Need::SignedIn, members::create),
        page(Method::POST, "/teams/{id}/members/{user}/role", Need::SignedIn, members::set_role),
        page(Method::POST, "/teams/{id}/members/{user}/removal", Need::SignedIn, members::remove),
        page(Method::POST, "/teams/{id}/departure", Need::SignedIn, acts::leave),
        page(Method::POST, "/teams/{id}/removal", Need::SignedIn, acts::remove),
        page(Method::POST, "/teams/{id}/limits", Need::May(Right::ManageAllAccess), limits::change),
        page(Method::POST, "/teams/{id}/suspension", manage, acts::suspend),
        page(Method::POST, "/teams/{id}/resumption", manage, acts::resume),
    ]
}
