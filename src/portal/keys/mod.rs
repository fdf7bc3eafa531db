//! Keys: the list, a new one and the page that shows its secret once, its own page, rotation, leaks.

mod acts;
mod history;
mod leak;
mod list;
mod meter;
mod new;
mod playground;
mod rotation;
pub(super) mod secret;
mod settings;
mod show;
pub(super) mod table;
mod verdict;

use crate::web::{Method, Need, Page, page};

pub fn pages() -> Vec<Page> {
    vec![
        page(Method::GET, "/keys", Need::SignedIn, list::show),
        page(Method::POST, "/keys", Need::SignedIn, new::create),
        page(Method::GET, "/keys/new", Need::SignedIn, new::show),
        page(Method::GET, "/keys/{id}", Need::SignedIn, show::show),
        page(Method::GET, "/keys/{id}/rotation", Need::SignedIn, rotation::show),
        page(Method::POST, "/keys/{id}/rotation", Need::SignedIn, rotation::create),
        page(Method::GET, "/keys/{id}/rotation/meter", Need::SignedIn, meter::show),
        page(Method::POST, "/keys/{id}/rotation/end", Need::SignedIn, rotation::end),
        page(Method::GET, "/keys/{id}/leak", Need::SignedIn, leak::show),
        page(Method::POST, "/keys/{id}/pause", Need::SignedIn, acts::pause),
        page(Method::POST, "/keys/{id}/enablement", Need::SignedIn, acts::enable),
        page(Method::POST, "/keys/{id}/revocation", Need::SignedIn, acts::revoke),
        page(Method::POST, "/keys/{id}/expiry", Need::SignedIn, acts::extend),
        page(Method::POST, "/keys/{id}/owner", Need::SignedIn, acts::transfer),
        page(Method::GET, "/keys/{id}/settings", Need::SignedIn, settings::show),
        page(Method::POST, "/keys/{id}/settings", Need::SignedIn, settings::change),
        page(Method::POST, "/keys/{id}/playground-token", Need::SignedIn, playground::create),
    ]
}
