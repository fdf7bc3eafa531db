//! The SQL of plans and of limits.

use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder,
};
use uuid::Uuid;

use super::limits::Limits;
use super::terms::PlanView;
use crate::base::ids::{ApiId, PlanId};
use crate::base::limit::LimitScope;
use crate::base::{Code, Result};
use crate::domain::actor::Actor;
use crate::domain::catalogue;
use crate::store::Tx;
use crate::store::entity::{api, limit, plan, plan_model, subscription};

pub(in crate::domain) async fn find_plan(
    on: &impl ConnectionTrait,
    id: PlanId,
) -> Result<Option<plan::Model>> {
    Ok(plan::Entity::find_by_id(id).one(on).await?)
}

/// The API when the actor may see it in the catalogue.
pub(in crate::domain) async fn find_seen_api(
    on: &impl ConnectionTrait,
    actor: &Actor,
    id: ApiId,
) -> Result<api::Model> {
    let row = catalogue::queries::find_visible_by_id(on, actor, id).await?;
    row.ok_or_else(|| Code::NotFound.with(id))
}

pub(in crate::domain) async fn plans_of(on: &impl ConnectionTrait, api: ApiId) -> Result<Vec<plan::Model>> {
    let rows = plan::Entity::find()
        .filter(plan::Column::ApiId.eq(api))
        .order_by_asc(plan::Column::Position)
        .order_by_asc(plan::Column::Id)
        .all(on)
        .await?;
    Ok(rows)
}

pub(in crate::domain) async fn views(
    on: &impl ConnectionTrait,
    plans: Vec<plan::Model>,
) -> Result<Vec<PlanView>> {
    let ids: Vec<PlanId> = plans.iter().map(|plan| plan.id).collect();
    let models = plan_model::Entity::find()
        .filter(plan_model::Column::PlanId.is_in(ids.iter().copied()))
        .order_by_asc(plan_model::Column::PublicName)
        .all(on)
        .await?;
    let subjects: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let limits = limits_of(on, LimitScope::Plan, &subjects).await?;
    let view = |plan: plan::Model| {
        let names: Vec<String> =
            models.iter().filter(|row| row.plan_id == plan.id).map(|row| row.public_name.clone()).collect();
        let rows: Vec<limit::Model> =
            limits.iter().filter(|row| row.scope_id == plan.id.0).cloned().collect();
        let models = if names.is_empty() { None } else { Some(names) };
        PlanView { limits: Limits::of(&rows), models, plan }
    };
    Ok(plans.into_iter().map(view).collect())
}

pub(super) async fn limits_of(
    on: &impl ConnectionTrait,
    scope: LimitScope,
    subjects: &[Uuid],
) -> Result<Vec<limit::Model>> {
    let rows = limit::Entity::find()
        .filter(limit::Column::ScopeKind.eq(scope))
        .filter(limit::Column::ScopeId.is_in(subjects.iter().copied()))
        .all(on)
        .await?;
    Ok(rows)
}

pub(super) async fn delete_limits(tx: &Tx, scope: LimitScope, subject: Uuid) -> Result<()> {
    limit::Entity::delete_many()
        .filter(limit::Column::ScopeKind.eq(scope))
        .filter(limit::Column::ScopeId.eq(subject))
        .exec(tx)
        .await?;
    Ok(())
}

pub(super) async fn replace_models(tx: &Tx, plan: PlanId, names: Vec<String>) -> Result<()> {
    plan_model::Entity::delete_many().filter(plan_model::Column::PlanId.eq(plan)).exec(tx).await?;
    let rows: Vec<_> = names
        .into_iter()
        .map(|public_name| plan_model::Model { plan_id: plan, public_name }.into_active_model())
        .collect();
    if !rows.is_empty() {
        plan_model::Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    Ok(())
}

pub(super) async fn was_used(on: &impl ConnectionTrait, plan: PlanId) -> Result<bool> {
    let count = subscription::Entity::find().filter(subscription::Column::PlanId.eq(plan)).count(on).await?;
    Ok(count > 0)
}

pub(super) async fn delete_plan(tx: &Tx, id: PlanId) -> Result<()> {
    plan_model::Entity::delete_many().filter(plan_model::Column::PlanId.eq(id)).exec(tx).await?;
    plan::Entity::delete_by_id(id).exec(tx).await?;
    Ok(())
}
