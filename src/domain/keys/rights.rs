//! Whose keys somebody sees and changes: a member their own, a team's owner the team's, admins all.

use crate::base::{Code, Result};
use crate::domain::actor::Actor;
use crate::domain::permit::{self, Right};
use crate::store::entity::key;

/// # Errors
/// `not_found` for a key that is not the actor's to see.
pub(super) fn see(actor: &Actor, row: &key::Model) -> Result<()> {
    let own = actor.is(row.owner_id) && actor.is_member(row.team_id);
    let sees = own || actor.owns(row.team_id) || permit::may(actor, Right::SeeEverything);
    if sees { Ok(()) } else { Err(Code::NotFound.with(row.id)) }
}

/// # Errors
/// `not_found` for a key that is not the actor's to see, `not_permitted` for those who may only look.
pub(super) fn manage(actor: &Actor, row: &key::Model) -> Result<()> {
    see(actor, row)?;
    permit::write(actor)?;
    let own = actor.is(row.owner_id) && actor.is_member(row.team_id);
    if own || actor.owns(row.team_id) { Ok(()) } else { permit::need(actor, Right::ManageAllAccess) }
}

/// True when the actor may change this key.
pub fn may_manage(actor: &Actor, row: &key::Model) -> bool {
    manage(actor, row).is_ok()
}
