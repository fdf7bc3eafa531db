//! Embeddings: unit vectors that are the same for the same text and differ for others.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::ask::Ask;
use super::{Script, fault};

const DIMENSIONS: usize = 64;
const MAX_DIMENSIONS: usize = 4_096;
/// Numbers of one answer: it is made at once, in the process that serves everybody.
const MOST: usize = 1 << 18;

pub fn answer(ask: &Ask) -> Script {
    if ask.inputs.is_empty() {
        return fault::refusal(400, "`input` is missing or empty.");
    }
    let count = ask.dimensions.unwrap_or(DIMENSIONS).clamp(1, MAX_DIMENSIONS);
    if ask.inputs.len() * count > MOST {
        return fault::refusal(400, "`input` times `dimensions` is more than 262144 numbers: ask for fewer.");
    }
    let rows: Vec<Value> = ask
        .inputs
        .iter()
        .enumerate()
        .map(|(index, text)| json!({"object": "embedding", "index": index, "embedding": shown(&vector(text, count), ask.base64)}))
        .collect();
    let tokens = ask.inputs.iter().map(|text| text.len().div_ceil(4)).sum::<usize>().max(1);
    Script::json(
        200,
        &json!({
            "object": "list", "data": rows, "model": ask.model,
            "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
        }),
    )
}

fn shown(vector: &[f32], base64: bool) -> Value {
    match base64 {
        true => json!(
            BASE64_STANDARD.encode(vector.iter().flat_map(|part| part.to_le_bytes()).collect::<Vec<u8>>())
        ),
        false => json!(vector),
    }
}

/// Numbers drawn from digests of the text, brought to length 1.
fn vector(text: &str, count: usize) -> Vec<f32> {
    let mut raw = Vec::with_capacity(count);
    for round in 0_u32.. {
        let digest = Sha256::new().chain_update(round.to_le_bytes()).chain_update(text.as_bytes()).finalize();
        raw.extend(digest.iter().map(|&byte| f32::from(byte) - 127.5));
        if raw.len() >= count {
            break;
        }
    }
    raw.truncate(count);
    let length = raw.iter().map(|part| part * part).sum::<f32>().sqrt();
    raw.iter().map(|part| part / length).collect()
}
