//! Who is in a team. A shared team always has an owner; a personal one has its person alone.

use serde_json::json;

use super::{existing, manage, queries};
use crate::base::ids::{TeamId, UserId};
use crate::base::{Clash, Code, Result, Timestamp};
use crate::domain::actor::Actor;
use crate::domain::audit::{self, Act};
use crate::domain::changes::{self, Change};
use crate::domain::people::Email;
use crate::domain::permit;
use crate::store::entity::states::{TeamRole, UserState};
use crate::store::entity::user;
use crate::store::{Db, Tx, dialect};

/// One person of a team.
#[derive(Clone, Debug)]
pub struct Member {
    pub user: user::Model,
    pub role: TeamRole,
    pub since: Timestamp,
    /// Keys in this team that the person owns and that are not revoked: they stop when the person leaves.
    pub keys: u64,
}

/// The people of a team, owners first.
///
/// # Errors
/// `not_found` for those who may not see it.
pub async fn list_members(db: &Db, actor: &Actor, id: TeamId) -> Result<Vec<Member>> {
    super::get_visible(db, actor, id).await?;
    let rows = queries::members(db.read(), id).await?;
    let users = queries::users(db.read(), rows.iter().map(|row| row.user_id).collect()).await?;
    let keys = queries::key_counts(db.read(), id, db.now()).await?;
    let mut members: Vec<Member> = rows
        .iter()
        .filter_map(|row| {
            let user = users.iter().find(|user| user.id == row.user_id)?.clone();
            let keys = keys.iter().find(|(owner, _)| *owner == row.user_id).map_or(0, |(_, count)| *count);
            Some(Member { user, role: row.role, since: row.created_at, keys })
        })
        .collect();
    members.sort_by_key(|member| (member.role != TeamRole::Owner, member.user.name.to_lowercase()));
    Ok(members)
}

/// Adds an active person by address.
///
/// # Errors
/// `field_invalid` on `email`; `conflict` for a personal team.
pub async fn add(db: &Db, actor: &Actor, id: TeamId, email: &str, role: TeamRole) -> Result<()> {
    let email = Email::parse(email)?;
    let actor = actor.clone();
    db.transact(async move |tx| {
        manage(&actor, id)?;
        if existing(&tx, id).await?.personal_of.is_some() {
            return Err(Clash::Personal.saying("A personal team has one person. Make a team to share."));
        }
        let user = queries::user_by_email(&tx, email.as_str()).await?;
        let user = user.filter(|user| user.state == UserState::Active).ok_or_else(|| {
            Code::FieldInvalid.saying("No active person has this address here.").on("email")
        })?;
        if !queries::add_member(&tx, id, user.id, role).await? {
            return Err(Code::FieldInvalid.saying("This person is in the team already.").on("email"));
        }
        let act = Act::new("member_added").noting(json!({ "role": role.word() }));
        told(&tx, &actor, act, id, user.id).await
    })
    .await
}

/// Makes a member an owner, or an owner a member.
///
/// # Errors
/// `conflict` when the team would have no owner left.
pub async fn set_role(db: &Db, actor: &Actor, id: TeamId, user: UserId, role: TeamRole) -> Result<()> {
    let actor = actor.clone();
    db.transact(async move |tx| {
        manage(&actor, id)?;
        let before = locked(&tx, id, user).await?;
        if before == role {
            return Ok(());
        }
        if role == TeamRole::Member {
            keeps_an_owner(&tx, id, user).await?;
        }
        if !queries::set_role(&tx, id, user, before, role).await? {
            return Err(Code::Conflict.with(user));
        }
        let words = |role: TeamRole| json!({ "role": role.word() });
        let act = Act::new("member_role_changed").changing(words(before), words(role));
        told(&tx, &actor, act, id, user).await
    })
    .await
}

/// Takes somebody out of the team. Their keys there are refused from now on with `owner_not_member`.
///
/// # Errors
/// `conflict` when the team would have no owner left, or is personal.
pub async fn remove(db: &Db, actor: &Actor, id: TeamId, user: UserId) -> Result<()> {
    let actor = actor.clone();
    db.transact(async move |tx| {
        manage(&actor, id)?;
        out(&tx, &actor, "member_removed", id, user).await
    })
    .await
}

/// Leaves the team.
///
/// # Errors
/// `conflict` for its last owner and for a personal team.
pub async fn leave(db: &Db, actor: &Actor, id: TeamId) -> Result<()> {
    let actor = actor.clone();
    db.transact(async move |tx| {
        permit::see_team(&actor, id)?;
        permit::write(&actor)?;
        let user = actor.user_id().ok_or_else(|| Code::NotFound.with(id))?;
        out(&tx, &actor, "member_left", id, user).await
    })
    .await
}

async fn out(tx: &Tx, actor: &Actor, act: &'static str, id: TeamId, user: UserId) -> Result<()> {
    let role = locked(tx, id, user).await?;
    if existing(tx, id).await?.personal_of.is_some() {
        return Err(Clash::Personal.saying("A personal team cannot be left."));
    }
    if role == TeamRole::Owner {
        keeps_an_owner(tx, id, user).await?;
    }
    if !queries::remove_member(tx, id, user).await? {
        return Err(Code::Conflict.with(user));
    }
    told(tx, actor, Act::new(act).noting(json!({ "role": role.word() })), id, user).await
}

async fn told(tx: &Tx, actor: &Actor, act: Act, id: TeamId, user: UserId) -> Result<()> {
    audit::record(tx, actor, act.on("team", id.0).touching([user.0])).await?;
    changes::note(tx, Change::Team(id)).await?;
    changes::note(tx, Change::User(user)).await
}

/// The person's role, with all other changes to people waiting until this transaction ends.
async fn locked(tx: &Tx, id: TeamId, user: UserId) -> Result<TeamRole> {
    dialect::serialize_sequences(tx).await?;
    queries::role(tx, id, user).await?.ok_or_else(|| Code::NotFound.with(user))
}

async fn keeps_an_owner(tx: &Tx, id: TeamId, user: UserId) -> Result<()> {
    if queries::other_owners(tx, id, user).await? == 0 {
        return Err(Clash::Last.saying("This is the team's last owner. Make somebody else an owner first."));
    }
    Ok(())
}
