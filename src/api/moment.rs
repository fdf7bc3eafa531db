//! Times in bodies: RFC 3339, or a day that means its start in UTC.

use crate::base::{Code, Result, Timestamp};

/// Reads a time that may be missing.
pub(super) fn moment(field: &'static str, text: Option<&str>) -> Result<Option<Timestamp>> {
    let Some(text) = text else { return Ok(None) };
    let exact = text.parse::<jiff::Timestamp>().map(|at| Timestamp(at.as_microsecond()));
    let at = exact.ok().or_else(|| Timestamp::from_day(text));
    let message = "A time such as 2027-03-31T12:00:00Z, or a day such as 2027-03-31.";
    at.map(Some).ok_or_else(|| Code::FieldInvalid.saying(message).on(field))
}
