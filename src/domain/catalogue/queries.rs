//! The SQL of APIs, versions and their models. Who may see a row is part of each query.

use std::collections::HashMap;

use sea_orm::sea_query::{Expr, ExprTrait, Func, LikeExpr, Query};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect,
};

use super::managed::Subscriber;
use crate::base::ids::{ApiId, AppId, ModelId, TeamId, VersionId};
use crate::base::limit::{LimitKind, LimitScope};
use crate::base::{Code, Result, Timestamp};
use crate::domain::actor::Actor;
use crate::domain::permit::{self, Right};
use crate::store::Tx;
use crate::store::entity::states::{PlanState, SubscriptionState, VersionState, Visibility};
use crate::store::entity::{
    api, api_team, api_version, api_version_model, application, limit, model, plan, plan_model, subscription,
    team,
};

const LIVE: [SubscriptionState; 3] =
    [SubscriptionState::Requested, SubscriptionState::Approved, SubscriptionState::Suspended];

/// Which APIs the actor sees in the catalogue.
fn seen_by(actor: &Actor) -> Condition {
    if permit::may(actor, Right::ManageAllApis) || permit::may(actor, Right::SeeEverything) {
        return Condition::all();
    }
    let teams = actor.team_ids();
    let shared = Query::select()
        .column(api_team::Column::ApiId)
        .from(api_team::Entity)
        .and_where(api_team::Column::TeamId.is_in(teams.clone()))
        .to_owned();
    Condition::any()
        .add(api::Column::Visibility.eq(Visibility::Everyone))
        .add(api::Column::OwnerTeamId.is_in(teams))
        .add(api::Column::Id.in_subquery(shared))
}

pub(super) async fn visible(
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

pub(super) async fn managed(on: &impl ConnectionTrait, actor: &Actor) -> Result<Vec<api::Model>> {
    let find = api::Entity::find().filter(managed_by(actor));
    let find = find.order_by_asc(api::Column::Name).order_by_asc(api::Column::Slug);
    Ok(find.limit(500).all(on).await?)
}

/// The newest first.
pub(super) async fn managed_before(
    on: &impl ConnectionTrait,
    actor: &Actor,
    before: Option<ApiId>,
    limit: u64,
) -> Result<Vec<api::Model>> {
    let older = managed_by(actor).add_option(before.map(|id| api::Column::Id.lt(id)));
    let find = api::Entity::find().filter(older).order_by_desc(api::Column::Id);
    Ok(find.limit(limit).all(on).await?)
}

fn managed_by(actor: &Actor) -> Condition {
    let own =
        (!permit::may(actor, Right::ManageAllApis)).then(|| api::Column::OwnerTeamId.is_in(actor.team_ids()));
    Condition::all().add_option(own)
}

/// For changes: `not_found` for those who may not see it, `not_permitted` for those who only look.
pub(in crate::domain) async fn find_managed(
    on: &impl ConnectionTrait,
    actor: &Actor,
    id: ApiId,
) -> Result<api::Model> {
    let row = find_seen_by_manager(on, actor, id).await?;
    permit::manage_api(actor, row.owner_team_id)?;
    Ok(row)
}

/// For the editor: those who manage it, and those who may see everything.
pub(in crate::domain) async fn find_seen_by_manager(
    on: &impl ConnectionTrait,
    actor: &Actor,
    id: ApiId,
) -> Result<api::Model> {
    let row = api::Entity::find_by_id(id).filter(seen_by(actor)).one(on).await?;
    let row = row.ok_or_else(|| Code::NotFound.with(id))?;
    let looks = permit::may(actor, Right::ManageAllApis)
        || permit::may(actor, Right::SeeEverything)
        || (permit::may(actor, Right::PublishApis) && actor.is_member(row.owner_team_id));
    if looks { Ok(row) } else { Err(Code::NotPermitted.with(id)) }
}

pub(in crate::domain) async fn find_managed_version(
    on: &impl ConnectionTrait,
    actor: &Actor,
    id: VersionId,
) -> Result<(api::Model, api_version::Model)> {
    let version = find_version(on, id).await?.ok_or_else(|| Code::NotFound.with(id))?;
    let api = find_managed(on, actor, version.api_id).await?;
    Ok((api, version))
}

pub(in crate::domain) async fn find_version(
    on: &impl ConnectionTrait,
    id: VersionId,
) -> Result<Option<api_version::Model>> {
    Ok(api_version::Entity::find_by_id(id).one(on).await?)
}

pub(super) async fn find_version_of(
    on: &impl ConnectionTrait,
    api: ApiId,
    id: VersionId,
) -> Result<api_version::Model> {
    let row = find_version(on, id).await?.filter(|row| row.api_id == api);
    row.ok_or_else(|| crate::domain::fields::wrong("copy_of", "This API has no such version."))
}

/// Newest first.
pub(in crate::domain) async fn versions_of(
    on: &impl ConnectionTrait,
    apis: &[ApiId],
) -> Result<Vec<api_version::Model>> {
    let rows = api_version::Entity::find()
        .filter(api_version::Column::ApiId.is_in(apis.iter().copied()))
        .order_by_desc(api_version::Column::CreatedAt)
        .order_by_desc(api_version::Column::Id)
        .all(on)
        .await?;
    Ok(rows)
}

pub(in crate::domain) async fn models_of(
    on: &impl ConnectionTrait,
    versions: &[VersionId],
) -> Result<Vec<api_version_model::Model>> {
    let rows = api_version_model::Entity::find()
        .filter(api_version_model::Column::VersionId.is_in(versions.iter().copied()))
        .order_by_asc(api_version_model::Column::Position)
        .order_by_asc(api_version_model::Column::PublicName)
        .all(on)
        .await?;
    Ok(rows)
}

pub(super) async fn all_models_exist(on: &impl ConnectionTrait, ids: &[ModelId]) -> Result<bool> {
    let mut distinct = ids.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    let count =
        model::Entity::find().filter(model::Column::Id.is_in(distinct.iter().copied())).count(on).await?;
    Ok(count == distinct.len() as u64)
}

pub(super) async fn replace_models(
    tx: &Tx,
    version: VersionId,
    models: impl Iterator<Item = (String, ModelId)>,
) -> Result<()> {
    api_version_model::Entity::delete_many()
        .filter(api_version_model::Column::VersionId.eq(version))
        .exec(tx)
        .await?;
    let rows: Vec<_> = (1..)
        .zip(models)
        .map(|(position, (public_name, model_id))| {
            api_version_model::Model { version_id: version, public_name, model_id, position }
                .into_active_model()
        })
        .collect();
    if !rows.is_empty() {
        api_version_model::Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// The dates and links of a version that its moves set.
pub(super) struct Dates {
    pub published_at: Option<Timestamp>,
    pub deprecated_at: Option<Timestamp>,
    pub sunset_at: Option<Timestamp>,
    pub retired_at: Option<Timestamp>,
    pub successor_id: Option<VersionId>,
    pub guide_url: Option<String>,
}

impl Dates {
    pub fn of(row: &api_version::Model) -> Self {
        Self {
            published_at: row.published_at,
            deprecated_at: row.deprecated_at,
            sunset_at: row.sunset_at,
            retired_at: row.retired_at,
            successor_id: row.successor_id,
            guide_url: row.guide_url.clone(),
        }
    }
}

/// Compare-and-set: false when somebody moved it meanwhile.
pub(super) async fn change_state(
    tx: &Tx,
    id: VersionId,
    (from, to): (VersionState, VersionState),
    dates: Dates,
) -> Result<bool> {
    use api_version::Column;
    let done = api_version::Entity::update_many()
        .col_expr(Column::State, Expr::value(to))
        .col_expr(Column::PublishedAt, Expr::value(dates.published_at))
        .col_expr(Column::DeprecatedAt, Expr::value(dates.deprecated_at))
        .col_expr(Column::SunsetAt, Expr::value(dates.sunset_at))
        .col_expr(Column::RetiredAt, Expr::value(dates.retired_at))
        .col_expr(Column::SuccessorId, Expr::value(dates.successor_id))
        .col_expr(Column::GuideUrl, Expr::value(dates.guide_url))
        .filter(Column::Id.eq(id))
        .filter(Column::State.eq(from))
        .exec(tx)
        .await?;
    Ok(done.rows_affected == 1)
}

pub(super) async fn delete_draft(tx: &Tx, id: VersionId) -> Result<bool> {
    let done = api_version::Entity::delete_many()
        .filter(api_version::Column::Id.eq(id))
        .filter(api_version::Column::State.eq(VersionState::Draft))
        .exec(tx)
        .await?;
    if done.rows_affected == 1 {
        api_version_model::Entity::delete_many()
            .filter(api_version_model::Column::VersionId.eq(id))
            .exec(tx)
            .await?;
    }
    Ok(done.rows_affected == 1)
}

pub(super) async fn delete_api(tx: &Tx, id: ApiId) -> Result<()> {
    for version in versions_of(tx, &[id]).await? {
        delete_draft(tx, version.id).await?;
    }
    let plans = plan::Entity::find().filter(plan::Column::ApiId.eq(id)).all(tx).await?;
    let ids: Vec<_> = plans.iter().map(|plan| plan.id).collect();
    plan_model::Entity::delete_many().filter(plan_model::Column::PlanId.is_in(ids)).exec(tx).await?;
    plan::Entity::delete_many().filter(plan::Column::ApiId.eq(id)).exec(tx).await?;
    api_team::Entity::delete_many().filter(api_team::Column::ApiId.eq(id)).exec(tx).await?;
    api::Entity::delete_by_id(id).exec(tx).await?;
    Ok(())
}

pub(in crate::domain) async fn find_team(
    on: &impl ConnectionTrait,
    id: TeamId,
) -> Result<Option<team::Model>> {
    Ok(team::Entity::find_by_id(id).filter(team::Column::RemovedAt.is_null()).one(on).await?)
}

/// How many different ones of these teams there are.
pub(super) async fn count_teams(on: &impl ConnectionTrait, teams: &[TeamId]) -> Result<u64> {
    let find = team::Entity::find().filter(team::Column::Id.is_in(teams.iter().copied()));
    Ok(find.filter(team::Column::RemovedAt.is_null()).count(on).await?)
}

pub(super) async fn replace_teams(tx: &Tx, api: ApiId, teams: &[TeamId]) -> Result<()> {
    api_team::Entity::delete_many().filter(api_team::Column::ApiId.eq(api)).exec(tx).await?;
    let rows: Vec<_> = teams
        .iter()
        .map(|team| api_team::Model { api_id: api, team_id: *team }.into_active_model())
        .collect();
    if !rows.is_empty() {
        api_team::Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    Ok(())
}

pub(super) async fn teams_of(on: &impl ConnectionTrait, apis: &[ApiId]) -> Result<Vec<api_team::Model>> {
    Ok(api_team::Entity::find().filter(api_team::Column::ApiId.is_in(apis.iter().copied())).all(on).await?)
}

pub(super) async fn team_names(
    on: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = TeamId>,
) -> Result<HashMap<TeamId, String>> {
    let rows = team::Entity::find().filter(team::Column::Id.is_in(ids)).all(on).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
}

/// A plan with a monthly budget in dollars, and the models it allows.
pub(super) struct Budgeted {
    pub name: String,
    /// Public names; none: all.
    models: Vec<String>,
}

impl Budgeted {
    pub fn allows(&self, public_name: &str) -> bool {
        self.models.is_empty() || self.models.iter().any(|name| name == public_name)
    }
}

pub(super) async fn budgeted(on: &impl ConnectionTrait, plans: &[plan::Model]) -> Result<Vec<Budgeted>> {
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

pub(super) async fn open_plans_of(on: &impl ConnectionTrait, apis: &[ApiId]) -> Result<Vec<plan::Model>> {
    let rows = plan::Entity::find()
        .filter(plan::Column::ApiId.is_in(apis.iter().copied()))
        .filter(plan::Column::State.eq(PlanState::Open))
        .order_by_asc(plan::Column::Position)
        .order_by_asc(plan::Column::Id)
        .all(on)
        .await?;
    Ok(rows)
}

pub(super) async fn count_live_subscriptions(on: &impl ConnectionTrait, version: VersionId) -> Result<u64> {
    let count = subscription::Entity::find()
        .filter(subscription::Column::VersionId.eq(version))
        .filter(subscription::Column::State.is_in(LIVE))
        .count(on)
        .await?;
    Ok(count)
}

pub(super) async fn live_subscriptions(
    on: &impl ConnectionTrait,
    apis: &[ApiId],
) -> Result<HashMap<ApiId, u64>> {
    let rows: Vec<(ApiId, i64)> = subscription::Entity::find()
        .select_only()
        .column(subscription::Column::ApiId)
        .column_as(subscription::Column::Id.count(), "n")
        .filter(subscription::Column::ApiId.is_in(apis.iter().copied()))
        .filter(subscription::Column::State.is_in(LIVE))
        .group_by(subscription::Column::ApiId)
        .into_tuple()
        .all(on)
        .await?;
    Ok(rows.into_iter().map(|(api, n)| (api, u64::try_from(n).unwrap_or(0))).collect())
}

pub(super) async fn subscribers(on: &impl ConnectionTrait, version: VersionId) -> Result<Vec<Subscriber>> {
    let rows = subscription::Entity::find()
        .filter(subscription::Column::VersionId.eq(version))
        .filter(subscription::Column::State.is_in(LIVE))
        .order_by_asc(subscription::Column::Id)
        .limit(200)
        .all(on)
        .await?;
    let apps = application::Entity::find()
        .filter(application::Column::Id.is_in(rows.iter().map(|row| row.app_id)))
        .all(on)
        .await?;
    let apps: HashMap<AppId, String> = apps.into_iter().map(|app| (app.id, app.name)).collect();
    let teams = team_names(on, rows.iter().map(|row| row.team_id)).await?;
    let subscriber = |row: subscription::Model| Subscriber {
        app: apps.get(&row.app_id).cloned().unwrap_or_default(),
        team: teams.get(&row.team_id).cloned().unwrap_or_default(),
        state: row.state.label().to_owned(),
    };
    Ok(rows.into_iter().map(subscriber).collect())
}

pub(super) async fn version_names(
    on: &impl ConnectionTrait,
    ids: &[VersionId],
) -> Result<HashMap<VersionId, String>> {
    let rows = api_version::Entity::find()
        .filter(api_version::Column::Id.is_in(ids.iter().copied()))
        .all(on)
        .await?;
    let apis =
        api::Entity::find().filter(api::Column::Id.is_in(rows.iter().map(|row| row.api_id))).all(on).await?;
    let slugs: HashMap<ApiId, String> = apis.into_iter().map(|api| (api.id, api.slug)).collect();
    let name = |row: api_version::Model| {
        let slug = slugs.get(&row.api_id).map(String::as_str).unwrap_or_default();
        (row.id, format!("{slug}/{}", row.name))
    };
    Ok(rows.into_iter().map(name).collect())
}
