//! Server-sent events out of bytes in any split. An event is found by its blank line, never by a
//! chunk's end, so a cut inside a character or inside `\r\n` changes nothing.

use std::ops::Range;

use memchr::memchr2;

/// Bytes one event may have.
pub const MAX_EVENT: usize = 1 << 20;
const BOM: &[u8] = b"\xef\xbb\xbf";

/// An event grew over `MAX_EVENT`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLarge;

/// Cuts a byte stream into whole events. Holds back only the event that is not complete yet.
#[derive(Default)]
pub struct Splitter {
    carry: Vec<u8>,
    line_has_bytes: bool,
    /// The last byte was `\r`; a `\n` that follows belongs to it.
    after_cr: bool,
    /// That `\r` ended a blank line.
    blank: bool,
    started: bool,
}

impl Splitter {
    /// Gives each event that `chunk` completes to `event`, with its blank line, in order.
    pub fn push<E: From<TooLarge>>(
        &mut self,
        chunk: &[u8],
        mut event: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut rest = chunk;
        while let Some(end) = self.find_end(rest) {
            let (head, tail) = rest.split_at(end);
            rest = tail;
            if self.carry.is_empty() && head.len() <= MAX_EVENT {
                event(self.without_bom(head))?;
                continue;
            }
            self.hold(head)?;
            let whole = std::mem::take(&mut self.carry);
            event(self.without_bom(&whole))?;
            self.carry = whole;
            self.carry.clear();
            self.carry.shrink_to(4096);
        }
        self.hold(rest)
    }

    /// What was left without a blank line when the stream ended.
    pub fn leftover(&mut self) -> Vec<u8> {
        let whole = std::mem::take(&mut self.carry);
        self.without_bom(&whole).to_vec()
    }

    fn hold<E: From<TooLarge>>(&mut self, bytes: &[u8]) -> Result<(), E> {
        if self.carry.len() + bytes.len() > MAX_EVENT {
            return Err(TooLarge.into());
        }
        self.carry.extend_from_slice(bytes);
        Ok(())
    }

    fn without_bom<'b>(&mut self, bytes: &'b [u8]) -> &'b [u8] {
        let first = !std::mem::replace(&mut self.started, true);
        if first { bytes.strip_prefix(BOM).unwrap_or(bytes) } else { bytes }
    }

    /// One past the blank line that ends the current event, if it lies in `bytes`.
    fn find_end(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut at = 0;
        loop {
            if self.after_cr {
                let next = *bytes.get(at)?;
                self.after_cr = false;
                at += usize::from(next == b'\n');
                if std::mem::take(&mut self.blank) {
                    return Some(at);
                }
                continue;
            }
            let found = memchr2(b'\n', b'\r', bytes.get(at..)?);
            let Some(step) = found else {
                self.line_has_bytes |= at < bytes.len();
                return None;
            };
            let blank = step == 0 && !self.line_has_bytes;
            let is_cr = bytes.get(at + step) == Some(&b'\r');
            self.line_has_bytes = false;
            at += step + 1;
            if is_cr {
                (self.after_cr, self.blank) = (true, blank);
            } else if blank {
                return Some(at);
            }
        }
    }
}

/// The lines of one event that matter.
#[derive(Debug, Default)]
pub struct Fields<'e> {
    /// The `event:` name, empty when there is none.
    pub name: &'e [u8],
    /// The place of each `data:` value within the event.
    pub data: Vec<Range<usize>>,
    /// A comment, `id:` or `retry:` line was there.
    pub other: bool,
    /// A line that is none of these was there.
    pub foreign: bool,
}

/// Reads the lines of an event.
pub fn fields(event: &[u8]) -> Fields<'_> {
    let mut fields = Fields::default();
    let mut at = 0;
    while let Some(rest) = event.get(at..).filter(|rest| !rest.is_empty()) {
        let length = memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
        let line = rest.get(..length).unwrap_or_default();
        read_line(&mut fields, line, at);
        at += length + 1;
    }
    fields
}

fn read_line<'e>(fields: &mut Fields<'e>, line: &'e [u8], at: usize) {
    let colon = line.iter().position(|&byte| byte == b':').unwrap_or(line.len());
    let (name, rest) = line.split_at(colon);
    let value = rest.strip_prefix(b":").unwrap_or(rest);
    let value = value.strip_prefix(b" ").unwrap_or(value);
    let end = at + line.len();
    match name {
        b"data" => fields.data.push(end - value.len()..end),
        b"event" => fields.name = value,
        b"id" | b"retry" => fields.other = true,
        b"" => fields.other |= !line.is_empty(),
        _ => fields.foreign |= !line.trim_ascii().is_empty(),
    }
}

#[cfg(test)]
mod tests;
