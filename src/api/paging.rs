//! Pages of lists: `before` is the `next` of the page before, `limit` how many a page holds at most.

use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use crate::base::{Code, Result};

const USUAL: u64 = 50;
const MOST: u64 = 200;

/// What a list that has no filter is asked for.
#[derive(Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Paging {
    /// `next` of the page before.
    pub before: Option<Uuid>,
    /// At most 200; 50 when left out.
    pub limit: Option<u64>,
}

/// How many a page holds.
pub(super) fn most(limit: Option<u64>) -> u64 {
    limit.unwrap_or(USUAL).clamp(1, MOST)
}

/// Where the next page begins; none after a page that is not full.
pub(super) fn next<T, I>(page: &[T], limit: u64, id: impl Fn(&T) -> I) -> Option<I> {
    page.last().filter(|_| page.len() as u64 == limit).map(id)
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
    let limit = usize::try_from(most(paging.limit)).unwrap_or(usize::MAX);
    let more = all.len() > limit;
    all.truncate(limit);
    let next = all.last().filter(|_| more).map(id);
    Ok((all, next))
}
