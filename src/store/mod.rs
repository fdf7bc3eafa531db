//! The database: pools, transactions, dialect, entities, the migration runner and the key file.
//! It knows tables, never rules: what may be written is decided in `domain` and `ledger`.

pub mod dialect;
pub mod entity;
pub mod feed;
pub mod migrate;
pub mod node;
pub mod pools;
mod tx;
pub mod vault;

use std::sync::Arc;

use sea_orm::{
    DatabaseConnection, DatabaseTransaction, SqliteTransactionMode, TransactionOptions, TransactionTrait,
};

use crate::base::{Clock, Code, OrCode, Result, Timestamp};
use crate::config::Config;

pub use dialect::Dialect;
pub use feed::{Change, Listener, Noted};
pub use node::Node;
pub use tx::Tx;
pub use vault::Vault;

use feed::Feed;
use pools::Pools;

/// The one handle on everything stored. Clones are cheap and share all.
#[derive(Clone)]
pub struct Db(Arc<Inner>);

struct Inner {
    dialect: Dialect,
    state: Pools,
    calls: Pools,
    clock: Clock,
    feed: Feed,
    vault: Vault,
}

impl Db {
    /// Opens the databases named in the configuration and brings their schema up to date.
    ///
    /// # Errors
    /// When a database cannot be reached, or its schema is newer than this binary.
    pub async fn open(config: &Config, clock: Clock) -> Result<Self> {
        let vault = Vault::open(&config.data.dir)?;
        let (dialect, state, calls) = pools::open(config).await?;
        migrate::state(&state.write).await?;
        migrate::calls(&calls.write).await?;
        let feed = Feed::from_now(&state.write).await?;
        Ok(Self(Arc::new(Inner { dialect, state, calls, clock, feed, vault })))
    }

    pub fn dialect(&self) -> Dialect {
        self.0.dialect
    }

    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    pub fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    pub fn vault(&self) -> &Vault {
        &self.0.vault
    }

    /// Reads for pages and the management API: waits up to 2 s for a connection.
    pub fn read(&self) -> &DatabaseConnection {
        &self.0.state.read
    }

    /// Reads of the key check: waits 250 ms at most, so that a slow database never queues calls.
    pub fn gate(&self) -> &DatabaseConnection {
        &self.0.state.gate
    }

    /// Reads of the calls database.
    pub fn calls(&self) -> &DatabaseConnection {
        &self.0.calls.read
    }

    /// Adds somebody who is told of each change after its commit and before the writer's answer.
    pub fn listen(&self, listener: Arc<dyn Listener>) {
        self.0.feed.add(listener);
    }

    /// Tells the listeners of changes, those of other nodes included. Called often by a job.
    pub async fn poll_changes(&self) -> Result<()> {
        self.0.feed.poll(self.read()).await
    }

    /// Runs `work` in one transaction on the state database, in a task of its own: a client that
    /// leaves cannot tear it. After the commit the changes it noted are published, then its value
    /// is given back.
    ///
    /// # Errors
    /// What `work` gives (everything is rolled back), or the database's own fault.
    pub async fn transact<T, W, F>(&self, work: W) -> Result<T>
    where
        T: Send + 'static,
        W: FnOnce(Tx) -> F + Send + 'static,
        F: Future<Output = Result<T>> + Send + 'static,
    {
        let db = self.clone();
        detached(async move {
            let tx = Tx::new(begin(&db.0.state.write).await?, db.0.dialect, db.now());
            let done = work(tx.clone()).await;
            let (value, noted) = tx.finish(done).await?;
            db.0.feed.publish(&noted).await;
            Ok(value)
        })
        .await
    }

    /// The same on the calls database, which has no changes to publish. For the drainer and retention.
    ///
    /// # Errors
    /// As [`Db::transact`].
    pub async fn transact_calls<T, W, F>(&self, work: W) -> Result<T>
    where
        T: Send + 'static,
        W: FnOnce(Tx) -> F + Send + 'static,
        F: Future<Output = Result<T>> + Send + 'static,
    {
        let db = self.clone();
        detached(async move {
            let tx = Tx::new(begin(&db.0.calls.write).await?, db.0.dialect, db.now());
            let done = work(tx.clone()).await;
            Ok(tx.finish(done).await?.0)
        })
        .await
    }

    /// The connection that alone writes the state database: for backup and maintenance.
    pub fn state_writer(&self) -> &DatabaseConnection {
        &self.0.state.write
    }

    /// The connection that alone writes the calls database: for backup and maintenance.
    pub fn calls_writer(&self) -> &DatabaseConnection {
        &self.0.calls.write
    }
}

#[expect(clippy::disallowed_methods, reason = "a transaction outlives the request that asked for it")]
async fn detached<T: Send + 'static>(work: impl Future<Output = Result<T>> + Send + 'static) -> Result<T> {
    tokio::spawn(work).await.or_code(Code::Internal)?
}

/// SQLite has one writer: whoever will write stands in line from the beginning.
fn immediate() -> TransactionOptions {
    TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..Default::default()
    }
}

/// A database that cannot be had is `overloaded` for pages and forms, never the caller's fault.
async fn begin(on: &DatabaseConnection) -> Result<DatabaseTransaction> {
    on.begin_with_options(immediate()).await.map_err(|cause| {
        Code::Overloaded.saying("The database cannot take this change right now.").after(5).caused_by(cause)
    })
}

#[cfg(test)]
mod tests;
