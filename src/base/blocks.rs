//! Bytes that come in pieces.

use bytes::{Bytes, BytesMut};

/// A body that comes in pieces, in blocks of one size: a buffer that doubles would leave twice the cap
/// behind it, and a list of the pieces as they come would cost more than a piece of one byte.
pub struct Blocks {
    full: Vec<BytesMut>,
    size: usize,
    len: usize,
}

impl Blocks {
    /// `size`: bytes of one block.
    pub fn new(size: usize) -> Self {
        Self { full: Vec::new(), size, len: 0 }
    }

    pub fn len(&self) -> usize {
        self.len
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub fn push(&mut self, mut bytes: &[u8]) {
        self.len += bytes.len();
        while !bytes.is_empty() {
            match self.full.last_mut() {
                Some(last) if last.len() < self.size => {
                    let (now, later) = bytes.split_at(bytes.len().min(self.size - last.len()));
                    last.extend_from_slice(now);
                    bytes = later;
                }
                _ => self.full.push(BytesMut::with_capacity(self.size)),
            }
        }
    }

    /// Those bytes in one; a single block is it already.
    pub fn whole(mut self) -> Bytes {
        if self.full.len() == 1 {
            return self.full.pop().unwrap_or_default().freeze();
        }
        let mut whole = BytesMut::with_capacity(self.len);
        self.full.into_iter().for_each(|block| whole.extend_from_slice(&block));
        whole.freeze()
    }
}

#[cfg(test)]
mod tests;
