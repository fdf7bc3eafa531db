//! Models: the public names that can be offered, with what is known of them.

use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait, IntoActiveModel};
use serde_json::json;

use super::targets::TargetView;
use super::{facts, prices, queries, targets};
use crate::base::ids::{ModelId, ProviderId, VersionId};
use crate::base::words::words;
use crate::base::{Clash, Code, Result};
use crate::domain::actor::Actor;
use crate::domain::audit::{self, Act};
use crate::domain::changes::{self, Change};
use crate::domain::fields::{self, taken, wrong};
use crate::domain::permit::{self, Right};
use crate::store::entity::states::Switch;
use crate::store::entity::{model, provider};
use crate::store::{Db, Tx};

words! { /// What a model is for.
ModelKind { Chat "chat" "Chat"; Embedding "embedding" "Embeddings"; } }

const NAME_TAKEN: &str = "There is a model of that name already.";

pub struct NewModel {
    pub name: String,
    pub kind: ModelKind,
    /// Such models think long before they answer: longer timers.
    pub reasoning: bool,
    /// Tokens; `None` is unknown.
    pub context_window: Option<i64>,
    pub max_output: Option<i64>,
}

/// What to change; `None` leaves it.
#[derive(Default)]
pub struct ModelChange {
    pub name: Option<String>,
    pub reasoning: Option<bool>,
    pub context_window: Option<Option<i64>>,
    pub max_output: Option<Option<i64>>,
    pub state: Option<Switch>,
}

/// A model with its targets, first tried first.
#[derive(Clone, Debug)]
pub struct ModelView {
    pub model: model::Model,
    pub targets: Vec<TargetView>,
}

impl ModelView {
    /// True when at least one target could take a call.
    pub fn is_ready(&self) -> bool {
        self.model.state == Switch::On && self.targets.iter().any(TargetView::is_on)
    }

    /// False: a budget refuses its calls, because no one can say what they may cost. One target without
    /// a price is enough, as any of them may be asked.
    pub fn is_priced(&self) -> bool {
        let answers = self.model.kind == ModelKind::Chat.word();
        self.targets.iter().filter(|target| target.is_on()).all(|target| target.is_priced(answers))
    }
}

/// All models by name, with targets and prices.
///
/// # Errors
/// `not_permitted` for those who may not see the supply.
pub async fn list_models(db: &Db, actor: &Actor) -> Result<Vec<ModelView>> {
    permit::need(actor, Right::SeeSupply)?;
    queries::model_views(db.read(), None, db.now()).await
}

/// A page of models, the newest first, with targets and prices.
///
/// # Errors
/// As [`list_models`].
pub async fn page_of_models(
    db: &Db,
    actor: &Actor,
    before: Option<ModelId>,
    limit: u64,
) -> Result<Vec<ModelView>> {
    permit::need(actor, Right::SeeSupply)?;
    let ids = queries::models_before(db.read(), before, limit).await?;
    let mut views = queries::model_views(db.read(), Some(&ids), db.now()).await?;
    views.sort_by_key(|view| std::cmp::Reverse(view.model.id));
    Ok(views)
}

/// # Errors
/// `not_permitted`, `not_found`.
pub async fn get_model(db: &Db, actor: &Actor, id: ModelId) -> Result<ModelView> {
    permit::need(actor, Right::SeeSupply)?;
    let found = queries::model_views(db.read(), Some(&[id]), db.now()).await?;
    found.into_iter().next().ok_or_else(|| Code::NotFound.with(id))
}

/// Adds a model without targets.
///
/// # Errors
/// `not_permitted`, or `field_invalid`.
pub async fn add_model(db: &Db, actor: &Actor, new: NewModel) -> Result<model::Model> {
    let actor = actor.clone();
    db.transact(async move |tx| {
        permit::write(&actor)?;
        permit::need(&actor, Right::ManageSupply)?;
        add_in(&tx, &actor, new).await
    })
    .await
}

async fn add_in(tx: &Tx, actor: &Actor, new: NewModel) -> Result<model::Model> {
    let row = model::Model {
        id: ModelId::fresh(),
        name: fields::model_name("name", &new.name)?,
        kind: new.kind.word().to_owned(),
        reasoning: new.reasoning,
        context_window: tokens("context_window", new.context_window)?,
        max_output: tokens("max_output", new.max_output)?,
        state: Switch::On,
        created_at: tx.now(),
    };
    model::Entity::insert(row.clone().into_active_model())
        .exec_without_returning(tx)
        .await
        .map_err(taken("name", NAME_TAKEN))?;
    let details = json!({ "name": row.name, "kind": row.kind });
    audit::record(tx, actor, Act::new("model_added").on("model", row.id.0).noting(details)).await?;
    changes::note(tx, Change::Catalogue).await?;
    Ok(row)
}

/// # Errors
/// `not_permitted`, `not_found`, or `field_invalid`.
pub async fn change_model(db: &Db, actor: &Actor, id: ModelId, change: ModelChange) -> Result<model::Model> {
    let actor = actor.clone();
    db.transact(async move |tx| {
        permit::write(&actor)?;
        permit::need(&actor, Right::ManageSupply)?;
        let before = queries::find_model(&tx, id).await?.ok_or_else(|| Code::NotFound.with(id))?;
        let mut row = before.clone().into_active_model();
        if let Some(name) = &change.name {
            row.name = Set(fields::model_name("name", name)?);
        }
        if let Some(reasoning) = change.reasoning {
            row.reasoning = Set(reasoning);
        }
        if let Some(window) = change.context_window {
            row.context_window = Set(tokens("context_window", window)?);
        }
        if let Some(most) = change.max_output {
            row.max_output = Set(tokens("max_output", most)?);
        }
        if let Some(state) = change.state {
            row.state = Set(state);
        }
        let after = if row.is_changed() {
            row.update(&tx).await.map_err(taken("name", NAME_TAKEN))?
        } else {
            before.clone()
        };
        let told = |row: &model::Model| {
            json!({
                "name": row.name, "state": row.state, "reasoning": row.reasoning,
                "context_window": row.context_window, "max_output": row.max_output,
            })
        };
        let act = Act::new("model_changed").on("model", id.0).noting(json!({ "name": after.name }));
        audit::record(&tx, &actor, act.changing(told(&before), told(&after))).await?;
        changes::note(&tx, Change::Catalogue).await?;
        Ok(after)
    })
    .await
}

/// The versions that offer a model; it cannot be removed while there is one.
///
/// # Errors
/// `not_permitted`.
pub async fn offered_by(db: &Db, actor: &Actor, id: ModelId) -> Result<Vec<VersionId>> {
    permit::need(actor, Right::SeeSupply)?;
    queries::offering(db.read(), id).await
}

/// Removes a model and its targets.
///
/// # Errors
/// `not_permitted`, `not_found`; `conflict` while a version offers it.
pub async fn remove_model(db: &Db, actor: &Actor, id: ModelId) -> Result<()> {
    let actor = actor.clone();
    db.transact(async move |tx| {
        permit::write(&actor)?;
        permit::need(&actor, Right::ManageSupply)?;
        let row = queries::find_model(&tx, id).await?.ok_or_else(|| Code::NotFound.with(id))?;
        if !queries::offering(&tx, id).await?.is_empty() {
            return Err(Clash::InUse.saying("An API version offers this model: take it off there first."));
        }
        queries::delete_model(&tx, id).await?;
        let details = json!({ "name": row.name });
        audit::record(&tx, &actor, Act::new("model_removed").on("model", id.0).noting(details)).await?;
        changes::note(&tx, Change::Catalogue).await
    })
    .await
}

/// Offers models of a vendor under their own names: a model that is there gets one more target at the
/// end, the others are made. Facts and prices come from the embedded table where it knows them.
///
/// # Errors
/// `not_permitted`, `not_found`, or `field_invalid` on `models`.
pub async fn offer(
    db: &Db,
    actor: &Actor,
    provider: ProviderId,
    vendor_models: Vec<String>,
) -> Result<Vec<model::Model>> {
    let actor = actor.clone();
    db.transact(async move |tx| {
        let row = queries::find_provider(&tx, provider).await?;
        let row = row.ok_or_else(|| Code::NotFound.with(provider))?;
        offer_in(&tx, &actor, &row, &vendor_models).await
    })
    .await
}

/// The same inside a larger deed.
pub(in crate::domain) async fn offer_in(
    tx: &Tx,
    actor: &Actor,
    provider: &provider::Model,
    vendor_models: &[String],
) -> Result<Vec<model::Model>> {
    permit::write(actor)?;
    permit::need(actor, Right::ManageSupply)?;
    if vendor_models.len() > 200 {
        return Err(wrong("models", "At most 200 models at once."));
    }
    let mut offered = Vec::with_capacity(vendor_models.len());
    for vendor_model in vendor_models {
        let name = fields::model_name("models", vendor_model)?;
        let model = match queries::find_model_named(tx, &name).await? {
            Some(model) => model,
            None => add_in(tx, actor, known(&provider.preset, &name)).await?,
        };
        targets::ensure_in(tx, actor, &model, provider, &name).await?;
        prices::seed_in(tx, provider, &name).await?;
        offered.push(model);
    }
    Ok(offered)
}

fn known(preset: &str, name: &str) -> NewModel {
    let facts = facts::of_model(preset, name).unwrap_or_default();
    let kind = if facts.kind.is_empty() { facts::kind_of(preset, name) } else { &facts.kind };
    NewModel {
        name: name.to_owned(),
        kind: ModelKind::parse(kind).unwrap_or(ModelKind::Chat),
        reasoning: facts.reasoning,
        context_window: facts.context_window.map(i64::from),
        max_output: facts.max_output.map(i64::from),
    }
}

fn tokens(field: &'static str, amount: Option<i64>) -> Result<Option<i64>> {
    match amount {
        Some(amount) if !(1..=100_000_000).contains(&amount) => {
            Err(wrong(field, "A number of tokens from 1 to 100000000."))
        }
        other => Ok(other),
    }
}
