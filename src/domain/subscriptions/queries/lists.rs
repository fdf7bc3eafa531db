//! Lists of subscriptions, by filter.

use sea_orm::sea_query::Query;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
};

use super::rows::LIVE;
use crate::base::ids::{ApiId, AppId, PlanId, SubscriptionId, TeamId};
use crate::base::{Result, Timestamp};
use crate::store::entity::states::{SubscriptionState, VersionState};
use crate::store::entity::{api, api_version, subscription};

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
        .limit(filter.limit)
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
    let retired = Query::select()
        .column(api_version::Column::Id)
        .from(api_version::Entity)
        .and_where(api_version::Column::State.eq(VersionState::Retired))
        .and_where(api_version::Column::RetiredAt.gte(since))
        .to_owned();
    let gone = Condition::any()
        .add(Column::VersionId.in_subquery(deprecated))
        .add(Column::VersionId.in_subquery(retired));
    let ends = Condition::all().add(Column::State.eq(SubscriptionState::Approved)).add(gone);
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
        .limit(filter.limit)
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
        .limit(filter.limit)
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

/// When those of these plans that a person decided last were asked for and decided, the latest first.
pub async fn decisions_of<C: ConnectionTrait>(
    on: &C,
    plans: &[PlanId],
) -> Result<Vec<(PlanId, Timestamp, Timestamp)>> {
    use subscription::Column;
    let rows = subscription::Entity::find()
        .select_only()
        .columns([Column::PlanId, Column::RequestedAt, Column::DecidedAt])
        .filter(Column::PlanId.is_in(plans.iter().copied()))
        .filter(Column::DecidedBy.is_not_null())
        .filter(Column::DecidedAt.is_not_null())
        .order_by_desc(Column::DecidedAt)
        .limit(500)
        .into_tuple()
        .all(on)
        .await?;
    Ok(rows)
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
