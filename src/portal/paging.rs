//! Lists that are paged by key: what their address asks for, and the address of the next page.

use std::fmt::Display;
use std::str::FromStr;

use url::form_urlencoded::Serializer;

use super::asking::Asking;

/// Rows on a page, unless its address says otherwise.
pub const PAGE: u64 = 50;
/// Rows on a page at most.
const MOST: u64 = 100;

/// The query of such a list.
#[derive(Debug)]
pub struct Asked<Id> {
    /// The last row of the page before; none on the first.
    pub before: Option<Id>,
    limit: Option<u64>,
}

impl<Id: Display + FromStr> Asked<Id> {
    pub fn of(asking: &mut Asking) -> Self {
        Self { before: asking.parsed("before"), limit: asking.parsed("limit") }
    }

    fn size(&self) -> u64 {
        size(self.limit)
    }

    /// Rows to look for: one more than the page shows, which tells whether there is a next page.
    pub fn wanted(&self) -> u64 {
        self.size() + 1
    }

    /// Leaves one page of the rows found; the address of the next one, empty where the list ends.
    pub fn next<T>(&self, path: &str, rows: &mut Vec<T>, id: impl Fn(&T) -> Id) -> String {
        match cut(rows, self.size()) {
            Some(last) => {
                address(path, [("limit", &*self.size().to_string()), ("before", &id(last).to_string())])
            }
            None => String::new(),
        }
    }
}

/// Rows on a page, of the number that was asked for.
pub fn size(limit: Option<u64>) -> u64 {
    limit.unwrap_or(PAGE).clamp(1, MOST)
}

/// Leaves at most one page of the rows; its last one where there were more.
pub fn cut<T>(rows: &mut Vec<T>, page: u64) -> Option<&T> {
    let more = rows.len() as u64 > page;
    rows.truncate(usize::try_from(page).unwrap_or(usize::MAX));
    rows.last().filter(|_| more)
}

/// The address of a list with what its query says; what is empty is left out.
pub fn address<'a>(path: &str, pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut query = Serializer::new(String::new());
    query.extend_pairs(pairs.into_iter().filter(|(_, value)| !value.is_empty()));
    let query = query.finish();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

#[cfg(test)]
mod tests;
