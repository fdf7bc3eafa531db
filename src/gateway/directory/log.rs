//! What was told about whom: for each subject the newest change.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};

use crate::base::Timestamp;
use crate::domain::gate::{Change, Noted};

/// Beyond this many subjects the log starts anew, and entries older than it are read again.
const KEPT: usize = 200_000;

pub struct ChangeLog {
    last: RwLock<HashMap<Change, i64>>,
    /// Changes up to here may have been forgotten.
    floor: AtomicI64,
    newest: AtomicI64,
    /// Counts the batches told, so that an entry checked since the last one need not be checked again.
    generation: AtomicU64,
    confirmed: AtomicI64,
}

impl ChangeLog {
    pub fn new() -> Self {
        Self {
            last: RwLock::default(),
            floor: AtomicI64::new(0),
            newest: AtomicI64::new(0),
            generation: AtomicU64::new(1),
            confirmed: AtomicI64::new(0),
        }
    }

    pub fn record(&self, noted: &[Noted]) {
        let newest = noted.iter().map(|noted| noted.seq).max().unwrap_or(0);
        {
            let mut last = self.last.write().unwrap_or_else(PoisonError::into_inner);
            if last.len() > KEPT {
                self.floor.fetch_max(self.newest.load(Ordering::Acquire), Ordering::AcqRel);
                last.clear();
            }
            for noted in noted {
                let slot = last.entry(noted.change).or_insert(noted.seq);
                *slot = noted.seq.max(*slot);
            }
        }
        self.newest.fetch_max(newest, Ordering::AcqRel);
        // Last: who sees the new generation sees the changes as well.
        self.generation.fetch_add(1, Ordering::Release);
    }

    /// The sequence of the newest change to this subject; at least the floor.
    pub fn last(&self, change: Change) -> i64 {
        let last = self.last.read().unwrap_or_else(PoisonError::into_inner);
        last.get(&change).copied().unwrap_or(0).max(self.floor.load(Ordering::Acquire))
    }

    pub fn newest(&self) -> i64 {
        self.newest.load(Ordering::Acquire)
    }

    pub fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    /// The feed was read to its end at this time.
    pub fn confirm(&self, at: Timestamp) {
        self.confirmed.store(at.0, Ordering::Release);
    }

    pub fn confirmed(&self) -> Timestamp {
        Timestamp(self.confirmed.load(Ordering::Acquire))
    }
}
