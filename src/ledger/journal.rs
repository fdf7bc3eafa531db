//! The append-only journal: each record is one `write` under a short mutex. A thread of its own
//! makes it durable each second; nobody who serves a call ever waits for the disk.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::Options;
use super::live::Live;
use super::record::{Begin, Count, End, Refusal};
use super::refusals::Gate;
use super::segment::{self, Segment};
use super::{codec, frame, recovery, syncer};
use crate::base::{Clock, Code, Error, OrCode, Result};

/// The journal's state in figures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gauges {
    /// On disk, drained or not.
    pub bytes: u64,
    pub segments: usize,
    /// Calls that began and have not ended.
    pub open: usize,
    /// Records that wait in memory for the disk.
    pub pending: usize,
    /// Records that were given up, of ends and refusals; the log says so. Anything but 0 is an alarm.
    pub dropped: u64,
    /// True when calls that count on a budget are refused; above an eighth more, all are.
    pub full: bool,
}

pub struct Journal {
    shared: Arc<Shared>,
    thread: Option<std::thread::JoinHandle<()>>,
}

pub(super) struct Shared {
    pub folder: PathBuf,
    pub clock: Clock,
    pub gate: Gate,
    pub wake: Condvar,
    pub live: Mutex<Live>,
    /// The first segment that this process wrote.
    session: u64,
    segment_bytes: u64,
    max_bytes: u64,
    /// Held for the life of the process; another one is refused.
    _lock: File,
}

impl Journal {
    /// Opens the journal of a data folder. Calls that a crash cut off get their end here.
    pub fn open(options: &Options, clock: Clock) -> Result<Self> {
        let folder = options.data.join("journal");
        DirBuilder::new().recursive(true).mode(0o700).create(&folder).or_code(Code::Internal)?;
        let lock = lock(&folder)?;
        let closed = segment::list(&folder).or_code(Code::Internal)?;
        let found = recovery::scan(&folder, &closed).or_code(Code::Internal)?;
        let open = found.open.keys().copied().collect();
        let live = Live::new(&folder, closed, open).or_code(Code::Internal)?;
        let shared = Arc::new(Shared {
            folder,
            clock,
            gate: Gate::default(),
            wake: Condvar::new(),
            session: live.number,
            live: Mutex::new(live),
            segment_bytes: options.segment_bytes.max(1),
            max_bytes: options.max_bytes,
            _lock: lock,
        });
        if !found.open.is_empty() {
            tracing::warn!(calls = found.open.len(), "calls were cut off by a crash");
        }
        for begin in found.open.values() {
            shared.end(&recovery::lost(begin, found.last));
        }
        shared.sync().or_code(Code::Internal)?;
        let thread = syncer::start(Arc::clone(&shared)).or_code(Code::Internal)?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// See [`super::Ledger::begin`].
    pub fn begin(&self, begin: &Begin) -> Result<()> {
        self.shared.begin(begin)
    }

    /// See [`super::Ledger::end`].
    pub fn end(&self, end: &End) {
        self.shared.end(end);
    }

    /// See [`super::Ledger::refuse`].
    pub fn refuse(&self, refusal: &Refusal) {
        self.shared.refuse(refusal);
    }

    /// Writes the begin of a call that is still open once more, so that older segments may go.
    /// Gives the segment it is in now.
    pub fn carry(&self, begin: &Begin) -> io::Result<u64> {
        let mut live = self.shared.lock();
        self.shared.append(&mut live, |buffer| codec::carried(buffer, begin))?;
        Ok(live.number)
    }

    /// All segments, oldest first; the last one still grows.
    pub fn segments(&self) -> Vec<Segment> {
        self.shared.lock().segments()
    }

    /// Deletes a closed segment.
    pub fn remove(&self, number: u64) -> io::Result<()> {
        let mut live = self.shared.lock();
        let Some(index) = live.closed.iter().position(|segment| segment.number == number) else {
            return Ok(());
        };
        std::fs::remove_file(segment::path(&self.shared.folder, number))?;
        live.forget(index);
        Ok(())
    }

    /// Makes durable what was written so far.
    pub fn sync(&self) -> io::Result<()> {
        self.shared.sync()
    }

    /// Hands to the journal what the gate counted.
    pub fn flush_counts(&self) {
        self.shared.flush_counts();
    }

    /// Writes what is only in memory: counts, and records that could not be written before.
    pub fn flush(&self) {
        self.shared.flush_counts();
        syncer::retry(&self.shared);
    }

    pub fn folder(&self) -> &Path {
        &self.shared.folder
    }

    pub fn session(&self) -> u64 {
        self.shared.session
    }

    pub fn gauges(&self) -> Gauges {
        let live = self.shared.lock();
        Gauges {
            bytes: live.bytes(),
            segments: live.closed.len() + 1,
            open: live.open.len(),
            pending: live.pending(),
            dropped: live.dropped,
            full: live.bytes() >= self.shared.max_bytes || live.pending() > 0,
        }
    }

    #[cfg(test)]
    pub fn break_disk(&self, broken: bool) {
        self.shared.lock().disk_fails = broken;
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        self.shared.lock().stop = true;
        self.shared.wake.notify_all();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Shared {
    pub fn lock(&self) -> MutexGuard<'_, Live> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin(&self, begin: &Begin) -> Result<()> {
        let budgeted = !begin.reserved.budgets.is_empty();
        let mut live = self.lock();
        let most = if budgeted { self.max_bytes } else { self.hard_max() };
        if live.bytes() >= most {
            return Err(full());
        }
        match self.append(&mut live, |buffer| codec::begin(buffer, begin)) {
            Err(error) if budgeted => return Err(full().caused_by(error)),
            // Without a record no vendor may be called.
            Err(error) if !live.keep() => return Err(full().caused_by(error)),
            _ => {}
        }
        live.open.insert(begin.id);
        Ok(())
    }

    fn end(&self, end: &End) {
        let mut live = self.lock();
        if !live.open.remove(&end.id) {
            return;
        }
        if self.append(&mut live, |buffer| codec::end(buffer, end)).is_err() {
            live.keep();
        }
    }

    fn refuse(&self, refusal: &Refusal) {
        let (ip, code, at) = (refusal.who.ip, refusal.code, refusal.at);
        if !refusal.proved && !self.gate.keeps(ip, code, at) {
            return;
        }
        let mut live = self.lock();
        let most = if refusal.proved { self.hard_max() } else { self.max_bytes };
        if live.bytes() >= most {
            drop(live);
            return self.gate.count(ip, code, at);
        }
        if self.append(&mut live, |buffer| codec::refusal(buffer, refusal)).is_err() {
            live.keep();
        }
    }

    pub fn flush_counts(&self) {
        for count in self.gate.take(self.clock.now()) {
            self.count(&count);
        }
    }

    fn count(&self, count: &Count) {
        let mut live = self.lock();
        if self.append(&mut live, |buffer| codec::count(buffer, count)).is_err() {
            live.keep();
        }
    }

    /// Above the configured size, room for what must not be lost: ends of admitted calls, and the
    /// records of calls that count on no budget.
    fn hard_max(&self) -> u64 {
        self.max_bytes.saturating_add(self.max_bytes / 8)
    }

    /// Frames one record and writes it; on failure the frame stays in the buffer.
    fn append(&self, live: &mut Live, write: impl FnOnce(&mut Vec<u8>)) -> io::Result<()> {
        let mut buffer = std::mem::take(&mut live.buffer);
        frame::open(&mut buffer);
        write(&mut buffer);
        frame::seal(&mut buffer);
        let done = self.put(live, &buffer);
        live.buffer = buffer;
        done
    }

    pub fn put(&self, live: &mut Live, frame: &[u8]) -> io::Result<()> {
        if live.is_grown(self.segment_bytes) {
            self.rotate(live);
        }
        live.put(frame)
    }

    /// Goes on in a new segment; where none can be made, in the old one.
    fn rotate(&self, live: &mut Live) {
        match live.rotate(&self.folder) {
            Ok(()) => self.wake.notify_all(),
            Err(error) => tracing::warn!(%error, "no new segment for the journal"),
        }
    }

    /// Makes durable what was written so far; the mutex is not held while the disk works.
    pub fn sync(&self) -> io::Result<()> {
        let files = self.lock().take_unsynced();
        if files.is_empty() {
            return Ok(());
        }
        for file in &files {
            if let Err(error) = file.sync_data() {
                self.lock().still_unsynced(files);
                return Err(error);
            }
        }
        File::open(&self.folder)?.sync_all()
    }
}

fn full() -> Error {
    Code::Overloaded.with("the journal takes no records now").after(5)
}

fn lock(folder: &Path) -> Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false).mode(0o600);
    let file = options.open(folder.join("lock")).or_code(Code::Internal)?;
    file.try_lock().map_err(|error| {
        let shown = format!("the journal {} is in use by another Portico", folder.display());
        Code::Conflict.saying(shown).caused_by(error)
    })?;
    Ok(file)
}

#[cfg(test)]
mod tests;
