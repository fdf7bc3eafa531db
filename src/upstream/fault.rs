//! What can go wrong on the way to a vendor, as one of a few kinds. Causes never hold a URL.

use std::error::Error as StdError;
use std::fmt;

use crate::base::{Code, Error};

use super::addresses::Forbidden;
use super::timers::Timer;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// The address is no address, or may not be connected to.
    Address,
    /// No connection: the name is unknown, or the port refused.
    Unreachable,
    /// The certificate, or the handshake.
    Tls,
    Timeout(Timer),
    /// The connection ended before the answer did.
    Cut,
    /// More bytes than the answer may have.
    TooLarge,
    /// More bytes than there is room for at the moment.
    NoRoom,
}

/// A call that brought no answer, or half of one.
#[derive(Clone, Debug)]
pub struct Fault {
    pub kind: FaultKind,
    /// For the log and for operators: no URL, no secret.
    pub cause: String,
}

impl Fault {
    pub(super) fn address(cause: impl Into<String>) -> Self {
        Self { kind: FaultKind::Address, cause: cause.into() }
    }

    pub(super) fn timeout(timer: Timer) -> Self {
        Self { kind: FaultKind::Timeout(timer), cause: format!("the timer for {} ran out", timer.label()) }
    }

    pub(super) fn too_large(limit: usize) -> Self {
        Self { kind: FaultKind::TooLarge, cause: format!("the answer is over {limit} bytes") }
    }

    pub(super) fn no_room(refusal: &Error) -> Self {
        Self { kind: FaultKind::NoRoom, cause: format!("no room for its answer: {refusal}") }
    }

    pub(super) fn cut(cause: impl Into<String>) -> Self {
        Self { kind: FaultKind::Cut, cause: cause.into() }
    }

    pub(super) fn unreachable(cause: impl Into<String>) -> Self {
        Self { kind: FaultKind::Unreachable, cause: cause.into() }
    }

    /// The row of the error table this is.
    pub fn code(&self) -> Code {
        match self.kind {
            FaultKind::Address | FaultKind::Unreachable => Code::VendorUnreachable,
            FaultKind::Tls => Code::VendorTls,
            FaultKind::Timeout(_) => Code::VendorTimeout,
            FaultKind::Cut | FaultKind::TooLarge => Code::VendorError,
            FaultKind::NoRoom => Code::Overloaded,
        }
    }

    /// True when the vendor cannot have seen the request: asking again cannot do anything twice.
    pub fn is_unsent(&self) -> bool {
        matches!(
            self.kind,
            FaultKind::Address | FaultKind::Unreachable | FaultKind::Tls | FaultKind::Timeout(Timer::Connect)
        )
    }
}

impl From<reqwest::Error> for Fault {
    fn from(error: reqwest::Error) -> Self {
        let error = error.without_url();
        let connecting = error.is_connect();
        let timed_out = error.is_timeout();
        let mut cause = error.to_string();
        let (mut tls, mut forbidden) = (false, false);
        let mut next = error.source();
        while let Some(inner) = next {
            tls |= inner.is::<rustls::Error>() || wraps_rustls(inner);
            forbidden |= inner.is::<Forbidden>();
            cause = inner.to_string();
            next = inner.source();
        }
        let kind = match (connecting, timed_out) {
            _ if forbidden => FaultKind::Address,
            _ if tls => FaultKind::Tls,
            (true, true) => FaultKind::Timeout(Timer::Connect),
            (true, false) => FaultKind::Unreachable,
            (false, true) => FaultKind::Timeout(Timer::Total),
            (false, false) => FaultKind::Cut,
        };
        Self { kind, cause }
    }
}

/// rustls hides its errors in an `io::Error`, maybe in another one: its `source` skips the value itself.
fn wraps_rustls(error: &(dyn StdError + 'static)) -> bool {
    let inner = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
    inner.is_some_and(|inner| inner.is::<rustls::Error>() || wraps_rustls(inner))
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.cause)
    }
}

impl StdError for Fault {}
