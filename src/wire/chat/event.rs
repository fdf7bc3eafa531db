//! The events of a streamed answer, whatever format they came in.

use crate::wire::{Finish, Usage};

use super::Citation;

#[derive(Debug, PartialEq)]
pub enum Event {
    /// In what tier the call is served.
    Tier(String),
    /// The answer begins; nothing for the reader yet.
    Begin,
    Text(String),
    /// What the text since the last block rests on, by its place in characters.
    Cited {
        citations: Vec<Citation>,
        start: usize,
        end: usize,
    },
    Thinking(String),
    /// A thought is complete: all of it again, with its signature, for replay.
    Thought {
        rank: usize,
        text: String,
        signature: Option<String>,
    },
    Redacted {
        rank: usize,
        data: String,
    },
    /// A call opens; `rank` counts the calls.
    Call {
        rank: usize,
        id: String,
        name: String,
    },
    CallPiece {
        rank: usize,
        piece: String,
    },
    Foreign {
        rank: usize,
        json: String,
    },
    Finish {
        finish: Finish,
        refusal: Option<String>,
    },
    /// The proper end.
    End {
        usage: Option<Usage>,
    },
}

impl Event {
    /// Bytes of text for the reader; nothing for what only frames it.
    pub fn text_bytes(&self) -> usize {
        match self {
            Self::Text(text) | Self::Thinking(text) => text.len(),
            Self::Call { name, .. } => name.len(),
            Self::CallPiece { piece, .. } => piece.len(),
            _ => 0,
        }
    }

    /// True where the answer has begun for its reader, so that no other vendor may take over.
    pub fn is_content(&self) -> bool {
        match self {
            Self::Tier(_) | Self::Begin => false,
            Self::Text(text) | Self::Thinking(text) => !text.is_empty(),
            _ => true,
        }
    }
}
