//! Teams: who works together. Everybody has one of their own from the start; others are made, joined
//! and left. A team's owner sees all of its keys and calls, a member their own.

mod limits;
mod members;
mod queries;
mod removal;

pub use limits::{limits_of, set_limits};
pub use members::{Member, add, leave, list_members, remove, set_role};
pub use removal::delete;

use serde_json::json;

use super::actor::Actor;
use super::audit::{self, Act};
use super::changes::{self, Change};
use super::fields;
use super::people;
use super::permit::{self, Right};
use crate::base::ids::{TeamId, UserId};
use crate::base::{Clash, Code, Result};
use crate::store::entity::states::{Standing, TeamRole};
use crate::store::entity::team;
use crate::store::{Db, Tx};

/// A team as a list shows it.
#[derive(Clone, Debug)]
pub struct Listed {
    pub team: team::Model,
    pub members: u64,
    /// The actor's own role in it, if any.
    pub role: Option<TeamRole>,
}

/// Makes a team that the actor owns.
///
/// # Errors
/// `field_invalid` on `name`; `not_permitted` for an actor who is no user.
pub async fn create(db: &Db, actor: &Actor, name: &str) -> Result<team::Model> {
    permit::write(actor)?;
    let owner = actor.user_id().ok_or_else(|| Code::NotPermitted.with("a team needs a person as owner"))?;
    create_for(db, actor, owner, name).await
}

/// Makes a team for somebody else, who owns it.
///
/// # Errors
/// `not_permitted` unless the actor is that user or manages people.
pub async fn create_for(db: &Db, actor: &Actor, owner: UserId, name: &str) -> Result<team::Model> {
    let name = people::name(name)?;
    let actor = actor.clone();
    db.transact(async move |tx| {
        permit::write(&actor)?;
        if !actor.is(owner) {
            permit::need(&actor, Right::ManagePeople)?;
        }
        let team = team::Model {
            id: TeamId::fresh(),
            name,
            state: Standing::Active,
            reason: None,
            personal_of: None,
            created_at: tx.now(),
            removed_at: None,
        };
        queries::add_team(&tx, team.clone()).await?;
        queries::add_member(&tx, team.id, owner, TeamRole::Owner).await?;
        let act = Act::new("team_created").on("team", team.id.0).touching([owner.0]);
        audit::record(&tx, &actor, act.noting(json!({ "name": team.name }))).await?;
        changes::note(&tx, Change::Team(team.id)).await?;
        changes::note(&tx, Change::User(owner)).await?;
        Ok(team)
    })
    .await
}

/// The actor's own teams, their personal one first.
///
/// # Errors
/// The database's own.
pub async fn list_own(db: &Db, actor: &Actor) -> Result<Vec<Listed>> {
    let mut rows = queries::teams(db.read(), actor.team_ids()).await?;
    rows.sort_by_key(|team| (team.personal_of.is_none(), team.name.to_lowercase()));
    listed(db, actor, rows).await
}

/// Every team but the personal ones of others, by name. At most 200 that contain `search`.
///
/// # Errors
/// `not_permitted` for who may not see everything.
pub async fn list_all(db: &Db, actor: &Actor, search: &str) -> Result<Vec<Listed>> {
    permit::need(actor, Right::SeeEverything)?;
    let search = fields::pattern("q", search)?;
    let rows = queries::list_shared(db.read(), search.as_deref()).await?;
    listed(db, actor, rows).await
}

async fn listed(db: &Db, actor: &Actor, rows: Vec<team::Model>) -> Result<Vec<Listed>> {
    let counts = queries::member_counts(db.read(), rows.iter().map(|team| team.id).collect()).await?;
    let own = |id: TeamId| actor.teams().iter().find(|(team, _)| *team == id).map(|(_, role)| *role);
    let rows = rows.into_iter().map(|team| {
        let members = counts.iter().find(|(id, _)| *id == team.id).map_or(0, |(_, count)| *count);
        Listed { members, role: own(team.id), team }
    });
    Ok(rows.collect())
}

/// One team.
///
/// # Errors
/// `not_found` for those who may not see it.
pub async fn get_visible(db: &Db, actor: &Actor, id: TeamId) -> Result<team::Model> {
    permit::see_team(actor, id)?;
    queries::team(db.read(), id).await?.ok_or_else(|| Code::NotFound.with(id))
}

/// The teams with these ids, for showing names.
///
/// # Errors
/// The database's own.
pub async fn list_by_ids(db: &Db, ids: Vec<TeamId>) -> Result<Vec<team::Model>> {
    queries::teams(db.read(), ids).await
}

/// The user's own team.
///
/// # Errors
/// `not_found` when they have none.
pub async fn personal(db: &Db, user: UserId) -> Result<team::Model> {
    queries::personal(db.read(), user).await?.ok_or_else(|| Code::NotFound.with(user))
}

/// Gives a team another name.
///
/// # Errors
/// `not_permitted` for who does not own it.
pub async fn rename(db: &Db, actor: &Actor, id: TeamId, name: &str) -> Result<()> {
    let name = people::name(name)?;
    let actor = actor.clone();
    db.transact(async move |tx| {
        manage(&actor, id)?;
        let team = existing(&tx, id).await?;
        queries::rename(&tx, id, &name).await?;
        let act = Act::new("team_renamed").on("team", id.0);
        let act = act.changing(json!({ "name": team.name }), json!({ "name": name }));
        audit::record(&tx, &actor, act).await?;
        changes::note(&tx, Change::Team(id)).await?;
        // The catalogue names the teams that own its APIs.
        changes::note(&tx, Change::Catalogue).await
    })
    .await
}

/// Stops every call of a team's applications, with the reason its members see.
///
/// # Errors
/// `field_invalid` without a reason; `conflict` when it is suspended already.
pub async fn suspend(db: &Db, actor: &Actor, id: TeamId, reason: &str) -> Result<()> {
    let reason = fields::optional_line("reason", reason, 500)?;
    if reason.is_empty() {
        return Err(Code::FieldInvalid.saying("Say why: the team's members are shown this.").on("reason"));
    }
    turn(db, actor, id, (Standing::Active, Standing::Suspended), Some(reason)).await
}

/// Lets a suspended team's applications call again.
///
/// # Errors
/// `conflict` when it is not suspended.
pub async fn resume(db: &Db, actor: &Actor, id: TeamId) -> Result<()> {
    turn(db, actor, id, (Standing::Suspended, Standing::Active), None).await
}

async fn turn(
    db: &Db,
    actor: &Actor,
    id: TeamId,
    (from, to): (Standing, Standing),
    reason: Option<String>,
) -> Result<()> {
    let actor = actor.clone();
    db.transact(async move |tx| {
        permit::write(&actor)?;
        permit::need(&actor, Right::ManagePeople)?;
        let team = existing(&tx, id).await?;
        if !queries::set_state(&tx, id, from, to, reason.clone()).await? {
            return Err(Clash::State.saying(format!("This team is {} already.", to.label())));
        }
        let word = if to == Standing::Active { "team_resumed" } else { "team_suspended" };
        let told = |state: Standing, reason: &Option<String>| json!({ "state": state, "reason": reason });
        let act = Act::new(word).on("team", id.0);
        audit::record(&tx, &actor, act.changing(told(from, &team.reason), told(to, &reason))).await?;
        changes::note(&tx, Change::Team(id)).await
    })
    .await
}

/// May the actor change who is in this team, and its name?
fn manage(actor: &Actor, id: TeamId) -> Result<()> {
    permit::see_team(actor, id)?;
    permit::write(actor)?;
    if actor.owns(id) { Ok(()) } else { permit::need(actor, Right::ManagePeople) }
}

/// True when the actor may change who is in this team.
pub fn may_manage(actor: &Actor, id: TeamId) -> bool {
    manage(actor, id).is_ok()
}

/// One that was removed takes no change.
async fn existing(tx: &Tx, id: TeamId) -> Result<team::Model> {
    let there = queries::team(tx, id).await?.filter(|team| team.removed_at.is_none());
    there.ok_or_else(|| Code::NotFound.with(id))
}

#[cfg(test)]
mod tests;
