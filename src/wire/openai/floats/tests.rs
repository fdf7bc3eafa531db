use bytes::Bytes;
use serde_json::{Value, json};

use crate::base::ids::CallId;
use crate::wire::{Endpoint, Format, Shown, whole};

fn answered(embedding: &Value, base64_embeddings: bool) -> Value {
    let body = json!({"data": [{"object": "embedding", "index": 0, "embedding": embedding}], "model": "v"});
    let shown = Shown {
        model: "m",
        id: CallId::fresh(),
        created: 1,
        include_usage: false,
        legacy_functions: false,
        base64_embeddings,
    };
    let body = Bytes::from(body.to_string());
    let answer = whole(Endpoint::Embeddings, Format::OpenAi, &body, &shown).unwrap();
    serde_json::from_slice::<Value>(&answer.body).unwrap()["data"][0]["embedding"].clone()
}

#[test]
fn numbers_go_back_in_base64_to_those_who_asked_for_it() {
    // 1.0 is 00 00 80 3f and -2.5 is 00 00 20 c0.
    let numbers = json!([1, -2.5]);
    assert_eq!(answered(&numbers, true), json!("AACAPwAAIMA="));
    assert_eq!(answered(&numbers, false), numbers);
    let encoded = json!("AACAPwAAIMA=");
    assert_eq!(answered(&encoded, true), encoded);
}
