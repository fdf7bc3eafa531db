//! The error catalogue: one page for each code of `base::codes`, for callers and for people who search for a phrase.

mod causes;
mod list;
mod show;

use crate::web::{Method, Need, Page, page};

pub fn pages() -> Vec<Page> {
    vec![
        page(Method::GET, "/docs/errors", Need::Always, list::show),
        page(Method::GET, "/docs/errors/{code}", Need::Always, show::show),
    ]
}

#[cfg(test)]
mod tests;
