//! Applications: the list, a new one, and the page on which everything of one comes together.

mod list;
mod new;
mod show;

use crate::web::{Method, Need, Page, page};

pub fn pages() -> Vec<Page> {
    vec![
        page(Method::GET, "/apps", Need::SignedIn, list::show),
        page(Method::POST, "/apps", Need::SignedIn, new::create),
        page(Method::GET, "/apps/new", Need::SignedIn, new::show),
        page(Method::GET, "/apps/{id}", Need::SignedIn, show::show),
        page(Method::POST, "/apps/{id}/name", Need::SignedIn, show::rename),
        page(Method::POST, "/apps/{id}/suspension", Need::SignedIn, show::suspend),
        page(Method::POST, "/apps/{id}/resumption", Need::SignedIn, show::resume),
    ]
}
