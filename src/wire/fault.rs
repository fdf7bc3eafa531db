//! What can be wrong with a vendor's answer, and what a vendor's error means in our words.

mod class;
mod clean;
mod envelope;

use crate::base::{Code, Error};

use super::Format;

pub(super) use clean::clean;
pub(super) use envelope::Envelope;

/// Why a vendor's answer of status 200 could not be carried.
#[derive(Clone, Debug)]
pub enum WireFault {
    /// Bytes that are not the vendor's format (HTML, broken JSON). The text is for the log.
    NotThisFormat(String),
    /// The vendor reported an error under status 200.
    VendorSaid(Box<VendorFault>),
    /// The answer ended before its proper end, or the vendor said that it broke off.
    Interrupted,
    /// An event over 1 MiB, or as much before any content.
    TooLarge,
}

impl WireFault {
    /// Takes the secret that was sent out of what the vendor said, and out of what was made of it.
    pub fn hide(&mut self, secret: &str) {
        match self {
            Self::NotThisFormat(why) => hide(why, secret),
            Self::VendorSaid(said) => said.hide(secret),
            Self::Interrupted | Self::TooLarge => {}
        }
    }

    pub(super) fn strange(why: impl Into<String>) -> Self {
        Self::NotThisFormat(why.into())
    }
}

impl From<super::sse::TooLarge> for WireFault {
    fn from(_: super::sse::TooLarge) -> Self {
        Self::TooLarge
    }
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VendorFault {
    pub code: Code,
    /// The status our answer has.
    pub status: u16,
    /// The vendor's sentence, free of account ids, keys and addresses; empty when it said nothing.
    pub message: String,
    pub param: Option<String>,
    pub vendor_code: Option<String>,
    pub retry: Retry,
    /// It speaks of the model that was asked for: the credential is good for others.
    pub about_model: bool,
}

impl VendorFault {
    /// Takes the secret that was sent out of what the vendor said, whatever its form.
    pub fn hide(&mut self, secret: &str) {
        let texts = [Some(&mut self.message), self.param.as_mut(), self.vendor_code.as_mut()];
        texts.into_iter().flatten().for_each(|text| hide(text, secret));
    }

    /// The error the caller sees. The vendor's sentence is shown only where the input is at fault:
    /// elsewhere it speaks of the operator's account.
    pub fn error(&self) -> Error {
        let about_input =
            matches!(self.code, Code::VendorRejected | Code::ContextLengthExceeded | Code::ContentFilter);
        let mut error = self.code.with(&self.message).as_status(self.status);
        if about_input && !self.message.is_empty() {
            error = error.quoting(format!("The vendor said: {}", self.message));
        }
        match &self.param {
            Some(param) => error.on(param),
            None => error,
        }
    }
}

fn hide(text: &mut String, secret: &str) {
    if !secret.is_empty() && text.contains(secret) {
        *text = text.replace(secret, "[removed]");
    }
}

/// Reads the error answer of a vendor, whatever its envelope; HTML and nothing at all too.
pub(super) fn read(_format: Format, status: u16, body: &[u8]) -> VendorFault {
    from_envelope(status, Envelope::read(body))
}

/// An error that came under status 200: its status is what it says of itself, else 502.
pub(super) fn under_200(body: &[u8]) -> WireFault {
    let envelope = Envelope::read(body);
    let status = class::implied_status(&envelope);
    WireFault::VendorSaid(Box::new(from_envelope(status, envelope)))
}

fn from_envelope(status: u16, envelope: Envelope) -> VendorFault {
    let class::Class { code, status, retry, about_model } = class::classify(status, &envelope);
    VendorFault {
        code,
        status,
        message: clean(&envelope.message),
        param: envelope.param.as_deref().map(clean).filter(|param| !param.is_empty()),
        vendor_code: envelope.code.or(envelope.kind).as_deref().map(clean),
        retry,
        about_model,
    }
}

#[cfg(test)]
mod tests;
