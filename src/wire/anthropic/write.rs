//! A neutral request as Messages. What cannot be carried is refused when leaving it out would change
//! the meaning, else it is named in `dropped`. Unknown fields never go out: the vendor answers 400.

mod extras;
mod options;
mod part;
mod shape;
mod tools;
mod turns;

use bytes::Bytes;

use crate::base::{Code, Error, OrCode, Result};
use crate::wire::chat::ChatRequest;
use crate::wire::{Outgoing, Target};

use super::models::Traits;
use super::types::{self, CacheControl, Content};

/// Cache marks a request may have.
const MAX_CACHE_MARKS: usize = 4;

pub fn request(mut request: ChatRequest<'_>, to: &Target<'_>) -> Result<Outgoing> {
    let traits = Traits::of(to.model, &to.facts);
    let mut notes = Notes::default();
    let max_tokens = options::max_tokens(&request, &traits, &mut notes);
    let shaping = shape::shaping(&request, &traits, &mut notes);
    let picked = tools::all(&mut request, &traits, shaping.tool, &mut notes)?;
    let top_k = extras::all(&request.extras, &mut notes)?;
    let thought = options::thinking(&request, &traits, max_tokens, picked.forces_a_call(), &mut notes);
    let sampling = options::sampling(&request, &traits, thought.thinking.as_ref(), &mut notes);
    if top_k.is_some() && !sampling.top_k {
        notes.drop("top_k");
    }
    let stop_sequences = options::stop(&mut request)?;
    let metadata = options::user(&mut request);
    let service_tier = options::tier(&request, &mut notes);
    let stream = request.stream;
    notes.dropped.extend(request.unread);
    let written = turns::all(request.messages, &traits, shaping.hint, &mut notes)?;
    let mut body = types::Request {
        model: to.model,
        max_tokens,
        system: (!written.system.is_empty()).then(|| Content::of(written.system)),
        messages: written.turns,
        tools: picked.tools,
        tool_choice: picked.choice,
        thinking: thought.thinking,
        output_config: shape::output_config(thought.effort, shaping.format),
        temperature: sampling.temperature,
        top_p: sampling.top_p,
        top_k: top_k.filter(|_| sampling.top_k),
        stop_sequences,
        metadata,
        service_tier,
        stream,
    };
    limit_cache_marks(&mut body, &mut notes);
    let body = serde_json::to_vec(&body).or_code(Code::Internal)?;
    Ok(Outgoing { body: Bytes::from(body), dropped: notes.dropped })
}

/// Names of what was left out.
#[derive(Default)]
pub struct Notes {
    dropped: Vec<String>,
}

impl Notes {
    fn drop(&mut self, name: &str) {
        if !self.dropped.iter().any(|known| known == name) {
            self.dropped.push(name.to_owned());
        }
    }
}

fn unsupported(param: impl Into<String>, what: &str) -> Error {
    let param = param.into();
    Code::FieldUnsupported
        .saying(format!("The model behind this name cannot take `{param}`: {what}."))
        .on(param)
}

/// Keeps the last marks: the first ones cover least.
fn limit_cache_marks(body: &mut types::Request<'_>, notes: &mut Notes) {
    let tools = body.tools.iter_mut().map(|tool| &mut tool.cache_control);
    let system = body.system.iter_mut().flat_map(marks);
    let turns = body.messages.iter_mut().flat_map(|turn| marks(&mut turn.content));
    let mut set: Vec<&mut Option<CacheControl>> =
        tools.chain(system).chain(turns).filter(|mark| mark.is_some()).collect();
    let extra = set.len().saturating_sub(MAX_CACHE_MARKS);
    for mark in set.iter_mut().take(extra) {
        **mark = None;
        notes.drop("cache_control");
    }
}

fn marks<'c>(content: &'c mut Content<'_>) -> impl Iterator<Item = &'c mut Option<CacheControl>> {
    let blocks = match content {
        Content::Blocks(blocks) => blocks.as_mut_slice(),
        Content::Text(_) => &mut [],
    };
    blocks.iter_mut().filter_map(types::Block::cache_mark)
}

#[cfg(test)]
mod tests;
