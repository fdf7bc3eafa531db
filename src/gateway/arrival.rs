//! What a door hands over: plain data, whatever server read it.

use std::net::IpAddr;

use bytes::Bytes;

use crate::base::Result;
use crate::base::ids::CallId;
pub use crate::limits::MemoryHold;
use crate::wire::Endpoint;

/// Which subscriptions count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Door {
    /// All of the application's.
    Unified,
    /// That of one API's version alone.
    Api { slug: String, version: String },
}

/// The credentials of a request as they were sent. They cannot be printed.
#[derive(Clone, Default)]
pub struct Presented {
    /// Every `Authorization` header.
    pub authorization: Vec<String>,
    /// Every `x-api-key`, `api-key` and `x-goog-api-key` header.
    pub key_headers: Vec<String>,
    /// What the address carried that is named or looks like a key.
    pub in_url: Option<String>,
    /// Where none was sent: which headers were, by name, that a key may have been meant to be in.
    pub received: Option<String>,
}

/// Everything about a request but its body.
#[derive(Clone)]
pub struct Arrival {
    /// The request's id, made here: the call's as well.
    pub id: CallId,
    pub endpoint: Endpoint,
    pub door: Door,
    pub presented: Presented,
    pub ip: IpAddr,
    pub agent: String,
    /// The caller's own `x-request-id`.
    pub client_request_id: Option<String>,
}

/// A body that has not been read yet.
pub trait Incoming {
    /// Reads all of it, within the door's caps of size and time; grows the hold as it does.
    fn whole(self, hold: &mut MemoryHold) -> impl Future<Output = Result<Bytes>>;
}
