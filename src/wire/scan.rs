//! A strict JSON cursor over borrowed bytes: it checks the grammar, allocates nothing, and tells
//! where each value lies, so that a body can be judged and edited without being rebuilt.
//! The bytes must be valid UTF-8 already (one fast pass by the caller).

use std::borrow::Cow;
use std::ops::Range;

/// Nested arrays and objects a document may have.
pub const MAX_DEPTH: u32 = 128;
/// Names one object may have.
pub const MAX_NAMES: usize = 10_000;

/// What is wrong, and at which byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flaw {
    pub at: usize,
    pub what: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Object,
    Array,
    Text,
    Number,
    True,
    False,
    Null,
}

/// A string of the document: its place with and without the quotes.
#[derive(Clone, Copy, Debug)]
pub struct Text<'a> {
    /// Between the quotes, escapes not resolved.
    pub raw: &'a [u8],
    /// Byte at which the opening quote stands.
    pub start: usize,
    pub escaped: bool,
}

impl<'a> Text<'a> {
    /// One past the closing quote.
    pub fn end(&self) -> usize {
        self.start + self.raw.len() + 2
    }

    pub fn span(&self) -> Range<usize> {
        self.start..self.end()
    }

    /// The text with escapes resolved; a lone surrogate becomes U+FFFD.
    pub fn plain(&self) -> Cow<'a, str> {
        if self.escaped { Cow::Owned(unescape(self.raw)) } else { String::from_utf8_lossy(self.raw) }
    }

    /// The bytes to compare a name by.
    pub fn name(&self) -> Cow<'a, [u8]> {
        match self.escaped {
            false => Cow::Borrowed(self.raw),
            true => Cow::Owned(unescape(self.raw).into_bytes()),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.raw.is_empty()
    }
}

/// Walks one document from its start.
#[derive(Clone)]
pub struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
    depth: u32,
}

impl<'a> Cursor<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0, depth: 0 }
    }

    pub fn at(&self) -> usize {
        self.at
    }

    /// The kind of the value that comes next.
    pub fn kind(&mut self) -> Result<Kind, Flaw> {
        self.space();
        Ok(match self.byte() {
            Some(b'{') => Kind::Object,
            Some(b'[') => Kind::Array,
            Some(b'"') => Kind::Text,
            Some(b'-' | b'0'..=b'9') => Kind::Number,
            Some(b't') => Kind::True,
            Some(b'f') => Kind::False,
            Some(b'n') => Kind::Null,
            Some(_) => return Err(self.flaw("a value is expected here")),
            None => return Err(self.flaw("the document ends too early")),
        })
    }

    /// Reads an object, giving each name to `member`, which must consume the value.
    /// Answers the object's place.
    pub fn object<E: From<Flaw>>(
        &mut self,
        mut member: impl FnMut(&mut Self, Text<'a>) -> Result<(), E>,
    ) -> Result<Range<usize>, E> {
        let start = self.open(b'{', "an object is expected here")?;
        let mut names = 0_usize;
        self.space();
        if self.take(b'}') {
            return Ok(self.close(start));
        }
        loop {
            self.space();
            let name = self.text()?;
            self.space();
            if !self.take(b':') {
                return Err(self.flaw("a colon is missing").into());
            }
            names += 1;
            if names > MAX_NAMES {
                return Err(self.flaw("an object has too many names").into());
            }
            member(self, name)?;
            self.space();
            if self.take(b'}') {
                return Ok(self.close(start));
            }
            if !self.take(b',') {
                return Err(self.flaw("a comma or closing brace is missing").into());
            }
        }
    }

    /// Reads an array, giving the rank of each item to `item`, which must consume the value.
    pub fn array<E: From<Flaw>>(
        &mut self,
        mut item: impl FnMut(&mut Self, usize) -> Result<(), E>,
    ) -> Result<Range<usize>, E> {
        let start = self.open(b'[', "an array is expected here")?;
        self.space();
        if self.take(b']') {
            return Ok(self.close(start));
        }
        let mut rank = 0_usize;
        loop {
            item(self, rank)?;
            rank += 1;
            self.space();
            if self.take(b']') {
                return Ok(self.close(start));
            }
            if !self.take(b',') {
                return Err(self.flaw("a comma or closing bracket is missing").into());
            }
        }
    }

    /// Passes over the next value, whatever it is, and answers its place.
    pub fn skip(&mut self) -> Result<Range<usize>, Flaw> {
        match self.kind()? {
            Kind::Object => self.object(|inner, _| inner.pass()),
            Kind::Array => self.array(|inner, _| inner.pass()),
            Kind::Text => self.text().map(|text| text.span()),
            Kind::Number => self.number(),
            Kind::True => self.word(b"true"),
            Kind::False => self.word(b"false"),
            Kind::Null => self.word(b"null"),
        }
    }

    /// Passes over the next value where its place does not matter.
    pub fn pass(&mut self) -> Result<(), Flaw> {
        self.skip().map(|_| ())
    }

    /// Reads a string.
    pub fn text(&mut self) -> Result<Text<'a>, Flaw> {
        self.space();
        let start = self.at;
        if !self.take(b'"') {
            return Err(self.flaw("a string is expected here"));
        }
        let mut escaped = false;
        loop {
            self.at += plain_run(self.rest());
            match self.byte() {
                Some(b'"') => {
                    let raw = self.bytes.get(start + 1..self.at).unwrap_or_default();
                    self.at += 1;
                    return Ok(Text { raw, start, escaped });
                }
                Some(b'\\') => {
                    escaped = true;
                    self.escape()?;
                }
                Some(_) => return Err(self.flaw("a control character stands in a string")),
                None => return Err(self.flaw("a string does not end")),
            }
        }
    }

    /// Reads a number and answers its place.
    pub fn number(&mut self) -> Result<Range<usize>, Flaw> {
        self.space();
        let start = self.at;
        self.take(b'-');
        if !self.take(b'0') && self.digits() == 0 {
            return Err(self.flaw("a digit is expected here"));
        }
        if self.take(b'.') && self.digits() == 0 {
            return Err(self.flaw("a digit is expected here"));
        }
        if self.take(b'e') || self.take(b'E') {
            if !self.take(b'+') {
                self.take(b'-');
            }
            if self.digits() == 0 {
                return Err(self.flaw("a digit is expected here"));
            }
        }
        Ok(start..self.at)
    }

    /// Checks that nothing but white space is left.
    pub fn finish(&mut self) -> Result<(), Flaw> {
        self.space();
        if self.at == self.bytes.len() { Ok(()) } else { Err(self.flaw("something follows the document")) }
    }

    /// The bytes of a place.
    pub fn slice(&self, span: &Range<usize>) -> &'a [u8] {
        self.bytes.get(span.clone()).unwrap_or_default()
    }

    fn open(&mut self, bracket: u8, what: &'static str) -> Result<usize, Flaw> {
        self.space();
        let start = self.at;
        if !self.take(bracket) {
            return Err(self.flaw(what));
        }
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.flaw("it is nested too deeply"));
        }
        Ok(start)
    }

    fn close(&mut self, start: usize) -> Range<usize> {
        self.depth -= 1;
        start..self.at
    }

    fn word(&mut self, word: &'static [u8]) -> Result<Range<usize>, Flaw> {
        let start = self.at;
        if !self.rest().starts_with(word) {
            return Err(self.flaw("a value is expected here"));
        }
        self.at += word.len();
        Ok(start..self.at)
    }

    fn escape(&mut self) -> Result<(), Flaw> {
        let known = match self.rest() {
            [_, b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't', ..] => 2,
            [_, b'u', a, b, c, d, ..] if [a, b, c, d].iter().all(|digit| digit.is_ascii_hexdigit()) => 6,
            _ => return Err(self.flaw("an escape is not valid")),
        };
        self.at += known;
        Ok(())
    }

    fn digits(&mut self) -> usize {
        let count = self.rest().iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += count;
        count
    }

    fn space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.byte() {
            self.at += 1;
        }
    }

    fn take(&mut self, wanted: u8) -> bool {
        let there = self.byte() == Some(wanted);
        self.at += usize::from(there);
        there
    }

    fn byte(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    fn flaw(&self, what: &'static str) -> Flaw {
        Flaw { at: self.at, what }
    }
}

/// Bytes at the start of `bytes` that are neither a quote, a backslash nor a control character.
/// The fold has no branches, so the compiler turns it into vector code.
fn plain_run(bytes: &[u8]) -> usize {
    let run = memchr::memchr2(b'"', b'\\', bytes).unwrap_or(bytes.len());
    let plain = bytes.get(..run).unwrap_or_default();
    if plain.iter().fold(false, |seen, &byte| seen | (byte < 0x20)) {
        return plain.iter().position(|&byte| byte < 0x20).unwrap_or(run);
    }
    run
}

/// Resolves the escapes of a string whose grammar was checked.
fn unescape(raw: &[u8]) -> String {
    let text = String::from_utf8_lossy(raw);
    let mut plain = String::with_capacity(text.len());
    let mut units: Vec<u16> = Vec::new();
    let mut rest = text.as_ref();
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        if !before.is_empty() {
            flush(&mut units, &mut plain);
        }
        plain.push_str(before);
        let letter = escape.as_bytes().get(1).copied().unwrap_or(b'\\');
        let mut width = 2;
        if letter == b'u' {
            let unit = escape.get(2..6).and_then(|hex| u16::from_str_radix(hex, 16).ok());
            units.push(unit.unwrap_or(0xFFFD));
            width = 6;
        } else {
            flush(&mut units, &mut plain);
            plain.push(match letter {
                b'b' => '\u{8}',
                b'f' => '\u{c}',
                b'n' => '\n',
                b'r' => '\r',
                b't' => '\t',
                other => char::from(other),
            });
        }
        rest = escape.get(width..).unwrap_or_default();
    }
    flush(&mut units, &mut plain);
    plain.push_str(rest);
    plain
}

fn flush(units: &mut Vec<u16>, plain: &mut String) {
    plain.extend(char::decode_utf16(units.drain(..)).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)));
}

#[cfg(test)]
mod tests;
