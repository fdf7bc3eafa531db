//! Vendor secrets: written, never read back. Each is sealed to its row and to its destination.

use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait, IntoActiveModel};
use serde_json::json;

use super::{address, queries};
use crate::base::ids::{CredentialId, ProviderId};
use crate::base::{Code, Result, Secret, Timestamp};
use crate::domain::actor::Actor;
use crate::domain::audit::{self, Act};
use crate::domain::changes::{self, Change};
use crate::domain::fields::{self, wrong};
use crate::domain::permit::{self, Right};
use crate::store::entity::states::Switch;
use crate::store::entity::{credential, provider};
use crate::store::vault::Place;
use crate::store::{Db, Tx, Vault};

pub struct NewCredential {
    pub name: String,
    pub secret: Secret,
    /// Share among the provider's credentials.
    pub weight: i32,
}

/// What to change; `None` leaves it.
#[derive(Default)]
pub struct CredentialChange {
    pub name: Option<String>,
    pub weight: Option<i32>,
    pub state: Option<Switch>,
}

/// All that may be seen of a credential.
#[derive(Clone, Debug)]
pub struct CredentialView {
    pub id: CredentialId,
    pub provider_id: ProviderId,
    pub name: String,
    /// Empty for short secrets.
    pub last4: String,
    pub weight: i32,
    pub state: Switch,
    /// Its secret was wiped because the provider's address changed: it must be typed again.
    pub void: bool,
    pub created_at: Timestamp,
}

impl CredentialView {
    pub fn is_usable(&self) -> bool {
        self.state == Switch::On && !self.void
    }
}

impl From<credential::Model> for CredentialView {
    fn from(row: credential::Model) -> Self {
        Self {
            id: row.id,
            provider_id: row.provider_id,
            name: row.name,
            last4: row.last4,
            weight: row.weight,
            state: row.state,
            void: row.sealed.is_empty(),
            created_at: row.created_at,
        }
    }
}

/// The secret, for the very place it was typed for. The gateway alone calls this.
///
/// # Errors
/// `vendor_credential` when the provider's address is another one now.
pub fn open_secret(vault: &Vault, provider: &provider::Model, row: &credential::Model) -> Result<Secret> {
    let destination = address::destination(&provider.base_url);
    vault.unseal(place(row.id, &destination), &row.sealed)
}

fn place(id: CredentialId, destination: &str) -> Place<'_> {
    Place { table: "credentials", row: id.0, column: "sealed", destination }
}

/// Adds a secret to a provider's pool.
///
/// # Errors
/// `not_permitted`, `not_found`, or `field_invalid` on `name`, `secret` or `weight`.
pub async fn add_credential(
    db: &Db,
    actor: &Actor,
    provider: ProviderId,
    new: NewCredential,
) -> Result<CredentialView> {
    let (db2, actor) = (db.clone(), actor.clone());
    db.transact(async move |tx| {
        permit::write(&actor)?;
        permit::need(&actor, Right::ManageSupply)?;
        let provider =
            queries::find_provider(&tx, provider).await?.ok_or_else(|| Code::NotFound.with(provider))?;
        Ok(add_in(&tx, db2.vault(), &actor, &provider, new).await?.into())
    })
    .await
}

pub(super) async fn add_in(
    tx: &Tx,
    vault: &Vault,
    actor: &Actor,
    provider: &provider::Model,
    new: NewCredential,
) -> Result<credential::Model> {
    let (id, destination) = (CredentialId::fresh(), address::destination(&provider.base_url));
    let secret = checked(&new.secret)?;
    let row = credential::Model {
        id,
        provider_id: provider.id,
        name: fields::line("name", &new.name, fields::NAME)?,
        sealed: vault.seal(place(id, &destination), &secret)?,
        destination,
        last4: secret.last4(),
        weight: weight(new.weight)?,
        state: Switch::On,
        created_at: tx.now(),
    };
    credential::Entity::insert(row.clone().into_active_model()).exec_without_returning(tx).await?;
    note(tx, actor, Act::new("credential_added").noting(facts(&row)), &row).await?;
    Ok(row)
}

/// Types the secret of a credential again: a newer one, or the same for a new address.
///
/// # Errors
/// `not_permitted`, `not_found`, or `field_invalid` on `secret`.
pub async fn replace_secret(
    db: &Db,
    actor: &Actor,
    id: CredentialId,
    secret: Secret,
) -> Result<CredentialView> {
    let (db2, actor) = (db.clone(), actor.clone());
    db.transact(async move |tx| {
        let (provider, before) = mine(&tx, &actor, id).await?;
        let (secret, destination) = (checked(&secret)?, address::destination(&provider.base_url));
        let mut row = before.clone().into_active_model();
        row.sealed = Set(db2.vault().seal(place(id, &destination), &secret)?);
        row.destination = Set(destination);
        row.last4 = Set(secret.last4());
        row.state = Set(Switch::On);
        let after = row.update(&tx).await?;
        changed(&tx, &actor, "credential_replaced", &before, &after).await?;
        Ok(after.into())
    })
    .await
}

/// Renames, weighs or switches a credential.
///
/// # Errors
/// `not_permitted`, `not_found`, or `field_invalid`; a wiped one cannot be switched on.
pub async fn change_credential(
    db: &Db,
    actor: &Actor,
    id: CredentialId,
    change: CredentialChange,
) -> Result<CredentialView> {
    let actor = actor.clone();
    db.transact(async move |tx| {
        let (_, before) = mine(&tx, &actor, id).await?;
        if change.state == Some(Switch::On) && before.sealed.is_empty() {
            return Err(wrong("state", "Its secret was wiped when the address changed: type it again."));
        }
        let mut row = before.clone().into_active_model();
        if let Some(name) = &change.name {
            row.name = Set(fields::line("name", name, fields::NAME)?);
        }
        if let Some(share) = change.weight {
            row.weight = Set(weight(share)?);
        }
        if let Some(state) = change.state {
            row.state = Set(state);
        }
        let after = if row.is_changed() { row.update(&tx).await? } else { before.clone() };
        changed(&tx, &actor, "credential_changed", &before, &after).await?;
        Ok(after.into())
    })
    .await
}

/// Wipes a credential.
///
/// # Errors
/// `not_permitted`, `not_found`.
pub async fn remove_credential(db: &Db, actor: &Actor, id: CredentialId) -> Result<()> {
    let actor = actor.clone();
    db.transact(async move |tx| {
        let (_, row) = mine(&tx, &actor, id).await?;
        credential::Entity::delete_by_id(id).exec(&tx).await?;
        note(&tx, &actor, Act::new("credential_removed").noting(facts(&row)), &row).await
    })
    .await
}

/// The vendor whose page shows a credential.
///
/// # Errors
/// `not_permitted`, `not_found`.
pub async fn provider_of_credential(db: &Db, actor: &Actor, id: CredentialId) -> Result<ProviderId> {
    permit::need(actor, Right::SeeSupply)?;
    let row = credential::Entity::find_by_id(id).one(db.read()).await?;
    Ok(row.ok_or_else(|| Code::NotFound.with(id))?.provider_id)
}

async fn mine(tx: &Tx, actor: &Actor, id: CredentialId) -> Result<(provider::Model, credential::Model)> {
    permit::write(actor)?;
    permit::need(actor, Right::ManageSupply)?;
    let row = credential::Entity::find_by_id(id).one(tx).await?.ok_or_else(|| Code::NotFound.with(id))?;
    let provider = queries::find_provider(tx, row.provider_id).await?;
    Ok((provider.ok_or_else(|| Code::NotFound.with(row.provider_id))?, row))
}

/// What the audit tells of a credential: of the secret nothing.
fn facts(row: &credential::Model) -> serde_json::Value {
    json!({ "name": row.name, "weight": row.weight, "state": row.state, "destination": row.destination })
}

async fn changed(
    tx: &Tx,
    actor: &Actor,
    act: &'static str,
    before: &credential::Model,
    after: &credential::Model,
) -> Result<()> {
    let named = Act::new(act).noting(json!({ "name": after.name }));
    note(tx, actor, named.changing(facts(before), facts(after)), after).await
}

async fn note(tx: &Tx, actor: &Actor, act: Act, row: &credential::Model) -> Result<()> {
    let act = act.on("credential", row.id.0).touching([row.provider_id.0]);
    audit::record(tx, actor, act).await?;
    changes::note(tx, Change::Catalogue).await
}

pub(super) fn checked(secret: &Secret) -> Result<Secret> {
    let text = secret.expose().trim();
    if text.is_empty() {
        return Err(wrong("secret", "Paste the vendor's key."));
    }
    if text.len() > 4_096 || !text.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(wrong("secret", "This is not a key: it has spaces, line ends or unusual characters."));
    }
    Ok(Secret::new(text))
}

pub(super) fn weight(share: i32) -> Result<i32> {
    if (1..=1_000).contains(&share) { Ok(share) } else { Err(wrong("weight", "A number from 1 to 1000.")) }
}
