//! Asking for an API and following the request: the subscribe form, one's requests, their timeline.

mod acts;
pub(super) mod end_day;
mod list;
mod offer;
mod show;
pub(super) mod subscribe;
pub(super) mod timeline;

use crate::web::{Method, Need, Page, page};

pub fn pages() -> Vec<Page> {
    vec![
        page(Method::GET, "/subscribe/{slug}", Need::SignedIn, subscribe::show),
        page(Method::POST, "/subscribe/{slug}", Need::SignedIn, subscribe::create),
        page(Method::GET, "/requests", Need::SignedIn, list::show),
        page(Method::GET, "/requests/{id}", Need::SignedIn, show::show),
        page(Method::POST, "/requests/{id}/repeat", Need::SignedIn, show::ask_again),
        page(Method::POST, "/requests/{id}/withdrawal", Need::SignedIn, acts::withdraw),
        page(Method::POST, "/requests/{id}/reminder", Need::SignedIn, acts::remind),
        page(Method::POST, "/requests/{id}/move", Need::SignedIn, acts::move_to),
        page(Method::POST, "/requests/{id}/end", Need::SignedIn, acts::end),
        page(Method::POST, "/requests/{id}/rank", Need::SignedIn, acts::raise),
    ]
}
