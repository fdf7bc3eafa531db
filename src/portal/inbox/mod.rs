//! The inbox: what waits for a decision, and the page on which it is made. A link opens the page;
//! only a form decides.

mod forecast;
mod list;
mod show;

use crate::domain::permit::Right;
use crate::web::{Method, Need, Page, page};

pub fn pages() -> Vec<Page> {
    vec![
        page(Method::GET, "/inbox", Need::May(Right::SeeApis), list::show),
        page(Method::GET, "/inbox/{id}", Need::SignedIn, show::show),
        page(Method::POST, "/inbox/{id}/approval", Need::SignedIn, show::approve),
        page(Method::POST, "/inbox/{id}/denial", Need::SignedIn, show::deny),
        page(Method::POST, "/inbox/{id}/suspension", Need::SignedIn, show::suspend),
        page(Method::POST, "/inbox/{id}/resumption", Need::SignedIn, show::resume),
        page(Method::POST, "/inbox/people/{id}/admission", Need::May(Right::ManagePeople), list::let_in),
        page(Method::POST, "/inbox/people/{id}/rejection", Need::May(Right::ManagePeople), list::turn_away),
    ]
}
