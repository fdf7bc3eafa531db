//! The memory that calls may hold together. New work is refused before it starts, so that work in
//! progress can end.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::base::{Code, Result};

/// A budget of bytes shared by all calls of this node.
#[derive(Clone)]
pub struct Memory(Arc<Pool>);

struct Pool {
    limit: u64,
    used: AtomicU64,
}

impl Memory {
    pub(super) fn new(limit: u64) -> Self {
        Self(Arc::new(Pool { limit, used: AtomicU64::new(0) }))
    }

    pub fn used(&self) -> u64 {
        self.0.used.load(Ordering::Relaxed)
    }

    pub fn limit(&self) -> u64 {
        self.0.limit
    }

    /// A hold of nothing yet.
    pub fn hold(&self) -> MemoryHold {
        MemoryHold { pool: self.clone(), bytes: 0 }
    }

    /// Takes `bytes`, or refuses with `overloaded`.
    pub fn take(&self, bytes: u64) -> Result<MemoryHold> {
        let mut hold = self.hold();
        hold.grow(bytes)?;
        Ok(hold)
    }
}

/// Bytes a call holds; dropping it gives them back.
pub struct MemoryHold {
    pool: Memory,
    bytes: u64,
}

impl MemoryHold {
    /// Takes more, or refuses with `overloaded` and keeps what it has.
    pub fn grow(&mut self, bytes: u64) -> Result<()> {
        let Pool { limit, used } = &*self.pool.0;
        let before = used.fetch_add(bytes, Ordering::Relaxed);
        if before.saturating_add(bytes) > *limit {
            used.fetch_sub(bytes, Ordering::Relaxed);
            return Err(Code::Overloaded.with(format!("{before} of {limit} bytes held by calls")).after(1));
        }
        self.bytes += bytes;
        Ok(())
    }

    /// Gives back all but `bytes`.
    pub fn shrink_to(&mut self, bytes: u64) {
        let back = self.bytes.saturating_sub(bytes);
        self.pool.0.used.fetch_sub(back, Ordering::Relaxed);
        self.bytes -= back;
    }
}

impl Drop for MemoryHold {
    fn drop(&mut self) {
        self.shrink_to(0);
    }
}
