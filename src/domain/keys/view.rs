//! Keys as pages, scripts and the diagnose page see them.

use std::collections::HashMap;

use super::queries::{self, Filter, Life, Names, Seen};
use super::{rights, rules};
use crate::base::clock::DAY;
use crate::base::ids::{AppId, KeyId, SubscriptionId, UserId};
use crate::base::limit::LimitScope;
use crate::base::{Code, Result, Timestamp, key_format};
use crate::domain::actor::Actor;
use crate::domain::permit::{self, Right};
use crate::domain::plans::{self, Limits};
use crate::domain::subscriptions;
use crate::store::Db;
use crate::store::entity::states::{KeyReason, KeyState, TeamRole, UserState};
use crate::store::entity::{key, key_secret, user};

pub use super::queries::{Filter as KeyFilter, Life as KeyLife, Order as KeyOrder};

/// After this long without a call a key is called stale.
const STALE: i64 = 30 * DAY;
/// This close to its end a key is called expiring.
const SOON: i64 = 14 * DAY;
/// So long after its end a key is still worth a word.
const LATELY: i64 = 30 * DAY;

/// What a key is now, its clock included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    Active,
    Paused,
    Expired,
    Revoked,
    Leaked,
}

impl Condition {
    pub fn word(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
            Self::Leaked => "leaked",
        }
    }
}

/// What a key is at an instant. The order is that of the key check.
pub fn condition(row: &key::Model, now: Timestamp) -> Condition {
    match (row.state, row.reason) {
        (KeyState::Revoked, Some(KeyReason::Leaked)) => Condition::Leaked,
        (KeyState::Revoked, _) => Condition::Revoked,
        _ if row.expires_at.is_some_and(|at| at <= now) => Condition::Expired,
        (KeyState::Paused, _) => Condition::Paused,
        (KeyState::Active, _) => Condition::Active,
    }
}

/// A key with the names around it.
#[derive(Clone, Debug)]
pub struct KeyView {
    pub row: key::Model,
    pub condition: Condition,
    pub app: String,
    pub team: String,
    pub owner: String,
    pub owner_email: String,
    /// Names of the APIs it is bound to; empty means all.
    pub apis: Vec<String>,
    /// Newest first, ended ones included.
    pub secrets: Vec<key_secret::Model>,
    /// An older secret still works until then.
    pub overlap_until: Option<Timestamp>,
    /// Its owner is deactivated, deleted or no longer a member of its team.
    pub orphan: bool,
    /// Active, and not used for 30 days (or ever, when it is that old).
    pub stale: bool,
    /// Active, and ends within 14 days.
    pub expiring: bool,
}

/// A key the actor may see.
///
/// # Errors
/// `not_found`.
pub async fn get_visible(db: &Db, actor: &Actor, id: KeyId) -> Result<KeyView> {
    let row = queries::find(db.read(), id).await?.ok_or_else(|| Code::NotFound.with(id))?;
    rights::see(actor, &row)?;
    let view = with_names(db, vec![row]).await?.pop();
    view.ok_or_else(|| Code::NotFound.with(id))
}

/// The limits of a key that the actor may see.
///
/// # Errors
/// `not_found`.
pub async fn limits_of(db: &Db, actor: &Actor, id: KeyId) -> Result<Limits> {
    let row = queries::find(db.read(), id).await?.ok_or_else(|| Code::NotFound.with(id))?;
    rights::see(actor, &row)?;
    plans::limits_of(db.read(), LimitScope::Key, id.0).await
}

/// The keys the actor sees, the newest first.
///
/// # Errors
/// `field_invalid` for a search text over 200 characters.
pub async fn list_visible(db: &Db, actor: &Actor, filter: &Filter) -> Result<Vec<KeyView>> {
    let seen = match (permit::may(actor, Right::SeeEverything), actor.user_id()) {
        (true, _) => Seen::All,
        (false, None) => Seen::Nothing,
        (false, Some(own)) => {
            let owned = actor.teams().iter().filter(|(_, role)| *role == TeamRole::Owner);
            Seen::Some { owned: owned.map(|(id, _)| *id).collect(), own, member: actor.team_ids() }
        }
    };
    with_names(db, queries::list(db.read(), seen, filter, db.now()).await?).await
}

/// The active keys that end within two weeks, the soonest first: of one owner, or all the actor sees.
///
/// # Errors
/// The database's own.
pub async fn list_expiring(db: &Db, actor: &Actor, owner: Option<UserId>) -> Result<Vec<KeyView>> {
    let filter = Filter {
        owner,
        state: Some(KeyState::Active),
        life: Some(Life::Living),
        ends_before: Some(db.now().plus(SOON)),
        order: KeyOrder::Expiry,
        limit: 200,
        ..Filter::default()
    };
    list_visible(db, actor, &filter).await
}

/// The keys that expired within the last month and were not revoked, the latest first: of one owner, or all
/// the actor sees. What still sends them is refused.
///
/// # Errors
/// The database's own.
pub async fn list_expired(db: &Db, actor: &Actor, owner: Option<UserId>) -> Result<Vec<KeyView>> {
    let filter = Filter {
        owner,
        state: Some(KeyState::Active),
        life: Some(Life::Expired),
        ends_after: Some(db.now().minus(LATELY)),
        limit: 200,
        ..Filter::default()
    };
    let mut views = list_visible(db, actor, &filter).await?;
    views.sort_by_key(|view| std::cmp::Reverse(view.row.expires_at));
    Ok(views)
}

/// The keys of an application that the actor sees.
///
/// # Errors
/// The database's own.
pub async fn list_of_app(db: &Db, actor: &Actor, app: AppId) -> Result<Vec<KeyView>> {
    list_visible(db, actor, &Filter { app: Some(app), limit: 200, ..Filter::default() }).await
}

/// How many keys of the application of a subscription work, for whoever sees the subscription: who ends
/// what the application may call has to know whom that reaches, whether they see those keys or not.
///
/// # Errors
/// `not_found` when the actor does not see it.
pub async fn count_working(db: &Db, actor: &Actor, subscription: SubscriptionId) -> Result<u64> {
    let app = subscriptions::get_visible(db, actor, subscription).await?.row.app_id;
    queries::count_working(db.read(), app, db.now()).await
}

/// How many living keys each of these people owns, for those who may see everything.
///
/// # Errors
/// `not_permitted`.
pub async fn count_owned(db: &Db, actor: &Actor, owners: &[UserId]) -> Result<HashMap<UserId, i64>> {
    permit::need(actor, Right::SeeEverything)?;
    queries::count_owned(db.read(), owners, db.now()).await
}

/// Keys whose shown prefix this is, as far as the actor sees them.
///
/// # Errors
/// The database's own.
pub async fn find_by_prefix(db: &Db, actor: &Actor, text: &str) -> Result<Vec<KeyView>> {
    let prefix = key_format::shown_prefix(text);
    if !key_format::is_shown_prefix(&prefix) {
        return Ok(Vec::new());
    }
    let mut rows = queries::keys_of_prefix(db.read(), &prefix).await?;
    rows.retain(|row| rights::see(actor, row).is_ok());
    with_names(db, rows).await
}

/// The actor's own keys whose shown prefix this is: what a key that was sent incomplete or mistyped may
/// have been meant to be. Of others' keys nothing is said.
///
/// # Errors
/// The database's own.
pub async fn find_own_by_prefix(db: &Db, actor: &Actor, prefix: &str) -> Result<Vec<KeyView>> {
    let Some(own) = actor.user_id().filter(|_| key_format::is_shown_prefix(prefix)) else {
        return Ok(Vec::new());
    };
    let mut rows = queries::keys_of_prefix(db.read(), prefix).await?;
    rows.retain(|row| row.owner_id == own && rights::see(actor, row).is_ok());
    with_names(db, rows).await
}

/// The key, and which of its secrets, that a SHA-256 of a full key belongs to.
///
/// # Errors
/// The database's own.
pub async fn find_by_digest(
    db: &Db,
    actor: &Actor,
    sha256: &[u8; 32],
) -> Result<Option<(KeyView, key_secret::Model)>> {
    let digest = db.vault().key_digest(sha256);
    let Some(secret) = queries::secret_of_digest(db.read(), &digest).await? else { return Ok(None) };
    match get_visible(db, actor, secret.key_id).await {
        Ok(view) => Ok(Some((view, secret))),
        Err(error) if error.code() == Code::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Who could answer for a key of this application: the active members of its team.
///
/// # Errors
/// `not_found`.
pub async fn owners_for(db: &Db, actor: &Actor, app: AppId) -> Result<Vec<user::Model>> {
    let app = crate::domain::apps::get_visible(db, actor, app).await?;
    queries::active_members(db.read(), app.app.team_id).await
}

async fn with_names(db: &Db, rows: Vec<key::Model>) -> Result<Vec<KeyView>> {
    let names = queries::names(db.read(), &rows).await?;
    let now = db.now();
    Ok(rows.into_iter().map(|row| named(row, &names, now)).collect())
}

fn named(row: key::Model, names: &Names, now: Timestamp) -> KeyView {
    let owner = names.users.get(&row.owner_id);
    let apis = rules::api_ids(&row).unwrap_or_default();
    let secrets: Vec<_> = names.secrets.iter().filter(|secret| secret.key_id == row.id).cloned().collect();
    let condition = condition(&row, now);
    let active = condition == Condition::Active;
    let member = names.members.contains(&(row.team_id, row.owner_id));
    KeyView {
        app: names.apps.get(&row.app_id).map(|app| app.name.clone()).unwrap_or_default(),
        team: names.teams.get(&row.team_id).map(|team| team.name.clone()).unwrap_or_default(),
        owner: owner.map(|user| user.name.clone()).unwrap_or_default(),
        owner_email: owner.map(|user| user.email.clone()).unwrap_or_default(),
        apis: apis.iter().filter_map(|id| names.apis.get(id)).map(|api| api.name.clone()).collect(),
        overlap_until: secrets.iter().filter_map(|secret| secret.ends_at).filter(|at| *at > now).max(),
        orphan: !member || owner.is_none_or(|user| user.state != UserState::Active),
        stale: active && now.since(row.last_used_at.unwrap_or(row.created_at)) > STALE,
        expiring: active && row.expires_at.is_some_and(|at| at.since(now) < SOON),
        condition,
        secrets,
        row,
    }
}
