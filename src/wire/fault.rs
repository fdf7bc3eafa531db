//! What can be wrong with a vendor's answer.

use crate::base::{Code, Error};

use super::Format;

/// Why a vendor's answer of status 200 could not be carried.
#[derive(Clone, Debug)]
pub enum WireFault {
    /// Bytes that are not the vendor's format (HTML, broken JSON). The text is for the log.
    NotThisFormat(String),
    /// The vendor reported an error under status 200.
    VendorSaid(Box<VendorFault>),
    /// The stream ended before its proper end.
    Interrupted,
    /// An event over 1 MiB.
    TooLarge,
}

/// Where the same request may be tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// The request itself is at fault: nobody will take it.
    Never,
    /// Another credential or target may take it.
    Elsewhere,
    /// The same one may take it, too.
    SameOrElsewhere,
}

/// A vendor's refusal in our words.
#[derive(Clone, Debug)]
pub struct VendorFault {
    pub code: Code,
    /// The status our answer has.
    pub status: u16,
    /// The vendor's sentence, free of account ids, keys and addresses; empty when it said nothing.
    pub message: String,
    pub param: Option<String>,
    pub vendor_code: Option<String>,
    pub retry: Retry,
}

impl VendorFault {
    /// The error the caller sees.
    pub fn error(&self) -> Error {
        let mut error = Error::new(self.code).as_status(self.status);
        if !self.message.is_empty() {
            error = error.saying(format!("The vendor said: {}", self.message));
        }
        match &self.param {
            Some(param) => error.on(param),
            None => error,
        }
    }
}

pub(super) fn read(_format: Format, status: u16, _body: &[u8]) -> VendorFault {
    VendorFault {
        code: Code::VendorError,
        status: 502.max(status.min(502)),
        message: String::new(),
        param: None,
        vendor_code: None,
        retry: Retry::SameOrElsewhere,
    }
}
