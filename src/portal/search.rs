//! The field of the top bar: an id or a key's prefix goes to the diagnose page, words to the catalogue.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use uuid::Uuid;

use crate::web::{Method, Need, Page, PageResult, Query, page, see_other};

pub fn pages() -> Vec<Page> {
    vec![page(Method::GET, "/search", Need::Anyone, show)]
}

#[derive(Debug, Default, Deserialize)]
pub struct Search {
    #[serde(default)]
    q: String,
}

pub async fn show(search: Query<Search>) -> PageResult {
    Ok(see_other(destination(search.q.trim())))
}

/// Where a search leads. A whole key never travels on in an address: its prefix is enough to find it.
fn destination(q: &str) -> String {
    let quoted = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let id = q.strip_prefix("req_").unwrap_or(q);
    if Uuid::try_parse(id).is_ok() {
        return format!("/diagnose?id={}", quoted(id));
    }
    if q.starts_with("sk-ptc-") {
        return format!("/diagnose?id={}", quoted(q.get(..15).unwrap_or(q)));
    }
    if crate::base::Code::parse(q).is_some() {
        return format!("/docs/errors/{q}");
    }
    if q.is_empty() { "/catalogue".to_owned() } else { format!("/catalogue?q={}", quoted(q)) }
}

#[cfg(test)]
mod tests;
