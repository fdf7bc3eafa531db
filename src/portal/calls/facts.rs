//! What is on record of how a call was decided, in words.

use crate::ledger::kept::Kept;

/// The words of one call's facts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// "API Support chat, v1, plan Free"; empty where nothing was decided on.
    pub on: String,
    /// Why tries at vendors failed; only operators are given it.
    pub causes: String,
}

impl Facts {
    /// `api` is what the API of the call is called; empty where nobody knows, and its place is told instead.
    /// What was said, and which headers came, have places of their own on the page.
    pub fn read(facts: &str, api: &str) -> Self {
        let Kept { api: place, plan, causes, .. } = Kept::read(facts);
        let (slug, version) = place.split_once('/').unwrap_or((place, ""));
        let api = if api.is_empty() { slug } else { api };
        let known = if place.is_empty() && plan.is_empty() { "" } else { api };
        let parts = [("API ", known), ("", version), ("plan ", plan)];
        let parts = parts.iter().filter(|(_, value)| !value.is_empty());
        let parts: Vec<String> = parts.map(|(name, value)| format!("{name}{value}")).collect();
        Self { on: parts.join(", "), causes: causes.to_owned() }
    }
}

#[cfg(test)]
mod tests;
