//! The words vendors end an answer with.

use crate::wire::Finish;

/// True for a word that clients of the format do not know, though we know what it means.
pub fn is_odd(word: &str, means: Finish) -> bool {
    means != Finish::Other && word != "function_call" && word != means.word()
}

/// What a `finish_reason` says; nothing for an empty word, which streams send before the end.
/// `Err` when the word means that the vendor broke off.
pub fn read(word: &str) -> Result<Option<Finish>, ()> {
    Ok(Some(match word {
        "" => return Ok(None),
        "stop" | "eos" | "eos_token" | "stop_sequence" | "end_turn" => Finish::Stop,
        "length" | "model_length" | "max_tokens" | "model_context_window_exceeded" => Finish::Length,
        "tool_calls" | "function_call" => Finish::ToolCalls,
        "content_filter" | "content_filtered" | "sensitive" | "safety" | "recitation" => {
            Finish::ContentFilter
        }
        "error" | "network_error" | "insufficient_system_resource" | "abort" => return Err(()),
        _ => Finish::Other,
    }))
}
