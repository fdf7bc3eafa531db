//! An answer that was written beforehand, for the transport that needs no network.

use std::time::Duration;

use bytes::Bytes;

/// How a played answer ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ScriptEnd {
    #[default]
    Clean,
    /// As a connection that is reset.
    Cut,
    /// As a vendor that stops and keeps the connection open.
    Stall,
}

/// What is played: a head after a while, then chunks, each after a while.
#[derive(Clone, Debug, Default)]
pub struct Script {
    /// 0: as a vendor that cannot be reached.
    pub status: u16,
    pub content_type: String,
    pub retry_after: Option<Duration>,
    pub head_after: Duration,
    pub chunks: Vec<(Duration, Bytes)>,
    pub end: ScriptEnd,
}
