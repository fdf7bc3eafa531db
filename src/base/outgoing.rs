//! A request to a vendor as plain data: described by `vendors`, sent by `upstream`.

use std::borrow::Cow;

use bytes::Bytes;

use super::secret::Secret;

/// The value of an outgoing header: either plain, or a secret that must not be printed.
#[derive(Clone)]
pub enum HeaderText {
    Plain(Cow<'static, str>),
    Secret(Secret),
}

impl HeaderText {
    pub fn expose(&self) -> &str {
        match self {
            Self::Plain(text) => text,
            Self::Secret(secret) => secret.expose(),
        }
    }
}

/// One request to a vendor. The headers are the whole set: nothing of the caller's is added.
#[derive(Clone)]
pub struct OutgoingCall {
    pub url: String,
    pub headers: Vec<(&'static str, HeaderText)>,
    pub body: Bytes,
}
