//! What the demo vendor says.

use serde_json::{Value, json};

use super::ask::Ask;
use super::example;
use super::words::{Act, Words};

const LOREM: &str = "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor \
incididunt ut labore et dolore magna aliqua. Ut enim ad minim veniam, quis nostrud exercitation ullamco \
laboris nisi ut aliquip ex ea commodo consequat. Duis aute irure dolor in reprehenderit in voluptate \
velit esse cillum dolore eu fugiat nulla pariatur. Excepteur sint occaecat cupidatat non proident, sunt \
in culpa qui officia deserunt mollit anim id est laborum.";

/// Words of all choices together: an answer is made at once, in the process that serves everybody.
const MOST: usize = 16_384;

/// One answer, before it is written whole or in pieces.
#[derive(Debug, PartialEq)]
pub struct Speech {
    /// Pieces of text, each with the white space after it.
    pub pieces: Vec<String>,
    /// Calls: name and arguments.
    pub calls: Vec<(String, String)>,
    pub finish: &'static str,
    pub tokens: usize,
}

pub fn of(ask: &Ask, words: &Words) -> Speech {
    let calls = calls(ask, &words.act);
    if !calls.is_empty() {
        let tokens = calls.iter().map(|(name, arguments)| (name.len() + arguments.len()).div_ceil(4)).sum();
        let finish = if ask.legacy { "function_call" } else { "tool_calls" };
        return Speech { pieces: Vec::new(), calls, finish, tokens };
    }
    let text = text(ask, &words.act);
    let mut pieces: Vec<String> = text.split_inclusive(char::is_whitespace).map(str::to_owned).collect();
    let room = ask.max_tokens.unwrap_or(usize::MAX).min(MOST / ask.n.max(1));
    let finish = if pieces.len() > room { "length" } else { "stop" };
    pieces.truncate(room);
    Speech { tokens: pieces.len().max(1), pieces, calls, finish }
}

/// A call is made where one is forced, or by the `tools` model: each function once, until results came.
fn calls(ask: &Ask, act: &Act) -> Vec<(String, String)> {
    if !ask.results.is_empty() || ask.tools.is_empty() {
        return Vec::new();
    }
    let one =
        |(name, schema): &(String, Value)| (name.clone(), example::fitting(schema, &ask.said).to_string());
    match (&ask.forced, act) {
        (Some(Some(wanted)), _) => ask.tools.iter().filter(|(name, _)| name == wanted).map(one).collect(),
        (Some(None), _) => ask.tools.iter().take(1).map(one).collect(),
        (None, Act::Tools) if ask.legacy => ask.tools.iter().take(1).map(one).collect(),
        (None, Act::Tools) => ask.tools.iter().take(8).map(one).collect(),
        (None, _) => Vec::new(),
    }
}

fn text(ask: &Ask, act: &Act) -> String {
    if let Some(schema) = &ask.shape {
        return match schema {
            Value::Null => json!({"echo": ask.said}).to_string(),
            schema => example::fitting(schema, &ask.said).to_string(),
        };
    }
    match act {
        Act::Lorem { words } => lorem(*words),
        _ if !ask.results.is_empty() => format!("The tools answered: {}", ask.results.join("; ")),
        Act::Tools => "No tool was offered, so there is none to call.".to_owned(),
        Act::Fault(_) => lorem(20),
        Act::Echo if ask.said.is_empty() => {
            "You said nothing; I am the demo vendor and echo what you say.".to_owned()
        }
        Act::Echo => format!("You said: {}", ask.said),
    }
}

fn lorem(words: usize) -> String {
    LOREM.split(' ').cycle().take(words.max(1)).collect::<Vec<_>>().join(" ")
}
