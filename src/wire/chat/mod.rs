//! The neutral chat model: what any format can be read into and written from. It knows no format.
//! What has no counterpart here is kept verbatim, so that a writer can refuse or name it.

mod answer;
mod event;
mod request;

pub use answer::{Answer, AnswerPart, Citation};
pub use event::Event;
pub use request::{
    Cache, ChatRequest, Choice, Effort, Extra, Message, Part, PartKind, Place, Role, Shape, Tool, ToolChoice,
};
