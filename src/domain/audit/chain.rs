//! The chain of the audit: the hash of a row covers every column of it, and with `previous` all rows before.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::json;

use super::sha256;
use crate::base::Result;
use crate::domain::actor::Actor;
use crate::domain::permit::{self, Right};
use crate::store::Db;
use crate::store::entity::audit_event::{Column, Entity, Model};

/// What a hash of this format begins with. Rows of before have no mark and cover less.
const FORMAT: &str = "2:";
/// Rows read at a time.
const PAGE: u64 = 1_000;

/// What a look along the whole chain found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Rows that are as they were written.
    pub whole: u64,
    /// The first row that is not, or that does not follow the one before it; nothing is said of those behind.
    pub broken: Option<i64>,
}

/// Recomputes the chain from its first row on. It cannot tell whether rows are missing at its end.
///
/// # Errors
/// `not_permitted` without [`Right::SeeEverything`]; the database's own.
pub async fn verify(db: &Db, actor: &Actor) -> Result<Found> {
    permit::need(actor, Right::SeeEverything)?;
    let (mut found, mut last) = (Found::default(), None::<Model>);
    loop {
        let after = last.as_ref().map_or(i64::MIN, |row| row.seq);
        let page = Entity::find().filter(Column::Seq.gt(after)).order_by_asc(Column::Seq).limit(PAGE);
        let rows = page.all(db.read()).await?;
        if rows.is_empty() {
            return Ok(found);
        }
        for row in rows {
            let previous = last.as_ref().map_or("", |row| row.hash.as_str());
            if row.previous != previous || !is_as_written(&row) {
                return Ok(Found { broken: Some(row.seq), ..found });
            }
            found.whole += 1;
            last = Some(row);
        }
    }
}

/// The hash of a row that is otherwise complete.
pub(super) fn seal(row: &Model) -> String {
    // Every column by name: one that is added is covered, or this does not compile. As JSON, so that no
    // two rows read the same.
    let Model {
        seq,
        at,
        actor_id,
        actor_label,
        act,
        subject_kind,
        subject_id,
        related,
        details,
        ip,
        previous,
        hash: _,
    } = row;
    let told = json!([
        seq,
        at.0,
        actor_id,
        actor_label,
        act,
        subject_kind,
        subject_id,
        related,
        details,
        ip,
        previous
    ]);
    format!("{FORMAT}{}", sha256(&told.to_string()))
}

fn is_as_written(row: &Model) -> bool {
    let hash = if row.hash.starts_with(FORMAT) { seal(row) } else { first_format(row) };
    row.hash == hash
}

/// What the rows of before were hashed by.
fn first_format(row: &Model) -> String {
    let subject = row.subject_id.map(|id| id.to_string()).unwrap_or_default();
    let at = row.at.0.to_string();
    sha256(
        &[&row.previous, &at, &row.actor_label, &row.act, &subject, &row.details]
            .map(String::as_str)
            .join("\n"),
    )
}

#[cfg(test)]
mod tests;
