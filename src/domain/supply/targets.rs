//! Targets: where a model's calls go, in order and by weight.

use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait, IntoActiveModel};
use serde_json::json;

use super::{credentials::weight, facts, queries};
use crate::base::ids::{ModelId, ProviderId, TargetId};
use crate::base::{Code, Result};
use crate::domain::actor::Actor;
use crate::domain::audit::{self, Act};
use crate::domain::changes::{self, Change};
use crate::domain::fields::{self, wrong};
use crate::domain::permit::{self, Right};
use crate::store::entity::states::Switch;
use crate::store::entity::{model, price, provider, target};
use crate::store::{Db, Tx};

/// How long to wait for a vendor, in milliseconds; `None` is the default of the gateway.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timers {
    pub connect_ms: Option<i64>,
    pub first_byte_ms: Option<i64>,
    pub idle_ms: Option<i64>,
    pub total_ms: Option<i64>,
}

pub struct NewTarget {
    pub provider: ProviderId,
    pub vendor_model: String,
    /// Lower is tried first; those of one position share by weight. `None`: after the last.
    pub position: Option<i32>,
    pub weight: i32,
    pub timers: Timers,
}

/// What to change; `None` leaves it.
#[derive(Default)]
pub struct TargetChange {
    pub position: Option<i32>,
    pub weight: Option<i32>,
    pub timers: Option<Timers>,
    pub state: Option<Switch>,
}

/// A target with its provider and the price of today.
#[derive(Clone, Debug)]
pub struct TargetView {
    pub target: target::Model,
    pub provider: provider::Model,
    /// `None`: nobody knows.
    pub price: Option<price::Model>,
}

impl TargetView {
    pub fn is_on(&self) -> bool {
        self.target.state == Switch::On && self.provider.state == Switch::On
    }

    /// True when the price of a prompt, and of its answer where there is one, is known.
    pub(super) fn is_priced(&self, answers: bool) -> bool {
        match &self.price {
            Some(price) => {
                let prompt = [price.input, price.cached_read, price.cache_write];
                prompt.iter().any(Option::is_some) && (price.output.is_some() || !answers)
            }
            None => facts::is_free(&self.provider),
        }
    }
}

/// Adds a target to a model.
///
/// # Errors
/// `not_permitted`, `not_found`, or `field_invalid`.
pub async fn add_target(db: &Db, actor: &Actor, model: ModelId, new: NewTarget) -> Result<target::Model> {
    let actor = actor.clone();
    db.transact(async move |tx| {
        permit::write(&actor)?;
        permit::need(&actor, Right::ManageSupply)?;
        let model = queries::find_model(&tx, model).await?.ok_or_else(|| Code::NotFound.with(model))?;
        let provider = queries::find_provider(&tx, new.provider).await?;
        let provider = provider.ok_or_else(|| wrong("provider", "There is no such provider."))?;
        let vendor_model = fields::model_name("vendor_model", &new.vendor_model)?;
        let row = add_in(&tx, &actor, &model, NewTarget { vendor_model, ..new }).await?;
        super::prices::seed_in(&tx, &provider, &row.vendor_model).await?;
        Ok(row)
    })
    .await
}

/// Adds the target at the end unless the model has it.
pub(super) async fn ensure_in(
    tx: &Tx,
    actor: &Actor,
    model: &model::Model,
    provider: &provider::Model,
    vendor_model: &str,
) -> Result<()> {
    let there = queries::targets_of(tx, model.id).await?;
    if there.iter().any(|row| row.provider_id == provider.id && row.vendor_model == vendor_model) {
        return Ok(());
    }
    let new = NewTarget {
        provider: provider.id,
        vendor_model: vendor_model.to_owned(),
        position: None,
        weight: 1,
        timers: Timers::default(),
    };
    add_in(tx, actor, model, new).await.map(drop)
}

async fn add_in(tx: &Tx, actor: &Actor, model: &model::Model, new: NewTarget) -> Result<target::Model> {
    let there = queries::targets_of(tx, model.id).await?;
    let after_last = there.iter().map(|row| row.position).max().map_or(1, |last| last.saturating_add(1));
    let timers = checked(new.timers)?;
    let row = target::Model {
        id: TargetId::fresh(),
        model_id: model.id,
        provider_id: new.provider,
        vendor_model: new.vendor_model,
        position: position(new.position.unwrap_or(after_last.min(1_000)))?,
        weight: weight(new.weight)?,
        connect_ms: timers.connect_ms,
        first_byte_ms: timers.first_byte_ms,
        idle_ms: timers.idle_ms,
        total_ms: timers.total_ms,
        state: Switch::On,
        created_at: tx.now(),
    };
    target::Entity::insert(row.clone().into_active_model()).exec_without_returning(tx).await?;
    note(tx, actor, Act::new("target_added").noting(facts(&row)), &row).await?;
    Ok(row)
}

/// # Errors
/// `not_permitted`, `not_found`, or `field_invalid`.
pub async fn change_target(
    db: &Db,
    actor: &Actor,
    id: TargetId,
    change: TargetChange,
) -> Result<target::Model> {
    let actor = actor.clone();
    db.transact(async move |tx| {
        let before = mine(&tx, &actor, id).await?;
        let mut row = before.clone().into_active_model();
        if let Some(place) = change.position {
            row.position = Set(position(place)?);
        }
        if let Some(share) = change.weight {
            row.weight = Set(weight(share)?);
        }
        if let Some(timers) = change.timers {
            let timers = checked(timers)?;
            row.connect_ms = Set(timers.connect_ms);
            row.first_byte_ms = Set(timers.first_byte_ms);
            row.idle_ms = Set(timers.idle_ms);
            row.total_ms = Set(timers.total_ms);
        }
        if let Some(state) = change.state {
            row.state = Set(state);
        }
        let after = if row.is_changed() { row.update(&tx).await? } else { before.clone() };
        let named = Act::new("target_changed").noting(json!({ "vendor_model": after.vendor_model }));
        note(&tx, &actor, named.changing(facts(&before), facts(&after)), &after).await?;
        Ok(after)
    })
    .await
}

/// # Errors
/// `not_permitted`, `not_found`.
pub async fn remove_target(db: &Db, actor: &Actor, id: TargetId) -> Result<()> {
    let actor = actor.clone();
    db.transact(async move |tx| {
        let row = mine(&tx, &actor, id).await?;
        target::Entity::delete_by_id(id).exec(&tx).await?;
        note(&tx, &actor, Act::new("target_removed").noting(facts(&row)), &row).await
    })
    .await
}

/// The model whose page shows a target.
///
/// # Errors
/// `not_permitted`, `not_found`.
pub async fn model_of_target(db: &Db, actor: &Actor, id: TargetId) -> Result<ModelId> {
    permit::need(actor, Right::SeeSupply)?;
    let row = target::Entity::find_by_id(id).one(db.read()).await?;
    Ok(row.ok_or_else(|| Code::NotFound.with(id))?.model_id)
}

async fn mine(tx: &Tx, actor: &Actor, id: TargetId) -> Result<target::Model> {
    permit::write(actor)?;
    permit::need(actor, Right::ManageSupply)?;
    target::Entity::find_by_id(id).one(tx).await?.ok_or_else(|| Code::NotFound.with(id))
}

fn facts(row: &target::Model) -> serde_json::Value {
    json!({
        "vendor_model": row.vendor_model, "position": row.position, "weight": row.weight, "state": row.state,
        "connect_ms": row.connect_ms, "first_byte_ms": row.first_byte_ms, "idle_ms": row.idle_ms,
        "total_ms": row.total_ms,
    })
}

async fn note(tx: &Tx, actor: &Actor, act: Act, row: &target::Model) -> Result<()> {
    let act = act.on("target", row.id.0).touching([row.model_id.0, row.provider_id.0]);
    audit::record(tx, actor, act).await?;
    changes::note(tx, Change::Catalogue).await
}

fn position(place: i32) -> Result<i32> {
    if (1..=1_000).contains(&place) { Ok(place) } else { Err(wrong("position", "A number from 1 to 1000.")) }
}

fn checked(timers: Timers) -> Result<Timers> {
    let fields = [
        ("connect_ms", timers.connect_ms),
        ("first_byte_ms", timers.first_byte_ms),
        ("idle_ms", timers.idle_ms),
        ("total_ms", timers.total_ms),
    ];
    for (field, value) in fields {
        if value.is_some_and(|value| !(10..=3_600_000).contains(&value)) {
            return Err(wrong(field, "Milliseconds from 10 to 3600000 (an hour)."));
        }
    }
    Ok(timers)
}
