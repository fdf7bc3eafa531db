//! What a version is made of: its models under their public names, its documentation.

use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait, IntoActiveModel};
use serde_json::json;

use super::{checks, queries};
use crate::base::ids::{ApiId, ModelId, VersionId};
use crate::base::{Clash, Result};
use crate::domain::actor::Actor;
use crate::domain::audit::{self, Act};
use crate::domain::changes::{self, Change};
use crate::domain::fields::{self, taken, wrong};
use crate::store::entity::states::VersionState;
use crate::store::entity::{api, api_version, api_version_model};
use crate::store::{Db, Tx};

const NAME_TAKEN: &str = "This API has a version of that name already.";

pub struct NewVersion {
    /// `v1`, `v2` …: its word in addresses.
    pub name: String,
    /// Take models and documentation over from this version of the same API.
    pub copy_of: Option<VersionId>,
}

/// One model of a version: `fast` may mean another model in v2 than in v1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionModel {
    pub public_name: String,
    pub model: ModelId,
}

/// Adds a draft.
///
/// # Errors
/// `not_permitted`, `not_found`, or `field_invalid`.
pub async fn add_version(db: &Db, actor: &Actor, api: ApiId, new: NewVersion) -> Result<api_version::Model> {
    let actor = actor.clone();
    db.transact(async move |tx| {
        let api = queries::find_managed(&tx, &actor, api).await?;
        add_version_in(&tx, &actor, &api, new).await
    })
    .await
}

/// The same inside a larger deed, where the right was checked.
pub(in crate::domain) async fn add_version_in(
    tx: &Tx,
    actor: &Actor,
    api: &api::Model,
    new: NewVersion,
) -> Result<api_version::Model> {
    let source = match new.copy_of {
        Some(id) => Some(queries::find_version_of(tx, api.id, id).await?),
        None => None,
    };
    let row = api_version::Model {
        id: VersionId::fresh(),
        api_id: api.id,
        name: name(&new.name)?,
        state: VersionState::Draft,
        docs: source.as_ref().map(|source| source.docs.clone()).unwrap_or_default(),
        created_at: tx.now(),
        published_at: None,
        deprecated_at: None,
        sunset_at: None,
        retired_at: None,
        successor_id: None,
        guide_url: None,
    };
    api_version::Entity::insert(row.clone().into_active_model())
        .exec_without_returning(tx)
        .await
        .map_err(taken("name", NAME_TAKEN))?;
    if let Some(source) = &source {
        let models = queries::models_of(tx, &[source.id]).await?;
        queries::replace_models(tx, row.id, models.into_iter().map(|m| (m.public_name, m.model_id))).await?;
    }
    let facts = json!({ "copy_of": source.map(|source| source.name) });
    note(tx, actor, Act::new("version_added").noting(facts), &row).await?;
    Ok(row)
}

/// `v` and a number, as addresses have it.
fn name(typed: &str) -> Result<String> {
    let text = fields::slug("name", typed, 20)?;
    let numbered = text.strip_prefix('v').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    if numbered { Ok(text) } else { Err(wrong("name", "A `v` and a number, such as v2.")) }
}

/// Changes the documentation, of any version that is not retired.
///
/// # Errors
/// `not_permitted`, `not_found`, `conflict` when it is retired, or `field_invalid`.
pub async fn change_docs(db: &Db, actor: &Actor, id: VersionId, docs: String) -> Result<()> {
    let actor = actor.clone();
    db.transact(async move |tx| {
        let before = alive(&tx, &actor, id).await?;
        let row = set_docs_in(&tx, before.clone(), &docs).await?;
        let act = Act::new("version_docs_changed").changing(text_of(&before), text_of(&row));
        note(&tx, &actor, act, &row).await
    })
    .await
}

/// A documentation is long: the audit keeps which text it was, not the text.
fn text_of(row: &api_version::Model) -> serde_json::Value {
    json!({ "docs_characters": row.docs.chars().count(), "docs_sha256": audit::sha256(&row.docs) })
}

/// The same inside a larger deed, where the right was checked.
pub(in crate::domain) async fn set_docs_in(
    tx: &Tx,
    version: api_version::Model,
    docs: &str,
) -> Result<api_version::Model> {
    let mut row = version.into_active_model();
    row.docs = Set(fields::text("docs", docs, fields::TEXT)?);
    Ok(row.update(tx).await?)
}

/// Sets the whole model list, in the order shown.
///
/// # Errors
/// `not_permitted`, `not_found`, `conflict` when it is retired, or `field_invalid` on `models`, also for one
/// that no vendor can answer in a version that is published.
pub async fn set_models(db: &Db, actor: &Actor, id: VersionId, models: Vec<VersionModel>) -> Result<()> {
    let actor = actor.clone();
    db.transact(async move |tx| {
        let row = alive(&tx, &actor, id).await?;
        if row.state != VersionState::Draft && models.is_empty() {
            return Err(wrong("models", "A published version needs at least one model."));
        }
        let before = queries::models_of(&tx, &[id]).await?;
        set_models_in(&tx, &actor, &row, models).await?;
        if row.state == VersionState::Draft { Ok(()) } else { answered(&tx, &row, &before).await }
    })
    .await
}

/// What a published version takes up has to be what publishing asks for. A model that was on the list stays
/// there when its vendor is away, so that the rest of the list can still be changed.
async fn answered(tx: &Tx, row: &api_version::Model, before: &[api_version_model::Model]) -> Result<()> {
    let mut added = queries::models_of(tx, &[row.id]).await?;
    added.retain(|new| {
        !before.iter().any(|old| (&old.public_name, old.model_id) == (&new.public_name, new.model_id))
    });
    let missing = checks::of_models(tx, row.api_id, &added, tx.now()).await?;
    match missing.into_iter().find(checks::Check::blocks) {
        Some(check) => Err(wrong("models", check.label)),
        None => Ok(()),
    }
}

/// The same inside a larger deed, where the right was checked.
pub(in crate::domain) async fn set_models_in(
    tx: &Tx,
    actor: &Actor,
    version: &api_version::Model,
    models: Vec<VersionModel>,
) -> Result<()> {
    if models.len() > 500 {
        return Err(wrong("models", "At most 500 models in a version."));
    }
    let mut names = Vec::with_capacity(models.len());
    for offered in &models {
        let name = fields::model_name("models", &offered.public_name)?;
        if names.contains(&name) {
            return Err(wrong("models", format!("`{name}` is on the list twice.")));
        }
        names.push(name);
    }
    let before: Vec<api_version_model::Model> = queries::models_of(tx, &[version.id]).await?;
    let ids: Vec<ModelId> = models.iter().map(|offered| offered.model).collect();
    if !queries::all_models_exist(tx, &ids).await? {
        return Err(wrong("models", "One of these models does not exist."));
    }
    queries::replace_models(tx, version.id, names.iter().cloned().zip(ids)).await?;
    let before: Vec<String> = before.into_iter().map(|row| row.public_name).collect();
    let act =
        Act::new("version_models_set").changing(json!({ "models": before }), json!({ "models": names }));
    note(tx, actor, act, version).await
}

/// Throws a draft away.
///
/// # Errors
/// `not_permitted`, `not_found`; `conflict` when it is no draft.
pub async fn discard_draft(db: &Db, actor: &Actor, id: VersionId) -> Result<()> {
    let actor = actor.clone();
    db.transact(async move |tx| {
        let (_, row) = queries::find_managed_version(&tx, &actor, id).await?;
        if !queries::delete_draft(&tx, id).await? {
            return Err(Clash::State.saying("Only a draft can be thrown away."));
        }
        note(&tx, &actor, Act::new("version_discarded"), &row).await
    })
    .await
}

async fn alive(tx: &Tx, actor: &Actor, id: VersionId) -> Result<api_version::Model> {
    let (_, row) = queries::find_managed_version(tx, actor, id).await?;
    if row.state == VersionState::Retired {
        return Err(Clash::State.saying("A retired version is kept as it was."));
    }
    Ok(row)
}

pub(super) async fn note(tx: &Tx, actor: &Actor, act: Act, row: &api_version::Model) -> Result<()> {
    let act = act.on("version", row.id.0).touching([row.api_id.0]).noting(json!({ "name": row.name }));
    audit::record(tx, actor, act).await?;
    changes::note(tx, Change::Catalogue).await
}
