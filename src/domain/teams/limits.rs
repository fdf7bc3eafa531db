//! What all keys of a team together may do: a ceiling above plans and keys, so that many applications
//! on one plan are not many plans.

use serde_json::json;

use crate::base::Result;
use crate::base::ids::TeamId;
use crate::base::limit::LimitScope;
use crate::domain::actor::Actor;
use crate::domain::audit::{self, Act};
use crate::domain::changes::{self, Change};
use crate::domain::permit::{self, Right};
use crate::domain::plans::{self, Limits};
use crate::store::Db;

/// The limits of a team.
///
/// # Errors
/// `not_found` for those who do not see the team.
pub async fn limits_of(db: &Db, actor: &Actor, id: TeamId) -> Result<Limits> {
    let team = super::get_visible(db, actor, id).await?;
    plans::limits_of(db.read(), LimitScope::Team, team.id.0).await
}

/// Replaces the limits of a team. They hold for the next call.
///
/// # Errors
/// `not_found`; `not_permitted` for all but those who manage everybody's access; `field_invalid`.
pub async fn set_limits(db: &Db, actor: &Actor, id: TeamId, limits: Limits) -> Result<()> {
    super::get_visible(db, actor, id).await?;
    permit::write(actor)?;
    permit::need(actor, Right::ManageAllAccess)?;
    let actor = actor.clone();
    db.transact(async move |tx| {
        let was = plans::limits_of(&tx, LimitScope::Team, id.0).await?;
        plans::change_limits(&tx, LimitScope::Team, id.0, &limits).await?;
        let told = |limits: &Limits| json!({ "limits": limits.lines() });
        let act = Act::new("team_limits_changed").on("team", id.0).changing(told(&was), told(&limits));
        audit::record(&tx, &actor, act).await?;
        changes::note(&tx, Change::Team(id)).await
    })
    .await
}
