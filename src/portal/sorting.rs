//! Lists that can be sorted: the heads of their columns are links, and the one in force says so.

use super::asking::Asking;

/// A column that a list can be sorted by.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// In the address, after `sort=`.
    pub word: &'static str,
    pub label: &'static str,
    /// Which way it goes, in the words of `aria-sort`.
    pub way: &'static str,
}

/// The head of a column.
#[derive(Clone, Debug)]
pub struct Head {
    pub label: &'static str,
    pub href: String,
    /// Empty while the list is sorted by something else.
    pub way: &'static str,
}

/// The order that an address asks for: the word of a column, or empty.
pub fn order(columns: &[Column], asking: &mut Asking) -> String {
    asking.word("sort", columns.iter().map(|column| column.word))
}

/// The heads of a list. `address` makes the address of the list in that order; the head in force leads back to
/// the order that the list has by itself.
pub fn heads(columns: &[Column], sort: &str, address: impl Fn(&str) -> String) -> Vec<Head> {
    let head = |column: &Column| {
        let is_on = column.word == sort;
        Head {
            label: column.label,
            href: address(if is_on { "" } else { column.word }),
            way: if is_on { column.way } else { "" },
        }
    };
    columns.iter().map(head).collect()
}
