//! What happens to a key beside its rotation.

use serde_json::json;

use super::rules::{self, Edit, Expiry};
use super::{issue, queries, rights};
use crate::base::ids::{KeyId, UserId};
use crate::base::limit::LimitScope;
use crate::base::{Clash, Code, Result};
use crate::domain::actor::Actor;
use crate::domain::apps;
use crate::domain::audit::{self, Act};
use crate::domain::changes::{self, Change};
use crate::domain::plans::{self, Limits};
use crate::store::entity::key;
use crate::store::entity::states::{KeyReason, KeyState};
use crate::store::{Db, Tx};

/// Stops a key for now. What an operator from outside its team stops, only an operator starts again.
///
/// # Errors
/// `not_found`, `not_permitted`; `conflict` when it is not active.
pub async fn pause(db: &Db, actor: &Actor, id: KeyId) -> Result<()> {
    let actor = actor.clone();
    db.transact(async move |tx| {
        let was = managed_in(&tx, &actor, id).await?;
        let held = (!rights::is_own(&actor, &was)).then_some(KeyReason::Held);
        if !queries::state(&tx, id, &[KeyState::Active], KeyState::Paused, held).await? {
            return Err(Clash::State.saying(format!("This key is {}.", was.state.label())));
        }
        written(&tx, &actor, &was, Act::new("key_paused").noting(json!({ "held": held.is_some() }))).await
    })
    .await
}

/// Lets a paused key work again.
///
/// # Errors
/// `not_found`, `not_permitted`; `conflict` when it is not paused.
pub async fn enable(db: &Db, actor: &Actor, id: KeyId) -> Result<()> {
    let actor = actor.clone();
    db.transact(async move |tx| {
        let was = managed_in(&tx, &actor, id).await?;
        if !rights::may_enable(&actor, &was) {
            return Err(
                Code::NotPermitted.saying("An operator paused this key; only an admin can enable it.")
            );
        }
        if !queries::state(&tx, id, &[KeyState::Paused], KeyState::Active, None).await? {
            return Err(Clash::State.saying(format!("This key is {}.", was.state.label())));
        }
        written(&tx, &actor, &was, Act::new("key_enabled")).await
    })
    .await
}

/// Stops a key for good, all its secrets with it.
///
/// # Errors
/// As [`pause`]; `conflict` when it is revoked already.
pub async fn revoke(db: &Db, actor: &Actor, id: KeyId, reason: KeyReason) -> Result<()> {
    let actor = actor.clone();
    db.transact(async move |tx| {
        let was = managed_in(&tx, &actor, id).await?;
        let from = [KeyState::Active, KeyState::Paused];
        if !queries::state(&tx, id, &from, KeyState::Revoked, Some(reason)).await? {
            return Err(Clash::State.saying("This key was revoked already."));
        }
        let state = |state: KeyState| json!({ "state": state });
        let act = Act::new("key_revoked").noting(json!({ "reason": reason }));
        written(&tx, &actor, &was, act.changing(state(was.state), state(KeyState::Revoked))).await
    })
    .await
}

/// Gives a key another end.
///
/// # Errors
/// `not_found`, `not_permitted`; `conflict` for a revoked key, `field_invalid` for a past end.
pub async fn extend(db: &Db, actor: &Actor, id: KeyId, expiry: Expiry) -> Result<()> {
    let actor = actor.clone();
    db.transact(async move |tx| {
        let was = living_in(&tx, &actor, id).await?;
        let expires_at = expiry.at(tx.now())?;
        queries::expire(&tx, id, expires_at).await?;
        let end = |at| json!({ "expires_at": at });
        let act = Act::new("key_extended").changing(end(was.expires_at), end(expires_at));
        written(&tx, &actor, &was, act).await
    })
    .await
}

/// Gives a key another name.
///
/// # Errors
/// `not_found`, `not_permitted`, `field_invalid`.
pub async fn rename(db: &Db, actor: &Actor, id: KeyId, name: String) -> Result<()> {
    edit(db, actor, id, Edit { name: Some(name), ..Edit::default() }).await
}

/// Changes a key's name, and what it may be used for: scopes, APIs, networks, limits. All of it or nothing.
///
/// # Errors
/// `not_found`, `not_permitted`, `field_invalid`; `conflict` for a revoked key, whose name alone can change.
pub async fn edit(db: &Db, actor: &Actor, id: KeyId, edit: Edit) -> Result<()> {
    let actor = actor.clone();
    db.transact(async move |tx| {
        let was = managed_in(&tx, &actor, id).await?;
        if let Some(name) = &edit.name {
            let name = apps::checked_name(name, "name")?;
            queries::rename(&tx, id, &name).await?;
            let act = Act::new("key_renamed");
            let act = act.changing(json!({ "name": was.name }), json!({ "name": name }));
            written(&tx, &actor, &was, act).await?;
        }
        if edit.changes_use() { change_use(&tx, &actor, &was, &edit).await } else { Ok(()) }
    })
    .await
}

async fn change_use(tx: &Tx, actor: &Actor, was: &key::Model, edit: &Edit) -> Result<()> {
    living(was)?;
    let mut now = was.clone();
    if let Some(scopes) = &edit.scopes {
        now.scopes = rules::scope_words(scopes);
    }
    if let Some(ids) = &edit.api_ids {
        let kept = rules::api_ids(was).unwrap_or_default();
        issue::check_apis(tx, actor, was.app_id, &kept, ids.as_deref()).await?;
        now.api_ids = rules::api_words(ids.as_deref());
    }
    if let Some(ips) = &edit.ips {
        now.ip_list = rules::ip_words(ips)?;
    }
    let limits_before = plans::limits_of(tx, LimitScope::Key, was.id.0).await?;
    queries::narrow(tx, &now).await?;
    if let Some(limits) = &edit.limits {
        plans::change_limits(tx, LimitScope::Key, was.id.0, limits).await?;
    }
    let limits = plans::limits_of(tx, LimitScope::Key, was.id.0).await?;
    let facts = |row: &key::Model, limits: &Limits| json!({ "scopes": row.scopes, "apis": row.api_ids, "ips": row.ip_list, "limits": limits.lines() });
    let act = Act::new("key_changed").changing(facts(was, &limits_before), facts(&now, &limits));
    written(tx, actor, was, act).await
}

/// Makes another member of the team answer for a key.
///
/// # Errors
/// `not_found`, `not_permitted`; `field_invalid` for somebody who is no active member.
pub async fn transfer(db: &Db, actor: &Actor, id: KeyId, to: UserId) -> Result<()> {
    let actor = actor.clone();
    db.transact(async move |tx| {
        let was = managed_in(&tx, &actor, id).await?;
        if !queries::is_active_member(&tx, was.team_id, to).await? {
            let message = "The new owner has to be an active member of the key's team.";
            return Err(Code::FieldInvalid.with(to).saying(message).on("owner"));
        }
        if !queries::hand_over(&tx, id, was.owner_id, to).await? {
            return Err(Code::Conflict.with(id));
        }
        let owner = |id: UserId| json!({ "owner": id });
        let act = Act::new("key_transferred").touching([to.0]).changing(owner(was.owner_id), owner(to));
        written(&tx, &actor, &was, act).await
    })
    .await
}

async fn managed_in(tx: &Tx, actor: &Actor, id: KeyId) -> Result<key::Model> {
    let row = queries::find(tx, id).await?.ok_or_else(|| Code::NotFound.with(id))?;
    rights::manage(actor, &row)?;
    Ok(row)
}

async fn living_in(tx: &Tx, actor: &Actor, id: KeyId) -> Result<key::Model> {
    let row = managed_in(tx, actor, id).await?;
    living(&row)?;
    Ok(row)
}

fn living(row: &key::Model) -> Result<()> {
    match row.state {
        KeyState::Revoked => Err(Clash::State.saying("This key was revoked for good.")),
        KeyState::Active | KeyState::Paused => Ok(()),
    }
}

async fn written(tx: &Tx, actor: &Actor, row: &key::Model, act: Act) -> Result<()> {
    let act = act.on("key", row.id.0).touching([row.app_id.0, row.owner_id.0]);
    audit::record(tx, actor, act).await?;
    changes::note(tx, Change::Key(row.id)).await
}
