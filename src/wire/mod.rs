//! AI wire formats: bytes to a neutral chat model and back. Pure: no HTTP, no database, no clock.
//! The gateway sees only what this file names; each protocol is a folder, and a row in `codec::TABLE`.
#![deny(clippy::indexing_slicing)]

mod error_shape;
mod fault;
mod peek;
mod relay;
mod target;
mod usage;

use bytes::Bytes;

use crate::base::ids::CallId;
use crate::base::{Code, Error, Result};

pub use error_shape::{error_body, error_event};
pub use fault::{Retry, VendorFault, WireFault};
pub use peek::Peek;
pub use relay::{Relay, RelayState};
pub use target::{LimitField, ModelFacts, Outgoing, Quirks, Target};
pub use usage::{Finish, Usage};

/// A protocol family, spoken by a vendor or by a caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    OpenAi,
    Anthropic,
}

impl Format {
    pub const ALL: &[Self] = &[Self::OpenAi, Self::Anthropic];

    /// The stable word kept in the database and shown in forms.
    pub fn word(self) -> &'static str {
        match self {
            Self::OpenAi => "openai",
            Self::Anthropic => "anthropic",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|format| format.word() == word)
    }
}

/// What a caller asks of a vendor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Endpoint {
    Chat,
    Embeddings,
}

impl Endpoint {
    /// The word of the scope a key needs, also the one in the call's record.
    pub fn word(self) -> &'static str {
        match self {
            Self::Chat => "chat",
            Self::Embeddings => "embeddings",
        }
    }
}

/// How an answer must look to its caller.
#[derive(Clone, Debug)]
pub struct Shown<'a> {
    /// The public model name.
    pub model: &'a str,
    pub id: CallId,
    /// Unix seconds.
    pub created: i64,
    /// The caller asked for the usage chunk of a stream.
    pub include_usage: bool,
    /// The caller used `functions`: calls go back as `function_call`.
    pub legacy_functions: bool,
}

/// A whole answer in the caller's format.
#[derive(Clone, Debug)]
pub struct Whole {
    pub body: Bytes,
    pub usage: Option<Usage>,
    pub finish: Option<Finish>,
}

/// One borrowed parse of an inbound body: all the gateway needs, and the places of later edits.
/// Refuses what is not one JSON object with the right shapes: `json_invalid`, or `field_invalid`
/// whose `param` is the path of the field.
pub fn peek(endpoint: Endpoint, body: &Bytes) -> Result<Peek> {
    peek::peek(endpoint, body)
}

/// The body for a vendor. Same format: the caller's bytes with a closed list of edits. Another
/// format: translated, or `field_unsupported` where a field cannot be carried.
pub fn outgoing(peek: &Peek, body: &Bytes, to: &Target<'_>) -> Result<Outgoing> {
    let _ = (peek, to);
    Ok(Outgoing { body: body.clone(), dropped: Vec::new() })
}

/// A vendor's whole answer of status 200, carried back to the caller's format.
pub fn whole(endpoint: Endpoint, from: Format, body: &Bytes, shown: &Shown<'_>) -> Result<Whole, WireFault> {
    let _ = (endpoint, from, shown);
    Ok(Whole { body: body.clone(), usage: None, finish: None })
}

/// Carries a vendor's stream of status 200 to the caller's format.
pub fn relay(from: Format, shown: &Shown<'_>) -> Box<dyn Relay> {
    let _ = (from, shown);
    Box::new(relay::Raw::default())
}

/// What a vendor's answer of another status than 200 means.
pub fn vendor_fault(format: Format, status: u16, body: &[u8]) -> VendorFault {
    fault::read(format, status, body)
}

/// The error a wire fault stands for, before any content went out.
pub fn fault_error(fault: &WireFault) -> Error {
    match fault {
        WireFault::NotThisFormat(why) => Code::VendorError.with(why),
        WireFault::VendorSaid(said) => said.error(),
        WireFault::Interrupted => Code::StreamInterrupted.into(),
        WireFault::TooLarge => Code::VendorError.with("an event or answer over the limit"),
    }
}
