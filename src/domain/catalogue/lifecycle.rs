//! The states of an API version, in one function.

use crate::base::{Clash, Result};
use crate::store::entity::states::VersionState;

/// What can happen to a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    Publish,
    /// Also: name another date, successor or guide for a deprecated one.
    Deprecate,
    Retire,
}

impl Move {
    pub const ALL: &[Self] = &[Self::Publish, Self::Deprecate, Self::Retire];

    /// The deed's word in the audit.
    pub fn act(self) -> &'static str {
        match self {
            Self::Publish => "version_published",
            Self::Deprecate => "version_deprecated",
            Self::Retire => "version_retired",
        }
    }
}

/// The state after the move.
///
/// # Errors
/// `conflict` when the version is not in a state from which it can be made.
pub fn transition(from: VersionState, by: Move) -> Result<VersionState> {
    use VersionState::{Deprecated, Draft, Published, Retired};
    match (from, by) {
        (Draft, Move::Publish) => Ok(Published),
        (Published | Deprecated, Move::Deprecate) => Ok(Deprecated),
        (Deprecated, Move::Retire) => Ok(Retired),
        (Published, Move::Retire) => {
            Err(Clash::State.saying("Deprecate this version first, so that its callers are told."))
        }
        _ => Err(Clash::State.saying(format!("This version is {from}: that can not be done any more."))),
    }
}
