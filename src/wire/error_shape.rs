//! Error bodies in the shape of the caller's protocol.

use bytes::Bytes;

use crate::base::ids::CallId;
use crate::base::{Code, Error};

use super::{Format, row};

/// The body of an error answer. `base_url` is the portal's address, for the two links.
pub fn error_body(format: Format, error: &Error, request_id: CallId, base_url: &str) -> Bytes {
    Bytes::from(row(format).errors.body(error, request_id, base_url))
}

/// The last event of a stream that broke. No `[DONE]` follows.
pub fn error_event(format: Format, error: &Error, request_id: CallId, base_url: &str) -> Bytes {
    let body = error_body(format, error, request_id, base_url);
    Bytes::from([row(format).errors.event_head().as_bytes(), &body, b"\n\n"].concat())
}

/// Where to read on.
pub(super) struct Links {
    pub doc: String,
    /// Absent where nothing is on record.
    pub diagnose: Option<String>,
}

impl Links {
    pub fn of(code: Code, request_id: CallId, base_url: &str) -> Self {
        let base = base_url.trim_end_matches('/');
        Self {
            doc: format!("{base}/docs/errors/{code}"),
            diagnose: code.is_on_record().then(|| format!("{base}/diagnose/{request_id}")),
        }
    }
}

/// What happened, then what to do next.
pub(super) fn sentence(error: &Error) -> String {
    let (said, next) = (error.message().trim_end(), error.next());
    if said.ends_with(next) {
        return said.to_owned();
    }
    let last = said.rsplit(char::is_whitespace).next().unwrap_or_default();
    let bare = said.trim_end_matches(['"', '\'', ')', ']', '`', '*', '\u{201d}', '\u{2019}', '»']);
    let between = match bare.chars().next_back() {
        // A stop would be taken for a part of the address.
        _ if last.contains("://") => " \u{2013} ",
        Some('.' | '!' | '?' | '…' | ':' | ';' | '\u{3002}') | None => " ",
        Some(_) => ". ",
    };
    format!("{said}{between}{next}")
}

#[cfg(test)]
mod tests;
