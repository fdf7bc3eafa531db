//! Embeddings in base64, for callers that asked for it, of a vendor that answers with numbers.

use std::ops::Range;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use crate::wire::splice::{Edits, quoted};

use super::same_request::inside::{items, member, members};

/// Puts each vector of `data` into base64 of its 32-bit floats, lowest byte first. One that is no list of
/// numbers, such as one that is base64 already, stays.
pub fn encode(body: &[u8], data: &Range<usize>, edits: &mut Edits) {
    for row in items(body, data) {
        let row = members(body, &row);
        let Some(vector) = member(body, &row, "embedding") else { continue };
        if let Ok(numbers) = serde_json::from_slice::<Vec<f32>>(vector.bytes(body)) {
            let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
            edits.replace(vector.value.clone(), quoted(&BASE64_STANDARD.encode(bytes)));
        }
    }
}

#[cfg(test)]
mod tests;
