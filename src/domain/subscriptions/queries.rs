//! The SQL of subscriptions.

use std::collections::HashMap;

use sea_orm::sea_query::Query;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect, SqlErr,
};

use crate::base::ids::{ApiId, AppId, PlanId, SubscriptionId, TeamId, UserId, VersionId};
use crate::base::{Clash, Code, Result, Timestamp};
use crate::domain::catalogue;
use crate::store::Tx;
use crate::store::entity::states::{Role, SubscriptionState, UserState, VersionState};
use crate::store::entity::{
    api, api_team, api_version, application, model, plan, plan_model, subscription, subscription_event, team,
    team_member, user,
};

pub async fn find<C: ConnectionTrait>(on: &C, id: SubscriptionId) -> Result<Option<subscription::Model>> {
    Ok(subscription::Entity::find_by_id(id).one(on).await?)
}

pub async fn insert(tx: &Tx, row: subscription::Model) -> Result<()> {
    let done = subscription::Entity::insert(row.into_active_model()).exec_without_returning(tx).await;
    match done {
        Ok(_) => Ok(()),
        Err(fault) => Err(one_live(fault)),
    }
}

/// Changes a row that is still in the state it was read in; none when it is not.
pub async fn update(
    tx: &Tx,
    was: &subscription::Model,
    edit: subscription::ActiveModel,
) -> Result<Option<subscription::Model>> {
    let done = subscription::Entity::update_many()
        .set(edit)
        .filter(subscription::Column::Id.eq(was.id))
        .filter(subscription::Column::State.eq(was.state))
        .filter(subscription::Column::StateAt.eq(was.state_at))
        .exec(tx)
        .await
        .map_err(one_live)?;
    if done.rows_affected == 1 { find(tx, was.id).await } else { Ok(None) }
}

/// Two live ones of an application to one API: the second is told so.
fn one_live(fault: sea_orm::DbErr) -> crate::base::Error {
    match fault.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(_)) => {
            Clash::Exists.saying("This application has a subscription to this API already.").on("app")
        }
        _ => fault.into(),
    }
}

pub async fn insert_event(tx: &Tx, row: subscription_event::Model) -> Result<()> {
    subscription_event::Entity::insert(row.into_active_model()).exec_without_returning(tx).await?;
    Ok(())
}

/// The timeline, oldest first.
pub async fn events<C: ConnectionTrait>(
    on: &C,
    id: SubscriptionId,
) -> Result<Vec<subscription_event::Model>> {
    let rows = subscription_event::Entity::find()
        .filter(subscription_event::Column::SubscriptionId.eq(id))
        .order_by_asc(subscription_event::Column::Id)
        .limit(500)
        .all(on)
        .await?;
    Ok(rows)
}

/// All of an application to an API, the newest first.
pub async fn of_app_and_api(tx: &Tx, app: AppId, api: ApiId) -> Result<Vec<subscription::Model>> {
    let rows = subscription::Entity::find()
        .filter(subscription::Column::AppId.eq(app))
        .filter(subscription::Column::ApiId.eq(api))
        .order_by_desc(subscription::Column::Id)
        .limit(50)
        .all(tx)
        .await?;
    Ok(rows)
}

const LIVE: [SubscriptionState; 3] =
    [SubscriptionState::Requested, SubscriptionState::Approved, SubscriptionState::Suspended];

pub async fn live_of_app(tx: &Tx, app: AppId) -> Result<Vec<subscription::Model>> {
    let rows = subscription::Entity::find()
        .filter(subscription::Column::AppId.eq(app))
        .filter(subscription::Column::State.is_in(LIVE))
        .order_by_asc(subscription::Column::Position)
        .order_by_asc(subscription::Column::Id)
        .all(tx)
        .await?;
    Ok(rows)
}

pub async fn next_position(tx: &Tx, app: AppId) -> Result<i32> {
    let last = subscription::Entity::find()
        .filter(subscription::Column::AppId.eq(app))
        .order_by_desc(subscription::Column::Position)
        .one(tx)
        .await?;
    Ok(last.map_or(0, |row| row.position.saturating_add(1)))
}

pub async fn place(tx: &Tx, id: SubscriptionId, place: i32) -> Result<()> {
    let place = subscription::ActiveModel { position: Set(place), ..Default::default() };
    subscription::Entity::update_many().set(place).filter(subscription::Column::Id.eq(id)).exec(tx).await?;
    Ok(())
}

/// What is past its end date and does not say so yet.
pub async fn due<C: ConnectionTrait>(on: &C, now: Timestamp) -> Result<Vec<SubscriptionId>> {
    let rows = subscription::Entity::find()
        .filter(subscription::Column::State.is_in(LIVE))
        .filter(subscription::Column::EndsAt.lte(now))
        .limit(1_000)
        .all(on)
        .await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Which subscriptions a list holds.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// None: of every team.
    pub teams: Option<Vec<TeamId>>,
    /// None: of every API owner.
    pub owners: Option<Vec<TeamId>>,
    pub app: Option<AppId>,
    pub api: Option<ApiId>,
    /// Only those that serve, wait or are suspended.
    pub live: bool,
    pub state: Option<SubscriptionState>,
    pub before: Option<SubscriptionId>,
    pub limit: u64,
}

impl Filter {
    fn condition(&self) -> Condition {
        let mut all = Condition::all();
        if let Some(teams) = &self.teams {
            all = all.add(subscription::Column::TeamId.is_in(teams.iter().copied()));
        }
        if let Some(owners) = &self.owners {
            let owned = Query::select()
                .column(api::Column::Id)
                .from(api::Entity)
                .and_where(api::Column::OwnerTeamId.is_in(owners.iter().copied()))
                .to_owned();
            all = all.add(subscription::Column::ApiId.in_subquery(owned));
        }
        if let Some(app) = self.app {
            all = all.add(subscription::Column::AppId.eq(app));
        }
        if let Some(api) = self.api {
            all = all.add(subscription::Column::ApiId.eq(api));
        }
        if self.live {
            all = all.add(subscription::Column::Live.is_not_null());
        }
        if let Some(state) = self.state {
            all = all.add(subscription::Column::State.eq(state));
        }
        if let Some(before) = self.before {
            all = all.add(subscription::Column::Id.lt(before));
        }
        all
    }
}

/// The newest first.
pub async fn list<C: ConnectionTrait>(on: &C, filter: &Filter) -> Result<Vec<subscription::Model>> {
    let rows = subscription::Entity::find()
        .filter(filter.condition())
        .order_by_desc(subscription::Column::Id)
        .limit(filter.limit.min(200))
        .all(on)
        .await?;
    Ok(rows)
}

/// Those of these teams that a person decided or suspended since then, and those that serve on a version
/// deprecated since then; the last changed first.
pub async fn list_news<C: ConnectionTrait>(
    on: &C,
    teams: Vec<TeamId>,
    since: Timestamp,
) -> Result<Vec<subscription::Model>> {
    use subscription::Column;
    let decided = Condition::all()
        .add(Column::State.is_in([SubscriptionState::Approved, SubscriptionState::Denied]))
        .add(Column::DecidedBy.is_not_null())
        .add(Column::DecidedAt.gte(since));
    let suspended =
        Condition::all().add(Column::State.eq(SubscriptionState::Suspended)).add(Column::StateAt.gte(since));
    let deprecated = Query::select()
        .column(api_version::Column::Id)
        .from(api_version::Entity)
        .and_where(api_version::Column::State.eq(VersionState::Deprecated))
        .and_where(api_version::Column::DeprecatedAt.gte(since))
        .to_owned();
    let ends = Condition::all()
        .add(Column::State.eq(SubscriptionState::Approved))
        .add(Column::VersionId.in_subquery(deprecated));
    let rows = subscription::Entity::find()
        .filter(Column::TeamId.is_in(teams))
        .filter(Condition::any().add(decided).add(suspended).add(ends))
        .order_by_desc(Column::StateAt)
        .limit(200)
        .all(on)
        .await?;
    Ok(rows)
}

/// Those that waited longest first.
pub async fn list_waiting<C: ConnectionTrait>(
    on: &C,
    filter: &Filter,
    after: Option<&subscription::Model>,
) -> Result<Vec<subscription::Model>> {
    use subscription::Column::{Id, RequestedAt};
    let later = after.map(|row| {
        let same = Condition::all().add(RequestedAt.eq(row.requested_at)).add(Id.gt(row.id));
        Condition::any().add(RequestedAt.gt(row.requested_at)).add(same)
    });
    let rows = subscription::Entity::find()
        .filter(filter.condition().add_option(later))
        .order_by_asc(RequestedAt)
        .order_by_asc(Id)
        .limit(filter.limit.min(200))
        .all(on)
        .await?;
    Ok(rows)
}

/// Those that a person decided, the latest decision first.
pub async fn list_decided<C: ConnectionTrait>(on: &C, filter: &Filter) -> Result<Vec<subscription::Model>> {
    let rows = subscription::Entity::find()
        .filter(filter.condition())
        .filter(subscription::Column::DecidedAt.is_not_null())
        .order_by_desc(subscription::Column::DecidedAt)
        .limit(filter.limit.min(200))
        .all(on)
        .await?;
    Ok(rows)
}

pub async fn list_by_position<C: ConnectionTrait>(on: &C, app: AppId) -> Result<Vec<subscription::Model>> {
    let rows = subscription::Entity::find()
        .filter(subscription::Column::AppId.eq(app))
        .order_by_asc(subscription::Column::Position)
        .order_by_asc(subscription::Column::Id)
        .limit(200)
        .all(on)
        .await?;
    Ok(rows)
}

pub async fn count<C: ConnectionTrait>(on: &C, filter: &Filter) -> Result<u64> {
    Ok(subscription::Entity::find().filter(filter.condition()).count(on).await?)
}

pub async fn api<C: ConnectionTrait>(on: &C, id: ApiId) -> Result<Option<api::Model>> {
    Ok(api::Entity::find_by_id(id).one(on).await?)
}

pub async fn api_has_team<C: ConnectionTrait>(on: &C, api: ApiId, team: TeamId) -> Result<bool> {
    Ok(api_team::Entity::find_by_id((api, team)).one(on).await?.is_some())
}

pub async fn version<C: ConnectionTrait>(on: &C, id: VersionId) -> Result<Option<api_version::Model>> {
    Ok(api_version::Entity::find_by_id(id).one(on).await?)
}

/// A plan of this API.
pub async fn plan_of<C: ConnectionTrait>(on: &C, api: ApiId, id: PlanId) -> Result<plan::Model> {
    let row = plan::Entity::find_by_id(id).one(on).await?.filter(|plan| plan.api_id == api);
    row.ok_or_else(|| Code::FieldInvalid.with(id).saying("This API has no such plan.").on("plan"))
}

pub async fn email<C: ConnectionTrait>(on: &C, id: UserId) -> Result<Option<String>> {
    Ok(user::Entity::find_by_id(id).one(on).await?.map(|user| user.email))
}

/// The active people who decide for an API of this team.
pub async fn deciders<C: ConnectionTrait>(on: &C, owner: TeamId) -> Result<Vec<UserId>> {
    let members = team_member::Entity::find().filter(team_member::Column::TeamId.eq(owner)).all(on).await?;
    let publishers = Condition::all()
        .add(user::Column::Role.eq(Role::Publisher))
        .add(user::Column::Id.is_in(members.into_iter().map(|member| member.user_id)));
    let people = user::Entity::find()
        .filter(user::Column::State.eq(UserState::Active))
        .filter(Condition::any().add(user::Column::Role.eq(Role::Admin)).add(publishers))
        .all(on)
        .await?;
    Ok(people.into_iter().map(|user| user.id).collect())
}

/// The names that rows of subscriptions point to.
#[derive(Default)]
pub struct Names {
    pub apps: HashMap<AppId, application::Model>,
    pub apis: HashMap<ApiId, api::Model>,
    pub versions: HashMap<VersionId, api_version::Model>,
    pub plans: HashMap<PlanId, plan::Model>,
    pub users: HashMap<UserId, user::Model>,
    pub teams: HashMap<TeamId, team::Model>,
}

pub async fn names<C: ConnectionTrait>(on: &C, rows: &[subscription::Model]) -> Result<Names> {
    if rows.is_empty() {
        return Ok(Names::default());
    }
    let apps = application::Column::Id.is_in(rows.iter().map(|row| row.app_id));
    let apis = api::Column::Id.is_in(rows.iter().map(|row| row.api_id));
    let versions = api_version::Column::Id.is_in(rows.iter().map(|row| row.version_id));
    let plans = plan::Column::Id.is_in(rows.iter().map(|row| row.plan_id));
    let people = rows.iter().map(|row| row.requested_by).chain(rows.iter().filter_map(|row| row.decided_by));
    let users = user::Column::Id.is_in(people);
    let teams = team::Column::Id.is_in(rows.iter().map(|row| row.team_id));
    Ok(Names {
        apps: application::Entity::find()
            .filter(apps)
            .all(on)
            .await?
            .into_iter()
            .map(|r| (r.id, r))
            .collect(),
        apis: api::Entity::find().filter(apis).all(on).await?.into_iter().map(|r| (r.id, r)).collect(),
        versions: api_version::Entity::find()
            .filter(versions)
            .all(on)
            .await?
            .into_iter()
            .map(|r| (r.id, r))
            .collect(),
        plans: plan::Entity::find().filter(plans).all(on).await?.into_iter().map(|r| (r.id, r)).collect(),
        users: user::Entity::find().filter(users).all(on).await?.into_iter().map(|r| (r.id, r)).collect(),
        teams: team::Entity::find().filter(teams).all(on).await?.into_iter().map(|r| (r.id, r)).collect(),
    })
}

/// What a move changed, for the timeline: `v1 → v2`.
pub async fn move_line(tx: &Tx, was: &subscription::Model, now: &subscription::Model) -> Result<String> {
    let names = names(tx, &[was.clone(), now.clone()]).await?;
    let mut parts = Vec::new();
    if was.version_id != now.version_id {
        let name = |id| names.versions.get(&id).map(|row| row.name.clone()).unwrap_or_default();
        parts.push(format!("{} → {}", name(was.version_id), name(now.version_id)));
    }
    if was.plan_id != now.plan_id {
        let name = |id| names.plans.get(&id).map(|row| row.name.clone()).unwrap_or_default();
        parts.push(format!("{} → {}", name(was.plan_id), name(now.plan_id)));
    }
    Ok(parts.join(", "))
}

/// The chat models that these subscriptions allow, each once.
pub async fn chat_models<C: ConnectionTrait>(on: &C, rows: &[subscription::Model]) -> Result<Vec<String>> {
    let versions: Vec<VersionId> = rows.iter().map(|row| row.version_id).collect();
    let offered = catalogue::queries::models_of(on, &versions).await?;
    let wanted = model::Column::Id.is_in(offered.iter().map(|row| row.model_id));
    let chat = model::Entity::find().filter(wanted).filter(model::Column::Kind.eq("chat")).all(on).await?;
    let plans = plan_model::Column::PlanId.is_in(rows.iter().map(|row| row.plan_id));
    let narrowed = plan_model::Entity::find().filter(plans).all(on).await?;
    let mut names: Vec<String> = Vec::new();
    for row in rows {
        let plan: Vec<&str> =
            narrowed.iter().filter(|one| one.plan_id == row.plan_id).map(|one| &*one.public_name).collect();
        for model in offered.iter().filter(|one| one.version_id == row.version_id) {
            let is_chat = chat.iter().any(|one| one.id == model.model_id);
            let allowed = plan.is_empty() || plan.contains(&&*model.public_name);
            if is_chat && allowed && !names.contains(&model.public_name) {
                names.push(model.public_name.clone());
            }
        }
    }
    Ok(names)
}

/// The newest 500 that serve on a plan.
pub async fn approved_of_plan<C: ConnectionTrait>(on: &C, plan: PlanId) -> Result<Vec<SubscriptionId>> {
    let ids = subscription::Entity::find()
        .filter(subscription::Column::PlanId.eq(plan))
        .filter(subscription::Column::State.eq(SubscriptionState::Approved))
        .order_by_desc(subscription::Column::Id)
        .limit(500)
        .all(on)
        .await?;
    Ok(ids.into_iter().map(|row| row.id).collect())
}
