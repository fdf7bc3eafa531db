//! Call records: crash-safe journal, posting to the database, prices, reports.
//! It knows no HTTP and decides nothing about a call; it keeps what was decided.

pub mod record;

mod codec;
mod frame;
mod journal;
mod recovery;
mod refusals;
mod segment;
mod syncer;
mod tail;

use std::path::PathBuf;
use std::sync::Arc;

use crate::base::{Clock, Result};
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
}

impl Ledger {
    /// Opens the journal, alone: a second process on the same data folder is refused. Calls that a
    /// crash cut off are ended as `lost` here.
    pub fn open(options: &Options, clock: Clock) -> Result<Self> {
        Ok(Self { journal: Arc::new(Journal::open(options, clock)?) })
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

    pub fn gauges(&self) -> Gauges {
        self.journal.gauges()
    }
}

#[cfg(test)]
pub(crate) mod samples;
