//! The pools: one writer and several readers a database, apart for pages and for the key check.

use std::time::Duration;

use sea_orm::{ConnectOptions, Database, DatabaseConnection, DbErr};
use sqlx::Connection as _;
use sqlx::sqlite::SqliteConnection;

use super::Dialect;
use crate::base::{Code, OrCode, Result};
use crate::config::Config;

pub(super) struct Pools {
    pub write: DatabaseConnection,
    pub read: DatabaseConnection,
    pub gate: DatabaseConnection,
}

const PAGE_WAIT: Duration = Duration::from_secs(2);
const GATE_WAIT: Duration = Duration::from_millis(250);
/// As long as SQLite is asked to wait for another process: a backup tool that holds the file a moment costs
/// nobody their change, and who waits longer is told to come back.
const WRITE_WAIT: Duration = Duration::from_secs(5);

/// How an SQLite file is written.
struct File {
    synchronous: &'static str,
    /// Of the writer, in KiB and negative, as the pragma wants it.
    cache: &'static str,
    /// Pages that the log holds before they go to their place in the file.
    checkpoint: &'static str,
}

const STATE: File = File { synchronous: "FULL", cache: "-8192", checkpoint: "1000" };
/// Each call goes into indexes at places far apart: with room for their pages, in memory and in the
/// log, a page is read once and written for many calls. What a crash takes from here the journal has.
const CALLS: File = File { synchronous: "NORMAL", cache: "-32768", checkpoint: "8000" };

/// Opens the state and the calls database.
pub(super) async fn open(config: &Config) -> Result<(Dialect, Pools, Pools)> {
    match config.database.url.as_deref() {
        Some(url) if url.starts_with("postgres") => {
            let pools = postgres(url).await.or_code(Code::Internal)?;
            let calls = postgres(url).await.or_code(Code::Internal)?;
            Ok((Dialect::Postgres, pools, calls))
        }
        Some(url) => {
            Err(Code::Internal.with(format!("database.url: unknown scheme {:?}", url.split(':').next())))
        }
        None => {
            let state = config.data.dir.join("portico.db");
            let calls = config.data.dir.join("calls.db");
            let state = sqlite(&state.to_string_lossy(), &STATE).await.or_code(Code::Internal)?;
            let calls = sqlite(&calls.to_string_lossy(), &CALLS).await.or_code(Code::Internal)?;
            Ok((Dialect::Sqlite, state, calls))
        }
    }
}

async fn sqlite(path: &str, file: &'static File) -> Result<Pools, DbErr> {
    let url = format!("sqlite://{path}?mode=rwc");
    let connect = |size: u32, wait: Duration| {
        let mut options = ConnectOptions::new(url.clone());
        options.max_connections(size).min_connections(1).acquire_timeout(wait).sqlx_logging(false);
        options.idle_timeout(None).max_lifetime(None).test_before_acquire(false);
        options.map_sqlx_sqlite_before_acquire(|connection, _| Box::pin(at_rest(connection)));
        // A slow disk must not keep the server from starting: the shorter waits are for who asks later.
        options.connect_lazy(wait != WRITE_WAIT);
        options.map_sqlx_sqlite_opts(move |sqlite| {
            sqlite
                .pragma("journal_mode", "WAL")
                .pragma("synchronous", file.synchronous)
                .pragma("busy_timeout", "5000")
                .pragma("journal_size_limit", "67108864")
                .pragma("foreign_keys", "ON")
                .pragma("cache_size", if wait == WRITE_WAIT { file.cache } else { "-8192" })
                .pragma("wal_autocheckpoint", file.checkpoint)
                // An insert of many rows keeps the pages it changes until its end: in memory, not in a file.
                .pragma("temp_store", "MEMORY")
        });
        Database::connect(options)
    };
    let write = connect(1, WRITE_WAIT).await?;
    Ok(Pools { write, read: connect(4, PAGE_WAIT).await?, gate: connect(2, GATE_WAIT).await? })
}

/// Whether the transaction before has ended. After a commit that found no room, or after SQLite itself has taken
/// everything back, it may not have: then all that follows would be a part of it and never be committed. Such a
/// connection is closed, and another one is opened.
async fn at_rest(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    let rest = !connection.is_in_transaction();
    if !rest {
        tracing::warn!("a connection whose transaction did not end is closed");
    }
    Ok(rest)
}

async fn postgres(url: &str) -> Result<Pools, DbErr> {
    let connect = |size: u32, wait: Duration, statement: Duration| {
        let mut options = ConnectOptions::new(url.to_owned());
        options.max_connections(size).min_connections(0).acquire_timeout(wait).sqlx_logging(false);
        options
            .statement_timeout(statement)
            .idle_timeout(Duration::from_secs(300))
            .set_application_name("portico");
        options.connect_lazy(true);
        Database::connect(options)
    };
    Ok(Pools {
        write: connect(4, WRITE_WAIT, Duration::from_secs(30)).await?,
        read: connect(6, PAGE_WAIT, Duration::from_secs(5)).await?,
        gate: connect(4, GATE_WAIT, Duration::from_secs(1)).await?,
    })
}
