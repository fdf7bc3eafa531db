//! Call records: crash-safe journal, posting to the database, prices, reports.
//! It knows no HTTP and decides nothing about a call; it keeps what was decided.

pub mod asked;
pub mod calls;
pub mod export;
pub mod kept;
pub mod prices;
pub mod record;
pub mod reports;

mod checkpoint;
mod codec;
mod drainer;
mod frame;
mod journal;
mod live;
mod posting;
mod recovery;
mod refusals;
mod rows;
mod segment;
mod syncer;
mod tail;

use std::path::PathBuf;
use std::sync::Arc;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::base::limit::LimitScope;
use crate::base::{Clock, Nanos, Result};
use crate::store::Db;
use crate::store::entity::budget_spent;
use drainer::Drainer;
use journal::Journal;
use record::{Begin, End, Refusal};

pub use journal::Gauges;

/// Where the journal lives and how large it may grow.
#[derive(Clone, Debug)]
pub struct Options {
    /// The data folder; the journal is its sub-folder `journal`.
    pub data: PathBuf,
    /// A segment is closed when it is larger.
    pub segment_bytes: u64,
    /// Beyond this, calls that count on a budget are refused until the database takes records again.
    pub max_bytes: u64,
}

impl Options {
    pub fn new(data: impl Into<PathBuf>) -> Self {
        Self { data: data.into(), segment_bytes: 16 << 20, max_bytes: 4 << 30 }
    }
}

/// The handle of this room. Clones share one journal.
#[derive(Clone)]
pub struct Ledger {
    journal: Arc<Journal>,
    drainer: Arc<tokio::sync::Mutex<Drainer>>,
}

/// What was spent on one budget in one calendar month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spent {
    pub scope: LimitScope,
    pub subject: Uuid,
    /// `2026-11`.
    pub period: String,
    pub nanos: Nanos,
    pub tokens: i64,
}

impl Ledger {
    /// Opens the journal, alone: a second process on the same data folder is refused. Calls that a
    /// crash cut off are ended as `lost` here.
    pub fn open(options: &Options, clock: Clock) -> Result<Self> {
        let journal = Arc::new(Journal::open(options, clock)?);
        let drainer = Arc::new(tokio::sync::Mutex::new(Drainer::new(Arc::clone(&journal))));
        Ok(Self { journal, drainer })
    }

    /// Records that a call is about to reach a vendor. An error means: do not call the vendor.
    pub fn begin(&self, begin: &Begin) -> Result<()> {
        self.journal.begin(begin)
    }

    /// Records how a call ended. Never fails for the caller: what cannot be written now is kept and retried.
    pub fn end(&self, end: &End) {
        self.journal.end(end);
    }

    /// Records a call that was refused before it began.
    pub fn refuse(&self, refusal: &Refusal) {
        self.journal.refuse(refusal);
    }

    /// Posts to the database all calls that are settled; gives how many were new. Called each second
    /// by a job, at stop, and by a page that misses a call. When it fails, the journal keeps what it has.
    pub async fn drain_once(&self, db: &Db) -> Result<usize> {
        self.drainer.lock().await.drain(db).await
    }

    /// Hands the counts of refusals over to the journal now; otherwise that happens each ten seconds.
    pub fn flush_counts(&self) {
        self.journal.flush_counts();
    }

    /// Writes down what is only in memory: counts, and records that the disk refused. For a stop.
    pub fn flush(&self) {
        self.journal.flush();
    }

    /// What counts on budgets of this month, to seed the limits at start: what an earlier process
    /// left in the journal is posted first, so the table is whole.
    pub async fn spent(&self, db: &Db) -> Result<Vec<Spent>> {
        self.drain_once(db).await?;
        let rows = budget_spent::Entity::find()
            .filter(budget_spent::Column::Period.gte(db.now().month()))
            .all(db.calls())
            .await?;
        let read = |row: budget_spent::Model| {
            let scope = LimitScope::parse(&row.scope_kind)?;
            Some(Spent {
                scope,
                subject: row.scope_id,
                period: row.period,
                nanos: row.nanos,
                tokens: row.tokens,
            })
        };
        Ok(rows.into_iter().filter_map(read).collect())
    }

    pub fn gauges(&self) -> Gauges {
        self.journal.gauges()
    }
}

#[cfg(test)]
pub(crate) mod samples;
