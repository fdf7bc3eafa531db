//! Whose keys somebody sees and changes: a member their own, a team's owner the team's, admins all.

use crate::base::{Code, Result};
use crate::domain::actor::Actor;
use crate::domain::permit::{self, Right};
use crate::store::entity::key;
use crate::store::entity::states::{KeyReason, KeyState};

/// # Errors
/// `not_found` for a key that is not the actor's to see.
pub(super) fn see(actor: &Actor, row: &key::Model) -> Result<()> {
    let sees = is_own(actor, row) || permit::may(actor, Right::SeeEverything);
    if sees { Ok(()) } else { Err(Code::NotFound.with(row.id)) }
}

/// # Errors
/// `not_found` for a key that is not the actor's to see, `not_permitted` for those who may only look.
pub(super) fn manage(actor: &Actor, row: &key::Model) -> Result<()> {
    see(actor, row)?;
    permit::write(actor)?;
    if is_own(actor, row) { Ok(()) } else { permit::need(actor, Right::ManageAllAccess) }
}

/// True for its owner and for owners of its team.
pub(super) fn is_own(actor: &Actor, row: &key::Model) -> bool {
    (actor.is(row.owner_id) && actor.is_member(row.team_id)) || actor.owns(row.team_id)
}

/// True when the actor may let this key work again.
pub fn may_enable(actor: &Actor, row: &key::Model) -> bool {
    let held = row.state == KeyState::Paused && row.reason == Some(KeyReason::Held);
    may_manage(actor, row) && (!held || permit::may(actor, Right::ManageAllAccess))
}

/// True when the actor may change this key.
pub fn may_manage(actor: &Actor, row: &key::Model) -> bool {
    manage(actor, row).is_ok()
}
