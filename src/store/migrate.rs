//! Brings a schema up to date, or refuses one that is newer than this binary.

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, TransactionTrait};
use sea_orm_migration::prelude::{DynIden, IntoIden};
use sea_orm_migration::{MigrationTrait, MigratorTrait, seaql_migrations};

use crate::base::{Code, Result};

#[path = "../../migrations/m20261124_000001_state.rs"]
mod m20261124_000001_state;
#[path = "../../migrations/m20261124_000002_calls.rs"]
mod m20261124_000002_calls;
#[path = "../../migrations/m20261124_000003_sign_in.rs"]
mod m20261124_000003_sign_in;
#[path = "../../migrations/m20261127_000004_repeats.rs"]
mod m20261127_000004_repeats;
#[path = "../../migrations/m20261127_000005_usage.rs"]
mod m20261127_000005_usage;
#[path = "../../migrations/m20261127_000006_removed_teams.rs"]
mod m20261127_000006_removed_teams;
#[path = "../../migrations/m20261127_000007_repeats_node.rs"]
mod m20261127_000007_repeats_node;
#[path = "../../migrations/m20261127_000008_series.rs"]
mod m20261127_000008_series;
#[path = "../../migrations/shape.rs"]
mod shape;

/// Of PostgreSQL, for whoever changes the schema: any number that nobody else uses.
const LOCK: i64 = 0x0070_6f72_7469_636f;

struct State;
struct Calls;

impl MigratorTrait for State {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261124_000001_state::Migration),
            Box::new(m20261124_000003_sign_in::Migration),
            Box::new(m20261127_000004_repeats::Migration),
            Box::new(m20261127_000006_removed_teams::Migration),
            Box::new(m20261127_000007_repeats_node::Migration),
        ]
    }

    fn migration_table_name() -> DynIden {
        "migrations_state".into_iden()
    }
}

/// Of its own, as the calls may live in another file than the state.
impl MigratorTrait for Calls {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261124_000002_calls::Migration),
            Box::new(m20261127_000005_usage::Migration),
            Box::new(m20261127_000008_series::Migration),
        ]
    }

    fn migration_table_name() -> DynIden {
        "migrations_calls".into_iden()
    }
}

/// Migrates the state database.
///
/// # Errors
/// When the database is newer than this binary, or cannot be changed.
pub async fn state(on: &DatabaseConnection) -> Result<()> {
    up::<State>(on).await
}

/// Migrates the calls database.
///
/// # Errors
/// As [`state`].
pub async fn calls(on: &DatabaseConnection) -> Result<()> {
    up::<Calls>(on).await
}

/// In one transaction: a process that is ended half-way leaves the schema as it found it (P28).
pub(super) async fn up<M: MigratorTrait>(on: &DatabaseConnection) -> Result<()> {
    let tx = on.begin_with_options(super::immediate()).await?;
    if tx.get_database_backend() == DbBackend::Postgres {
        // Nodes that start together: the second one finds the work done.
        tx.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({LOCK})")).await?;
    }
    M::install(&tx).await?;
    let table = M::migration_table_name();
    let select =
        sea_orm::sea_query::Query::select().column(seaql_migrations::Column::Version).from(table).to_owned();
    let known: Vec<String> = M::migrations().iter().map(|m| m.name().to_owned()).collect();
    for row in tx.query_all(&select).await? {
        let applied: String = row.try_get("", "version")?;
        if !known.contains(&applied) {
            return Err(Code::Internal.saying(format!(
                "The database has the migration {applied}, which this binary does not know: it was written by a \
                 newer Portico. Start that version, or restore a backup made before the upgrade."
            )));
        }
    }
    M::up(&tx, None).await?;
    tx.commit().await?;
    Ok(())
}
