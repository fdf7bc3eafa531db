//! The few statements that SQLite and PostgreSQL say differently.

use sea_orm::{ConnectionTrait, DbErr};

use super::Tx;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    Sqlite,
    Postgres,
}

/// Makes writers of the change feed and the audit chain wait for each other until commit, so that
/// the order of sequence numbers is the order of commits. SQLite has one writer anyway.
///
/// # Errors
/// The database's own.
pub async fn serialize_sequences(tx: &Tx) -> Result<(), DbErr> {
    if tx.dialect() == Dialect::Postgres {
        tx.execute_unprepared("SELECT pg_advisory_xact_lock(7236013)").await?;
    }
    Ok(())
}
