//! What stands against a change: the `reason` of a `conflict`, for scripts that have to tell them apart.

use std::fmt;

use super::words::words;
use super::{Code, Error};

words! {
    /// Stable for ever, as codes are: add, never rename.
    Clash {
        Meanwhile "changed_meanwhile" "Somebody else changed it at the same time.";
        State "wrong_state" "It is in a state from which this cannot be done, or was done already.";
        Exists "exists_already" "There is one already.";
        InUse "in_use" "Something else still needs it.";
        Last "last_one" "It is the last one, and one has to stay.";
        Personal "personal_team" "A personal team has its person alone.";
        TooSoon "too_soon" "It was done a short while ago.";
        Yourself "yourself" "Nobody does this to their own account.";
        Underway "under_way" "The same request is being done right now.";
        Unknown "outcome_unknown" "The same request broke off, and nobody knows how it ended.";
        ToldOnce "told_once" "It was done already, and its secret is not told again.";
    }
}

impl Clash {
    /// A `conflict` for this reason, with the sentence that is shown.
    pub fn saying(self, message: impl Into<String>) -> Error {
        Code::Conflict.saying(message).because(self)
    }

    /// A `conflict` for this reason, with a detail for the log.
    pub fn with(self, detail: impl fmt::Display) -> Error {
        Code::Conflict.with(detail).because(self)
    }
}
