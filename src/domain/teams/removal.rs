//! Removing a shared team. Its row and its applications stay, for calls and audit rows name them; nobody
//! is in it any more, and nothing of it serves.

use serde_json::json;

use super::{manage, queries};
use crate::base::ids::TeamId;
use crate::base::{Clash, Code, Result};
use crate::domain::actor::Actor;
use crate::domain::audit::{self, Act};
use crate::domain::changes::{self, Change};
use crate::store::{Db, dialect};

/// What its page says where a removed team is shown.
const REASON: &str = "This team was removed.";

/// Removes a team for good: its members are in it no longer, and its name is left where it stood.
///
/// # Errors
/// `not_found`; `not_permitted` for all but its owners and those who manage people; `conflict` for a
/// personal team, and while the team has live keys or subscriptions or owns an API, naming the first.
pub async fn delete(db: &Db, actor: &Actor, id: TeamId) -> Result<()> {
    let actor = actor.clone();
    db.transact(async move |tx| {
        manage(&actor, id)?;
        dialect::serialize_sequences(&tx).await?;
        let team = super::existing(&tx, id).await?;
        if team.personal_of.is_some() {
            return Err(Clash::Personal.saying("A personal team cannot be removed."));
        }
        if let Some(key) = queries::live_key(&tx, id).await? {
            let message = format!("Its key {} is not revoked: revoke its keys first.", key.name);
            return Err(Clash::InUse.saying(message).about(key.id.0));
        }
        if let Some(subscription) = queries::live_subscription(&tx, id).await? {
            let message = "It has subscriptions that are not over: end or withdraw them first.";
            return Err(Clash::InUse.saying(message).about(subscription.id.0));
        }
        if let Some(api) = queries::owned_api(&tx, id).await? {
            let message = format!("It owns the API {}: a team that owns APIs has to stay.", api.name);
            return Err(Clash::InUse.saying(message).about(api.id.0));
        }
        if !queries::mark_removed(&tx, id, REASON).await? {
            return Err(Code::Conflict.with(id));
        }
        let members = queries::members(&tx, id).await?;
        queries::forget(&tx, id).await?;
        let people = members.iter().map(|member| member.user_id.0);
        let act = Act::new("team_removed").on("team", id.0).touching(people);
        audit::record(&tx, &actor, act.noting(json!({ "name": team.name }))).await?;
        changes::note(&tx, Change::Team(id)).await?;
        changes::note(&tx, Change::Catalogue).await?;
        for member in members {
            changes::note(&tx, Change::User(member.user_id)).await?;
        }
        Ok(())
    })
    .await
}
