//! The day a subscription ends, as forms ask for it: one field, `ends_on`, wherever it stands.

use crate::base::{Error, Result, Timestamp};
use crate::web::FieldErrors;

/// The field of the forms.
const FIELD: &str = "ends_on";

/// The day typed; none where the field is empty, or holds no day, which becomes its error.
pub fn read(typed: &str, errors: &mut FieldErrors) -> Option<Timestamp> {
    let typed = typed.trim();
    if typed.is_empty() {
        return None;
    }
    let day = Timestamp::from_day(typed);
    if day.is_none() {
        errors.add(FIELD, "A day such as 2027-03-31.");
    }
    day
}

/// What the domain refused, with a word about the end at the field of the form.
///
/// # Errors
/// The error itself, when no change of the form would mend it.
pub fn mistakes(error: Error) -> Result<FieldErrors> {
    Ok(FieldErrors::from_error(error)?.renamed("ends_at", FIELD))
}
