//! AI wire formats: bytes to a neutral chat model and back. Pure: no HTTP, no database, no clock.
//! The gateway sees only what this file names; each protocol is a folder, and a row in `TABLE`.
#![deny(clippy::indexing_slicing)]

mod anthropic;
mod carried;
mod chat;
mod codec;
mod error_shape;
mod fault;
mod json;
mod openai;
mod opening;
mod peek;
mod quirk;
mod relay;
mod scan;
mod splice;
mod sse;
mod target;
mod usage;

use bytes::Bytes;

use crate::base::ids::CallId;
use crate::base::{Code, Error, Result};

use carried::Carried;

pub use error_shape::{error_body, error_event};
pub use fault::{Retry, VendorFault, WireFault};
pub use peek::Peek;
pub use quirk::Quirks;
pub use relay::{Relay, RelayState};
pub use target::{ModelFacts, Outgoing, Target};
pub use usage::{Finish, Usage};

/// A protocol family, spoken by a vendor or by a caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    OpenAi,
    Anthropic,
}

impl Format {
    pub const ALL: &[Self] = &[Self::OpenAi, Self::Anthropic];

    /// The stable word kept in the database.
    pub fn word(self) -> &'static str {
        match self {
            Self::OpenAi => "openai",
            Self::Anthropic => "anthropic",
        }
    }

    /// What people call it.
    pub fn label(self) -> &'static str {
        match self {
            Self::OpenAi => "OpenAI",
            Self::Anthropic => "Anthropic",
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
    /// The caller asked for embeddings in base64: numbers of a vendor go back so.
    pub base64_embeddings: bool,
}

/// A whole answer in the caller's format.
#[derive(Clone, Debug)]
pub struct Whole {
    pub body: Bytes,
    pub usage: Option<Usage>,
    pub finish: Option<Finish>,
    /// As [`RelayState::text_bytes`].
    pub text_bytes: u64,
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
    match way(CALLER, to.format) {
        Way::Same(same) => same.outgoing(peek, body, to),
        Way::Other(..) if peek.endpoint != Endpoint::Chat => {
            let what = "The vendor behind this model has no such endpoint.";
            Err(Code::FieldUnsupported.saying(what).on("model"))
        }
        Way::Other(caller, vendor) => vendor.write_request(caller.read_request(peek, body)?, to),
        Way::None => Err(Code::Internal.with("no way between two formats")),
    }
}

/// The limit of an answer's length that a vendor is told where nobody named one; `None` where the format
/// leaves that to the vendor.
pub fn usual_limit(format: Format, model: &str) -> Option<u32> {
    match way(CALLER, format) {
        Way::Other(_, vendor) => Some(vendor.usual_limit(model)),
        Way::Same(_) | Way::None => None,
    }
}

/// A vendor's whole answer of status 200, carried back to the caller's format.
pub fn whole(endpoint: Endpoint, from: Format, body: &Bytes, shown: &Shown<'_>) -> Result<Whole, WireFault> {
    match way(CALLER, from) {
        Way::Same(same) => same.whole(endpoint, body, shown),
        Way::Other(caller, vendor) => {
            let answer = vendor.read_answer(body)?;
            let body = caller.write_answer(&answer, shown);
            let text_bytes = answer.text_bytes() as u64;
            Ok(Whole { body, usage: answer.usage, finish: Some(answer.finish), text_bytes })
        }
        Way::None => Err(WireFault::strange("no way between two formats")),
    }
}

/// Carries a vendor's stream of status 200 to the caller's format.
pub fn relay(from: Format, shown: &Shown<'_>) -> Box<dyn Relay> {
    match way(CALLER, from) {
        Way::Same(same) => same.relay(shown),
        Way::Other(caller, vendor) => {
            let carried = Carried::new(vendor.read_events(), caller.write_events(shown));
            Box::new(relay::Lasting::new(carried))
        }
        Way::None => Box::new(relay::Closed::default()),
    }
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

/// The one format callers speak today; the next one comes as an argument here.
const CALLER: Format = Format::OpenAi;

/// What a format can do. A half that is not there yet is `None`.
struct Row {
    format: Format,
    caller: Option<&'static dyn codec::Caller>,
    vendor: Option<&'static dyn codec::Vendor>,
    same: Option<&'static dyn codec::Same>,
    errors: &'static dyn codec::ErrorShape,
}

static OPENAI: Row = Row {
    format: Format::OpenAi,
    caller: Some(&openai::OpenAi),
    vendor: None,
    same: Some(&openai::OpenAi),
    errors: &openai::Errors,
};

static ANTHROPIC: Row = Row {
    format: Format::Anthropic,
    caller: None,
    vendor: Some(&anthropic::Anthropic),
    same: None,
    errors: &anthropic::Errors,
};

static TABLE: &[&Row] = &[&OPENAI, &ANTHROPIC];

fn row(format: Format) -> &'static Row {
    TABLE.iter().copied().find(|row| row.format == format).unwrap_or(&OPENAI)
}

/// How a body gets from one format to another.
enum Way {
    Same(&'static dyn codec::Same),
    Other(&'static dyn codec::Caller, &'static dyn codec::Vendor),
    None,
}

fn way(caller: Format, vendor: Format) -> Way {
    if caller == vendor {
        return row(caller).same.map_or(Way::None, Way::Same);
    }
    match (row(caller).caller, row(vendor).vendor) {
        (Some(caller), Some(vendor)) => Way::Other(caller, vendor),
        _ => Way::None,
    }
}

#[cfg(test)]
mod tests;
