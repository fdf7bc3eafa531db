//! What a decision was made on, in a few words for the record.

use crate::base::Error;

#[derive(Default)]
pub struct Facts {
    pub api: Option<String>,
    pub plan: Option<String>,
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
        text
    }
}
