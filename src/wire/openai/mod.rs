//! OpenAI's chat and embeddings format. `read`, `write` and `stream` carry to and from the neutral
//! model; `same_*` is for vendors that speak it too, where bytes pass.

mod chunk;
mod error;
mod finish;
mod floats;
mod mend;
mod plain;
mod read;
mod same_request;
mod same_stream;
mod same_whole;
mod stream;
mod types;
mod usage;
mod write;

use bytes::Bytes;

use crate::base::Result;

use super::chat::{Answer, ChatRequest};
use super::codec::{Caller, Same, WriteEvents};
use super::peek::Peek;
use super::relay::Lasting;
use super::{Endpoint, Outgoing, Relay, Shown, Target, Whole, WireFault};

pub use error::Errors;
pub use write::REFUSED;

pub struct OpenAi;

impl Caller for OpenAi {
    fn read_request<'a>(&self, peek: &Peek, body: &'a [u8]) -> Result<ChatRequest<'a>> {
        read::request(peek, body)
    }

    fn write_answer(&self, answer: &Answer, shown: &Shown<'_>) -> Bytes {
        write::answer(answer, shown)
    }

    fn write_events(&self, shown: &Shown<'_>) -> Box<dyn WriteEvents> {
        Box::new(stream::Chunks::new(shown))
    }
}

impl Same for OpenAi {
    fn outgoing(&self, peek: &Peek, body: &Bytes, to: &Target<'_>) -> Result<Outgoing> {
        same_request::outgoing(peek, body, to)
    }

    fn whole(&self, endpoint: Endpoint, body: &Bytes, shown: &Shown<'_>) -> Result<Whole, WireFault> {
        same_whole::whole(endpoint, body, shown)
    }

    fn relay(&self, shown: &Shown<'_>) -> Box<dyn Relay> {
        Box::new(Lasting::new(same_stream::Same::new(shown)))
    }
}
