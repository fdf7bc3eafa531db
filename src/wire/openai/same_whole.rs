//! A whole answer of a vendor that speaks the caller's format: the bytes pass, the model's name is put back.

use bytes::Bytes;

use crate::wire::splice::{Edits, quoted};
use crate::wire::{Endpoint, Shown, Whole, WireFault, fault};

use super::chunk;
use super::floats;
use super::mend::Calls;

pub fn whole(endpoint: Endpoint, body: &Bytes, shown: &Shown<'_>) -> Result<Whole, WireFault> {
    let answer = chunk::read(body).map_err(|flaw| {
        WireFault::strange(format!("the answer is not JSON: {} at byte {}", flaw.what, flaw.at))
    })?;
    let shaped = match endpoint {
        Endpoint::Chat => answer.seen != 0,
        Endpoint::Embeddings => answer.data.is_some(),
    };
    if answer.error {
        return Err(fault::under_200(body));
    }
    if !shaped {
        return Err(WireFault::strange("the answer lacks what it was asked for"));
    }
    if answer.broken {
        return Err(WireFault::Interrupted);
    }
    let mut edits = Edits::default();
    if let Some(place) = answer.model {
        edits.replace(place, quoted(shown.model));
    }
    if let (Endpoint::Embeddings, true, Some(data)) = (endpoint, shown.base64_embeddings, &answer.data) {
        floats::encode(body, data, &mut edits);
    }
    for (place, with) in Calls::default().settle(answer.mends) {
        edits.replace(place, with);
    }
    let (usage, finish, text_bytes) = (answer.usage, answer.finish, answer.text_bytes);
    Ok(Whole { body: edits.apply(body), usage, finish, text_bytes })
}
