//! Anthropic's Messages format, as vendors speak it. Its callers' side comes later, as more files here.

mod error;
mod models;
mod read;
mod stream;
mod types;
mod usage;
mod write;

use crate::base::Result;

use super::chat::{Answer, ChatRequest};
use super::codec::{ReadEvents, Vendor};
use super::{ModelFacts, Outgoing, Target, WireFault};

pub use error::Errors;

/// The tool by which a model without structured output gives its answer. It is never shown.
const ANSWER_TOOL: &str = "portico_answer";

pub struct Anthropic;

impl Vendor for Anthropic {
    fn write_request(&self, request: ChatRequest<'_>, to: &Target<'_>) -> Result<Outgoing> {
        write::request(request, to)
    }

    fn usual_limit(&self, model: &str) -> u32 {
        models::Traits::of(model, &ModelFacts::default()).max_output
    }

    fn read_answer(&self, body: &[u8]) -> Result<Answer, WireFault> {
        read::answer(body)
    }

    fn read_events(&self) -> Box<dyn ReadEvents> {
        Box::new(stream::Events::default())
    }
}
