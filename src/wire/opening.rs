//! What the first bytes of a stream turn out to be.

use std::borrow::Cow;

use super::WireFault;
use super::sse::MAX_EVENT;

/// A vendor's answer to `stream: true`.
pub enum Opening {
    /// Nothing but white space so far.
    Unknown(Vec<u8>),
    Events,
    /// One JSON document: the vendor ignored `stream`, or reports an error.
    Document(Vec<u8>),
}

impl Default for Opening {
    fn default() -> Self {
        Self::Unknown(Vec::new())
    }
}

impl Opening {
    /// Takes a chunk and gives back the bytes that belong to events.
    pub fn take<'c>(&mut self, chunk: &'c [u8]) -> Result<Cow<'c, [u8]>, WireFault> {
        match self {
            Self::Events => Ok(Cow::Borrowed(chunk)),
            Self::Document(document) => {
                hold(document, chunk)?;
                Ok(Cow::Borrowed(&[]))
            }
            Self::Unknown(lead) => {
                // What was held so far is white space.
                let first = chunk.trim_ascii_start().first().copied();
                match first {
                    None => {
                        hold(lead, chunk)?;
                        Ok(Cow::Borrowed(&[]))
                    }
                    Some(b'<') => Err(WireFault::strange("markup where a stream was expected")),
                    Some(b'{' | b'[') => {
                        hold(lead, chunk)?;
                        *self = Self::Document(std::mem::take(lead));
                        Ok(Cow::Borrowed(&[]))
                    }
                    Some(_) => {
                        let lead = std::mem::take(lead);
                        *self = Self::Events;
                        Ok(if lead.is_empty() {
                            Cow::Borrowed(chunk)
                        } else {
                            Cow::Owned([&lead, chunk].concat())
                        })
                    }
                }
            }
        }
    }

    /// The document, if it was one.
    pub fn document(&mut self) -> Option<Vec<u8>> {
        match self {
            Self::Document(document) => Some(std::mem::take(document)),
            _ => None,
        }
    }
}

fn hold(kept: &mut Vec<u8>, chunk: &[u8]) -> Result<(), WireFault> {
    if kept.len() + chunk.len() > MAX_EVENT {
        return Err(WireFault::TooLarge);
    }
    kept.extend_from_slice(chunk);
    Ok(())
}
