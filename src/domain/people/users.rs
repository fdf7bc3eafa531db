//! Accounts: made, listed, given a role, deactivated and let back in.

use sea_orm::ConnectionTrait;
use serde_json::json;

use super::{Email, Password, Step, next, passwords, queries, sessions};
use crate::base::ids::{TeamId, UserId};
use crate::base::{Clash, Code, Result};
use crate::domain::actor::Actor;
use crate::domain::audit::{self, Act};
use crate::domain::changes::{self, Change};
use crate::domain::fields;
use crate::domain::permit::{self, Right};
use crate::store::entity::states::{Role, TeamRole, TokenKind, UserKind, UserState};
use crate::store::entity::{application, team, user};
use crate::store::{Db, Tx, dialect};

/// An account to make.
pub struct NewUser {
    pub email: Email,
    pub name: String,
    pub role: Role,
    /// None: nobody can sign in until a reset link sets one.
    pub password: Option<Password>,
}

/// Makes an active account with its own team.
///
/// # Errors
/// `not_permitted` without the right to manage people; `field_invalid` when the address is taken.
pub async fn create(db: &Db, actor: &Actor, new: NewUser) -> Result<user::Model> {
    let hash = match &new.password {
        Some(password) => Some(passwords::hash(password).await?),
        None => None,
    };
    let actor = actor.clone();
    db.transact(async move |tx| {
        may_manage(&actor)?;
        let row = Row { email: new.email, name: new.name, role: new.role, state: UserState::Active, hash };
        create_in(&tx, &actor, row).await
    })
    .await
}

/// An account as it is first stored.
pub(super) struct Row {
    pub email: Email,
    pub name: String,
    pub role: Role,
    pub state: UserState,
    pub hash: Option<String>,
}

pub(super) async fn create_in(tx: &Tx, actor: &Actor, row: Row) -> Result<user::Model> {
    let name = super::name(&row.name)?;
    if queries::user_by_email(tx, row.email.as_str()).await?.is_some() {
        return Err(taken());
    }
    let user = user::Model {
        id: UserId::fresh(),
        kind: UserKind::Person,
        email: row.email.as_str().to_owned(),
        name,
        role: row.role,
        state: row.state,
        password_hash: row.hash,
        epoch: 0,
        theme: "auto".to_owned(),
        created_at: tx.now(),
        last_seen_at: None,
        state_at: tx.now(),
    };
    queries::add_user(tx, user.clone()).await?;
    let team = queries::add_personal_team(tx, &user, &personal_name(&user.name)).await?;
    let facts = json!({ "email": user.email, "role": user.role.word(), "state": user.state.word() });
    let act = Act::new("user_created").on("user", user.id.0).touching([team.0]).noting(facts);
    audit::record(tx, actor, act).await?;
    changes::note(tx, Change::User(user.id)).await?;
    Ok(user)
}

fn taken() -> crate::base::Error {
    Clash::Exists.saying("There is an account with this address already.").on("email")
}

fn personal_name(name: &str) -> String {
    format!("{}'s team", name.chars().take(80).collect::<String>())
}

/// What to show of people.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Looked for in names and addresses.
    pub search: String,
    /// None: all but the deleted.
    pub state: Option<UserState>,
    /// The last one of the page before.
    pub after: Option<UserId>,
    /// At most 200; 0 means 50.
    pub limit: u64,
}

/// A page of people, newest first.
///
/// # Errors
/// `not_permitted` for who may not see everything; `field_invalid` for a search over 200 characters.
pub async fn list(db: &Db, actor: &Actor, filter: Filter) -> Result<Vec<user::Model>> {
    permit::need(actor, Right::SeeEverything)?;
    let search = fields::pattern("q", &filter.search)?;
    let limit = if filter.limit == 0 { 50 } else { filter.limit };
    queries::list_users(db.read(), search.as_deref(), filter.state, filter.after, limit).await
}

/// Those who signed up and wait to be let in, longest waiting first.
///
/// # Errors
/// `not_permitted` for who may not see everything.
pub async fn list_waiting(db: &Db, actor: &Actor) -> Result<Vec<user::Model>> {
    permit::need(actor, Right::SeeEverything)?;
    queries::list_in_state(db.read(), UserState::Waiting).await
}

/// One account.
///
/// # Errors
/// `not_found` for those who may see neither it nor everything.
pub async fn get_visible(db: &Db, actor: &Actor, id: UserId) -> Result<user::Model> {
    if !actor.is(id) && !permit::may(actor, Right::SeeEverything) {
        return Err(Code::NotFound.with(id));
    }
    queries::user(db.read(), id).await?.ok_or_else(|| Code::NotFound.with(id))
}

/// The account with this address.
///
/// # Errors
/// `not_permitted` for who may not see everything; `not_found`.
pub async fn get_by_email(db: &Db, actor: &Actor, email: &Email) -> Result<user::Model> {
    permit::need(actor, Right::SeeEverything)?;
    let found = queries::user_by_email(db.read(), email.as_str()).await?;
    found.ok_or_else(|| Code::NotFound.saying("There is no account with this address."))
}

/// The accounts with these ids, for showing names beside what they did.
///
/// # Errors
/// The database's own.
pub async fn list_by_ids(db: &Db, ids: Vec<UserId>) -> Result<Vec<user::Model>> {
    queries::list_by_ids(db.read(), ids).await
}

/// Gives another role. The user's sessions end.
///
/// # Errors
/// `conflict` when it would take the role of the last admin, or was changed meanwhile.
pub async fn set_role(db: &Db, actor: &Actor, id: UserId, role: Role) -> Result<()> {
    let actor = actor.clone();
    db.transact(async move |tx| {
        may_manage(&actor)?;
        let user = locked(&tx, id).await?;
        if user.state == UserState::Deleted {
            return Err(Clash::State.saying("This account is deleted now."));
        }
        if user.role == role {
            return Ok(());
        }
        keeps_an_admin(&tx, &user).await?;
        if !queries::set_role(&tx, id, user.role, role).await? {
            return Err(Code::Conflict.with(id));
        }
        sessions::keep_own(&tx, &actor, id).await?;
        let told = |role: Role| json!({ "role": role.word() });
        let act = Act::new("user_role_changed").on("user", id.0).changing(told(user.role), told(role));
        audit::record(&tx, &actor, act).await?;
        changes::note(&tx, Change::User(id)).await
    })
    .await
}

/// Stops an account: its sessions end, its keys are refused from now on.
///
/// # Errors
/// `conflict` for oneself, for the last admin, and when it is not active.
pub async fn deactivate(db: &Db, actor: &Actor, id: UserId) -> Result<()> {
    let actor = actor.clone();
    db.transact(async move |tx| {
        may_manage(&actor)?;
        let user = locked(&tx, id).await?;
        if actor.is(id) {
            return Err(Clash::Yourself.saying("You cannot deactivate yourself. Ask another admin."));
        }
        keeps_an_admin(&tx, &user).await?;
        queries::end_links(&tx, TokenKind::Reset, Some(id)).await?;
        step(&tx, &actor, &user, Step::Deactivate, "user_deactivated").await
    })
    .await
}

/// Deletes a deactivated account for good. It is emptied: its sessions, management tokens and links end, it
/// is in no shared team, and its address is free. Its row and name stay, for keys, calls and the audit
/// name it; its keys stay listed and are refused with `owner_deleted`.
///
/// # Errors
/// `conflict` for oneself, and when it is not deactivated.
pub async fn delete(db: &Db, actor: &Actor, id: UserId) -> Result<()> {
    let actor = actor.clone();
    db.transact(async move |tx| {
        may_manage(&actor)?;
        let user = locked(&tx, id).await?;
        if actor.is(id) {
            return Err(Clash::Yourself.saying("You cannot delete yourself. Ask another admin."));
        }
        if user.state == UserState::Active {
            return Err(Clash::State.saying("This account is active now. Deactivate it first."));
        }
        let teams = queries::leave_shared_teams(&tx, id).await?;
        // The address is kept here alone.
        let facts = json!({ "email": user.email, "name": user.name });
        let act = Act::new("user_deleted").touching(teams.iter().map(|team| team.0)).noting(facts);
        step_as(&tx, &actor, &user, Step::Delete, act).await?;
        queries::revoke_admin_tokens(&tx, id).await?;
        for kind in [TokenKind::Reset, TokenKind::Invitation] {
            queries::end_links(&tx, kind, Some(id)).await?;
        }
        queries::forget_reset_wish(&tx, id).await?;
        queries::empty(&tx, id).await?;
        for team in teams {
            changes::note(&tx, Change::Team(team)).await?;
        }
        Ok(())
    })
    .await
}

/// Lets a deactivated account work again.
///
/// # Errors
/// `conflict` when it is not deactivated.
pub async fn reactivate(db: &Db, actor: &Actor, id: UserId) -> Result<()> {
    stepped(db, actor, id, Step::Reactivate, "user_reactivated").await
}

/// Lets somebody in who signed up and waits.
///
/// # Errors
/// `conflict` when the account does not wait.
pub async fn let_in(db: &Db, actor: &Actor, id: UserId) -> Result<()> {
    stepped(db, actor, id, Step::LetIn, "user_let_in").await
}

/// Removes an account that was never let in, or takes an invitation back.
///
/// # Errors
/// `conflict` when it was let in.
pub async fn turn_away(db: &Db, actor: &Actor, id: UserId) -> Result<()> {
    let actor = actor.clone();
    db.transact(async move |tx| {
        may_manage(&actor)?;
        let user = locked(&tx, id).await?;
        if !queries::remove_waiting(&tx, id).await? {
            let instead = if user.state == UserState::Active { " Deactivate it instead." } else { "" };
            return Err(Clash::State.saying(format!(
                "Only an account that waits can be turned away; this one is {} now.{instead}",
                user.state.label()
            )));
        }
        let facts = json!({ "email": user.email, "state": user.state.word() });
        audit::record(&tx, &actor, Act::new("user_turned_away").on("user", id.0).noting(facts)).await?;
        changes::note(&tx, Change::User(id)).await
    })
    .await
}

async fn stepped(db: &Db, actor: &Actor, id: UserId, what: Step, act: &'static str) -> Result<()> {
    let actor = actor.clone();
    db.transact(async move |tx| {
        may_manage(&actor)?;
        let user = locked(&tx, id).await?;
        step(&tx, &actor, &user, what, act).await
    })
    .await
}

/// The one place where an account changes its state: row, audit and change together.
pub(super) async fn step(
    tx: &Tx,
    actor: &Actor,
    user: &user::Model,
    what: Step,
    act: &'static str,
) -> Result<()> {
    step_as(tx, actor, user, what, Act::new(act)).await
}

async fn step_as(tx: &Tx, actor: &Actor, user: &user::Model, what: Step, act: Act) -> Result<()> {
    let Some(to) = next(user.state, what) else {
        return Err(Clash::State.saying(format!("This account is {} now.", user.state.label())));
    };
    if !queries::set_state(tx, user.id, user.state, to).await? {
        return Err(Code::Conflict.with(user.id));
    }
    let told = |state: UserState| json!({ "state": state.word() });
    let act = act.on("user", user.id.0).changing(told(user.state), told(to));
    audit::record(tx, actor, act).await?;
    changes::note(tx, Change::User(user.id)).await
}

/// What stops working when an account does.
pub struct Reach {
    /// Applications it made.
    pub apps: Vec<application::Model>,
    /// Its teams, its own one left out, with its role there.
    pub teams: Vec<(team::Model, TeamRole)>,
    /// Those of its teams that nobody else owns who may sign in.
    pub alone: Vec<TeamId>,
}

/// What hangs on an account: shown before it is deactivated.
///
/// # Errors
/// `not_found` for those who may not see the account.
pub async fn reach(db: &Db, actor: &Actor, id: UserId) -> Result<Reach> {
    get_visible(db, actor, id).await?;
    let roles = queries::memberships(db.read(), id).await?;
    let rows = queries::teams_of(db.read(), roles.iter().map(|(team, _)| *team).collect()).await?;
    let role = |team: TeamId| roles.iter().find(|(id, _)| *id == team).map_or(TeamRole::Member, |(_, r)| *r);
    let teams = rows.into_iter().filter(|team| team.personal_of != Some(id));
    let teams: Vec<_> = teams
        .map(|team| {
            let role = role(team.id);
            (team, role)
        })
        .collect();
    let owned = teams.iter().filter(|(_, role)| *role == TeamRole::Owner).map(|(team, _)| team.id);
    let mut alone: Vec<TeamId> = owned.collect();
    let others = queries::owned_by_others(db.read(), alone.clone(), id).await?;
    alone.retain(|team| !others.contains(team));
    Ok(Reach { apps: queries::apps_by(db.read(), id).await?, teams, alone })
}

pub(super) fn may_manage(actor: &Actor) -> Result<()> {
    permit::write(actor)?;
    permit::need(actor, Right::ManagePeople)
}

/// The account, with all other changes to people waiting until this transaction ends.
async fn locked(tx: &Tx, id: UserId) -> Result<user::Model> {
    dialect::serialize_sequences(tx).await?;
    queries::user(tx, id).await?.ok_or_else(|| Code::NotFound.with(id))
}

/// True for the only active admin, who keeps the role and the account.
///
/// # Errors
/// `not_permitted` for who may not see everything.
pub async fn is_last_admin(db: &Db, actor: &Actor, user: &user::Model) -> Result<bool> {
    permit::need(actor, Right::SeeEverything)?;
    is_last(db.read(), user).await
}

async fn is_last(on: &impl ConnectionTrait, user: &user::Model) -> Result<bool> {
    let is_admin = user.role == Role::Admin && user.state == UserState::Active;
    Ok(is_admin && queries::other_admins(on, user.id).await? == 0)
}

async fn keeps_an_admin(tx: &Tx, user: &user::Model) -> Result<()> {
    if is_last(tx, user).await? {
        return Err(Clash::Last.saying("This is the last admin. Give somebody else the role first."));
    }
    Ok(())
}
