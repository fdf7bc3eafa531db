//! What is known of an answer's head while vendors are still asked.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

/// Shared by the guard, which waits for a vendor, and the answer, whose head may go out before one has answered.
#[derive(Default)]
pub struct Head {
    sent: AtomicBool,
    left_out: Mutex<Vec<String>>,
}

impl Head {
    /// The head goes out now: its status can no longer change.
    pub fn send(&self) {
        self.sent.store(true, Ordering::Relaxed);
    }

    pub fn is_sent(&self) -> bool {
        self.sent.load(Ordering::Relaxed)
    }

    /// Names the fields that the vendor now asked does not hear of; those of the one before count no more.
    pub fn leave_out(&self, names: Vec<String>) {
        *self.left_out.lock().unwrap_or_else(PoisonError::into_inner) = names;
    }

    /// Fields of the request that were left out harmlessly.
    pub fn left_out(&self) -> Vec<String> {
        self.left_out.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
