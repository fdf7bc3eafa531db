//! Lists that are paged by key: what their address asks for, and the address of the next page.

use std::fmt::Display;

use serde::Deserialize;

const PAGE: u64 = 50;

/// The query of such a list.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked<Id> {
    /// The last row of the page before; none on the first.
    pub before: Option<Id>,
    limit: Option<u64>,
}

impl<Id: Display> Asked<Id> {
    /// Rows on a page.
    pub fn limit(&self) -> u64 {
        self.limit.unwrap_or(PAGE).clamp(1, 200)
    }

    /// The address after a page of `shown` rows that ends with `last`; empty where the list ends.
    pub fn next(&self, path: &str, shown: usize, last: Option<Id>) -> String {
        match last {
            Some(last) if shown as u64 == self.limit() => {
                format!("{path}?limit={}&before={last}", self.limit())
            }
            _ => String::new(),
        }
    }
}

#[cfg(test)]
mod tests;
