//! Edits by place: every byte that is not edited stays as it was.

use std::cmp::Reverse;
use std::ops::Range;

use bytes::{Bytes, BytesMut};

/// A list of edits of one body.
#[derive(Default)]
pub struct Edits {
    list: Vec<(Range<usize>, Vec<u8>)>,
}

impl Edits {
    pub fn replace(&mut self, place: Range<usize>, with: impl Into<Vec<u8>>) {
        self.list.push((place, with.into()));
    }

    pub fn insert(&mut self, at: usize, what: impl Into<Vec<u8>>) {
        self.replace(at..at, what);
    }

    pub fn remove(&mut self, place: Range<usize>) {
        self.replace(place, Vec::new());
    }

    /// The edited body; the very same bytes when there is nothing to do. Where two places overlap,
    /// the one that starts first wins, and of those the longest; what is inserted there comes before.
    pub fn apply(mut self, body: &Bytes) -> Bytes {
        if self.list.is_empty() {
            return body.clone();
        }
        self.list.sort_by_key(|(place, _)| (place.start, !place.is_empty(), Reverse(place.end)));
        let added: usize = self.list.iter().map(|(_, with)| with.len()).sum();
        let mut edited = BytesMut::with_capacity(body.len() + added);
        self.write(body, &mut edited);
        edited.freeze()
    }

    fn write(&self, body: &[u8], out: &mut BytesMut) {
        let mut done = 0;
        for (place, with) in &self.list {
            if place.start < done {
                done = done.max(place.end);
                continue;
            }
            out.extend_from_slice(body.get(done..place.start).unwrap_or_default());
            out.extend_from_slice(with);
            done = place.end;
        }
        out.extend_from_slice(body.get(done..).unwrap_or_default());
    }
}

/// A string as JSON, with its quotes.
pub fn quoted(text: &str) -> Vec<u8> {
    serde_json::to_vec(text).unwrap_or_else(|_| b"\"\"".to_vec())
}

#[cfg(test)]
mod tests;
