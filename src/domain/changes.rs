//! Notes what changed, in the same transaction, so that every cache of every node hears of it.

use sea_orm::{
    ActiveValue::{NotSet, Set},
    EntityTrait,
};

use crate::base::Result;
use crate::store::entity::change;
use crate::store::{Noted, Tx, dialect};

pub use crate::store::Change;

/// Adds a row to the change feed. It is published after the commit.
///
/// # Errors
/// The database's own.
pub async fn note(tx: &Tx, what: Change) -> Result<()> {
    dialect::serialize_sequences(tx).await?;
    let row = change::ActiveModel {
        seq: NotSet,
        kind: Set(what.word().to_owned()),
        subject: Set(what.subject()),
        at: Set(tx.now()),
    };
    let done = change::Entity::insert(row).exec(tx).await?;
    tx.keep(Noted { seq: done.last_insert_id, change: what });
    Ok(())
}
