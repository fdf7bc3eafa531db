//! Times in bodies: RFC 3339, or a day that means its start in UTC.

use crate::base::{Code, Result, Timestamp};

/// Reads a time that may be missing.
pub(super) fn moment(field: &'static str, text: Option<&str>) -> Result<Option<Timestamp>> {
    Ok(span(field, text)?.map(|span| span.0))
}

/// The same as a bound of a list: the first and the last moment of what was written.
pub(super) fn span(field: &'static str, text: Option<&str>) -> Result<Option<(Timestamp, Timestamp)>> {
    let Some(text) = text else { return Ok(None) };
    let message = "A time such as 2027-03-31T12:00:00Z, or a day such as 2027-03-31.";
    Timestamp::span(text).map(Some).ok_or_else(|| Code::FieldInvalid.saying(message).on(field))
}
