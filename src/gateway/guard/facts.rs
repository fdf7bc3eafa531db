//! What a decision was made on, in a few words for the record.

use crate::base::Error;
use crate::ledger::record::CAUSE;

/// Bytes of all causes together.
const CAUSES: usize = 200;

#[derive(Default)]
pub struct Facts {
    pub api: Option<String>,
    pub plan: Option<String>,
    /// Why each try failed: for operators alone.
    pub causes: Vec<String>,
}

impl Facts {
    /// At most 256 bytes of it are kept.
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
            add("said", error.message());
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
