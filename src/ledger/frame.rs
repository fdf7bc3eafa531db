//! Framing of records in a segment: length, CRC-32, payload. What does not fit its sum is skipped
//! up to the next frame that does, so that one torn or lost page costs no more than itself.

/// The first bytes of each segment; the digit is the version of the framing.
pub const MAGIC: &[u8; 8] = b"PTCJNL-1";
const HEAD: usize = 8;
/// No record is shorter (kind and id) …
const LEAST: usize = 17;
/// … or longer.
pub const MOST: usize = 1 << 16;

/// Makes room for the head of a frame; the payload is then appended, and [`seal`] fills the head in.
pub fn open(buffer: &mut Vec<u8>) {
    buffer.clear();
    buffer.extend_from_slice(&[0; HEAD]);
}

pub fn seal(buffer: &mut [u8]) {
    let Some((head, payload)) = buffer.split_at_mut_checked(HEAD) else { return };
    let length = u32::try_from(payload.len()).unwrap_or(u32::MAX).to_le_bytes();
    let sum = crc32fast::hash(payload).to_le_bytes();
    for (slot, byte) in head.iter_mut().zip(length.into_iter().chain(sum)) {
        *slot = byte;
    }
}

/// What stands at a place in a segment.
#[derive(Debug, PartialEq, Eq)]
pub enum Next<'a> {
    Frame {
        payload: &'a [u8],
        next: usize,
    },
    /// A head whose payload goes on beyond these bytes.
    Cut,
    Broken,
}

pub fn at(bytes: &[u8], place: usize) -> Next<'_> {
    let rest = bytes.get(place..).unwrap_or(&[]);
    let Some((head, body)) = rest.split_at_checked(HEAD) else { return Next::Cut };
    let (Some(length), Some(sum)) = (word(head, 0), word(head, 4)) else { return Next::Cut };
    let length = length as usize;
    if !(LEAST..=MOST).contains(&length) {
        return Next::Broken;
    }
    let Some(payload) = body.get(..length) else { return Next::Cut };
    if crc32fast::hash(payload) == sum {
        Next::Frame { payload, next: place + HEAD + length }
    } else {
        Next::Broken
    }
}

/// The place of the next whole frame behind a broken one.
pub fn after_damage(bytes: &[u8], place: usize) -> Option<usize> {
    (place + 1..bytes.len()).find(|place| matches!(at(bytes, *place), Next::Frame { .. }))
}

fn word(head: &[u8], from: usize) -> Option<u32> {
    head.get(from..from + 4)?.try_into().ok().map(u32::from_le_bytes)
}

#[cfg(test)]
mod tests;
