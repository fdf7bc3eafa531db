//! What the journal's mutex guards: the segment that grows, those that are closed, and what waits in
//! memory for the disk.

use std::collections::{HashSet, VecDeque};
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;

use super::segment::{self, Segment};
use crate::base::ids::CallId;

/// Records that wait in memory while the disk takes none.
const PENDING_BYTES: usize = 16 << 20;

pub(super) struct Live {
    file: Arc<File>,
    pub number: u64,
    offset: u64,
    pub closed: VecDeque<Segment>,
    closed_bytes: u64,
    /// Files with bytes that are not durable yet.
    unsynced: Vec<Arc<File>>,
    dirty: bool,
    pub open: HashSet<CallId>,
    pending: VecDeque<Vec<u8>>,
    pending_bytes: usize,
    pub dropped: u64,
    /// The frame that is written, or that could not be.
    pub buffer: Vec<u8>,
    pub stop: bool,
    #[cfg(test)]
    pub disk_fails: bool,
}

impl Live {
    /// Goes on in a new segment after those that are closed.
    pub fn new(folder: &Path, closed: Vec<Segment>, open: HashSet<CallId>) -> io::Result<Self> {
        let number = closed.last().map_or(1, |last| last.number + 1);
        let (file, offset) = segment::create(folder, number)?;
        Ok(Self {
            file: Arc::new(file),
            number,
            offset,
            closed_bytes: closed.iter().map(|segment| segment.bytes).sum(),
            closed: closed.into(),
            unsynced: Vec::new(),
            dirty: true,
            open,
            pending: VecDeque::new(),
            pending_bytes: 0,
            dropped: 0,
            buffer: Vec::with_capacity(1024),
            stop: false,
            #[cfg(test)]
            disk_fails: false,
        })
    }

    pub fn bytes(&self) -> u64 {
        self.closed_bytes + self.offset
    }

    /// All segments, oldest first; the last one still grows.
    pub fn segments(&self) -> Vec<Segment> {
        let growing = Segment { number: self.number, bytes: self.offset };
        self.closed.iter().copied().chain([growing]).collect()
    }

    /// Forgets a closed segment, whose file is gone.
    pub fn forget(&mut self, index: usize) {
        if let Some(gone) = self.closed.remove(index) {
            self.closed_bytes = self.closed_bytes.saturating_sub(gone.bytes);
        }
    }

    /// True where the growing segment has its size.
    pub fn is_grown(&self, segment_bytes: u64) -> bool {
        self.offset >= segment_bytes
    }

    /// Goes on in a new segment.
    pub fn rotate(&mut self, folder: &Path) -> io::Result<()> {
        let (file, offset) = segment::create(folder, self.number + 1)?;
        self.closed.push_back(Segment { number: self.number, bytes: self.offset });
        self.closed_bytes += self.offset;
        let old = std::mem::replace(&mut self.file, Arc::new(file));
        self.unsynced.push(old);
        self.number += 1;
        self.offset = offset;
        self.dirty = true;
        Ok(())
    }

    pub fn put(&mut self, frame: &[u8]) -> io::Result<()> {
        self.write(frame)?;
        self.offset += frame.len() as u64;
        self.dirty = true;
        Ok(())
    }

    /// Writes at the end. What a failure left half-written lies behind the end and is overwritten.
    fn write(&mut self, frame: &[u8]) -> io::Result<()> {
        #[cfg(test)]
        if self.disk_fails {
            let half = frame.get(..frame.len() / 2).unwrap_or(frame);
            self.file.write_all_at(half, self.offset)?;
            let _ = self.file.set_len(self.offset);
            return Err(io::ErrorKind::StorageFull.into());
        }
        let done = self.file.write_all_at(frame, self.offset);
        if done.is_err() {
            let _ = self.file.set_len(self.offset);
        }
        done
    }

    /// The files to make durable; they count as such unless they are given back.
    pub fn take_unsynced(&mut self) -> Vec<Arc<File>> {
        let mut files = std::mem::take(&mut self.unsynced);
        if std::mem::take(&mut self.dirty) {
            files.push(Arc::clone(&self.file));
        }
        files
    }

    pub fn still_unsynced(&mut self, files: Vec<Arc<File>>) {
        self.unsynced.extend(files);
    }

    /// Keeps in memory the frame that could not be written; false when there is no room for it.
    pub fn keep(&mut self) -> bool {
        if self.pending_bytes + self.buffer.len() > PENDING_BYTES {
            self.dropped += 1;
            if self.dropped.is_power_of_two() {
                tracing::error!(
                    records = self.dropped,
                    "the journal's disk takes nothing and its memory is full: records were given up"
                );
            }
            return false;
        }
        self.pending_bytes += self.buffer.len();
        self.pending.push_back(self.buffer.clone());
        true
    }

    pub fn pending(&self) -> usize {
        self.pending.len()
    }

    pub fn take_pending(&mut self) -> Option<Vec<u8>> {
        let frame = self.pending.pop_front()?;
        self.pending_bytes -= frame.len();
        Some(frame)
    }

    pub fn give_back(&mut self, frame: Vec<u8>) {
        self.pending_bytes += frame.len();
        self.pending.push_front(frame);
    }
}
