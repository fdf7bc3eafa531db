//! The thread behind the journal: each second, and when a segment is full, it makes durable what
//! was written, retries what could not be written, and hands over counts.

use std::sync::{Arc, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::journal::Shared;

const PERIOD: Duration = Duration::from_secs(1);
/// Counts of refusals are handed over each so many rounds.
const COUNT_ROUNDS: u32 = 10;

pub fn start(shared: Arc<Shared>) -> std::io::Result<JoinHandle<()>> {
    std::thread::Builder::new().name("journal".to_owned()).spawn(move || run(&shared))
}

fn run(shared: &Shared) {
    let mut round = 0_u32;
    loop {
        let stop = {
            let live = shared.lock();
            let waited = if live.stop {
                live
            } else {
                shared.wake.wait_timeout(live, PERIOD).unwrap_or_else(PoisonError::into_inner).0
            };
            waited.stop
        };
        round = round.wrapping_add(1);
        if stop || round.is_multiple_of(COUNT_ROUNDS) {
            shared.flush_counts();
        }
        retry(shared);
        if let Err(error) = shared.sync() {
            tracing::error!(%error, "the journal could not be made durable");
        }
        if stop {
            return;
        }
    }
}

/// Writes, in their order, the records that could not be written before.
pub fn retry(shared: &Shared) {
    let mut live = shared.lock();
    while let Some(frame) = live.take_pending() {
        if let Err(error) = shared.put(&mut live, &frame) {
            live.give_back(frame);
            tracing::error!(%error, "the journal cannot be written");
            return;
        }
    }
}
