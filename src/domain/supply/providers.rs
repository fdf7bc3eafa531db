//! Connections to vendors.

use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait, IntoActiveModel};
use serde_json::json;

use super::credentials::{CredentialView, NewCredential};
use super::facts::Preset;
use super::{address, credentials, facts, queries, targets::TargetView};
use crate::base::ids::ProviderId;
use crate::base::{Clash, Code, Result, Secret};
use crate::domain::actor::Actor;
use crate::domain::audit::{self, Act};
use crate::domain::changes::{self, Change};
use crate::domain::fields::{self, taken};
use crate::domain::permit::{self, Right};
use crate::store::entity::states::Switch;
use crate::store::entity::{credential, model, provider};
use crate::store::{Db, Tx};

const NAME_TAKEN: &str = "There is a provider of that name already.";

/// A vendor to connect.
pub struct NewProvider {
    /// The id of a preset; `custom` for any address that speaks OpenAI's format.
    pub preset: String,
    /// Empty: the preset's name.
    pub name: String,
    /// Empty: the preset's address.
    pub base_url: String,
    /// The vendor's secret; none for vendors that want none.
    pub secret: Option<Secret>,
}

/// What to change; `None` leaves it.
#[derive(Default)]
pub struct ProviderChange {
    pub name: Option<String>,
    /// A new destination voids the credentials until they are typed again.
    pub base_url: Option<String>,
    /// How its requests differ from the plain format; an inner none means as its preset says.
    pub quirks: Option<Option<Vec<String>>>,
    pub state: Option<Switch>,
}

pub struct ProviderChanged {
    pub provider: provider::Model,
    /// How many credentials lost their secret, because it would have gone elsewhere.
    pub voided: u64,
}

/// A provider with all that hangs on it.
pub struct ProviderView {
    pub provider: provider::Model,
    pub credentials: Vec<CredentialView>,
    /// With the model each one serves.
    pub targets: Vec<(model::Model, TargetView)>,
}

/// Connects a vendor.
///
/// # Errors
/// `not_permitted`, or `field_invalid` on `preset`, `name`, `base_url` or `secret`.
pub async fn connect(db: &Db, actor: &Actor, new: NewProvider) -> Result<provider::Model> {
    let (db2, actor) = (db.clone(), actor.clone());
    db.transact(async move |tx| Ok(connect_in(&tx, &db2, &actor, new).await?.0)).await
}

/// Connects a vendor and offers models of it, both or neither.
///
/// # Errors
/// As [`connect`] and [`super::offer`].
pub async fn connect_and_offer(
    db: &Db,
    actor: &Actor,
    new: NewProvider,
    vendor_models: Vec<String>,
) -> Result<provider::Model> {
    let (db2, actor) = (db.clone(), actor.clone());
    db.transact(async move |tx| {
        let (provider, _) = connect_in(&tx, &db2, &actor, new).await?;
        super::offer_in(&tx, &actor, &provider, &vendor_models).await?;
        Ok(provider)
    })
    .await
}

/// The same inside a larger deed.
pub(in crate::domain) async fn connect_in(
    tx: &Tx,
    db: &Db,
    actor: &Actor,
    new: NewProvider,
) -> Result<(provider::Model, Option<credential::Model>)> {
    permit::write(actor)?;
    permit::need(actor, Right::ManageSupply)?;
    let preset = facts::preset(&new.preset)?;
    let name = if new.name.trim().is_empty() { preset.name.clone() } else { new.name.clone() };
    let row = provider::Model {
        id: ProviderId::fresh(),
        name: fields::line("name", &name, fields::NAME)?,
        preset: preset.id.clone(),
        format: preset.format.word().to_owned(),
        base_url: base_url(preset, &new.base_url)?,
        quirks: preset.quirks.join(","),
        state: Switch::On,
        created_at: tx.now(),
    };
    provider::Entity::insert(row.clone().into_active_model())
        .exec_without_returning(tx)
        .await
        .map_err(taken("name", NAME_TAKEN))?;
    let details = json!({ "name": row.name, "preset": row.preset, "base_url": row.base_url });
    audit::record(tx, actor, Act::new("provider_connected").on("provider", row.id.0).noting(details)).await?;
    changes::note(tx, Change::Catalogue).await?;
    let Some(secret) = new.secret else { return Ok((row, None)) };
    let first = NewCredential { name: "Default".to_owned(), secret, weight: 1 };
    let credential = credentials::add_in(tx, db.vault(), actor, &row, first).await?;
    Ok((row, Some(credential)))
}

/// Where a vendor would be called and with which secret, judged as connecting it would judge them.
///
/// # Errors
/// `field_invalid` on `preset`, `base_url` or `secret`.
pub fn destination_of(new: &NewProvider) -> Result<(String, Option<Secret>)> {
    let address = base_url(facts::preset(&new.preset)?, &new.base_url)?;
    Ok((address, new.secret.as_ref().map(credentials::checked).transpose()?))
}

/// The built-in vendor has one address that nobody can change.
fn base_url(preset: &Preset, typed: &str) -> Result<String> {
    if preset.is_demo() {
        return Ok(preset.base_url.clone());
    }
    let typed = if typed.trim().is_empty() { &preset.base_url } else { typed };
    Ok(facts::base(preset, &address::read(typed)?))
}

/// All providers, by name.
///
/// # Errors
/// `not_permitted` for those who may not see the supply.
pub async fn list_providers(db: &Db, actor: &Actor) -> Result<Vec<provider::Model>> {
    permit::need(actor, Right::SeeSupply)?;
    queries::providers(db.read()).await
}

/// A page of providers, the newest first.
///
/// # Errors
/// As [`list_providers`].
pub async fn page_of_providers(
    db: &Db,
    actor: &Actor,
    before: Option<ProviderId>,
    limit: u64,
) -> Result<Vec<provider::Model>> {
    permit::need(actor, Right::SeeSupply)?;
    queries::providers_before(db.read(), before, limit).await
}

/// One provider with its credentials (never their secrets) and the targets that use it.
///
/// # Errors
/// `not_permitted`, `not_found`.
pub async fn get_provider(db: &Db, actor: &Actor, id: ProviderId) -> Result<ProviderView> {
    permit::need(actor, Right::SeeSupply)?;
    let provider = queries::find_provider(db.read(), id).await?.ok_or_else(|| Code::NotFound.with(id))?;
    let credentials = queries::credentials_of(db.read(), id).await?;
    let credentials = credentials.into_iter().map(CredentialView::from).collect();
    let targets = queries::targets_of_provider(db.read(), &provider, db.now()).await?;
    Ok(ProviderView { provider, credentials, targets })
}

/// Renames, switches or moves a provider, or says how its requests differ.
///
/// # Errors
/// `not_permitted`, `not_found`, or `field_invalid` on `name`, `base_url` or `quirks`.
pub async fn change_provider(
    db: &Db,
    actor: &Actor,
    id: ProviderId,
    change: ProviderChange,
) -> Result<ProviderChanged> {
    let actor = actor.clone();
    db.transact(async move |tx| {
        permit::write(&actor)?;
        permit::need(&actor, Right::ManageSupply)?;
        let before = queries::find_provider(&tx, id).await?.ok_or_else(|| Code::NotFound.with(id))?;
        let preset = facts::preset(&before.preset)?;
        let mut row = before.clone().into_active_model();
        if let Some(name) = &change.name {
            row.name = Set(fields::line("name", name, fields::NAME)?);
        }
        if let Some(typed) = &change.base_url {
            row.base_url = Set(base_url(preset, typed)?);
        }
        if let Some(words) = &change.quirks {
            row.quirks = Set(facts::quirks(preset, words.as_deref())?);
        }
        if let Some(state) = change.state {
            row.state = Set(state);
        }
        let after = if row.is_changed() {
            row.update(&tx).await.map_err(taken("name", NAME_TAKEN))?
        } else {
            before.clone()
        };
        let moved = address::destination(&before.base_url) != address::destination(&after.base_url);
        let voided = if moved { queries::void_credentials(&tx, id).await? } else { 0 };
        let told = |row: &provider::Model| {
            json!({ "name": row.name, "base_url": row.base_url, "quirks": row.quirks, "state": row.state })
        };
        let act = Act::new("provider_changed").on("provider", id.0).changing(told(&before), told(&after));
        let facts = json!({ "name": after.name, "credentials_voided": voided });
        audit::record(&tx, &actor, act.noting(facts)).await?;
        changes::note(&tx, Change::Catalogue).await?;
        Ok(ProviderChanged { provider: after, voided })
    })
    .await
}

/// Disconnects a vendor: its credentials are wiped with it.
///
/// # Errors
/// `not_permitted`, `not_found`; `conflict` while targets use it.
pub async fn remove_provider(db: &Db, actor: &Actor, id: ProviderId) -> Result<()> {
    let actor = actor.clone();
    db.transact(async move |tx| {
        permit::write(&actor)?;
        permit::need(&actor, Right::ManageSupply)?;
        let row = queries::find_provider(&tx, id).await?.ok_or_else(|| Code::NotFound.with(id))?;
        if !queries::targets_of_provider(&tx, &row, tx.now()).await?.is_empty() {
            return Err(
                Clash::InUse.saying("Models still have targets at this provider: remove those first.")
            );
        }
        queries::delete_provider(&tx, id).await?;
        let details = json!({ "name": row.name, "base_url": row.base_url });
        audit::record(&tx, &actor, Act::new("provider_removed").on("provider", id.0).noting(details)).await?;
        changes::note(&tx, Change::Catalogue).await
    })
    .await
}
