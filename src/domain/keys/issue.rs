//! Making a key. Its secret leaves this room once and is never stored.

use ipnet::IpNet;
use serde_json::json;

use super::queries;
use super::rules::{self, Expiry};
use crate::base::ids::{ApiId, AppId, KeyId, KeySecretId, UserId};
use crate::base::limit::LimitScope;
use crate::base::{Code, Result, Secret, key_format};
use crate::domain::actor::Actor;
use crate::domain::apps;
use crate::domain::audit::{self, Act};
use crate::domain::changes::{self, Change};
use crate::domain::plans::{self, Limits};
use crate::store::entity::states::{KeyState, Scope};
use crate::store::entity::{key, key_secret};
use crate::store::{Db, Tx, Vault};

/// What is needed to make a key.
#[derive(Clone, Debug)]
pub struct NewKey {
    pub app: AppId,
    pub name: String,
    /// Who answers for it: a member of the application's team. None: the actor.
    pub owner: Option<UserId>,
    /// Empty: all.
    pub scopes: Vec<Scope>,
    /// None: every API the application is subscribed to.
    pub api_ids: Option<Vec<ApiId>>,
    /// Empty: from anywhere.
    pub ips: Vec<IpNet>,
    pub expiry: Expiry,
    pub limits: Limits,
}

impl NewKey {
    /// A key with all scopes that lives 90 days.
    pub fn usual(app: AppId, name: impl Into<String>) -> Self {
        Self {
            app,
            name: name.into(),
            owner: None,
            scopes: Vec::new(),
            api_ids: None,
            ips: Vec::new(),
            expiry: Expiry::Usual,
            limits: Limits::default(),
        }
    }
}

/// A key and its secret, which is shown once.
pub struct Issued {
    pub key: key::Model,
    pub secret: Secret,
}

/// Makes a key. It works from the moment its application has an approved subscription.
///
/// # Errors
/// `not_found`, `not_permitted`, `field_invalid`.
pub async fn issue(db: &Db, actor: &Actor, new: NewKey) -> Result<Issued> {
    let (actor, vault) = (actor.clone(), db.clone());
    db.transact(async move |tx| issue_in(&tx, vault.vault(), &actor, new).await).await
}

pub(in crate::domain) async fn issue_in(
    tx: &Tx,
    vault: &Vault,
    actor: &Actor,
    new: NewKey,
) -> Result<Issued> {
    let app = apps::managed_in(tx, actor, new.app).await?;
    let owner = apps::on_behalf(actor, new.owner).map(|actor| new.owner.unwrap_or(actor))?;
    if !queries::is_active_member(tx, app.team_id, owner).await? {
        let message = "The owner has to be an active member of the app's team.";
        return Err(Code::FieldInvalid.with(owner).saying(message).on("owner"));
    }
    check_apis(tx, actor, app.id, &[], new.api_ids.as_deref()).await?;
    let secret = key_format::mint();
    let row = key::Model {
        id: KeyId::fresh(),
        team_id: app.team_id,
        app_id: app.id,
        owner_id: owner,
        name: apps::checked_name(&new.name, "name")?,
        state: KeyState::Active,
        reason: None,
        scopes: rules::scope_words(&new.scopes),
        api_ids: rules::api_words(new.api_ids.as_deref()),
        ip_list: rules::ip_words(&new.ips)?,
        expires_at: new.expiry.at(tx.now())?,
        prefix: key_format::shown_prefix(secret.expose()),
        last4: secret.last4(),
        created_by: actor.user_id().unwrap_or(owner),
        created_at: tx.now(),
        state_at: tx.now(),
        last_used_at: None,
        last_used_ip: None,
    };
    queries::insert(tx, row.clone()).await?;
    queries::insert_secret(tx, secret_row(tx, vault, row.id, &secret)).await?;
    plans::change_limits(tx, LimitScope::Key, row.id.0, &new.limits).await?;
    let act = Act::new("key_created").on("key", row.id.0).touching([app.id.0, owner.0]);
    let details = json!({
        "name": row.name, "prefix": row.prefix, "scopes": row.scopes, "apis": row.api_ids,
        "ips": row.ip_list, "expires_at": row.expires_at,
    });
    audit::record(tx, actor, act.noting(details)).await?;
    changes::note(tx, Change::Key(row.id)).await?;
    Ok(Issued { key: row, secret })
}

/// One that the actor may not see and the app never asked for is as good as none.
pub(super) async fn check_apis(
    tx: &Tx,
    actor: &Actor,
    app: AppId,
    kept: &[ApiId],
    ids: Option<&[ApiId]>,
) -> Result<()> {
    let Some(ids) = ids else { return Ok(()) };
    let added = ids.iter().filter(|id| !kept.contains(id)).copied().collect();
    if ids.is_empty() || !queries::may_name_apis(tx, actor, app, added).await? {
        return Err(Code::FieldInvalid.saying("Choose APIs that exist, or all of them.").on("apis"));
    }
    Ok(())
}

pub(super) fn secret_row(tx: &Tx, vault: &Vault, key: KeyId, secret: &Secret) -> key_secret::Model {
    key_secret::Model {
        id: KeySecretId::fresh(),
        key_id: key,
        digest: vault.key_digest(&key_format::digest(secret.expose())).to_vec(),
        prefix: key_format::shown_prefix(secret.expose()),
        last4: secret.last4(),
        created_at: tx.now(),
        ends_at: None,
    }
}
