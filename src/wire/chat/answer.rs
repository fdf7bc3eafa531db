//! A whole chat answer, whatever format it came in.

use crate::wire::{Finish, Usage};

#[derive(Debug)]
pub struct Answer {
    pub parts: Vec<AnswerPart>,
    pub finish: Finish,
    /// The vendor refused: its explanation.
    pub refusal: Option<String>,
    pub usage: Option<Usage>,
    pub tier: Option<String>,
}

impl Answer {
    /// Bytes of text for the reader, counted as those of a stream are.
    pub fn text_bytes(&self) -> usize {
        self.parts.iter().map(AnswerPart::text_bytes).sum()
    }
}

#[derive(Debug)]
pub enum AnswerPart {
    Text {
        text: String,
        citations: Vec<Citation>,
    },
    Thinking {
        text: String,
        signature: Option<String>,
    },
    Redacted {
        data: String,
    },
    Call {
        id: String,
        name: String,
        arguments: String,
    },
    /// Something the vendor did by itself, kept verbatim.
    Foreign {
        json: String,
    },
}

impl AnswerPart {
    fn text_bytes(&self) -> usize {
        match self {
            Self::Text { text, .. } | Self::Thinking { text, .. } => text.len(),
            Self::Call { name, arguments, .. } => name.len() + arguments.len(),
            Self::Redacted { .. } | Self::Foreign { .. } => 0,
        }
    }
}

/// A place on the web that a text rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Citation {
    pub url: String,
    pub title: String,
}
