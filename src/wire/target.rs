//! Where a request goes, as far as its body is concerned.

use bytes::Bytes;

use super::{Format, Quirks};

/// The vendor side of one attempt.
#[derive(Clone, Debug)]
pub struct Target<'a> {
    pub format: Format,
    /// The vendor's name of the model.
    pub model: &'a str,
    pub quirks: &'a Quirks,
    pub facts: ModelFacts,
}

/// What is known of the vendor's model; `None` and `false` mean "not known".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ModelFacts {
    pub max_output: Option<u32>,
    pub context_window: Option<u32>,
    pub reasoning: bool,
}

/// The body to send, and the names of fields that were left out of it harmlessly.
#[derive(Clone, Debug)]
pub struct Outgoing {
    pub body: Bytes,
    /// For the `x-portico-dropped` header.
    pub dropped: Vec<String>,
}
