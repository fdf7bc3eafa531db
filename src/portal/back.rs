//! The answer to a form of one or two fields that cannot be taken: its page again, with the reason.

use crate::base::{Code, Error};
use crate::web::{PageResult, Visit, flash};

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
