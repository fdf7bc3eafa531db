//! Who decides a request: admins, and publishers who are members of the API's owner team. Nobody
//! decides their own, unless there is nobody else.

use super::queries;
use crate::base::ids::{TeamId, UserId};
use crate::base::{Code, Result};
use crate::domain::actor::{Actor, Who};
use crate::domain::permit::{self, Right};
use crate::store::Tx;
use crate::store::entity::{api, subscription};

/// How somebody comes to decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decider {
    /// On somebody else's request.
    Other,
    /// On their own, being the only one who can.
    OnlyOne,
}

/// May the actor decide requests of this API at all?
pub fn may_decide(actor: &Actor, api: &api::Model) -> bool {
    permit::manage_api(actor, api.owner_team_id).is_ok()
}

/// Lets the actor decide on a request, or says why not.
///
/// # Errors
/// `not_found` for those who may not see the request, and those whose role decides none; `not_permitted`
/// for others who decide nothing here, and on one's own.
pub(super) async fn check(
    tx: &Tx,
    actor: &Actor,
    row: &subscription::Model,
    owner: TeamId,
) -> Result<Decider> {
    permit::write(actor)?;
    if let Err(refused) = permit::manage_api(actor, owner) {
        permit::see_team(actor, row.team_id)?;
        // For a role that decides no request there is nothing here, its own included.
        permit::need(actor, Right::SeeApis).map_err(|_| Code::NotFound.with(row.id))?;
        return Err(refused);
    }
    if !is_own(actor, row) {
        return Ok(Decider::Other);
    }
    let others = others(tx, owner, row.requested_by).await?;
    if others { Err(own()) } else { Ok(Decider::OnlyOne) }
}

fn is_own(actor: &Actor, row: &subscription::Model) -> bool {
    match actor.who() {
        Who::User(id) => id == row.requested_by,
        Who::Rule(_) | Who::System => false,
    }
}

fn own() -> crate::base::Error {
    Code::NotPermitted
        .saying("Nobody approves their own request; somebody else who decides for this API has to.")
}

async fn others(tx: &Tx, owner: TeamId, except: UserId) -> Result<bool> {
    Ok(queries::deciders(tx, owner).await?.into_iter().any(|id| id != except))
}
