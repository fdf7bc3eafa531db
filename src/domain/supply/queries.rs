//! The SQL of providers, credentials, models, targets and prices. Rights are checked by the callers.

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::Expr,
};

use super::models::ModelView;
use super::targets::TargetView;
use crate::base::ids::{ModelId, ProviderId, VersionId};
use crate::base::{Result, Timestamp};
use crate::store::Tx;
use crate::store::entity::states::Switch;
use crate::store::entity::{api_version_model, credential, model, price, provider, target};

pub(super) async fn find_provider(
    on: &impl ConnectionTrait,
    id: ProviderId,
) -> Result<Option<provider::Model>> {
    Ok(provider::Entity::find_by_id(id).one(on).await?)
}

pub(in crate::domain) async fn providers(on: &impl ConnectionTrait) -> Result<Vec<provider::Model>> {
    Ok(provider::Entity::find().order_by_asc(provider::Column::Name).all(on).await?)
}

/// The newest first.
pub(super) async fn providers_before(
    on: &impl ConnectionTrait,
    before: Option<ProviderId>,
    limit: u64,
) -> Result<Vec<provider::Model>> {
    let older = Condition::all().add_option(before.map(|id| provider::Column::Id.lt(id)));
    let find = provider::Entity::find().filter(older).order_by_desc(provider::Column::Id);
    Ok(find.limit(limit).all(on).await?)
}

/// The newest first.
pub(super) async fn models_before(
    on: &impl ConnectionTrait,
    before: Option<ModelId>,
    limit: u64,
) -> Result<Vec<ModelId>> {
    let older = Condition::all().add_option(before.map(|id| model::Column::Id.lt(id)));
    let find = model::Entity::find().filter(older).order_by_desc(model::Column::Id);
    Ok(find.limit(limit).all(on).await?.into_iter().map(|row| row.id).collect())
}

pub(super) async fn credentials_of(
    on: &impl ConnectionTrait,
    id: ProviderId,
) -> Result<Vec<credential::Model>> {
    let rows = credential::Entity::find()
        .filter(credential::Column::ProviderId.eq(id))
        .order_by_asc(credential::Column::Id)
        .all(on)
        .await?;
    Ok(rows)
}

/// Providers that have a credential to call with.
pub(in crate::domain) async fn credentialed(on: &impl ConnectionTrait) -> Result<Vec<ProviderId>> {
    let rows = credential::Entity::find().filter(credential::Column::State.eq(Switch::On)).all(on).await?;
    Ok(rows.into_iter().filter(|row| !row.sealed.is_empty()).map(|row| row.provider_id).collect())
}

/// Wipes the sealed secrets themselves: what is gone cannot be sent anywhere.
pub(super) async fn void_credentials(tx: &Tx, provider: ProviderId) -> Result<u64> {
    let done = credential::Entity::update_many()
        .col_expr(credential::Column::Sealed, Expr::value(""))
        .col_expr(credential::Column::State, Expr::value(Switch::Off))
        .filter(credential::Column::ProviderId.eq(provider))
        .filter(credential::Column::Sealed.ne(""))
        .exec(tx)
        .await?;
    Ok(done.rows_affected)
}

pub(super) async fn delete_provider(tx: &Tx, id: ProviderId) -> Result<()> {
    credential::Entity::delete_many().filter(credential::Column::ProviderId.eq(id)).exec(tx).await?;
    provider::Entity::delete_by_id(id).exec(tx).await?;
    Ok(())
}

pub(super) async fn find_model(on: &impl ConnectionTrait, id: ModelId) -> Result<Option<model::Model>> {
    Ok(model::Entity::find_by_id(id).one(on).await?)
}

pub(super) async fn find_model_named(on: &impl ConnectionTrait, name: &str) -> Result<Option<model::Model>> {
    Ok(model::Entity::find().filter(model::Column::Name.eq(name)).one(on).await?)
}

/// The versions that offer a model.
pub(super) async fn offering(on: &impl ConnectionTrait, id: ModelId) -> Result<Vec<VersionId>> {
    let rows =
        api_version_model::Entity::find().filter(api_version_model::Column::ModelId.eq(id)).all(on).await?;
    let mut versions: Vec<VersionId> = rows.into_iter().map(|row| row.version_id).collect();
    versions.sort_unstable();
    versions.dedup();
    Ok(versions)
}

pub(super) async fn delete_model(tx: &Tx, id: ModelId) -> Result<()> {
    target::Entity::delete_many().filter(target::Column::ModelId.eq(id)).exec(tx).await?;
    model::Entity::delete_by_id(id).exec(tx).await?;
    Ok(())
}

pub(super) async fn targets_of(on: &impl ConnectionTrait, model: ModelId) -> Result<Vec<target::Model>> {
    let rows = target::Entity::find()
        .filter(target::Column::ModelId.eq(model))
        .order_by_asc(target::Column::Position)
        .order_by_asc(target::Column::Id)
        .all(on)
        .await?;
    Ok(rows)
}

pub(super) async fn targets_of_provider(
    on: &impl ConnectionTrait,
    provider: &provider::Model,
    now: Timestamp,
) -> Result<Vec<(model::Model, TargetView)>> {
    let rows = target::Entity::find().filter(target::Column::ProviderId.eq(provider.id)).all(on).await?;
    let ids: Vec<ModelId> = rows.iter().map(|row| row.model_id).collect();
    let mut views = Vec::with_capacity(rows.len());
    for view in model_views(on, Some(&ids), now).await? {
        for target in view.targets {
            if target.provider.id == provider.id {
                views.push((view.model.clone(), target));
            }
        }
    }
    Ok(views)
}

pub(super) async fn prices_of(
    on: &impl ConnectionTrait,
    provider: ProviderId,
    vendor_model: &str,
) -> Result<Vec<price::Model>> {
    let rows = price::Entity::find()
        .filter(price::Column::ProviderId.eq(provider))
        .filter(price::Column::VendorModel.eq(vendor_model))
        .order_by_desc(price::Column::EffectiveAt)
        .order_by_desc(price::Column::Id)
        .all(on)
        .await?;
    Ok(rows)
}

/// Models (all, or those asked for) by name, with targets and the prices of `now`: four queries.
pub(in crate::domain) async fn model_views(
    on: &impl ConnectionTrait,
    only: Option<&[ModelId]>,
    now: Timestamp,
) -> Result<Vec<ModelView>> {
    let mut models = model::Entity::find().order_by_asc(model::Column::Name);
    let mut targets =
        target::Entity::find().order_by_asc(target::Column::Position).order_by_asc(target::Column::Id);
    if let Some(ids) = only {
        models = models.filter(model::Column::Id.is_in(ids.iter().copied()));
        targets = targets.filter(target::Column::ModelId.is_in(ids.iter().copied()));
    }
    let (models, targets) = (models.all(on).await?, targets.all(on).await?);
    let providers: HashMap<ProviderId, provider::Model> =
        providers(on).await?.into_iter().map(|row| (row.id, row)).collect();
    let prices = prices_at(on, now).await?;
    let mut by_model: HashMap<ModelId, Vec<TargetView>> = HashMap::new();
    for target in targets {
        let Some(provider) = providers.get(&target.provider_id).cloned() else { continue };
        let price = prices.get(&(target.provider_id, target.vendor_model.clone())).cloned();
        by_model.entry(target.model_id).or_default().push(TargetView { target, provider, price });
    }
    let view = |model: model::Model| {
        let targets = by_model.remove(&model.id).unwrap_or_default();
        ModelView { model, targets }
    };
    Ok(models.into_iter().map(view).collect())
}

/// The price of each vendor's model that holds at `now`: the newest that has begun.
async fn prices_at(
    on: &impl ConnectionTrait,
    now: Timestamp,
) -> Result<HashMap<(ProviderId, String), price::Model>> {
    let rows = price::Entity::find()
        .filter(price::Column::EffectiveAt.lte(now))
        .order_by_asc(price::Column::EffectiveAt)
        .order_by_asc(price::Column::Id)
        .all(on)
        .await?;
    Ok(rows.into_iter().map(|row| ((row.provider_id, row.vendor_model.clone()), row)).collect())
}
