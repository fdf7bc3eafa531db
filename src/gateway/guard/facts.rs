//! What a decision was made on, in a few words for the record.

use crate::base::{Code, Error};
use crate::gateway::arrival::Door;
use crate::ledger::record::{CAUSE, NEXT, RECEIVED, SAID};

/// Bytes of all causes together.
const CAUSES: usize = 200;
/// Bytes of what the caller was told.
const TOLD: usize = 256;

#[derive(Default)]
pub struct Facts {
    pub api: Option<String>,
    pub plan: Option<String>,
    /// The headers that came in place of a key.
    pub received: Option<String>,
    /// Why each try failed: for operators alone.
    pub causes: Vec<String>,
}

impl Facts {
    /// As far as the head of a request tells.
    pub fn of(door: &Door, received: Option<&String>) -> Self {
        let api = match door {
            Door::Api { slug, version } if is_name(slug) && is_name(version) => {
                Some(format!("{slug}/{version}"))
            }
            // What a stranger wrote into an address must not read like a fact.
            Door::Api { .. } | Door::Unified => None,
        };
        Self { api, received: received.cloned(), ..Self::default() }
    }

    /// With what the caller was told, where it is not a vendor's sentence. At most 512 bytes of it are kept.
    pub fn text(&self, error: Option<&Error>) -> String {
        let mut text = String::with_capacity(96);
        let mut add = |name: &str, value: &str| {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(name);
            text.push('=');
            text.push_str(value);
        };
        if let Some(api) = &self.api {
            add("api", api);
        }
        if let Some(plan) = &self.plan {
            add("plan", plan);
        }
        if let Some(error) = error {
            if let Some(received) = self.received.as_ref().filter(|_| error.code() == Code::AuthMissing) {
                add(RECEIVED, received);
            }
            if error.next() != error.code().next() {
                add(NEXT, error.next());
            }
            if !error.is_quoted() {
                add(SAID, cut(error.message(), TOLD));
            }
        }
        if let Some(share) = CAUSES.checked_div(self.causes.len()) {
            let cut: Vec<&str> = self.causes.iter().map(|cause| cut(cause, share)).collect();
            add(CAUSE, &cut.join("; then "));
        }
        text
    }
}

fn cut(text: &str, most: usize) -> &str {
    text.get(..text.floor_char_boundary(most)).unwrap_or(text)
}

fn is_name(text: &str) -> bool {
    text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}
