//! What a reader of the catalogue may see, and what hangs on an API.

use std::collections::HashMap;

use sea_orm::sea_query::{Expr, ExprTrait, Func, LikeExpr, Query};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::base::Result;
use crate::base::ids::{ApiId, TeamId};
use crate::base::limit::{LimitKind, LimitScope};
use crate::domain::actor::Actor;
use crate::domain::permit::{self, Right};
use crate::store::entity::states::{PlanState, VersionState, Visibility};
use crate::store::entity::{api, api_team, api_version, api_version_model, limit, plan, plan_model, team};

/// Which APIs are there for the actor. One of which nothing was ever published is there for its makers and
/// those who see everything; to all others it is like one that does not exist.
pub(in crate::domain) fn seen_by(actor: &Actor) -> Condition {
    if permit::may(actor, Right::ManageAllApis) || permit::may(actor, Right::SeeEverything) {
        return Condition::all();
    }
    let teams = actor.team_ids();
    let shared = Query::select()
        .column(api_team::Column::ApiId)
        .from(api_team::Entity)
        .and_where(api_team::Column::TeamId.is_in(teams.clone()))
        .to_owned();
    let told = Query::select()
        .column(api_version::Column::ApiId)
        .from(api_version::Entity)
        .and_where(api_version::Column::State.ne(VersionState::Draft))
        .to_owned();
    let own = api::Column::OwnerTeamId.is_in(teams);
    let offered = Condition::any()
        .add(api::Column::Visibility.eq(Visibility::Everyone))
        .add(own.clone())
        .add(api::Column::Id.in_subquery(shared));
    let offered = Condition::all().add(offered).add(api::Column::Id.in_subquery(told));
    let makes = permit::may(actor, Right::SeeApis);
    Condition::any().add(offered).add_option(makes.then_some(own))
}

pub(in crate::domain) async fn visible(
    on: &impl ConnectionTrait,
    actor: &Actor,
    pattern: Option<&str>,
    after: Option<&str>,
    limit: u64,
) -> Result<Vec<api::Model>> {
    let live = Query::select()
        .column(api_version::Column::ApiId)
        .from(api_version::Entity)
        .and_where(api_version::Column::State.is_in([VersionState::Published, VersionState::Deprecated]))
        .to_owned();
    let mut find =
        api::Entity::find().filter(seen_by(actor)).filter(api::Column::Id.in_subquery(live.clone()));
    if let Some(pattern) = pattern {
        let like = || LikeExpr::new(pattern).escape('\\');
        let mut any = Condition::any();
        for column in [api::Column::Name, api::Column::Slug, api::Column::Summary] {
            any = any.add(Expr::expr(Func::lower(Expr::col((api::Entity, column)))).like(like()));
        }
        let named = Expr::expr(Func::lower(Expr::col(api_version_model::Column::PublicName))).like(like());
        let offering = Query::select()
            .column(api_version_model::Column::VersionId)
            .from(api_version_model::Entity)
            .and_where(named)
            .to_owned();
        let offers = live.clone().and_where(api_version::Column::Id.in_subquery(offering)).to_owned();
        find = find.filter(any.add(api::Column::Id.in_subquery(offers)));
    }
    if let Some(after) = after {
        find = find.filter(api::Column::Slug.gt(after));
    }
    Ok(find.order_by_asc(api::Column::Slug).limit(limit).all(on).await?)
}

pub(in crate::domain) async fn find_visible(
    on: &impl ConnectionTrait,
    actor: &Actor,
    slug: &str,
) -> Result<Option<api::Model>> {
    Ok(api::Entity::find().filter(seen_by(actor)).filter(api::Column::Slug.eq(slug)).one(on).await?)
}

pub(in crate::domain) async fn find_visible_by_id(
    on: &impl ConnectionTrait,
    actor: &Actor,
    id: ApiId,
) -> Result<Option<api::Model>> {
    Ok(api::Entity::find_by_id(id).filter(seen_by(actor)).one(on).await?)
}

pub(in crate::domain) async fn team_names(
    on: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = TeamId>,
) -> Result<HashMap<TeamId, String>> {
    let rows = team::Entity::find().filter(team::Column::Id.is_in(ids)).all(on).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
}

/// A plan with a monthly budget in dollars, and the models it allows.
pub(in crate::domain) struct Budgeted {
    pub name: String,
    /// Public names; none: all.
    models: Vec<String>,
}

impl Budgeted {
    pub fn allows(&self, public_name: &str) -> bool {
        self.models.is_empty() || self.models.iter().any(|name| name == public_name)
    }
}

pub(in crate::domain) async fn budgeted(
    on: &impl ConnectionTrait,
    plans: &[plan::Model],
) -> Result<Vec<Budgeted>> {
    let budgets = limit::Entity::find()
        .filter(limit::Column::ScopeKind.eq(LimitScope::Plan))
        .filter(limit::Column::Kind.eq(LimitKind::UsdPerMonth))
        .filter(limit::Column::ScopeId.is_in(plans.iter().map(|plan| plan.id.0)))
        .all(on)
        .await?;
    let models = plan_model::Entity::find()
        .filter(plan_model::Column::PlanId.is_in(plans.iter().map(|plan| plan.id)))
        .all(on)
        .await?;
    let with_budget = plans.iter().filter(|plan| budgets.iter().any(|row| row.scope_id == plan.id.0));
    let read = |plan: &plan::Model| {
        let own = models.iter().filter(|row| row.plan_id == plan.id);
        Budgeted { name: plan.name.clone(), models: own.map(|row| row.public_name.clone()).collect() }
    };
    Ok(with_budget.map(read).collect())
}

pub(in crate::domain) async fn open_plans_of(
    on: &impl ConnectionTrait,
    apis: &[ApiId],
) -> Result<Vec<plan::Model>> {
    let rows = plan::Entity::find()
        .filter(plan::Column::ApiId.is_in(apis.iter().copied()))
        .filter(plan::Column::State.eq(PlanState::Open))
        .order_by_asc(plan::Column::Position)
        .order_by_asc(plan::Column::Id)
        .all(on)
        .await?;
    Ok(rows)
}
