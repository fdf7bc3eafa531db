//! Undoes the compression of a vendor that was asked not to compress: as much at a time as goes on at once, so
//! that a small piece never becomes a large one in memory.

use std::io::{self, Write};

use bytes::{Buf, Bytes};
use flate2::write::{DeflateDecoder, GzDecoder, ZlibDecoder};

/// How a body is compressed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Coding {
    Plain,
    Gzip,
    Deflate,
    /// One that is not undone here.
    Other(String),
}

impl Coding {
    /// By the header `Content-Encoding`.
    pub fn read(header: &str) -> Self {
        match &*header.trim().to_ascii_lowercase() {
            "" | "identity" => Self::Plain,
            "gzip" | "x-gzip" => Self::Gzip,
            "deflate" => Self::Deflate,
            other => Self::Other(other.chars().filter(char::is_ascii_graphic).take(32).collect()),
        }
    }
}

/// A body's decoder, with what it has not read yet.
pub struct Inflate {
    decoder: Option<Decoder>,
    coding: Coding,
    input: Bytes,
}

enum Decoder {
    Gzip(GzDecoder<Vec<u8>>),
    Zlib(ZlibDecoder<Vec<u8>>),
    Raw(DeflateDecoder<Vec<u8>>),
}

impl Inflate {
    /// None where the bytes go on as they come.
    pub fn of(coding: &Coding) -> Option<Self> {
        let undone = matches!(coding, Coding::Gzip | Coding::Deflate);
        undone.then(|| Self { decoder: None, coding: coding.clone(), input: Bytes::new() })
    }

    /// What came. Only once [`Inflate::next`] has no more of what came before.
    pub fn put(&mut self, input: Bytes) {
        self.input = input;
    }

    /// The next plain bytes: of one step of the decoder, about 32 KiB at most.
    ///
    /// # Errors
    /// When the bytes are not what their label says.
    pub fn next(&mut self) -> io::Result<Option<Bytes>> {
        while let Some(first) = self.input.first() {
            let decoder = self.decoder.get_or_insert_with(|| Decoder::of(&self.coding, *first));
            let read = decoder.write(&self.input)?;
            // Behind its end stands nothing of the answer.
            self.input.advance(if read == 0 { self.input.len() } else { read });
            if self.input.is_empty() {
                decoder.flush()?;
            }
            let plain = std::mem::take(decoder.plain());
            if !plain.is_empty() {
                return Ok(Some(plain.into()));
            }
        }
        Ok(None)
    }

    /// The last plain bytes, once everything came.
    ///
    /// # Errors
    /// As [`Inflate::next`], and when the end is missing.
    pub fn end(&mut self) -> io::Result<Option<Bytes>> {
        let Some(mut decoder) = self.decoder.take() else { return Ok(None) };
        decoder.finish()?;
        let plain = std::mem::take(decoder.plain());
        Ok((!plain.is_empty()).then(|| plain.into()))
    }
}

impl Decoder {
    fn of(coding: &Coding, first: u8) -> Self {
        match coding {
            Coding::Deflate if first & 0x0f == 8 => Self::Zlib(ZlibDecoder::new(Vec::new())),
            // Some leave the wrapper out.
            Coding::Deflate => Self::Raw(DeflateDecoder::new(Vec::new())),
            _ => Self::Gzip(GzDecoder::new(Vec::new())),
        }
    }

    fn write(&mut self, input: &[u8]) -> io::Result<usize> {
        match self {
            Self::Gzip(it) => it.write(input),
            Self::Zlib(it) => it.write(input),
            Self::Raw(it) => it.write(input),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Gzip(it) => it.flush(),
            Self::Zlib(it) => it.flush(),
            Self::Raw(it) => it.flush(),
        }
    }

    fn finish(&mut self) -> io::Result<()> {
        match self {
            Self::Gzip(it) => it.try_finish(),
            Self::Zlib(it) => it.try_finish(),
            Self::Raw(it) => it.try_finish(),
        }
    }

    fn plain(&mut self) -> &mut Vec<u8> {
        match self {
            Self::Gzip(it) => it.get_mut(),
            Self::Zlib(it) => it.get_mut(),
            Self::Raw(it) => it.get_mut(),
        }
    }
}

#[cfg(test)]
mod tests;
