//! How values look: tones of state words, times, figures, the options of a choice.
//! Templates reach these by path (`crate::portal::look::tone(state)`), so a page imports nothing.

mod figures;
mod times;

use crate::ledger::record::CallState;

pub use figures::{
    ANSWERED, Amount, Cost, answered, cost, count, duration, exact_cost, fine, fullness, grouped, money,
    percent, polyline, rough, share,
};
pub use times::{Moment, datetime, exact, is_past, relative};

/// One option of a select, of radio cards or of a list of check boxes.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    pub value: String,
    pub label: String,
    /// A line under the label; radio cards and check boxes show it.
    pub hint: String,
    /// What speaks against it, shown with a sign; check boxes show it.
    pub warning: &'static str,
    pub disabled: bool,
    /// Choosing it shows what stands below under the class `opened`; radio cards do this.
    pub opens: bool,
}

impl Choice {
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into(), ..Self::default() }
    }

    /// The same option with a line that explains it.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    /// The same option with what speaks against it.
    pub fn warning(mut self, warning: &'static str) -> Self {
        self.warning = warning;
        self
    }

    /// The same option, which shows what else its choice asks.
    pub fn opens(mut self, opens: bool) -> Self {
        self.opens = opens;
        self
    }

    /// The same option, shown but not to be chosen.
    pub fn disabled(mut self) -> Self {
        self.disabled = true;
        self
    }
}

/// The tone of a state word: `ok`, `warn`, `bad`, `info` or `quiet`.
pub fn tone(state: &str) -> &'static str {
    match state {
        "active" | "answered" | "approved" | "enabled" | "healthy" | "live" | "ok" | "on" | "passed"
        | "published" | "ready" | "open" => "ok",
        "cooling" | "cut_client" | "deprecated" | "expiring" | "invited" | "paused" | "pending"
        | "requested" | "suspended" | "unknown" | "untested" | "waiting" | "rotating" => "warn",
        "cut_vendor" | "deactivated" | "denied" | "down" | "error" | "expired" | "failed" | "leaked"
        | "lost" | "refused" | "retired" | "revoked" | "unhealthy" => "bad",
        "begun" | "new" | "running" | "self_approved" => "info",
        _ => "quiet",
    }
}

/// The icon of a message of a kind.
pub fn sign(kind: &str) -> &'static str {
    match kind {
        "ok" => "check",
        "warn" | "bad" => "alert",
        _ => "info",
    }
}

/// The icon of a check that `passed`, `failed` or was not reached.
pub fn mark(state: &str) -> &'static str {
    match state {
        "passed" => "check",
        "failed" => "x",
        _ => "minus",
    }
}

/// The same in words, for those who do not see the icon.
pub fn verdict(state: &str) -> &'static str {
    match state {
        "passed" => "Passed",
        "failed" => "Failed",
        _ => "Not reached",
    }
}

/// True when two values read the same, whatever their types.
pub fn same(one: impl std::fmt::Display, other: impl std::fmt::Display) -> bool {
    one.to_string() == other.to_string()
}

/// True when `value` is one of `chosen`.
pub fn among<S: AsRef<str>>(value: &str, chosen: &[S]) -> bool {
    chosen.iter().any(|one| one.as_ref() == value)
}

/// The pieces of a sentence, each with whether it stood between backticks.
pub fn pieces(text: &str) -> Vec<(bool, &str)> {
    text.split('`')
        .enumerate()
        .map(|(index, piece)| (index % 2 == 1, piece))
        .filter(|(_, piece)| !piece.is_empty())
        .collect()
}

/// A sentence without what only an operating system says: "(os error 111)".
pub fn spoken(text: &str) -> String {
    let mut said = text.to_owned();
    while let Some(start) = said.find(" (os error ") {
        let Some(end) = said.get(start..).and_then(|rest| rest.find(')')) else { break };
        said.replace_range(start..=start + end, "");
    }
    said
}

/// A deed of the audit trail as pages say it: what is made here is called made.
pub fn deed(act: &str) -> String {
    words(&act.replace("_created", "_made"))
}

/// A sentence without its backticks, where only text can stand.
pub fn plain(text: &str) -> String {
    text.replace('`', "")
}

/// A state word as people read it: `self_approved` is "Self approved".
pub fn words(state: &str) -> String {
    let spaced = state.replace(['_', '-'], " ");
    let mut chars = spaced.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// How a call ended, as people read it: `cut_client` is "Caller left". Also for a code, and for `ok`.
pub fn ended(word: &str) -> String {
    CallState::parse(word).map_or_else(|| words(word), |state| words(state.label()))
}

#[cfg(test)]
mod tests;
