//! D12: why a call ended as it did, what a key would meet now, and the button that fixes it.

mod case;
mod chain;
mod feed;
pub(super) mod fix;
mod help;
mod lines;
mod show;

use crate::web::{Method, Need, Page, page};

pub fn pages() -> Vec<Page> {
    vec![
        page(Method::GET, "/diagnose", Need::SignedIn, show::show),
        page(Method::GET, "/diagnose/{id}", Need::SignedIn, show::from_error),
        page(Method::POST, "/diagnose", Need::SignedIn, show::pasted),
    ]
}
