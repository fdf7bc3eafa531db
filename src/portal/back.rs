//! The answer to a form of one or two fields: its page again, with what was done or why it was not.

use crate::base::{Code, Error, Result};
use crate::web::{PageResult, Visit, flash};

/// Back to `path`, which says `text` when it was done and the reason when it could not be.
///
/// # Errors
/// The act's own, when no change of the form would mend it.
pub fn answer<T>(visit: &Visit, path: &str, text: &str, done: Result<T>) -> PageResult {
    match done {
        Ok(_) => Ok(flash(visit, path, "good", text)),
        Err(error) => back(visit, path, error),
    }
}

/// Back to `path`, the sentence over it; what is not the form's fault stays an error.
///
/// # Errors
/// The error itself, when no change of the form would mend it.
pub fn back(visit: &Visit, path: &str, error: Error) -> PageResult {
    match error.code() {
        Code::FieldInvalid | Code::Conflict => Ok(flash(visit, path, "bad", error.message())),
        _ => Err(error.into()),
    }
}
