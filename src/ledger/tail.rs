//! The reading end of the journal: joins begins with their ends and gives what is settled.

use std::collections::HashMap;
use std::io;

use super::codec;
use super::journal::Journal;
use super::record::{Begin, Count, End, Record, Refusal};
use super::segment::{self, Place};
use crate::base::ids::CallId;

/// Something that is over and can be posted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settled {
    Call(Box<Begin>, Box<End>),
    Refusal(Box<Refusal>),
    Count(Count),
}

/// Calls that began, by id, with the segment that holds their begin.
#[derive(Default)]
pub struct Open {
    begun: HashMap<CallId, (u64, Box<Begin>)>,
    /// Ends whose begin was carried to a place behind them. False: already posted.
    early: HashMap<CallId, (bool, Box<End>)>,
}

impl Open {
    /// Takes a record in; gives what it settles. `fresh` is false for what was posted before.
    pub fn settle(&mut self, segment: u64, record: Record, fresh: bool) -> Option<Settled> {
        match record {
            Record::Begin(begin) | Record::Carried(begin) => {
                let Some((fresh, end)) = self.early.remove(&begin.id) else {
                    self.begun.insert(begin.id, (segment, Box::new(begin)));
                    return None;
                };
                fresh.then(|| Settled::Call(Box::new(begin), end))
            }
            Record::End(end) => {
                let Some((_, begin)) = self.begun.remove(&end.id) else {
                    self.early.insert(end.id, (fresh, Box::new(end)));
                    return None;
                };
                fresh.then(|| Settled::Call(begin, Box::new(end)))
            }
            Record::Refusal(refusal) => fresh.then(|| Settled::Refusal(Box::new(refusal))),
            Record::Count(count) => fresh.then_some(Settled::Count(count)),
        }
    }

    pub fn into_begins(self) -> HashMap<CallId, Begin> {
        self.begun.into_iter().map(|(id, (_, begin))| (id, *begin)).collect()
    }
}

/// How far the journal was read.
pub struct Tail {
    place: Place,
    /// What lies before it was posted by an earlier process.
    posted: Place,
    open: Open,
}

impl Tail {
    pub fn new(posted: Place) -> Self {
        Self { place: Place { segment: 0, offset: 0 }, posted, open: Open::default() }
    }

    pub fn place(&self) -> Place {
        self.place
    }

    /// Reads on until there are `most` settled ones, or about a megabyte was read, or the end is reached.
    /// The flag tells whether there was more to read.
    pub fn read(&mut self, journal: &Journal, most: usize) -> io::Result<(Vec<Settled>, bool)> {
        let mut settled = Vec::new();
        for segment in journal.segments() {
            if segment.number < self.place.segment {
                continue;
            }
            if segment.number > self.place.segment {
                self.place = Place { segment: segment.number, offset: 0 };
                if segment.number == journal.session() {
                    // Their begins are gone, so they were posted.
                    self.open.early.clear();
                }
            }
            let own = segment.number >= journal.session();
            while self.place.offset < segment.bytes {
                if settled.len() >= most {
                    return Ok((settled, true));
                }
                let (open, posted) = (&mut self.open, self.posted);
                let next = segment::read(journal.folder(), segment, self.place.offset, |offset, payload| {
                    let Some(record) = codec::decode(payload) else {
                        return tracing::warn!(
                            segment = segment.number,
                            offset,
                            "a journal record is not known"
                        );
                    };
                    if own && matches!(record, Record::Carried(_)) {
                        return;
                    }
                    let fresh = Place { segment: segment.number, offset } >= posted;
                    settled.extend(open.settle(segment.number, record, fresh));
                })?;
                self.place.offset = next;
            }
        }
        Ok((settled, false))
    }

    /// Segments that are read to their end, and the begins of calls still open in them.
    pub fn behind(&self, journal: &Journal) -> Vec<(u64, Vec<CallId>)> {
        let mut begins: HashMap<u64, Vec<CallId>> = HashMap::new();
        for (id, (segment, _)) in &self.open.begun {
            begins.entry(*segment).or_default().push(*id);
        }
        let segments = journal.segments().into_iter().map(|segment| segment.number);
        segments
            .filter(|number| *number < self.place.segment)
            .map(|number| (number, begins.remove(&number).unwrap_or_default()))
            .collect()
    }

    /// Carries the begin of an open call into the live segment.
    pub fn carry(&mut self, journal: &Journal, id: CallId) -> io::Result<()> {
        if let Some((segment, begin)) = self.open.begun.get_mut(&id) {
            *segment = journal.carry(begin)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
