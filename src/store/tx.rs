//! One transaction, with its time and the changes it noted.

use std::sync::{Arc, Mutex, PoisonError};

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult, Statement};
use sea_orm_migration::async_trait;

use super::Dialect;
use super::feed::Noted;
use crate::base::{Code, Result, Timestamp};

/// A running transaction. Pass `&tx` wherever sea-orm wants a connection.
#[derive(Clone)]
pub struct Tx(Arc<Inner>);

struct Inner {
    on: DatabaseTransaction,
    dialect: Dialect,
    now: Timestamp,
    noted: Mutex<Vec<Noted>>,
}

impl Tx {
    pub(super) fn new(on: DatabaseTransaction, dialect: Dialect, now: Timestamp) -> Self {
        Self(Arc::new(Inner { on, dialect, now, noted: Mutex::default() }))
    }

    /// The one time of this transaction.
    pub fn now(&self) -> Timestamp {
        self.0.now
    }

    pub fn dialect(&self) -> Dialect {
        self.0.dialect
    }

    /// Keeps a change row that was written, to publish it after the commit.
    pub fn keep(&self, noted: Noted) {
        self.0.noted.lock().unwrap_or_else(PoisonError::into_inner).push(noted);
    }

    /// Commits what was done, or takes it back where `done` is a fault, which is then what is given.
    pub(super) async fn finish<T>(self, done: Result<T>) -> Result<(T, Vec<Noted>)> {
        let inner =
            Arc::into_inner(self.0).ok_or_else(|| Code::Internal.with("a transaction outlived its work"))?;
        match done {
            Ok(value) => {
                inner.on.commit().await?;
                Ok((value, inner.noted.into_inner().unwrap_or_else(PoisonError::into_inner)))
            }
            Err(fault) => {
                // A full disk takes everything back by itself: then this fails, and the fault is still the first one.
                if let Err(error) = inner.on.rollback().await {
                    tracing::debug!(%error, "nothing was left to take back");
                }
                Err(fault)
            }
        }
    }
}

#[async_trait::async_trait]
impl ConnectionTrait for Tx {
    fn get_database_backend(&self) -> DbBackend {
        self.0.on.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.0.on.execute_raw(statement).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.0.on.execute_unprepared(sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.0.on.query_one_raw(statement).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.0.on.query_all_raw(statement).await
    }
}
