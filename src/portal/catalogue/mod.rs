//! The catalogue (U2) and the page of an API (U3), as everybody signed in sees them.

mod changelog;
mod list;
mod samples;
pub(super) mod show;

use crate::web::{Method, Need, Page, page};

pub fn pages() -> Vec<Page> {
    vec![
        page(Method::GET, "/catalogue", Need::SignedIn, list::show),
        page(Method::GET, "/catalogue/{slug}", Need::SignedIn, show::overview),
        page(Method::GET, "/catalogue/{slug}/{tab}", Need::SignedIn, show::tab),
    ]
}
