//! Pages of lists: `before` is the `next` of the page before, `limit` how many a page holds at most.

use serde::Deserialize;
use serde::de::{Deserializer, Error as _};
use utoipa::IntoParams;
use uuid::Uuid;

use crate::base::{Code, Result};

const MOST: u64 = 200;

/// What a list is asked for beside its filters.
#[derive(Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Paging {
    /// `next` of the page before.
    pub before: Option<Uuid>,
    /// How many a page holds, 1 to 200; 50 when left out.
    #[serde(default)]
    #[param(value_type = Option<u64>, minimum = 1, maximum = 200, default = 50)]
    pub limit: Limit,
}

/// How many a page holds: from 1 to 200, anything else is refused.
#[derive(Clone, Copy)]
pub(super) struct Limit(pub u64);

impl Limit {
    /// How many rows to read: one more than the page holds tells whether another page follows.
    pub fn one_ahead(self) -> u64 {
        self.0 + 1
    }
}

impl Default for Limit {
    fn default() -> Self {
        Self(50)
    }
}

impl<'de> Deserialize<'de> for Limit {
    fn deserialize<D: Deserializer<'de>>(from: D) -> std::result::Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        number(&text, MOST).map(Self).ok_or_else(|| D::Error::custom(told(MOST)))
    }
}

/// Reads a limit as every list does.
pub(super) fn number(text: &str, most: u64) -> Option<u64> {
    text.parse().ok().filter(|limit| (1..=most).contains(limit))
}

/// What is said of a wrong one.
pub(super) fn told(most: u64) -> String {
    format!("`limit` is a whole number from 1 to {most}")
}

/// The page of rows that were read [one ahead](Limit::one_ahead), and where the next one begins.
pub(super) fn page<T, I>(mut rows: Vec<T>, limit: Limit, id: impl Fn(&T) -> I) -> (Vec<T>, Option<I>) {
    let limit = usize::try_from(limit.0).unwrap_or(usize::MAX);
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(id);
    (rows, next)
}

/// A page of a list that is at hand whole, in the list's own order.
///
/// # Errors
/// `field_invalid` when nothing on the list has the id that `before` names.
pub(super) fn cut<T>(
    mut all: Vec<T>,
    paging: &Paging,
    id: impl Fn(&T) -> Uuid,
) -> Result<(Vec<T>, Option<Uuid>)> {
    if let Some(before) = paging.before {
        let place = all.iter().position(|row| id(row) == before);
        let message = "Nothing on this list has this id any more: begin at its start.";
        let place = place.ok_or_else(|| Code::FieldInvalid.saying(message).on("before"))?;
        all.drain(..=place);
    }
    Ok(page(all, paging.limit, id))
}

#[cfg(test)]
mod tests;
