//! Fields of OpenAI's chat without a counterpart: left out in silence when they say nothing, named
//! when leaving them out is harmless, refused when it would change the meaning.

use serde_json::Value;

use crate::base::{Code, Result};
use crate::wire::chat::Extra;

use super::{Notes, unsupported};

enum Fate {
    /// It asks for what happens anyway.
    Silent,
    Named,
    Refused(&'static str),
}

/// Judges all of them. Answers `top_k`, an extension that does have a counterpart.
pub fn all(extras: &[Extra<'_>], notes: &mut Notes) -> Result<Option<u32>> {
    let mut top_k = None;
    for extra in extras {
        let value: Value = serde_json::from_str(extra.json.get()).unwrap_or(Value::Null);
        if extra.name == "top_k" {
            let what = "`top_k` must be a whole number of at least 0.";
            let count = value.as_u64().and_then(|count| u32::try_from(count).ok());
            top_k = Some(count.ok_or_else(|| Code::FieldInvalid.saying(what).on("top_k"))?);
            continue;
        }
        match fate(&extra.name, &value) {
            Fate::Silent => {}
            Fate::Named => notes.drop(&shown(&extra.name)),
            Fate::Refused(why) => return Err(unsupported(extra.name.as_ref(), why)),
        }
    }
    Ok(top_k)
}

fn fate(name: &str, value: &Value) -> Fate {
    let empty = match value {
        Value::Null | Value::Bool(false) => true,
        Value::Array(list) => list.is_empty(),
        Value::Object(map) => map.is_empty(),
        Value::Number(number) => number.as_f64() == Some(0.0),
        _ => false,
    };
    match name {
        "n" | "best_of" if value.as_u64() == Some(1) => Fate::Silent,
        "n" | "best_of" => Fate::Refused("it gives one answer a call"),
        "logit_bias" if !empty => Fate::Refused("it cannot weight tokens"),
        "logprobs" | "top_logprobs" if !empty => Fate::Refused("it tells no probabilities"),
        "modalities" if has_audio(value) => Fate::Refused("it does not speak"),
        "audio" if !empty => Fate::Refused("it does not speak"),
        "web_search_options" => Fate::Refused("it does not search the web here"),
        "moderation" if !empty => Fate::Refused("it has no such check"),
        "modalities" | "logit_bias" | "logprobs" | "top_logprobs" | "audio" | "moderation" => Fate::Silent,
        "frequency_penalty" | "presence_penalty" | "store" if empty => Fate::Silent,
        _ => Fate::Named,
    }
}

fn has_audio(value: &Value) -> bool {
    value.as_array().is_some_and(|list| list.iter().any(|mode| mode != "text"))
}

/// A name fit for a header.
fn shown(name: &str) -> String {
    name.chars().filter(|c| c.is_ascii_alphanumeric() || "_-.".contains(*c)).take(64).collect()
}
