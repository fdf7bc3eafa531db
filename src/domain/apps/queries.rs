//! The SQL of applications.

use std::collections::HashMap;

use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect,
};

use crate::base::Result;
use crate::base::ids::{AppId, TeamId, UserId};
use crate::store::Tx;
use crate::store::entity::states::{KeyState, Standing, SubscriptionState};
use crate::store::entity::{application, key, subscription, team, team_member};

pub async fn insert(tx: &Tx, row: application::Model) -> Result<()> {
    application::Entity::insert(row.into_active_model()).exec_without_returning(tx).await?;
    Ok(())
}

pub async fn find<C: ConnectionTrait>(on: &C, id: AppId) -> Result<Option<application::Model>> {
    Ok(application::Entity::find_by_id(id).one(on).await?)
}

/// Newest first; `teams` none means all.
pub async fn list<C: ConnectionTrait>(
    on: &C,
    teams: Option<Vec<TeamId>>,
    before: Option<AppId>,
    limit: u64,
) -> Result<Vec<application::Model>> {
    let mut find = application::Entity::find().order_by_desc(application::Column::Id).limit(limit);
    if let Some(teams) = teams {
        find = find.filter(application::Column::TeamId.is_in(teams));
    }
    if let Some(before) = before {
        find = find.filter(application::Column::Id.lt(before));
    }
    Ok(find.all(on).await?)
}

pub async fn oldest_active(tx: &Tx, team: TeamId) -> Result<Option<application::Model>> {
    let app = application::Entity::find()
        .filter(application::Column::TeamId.eq(team))
        .filter(application::Column::State.eq(Standing::Active))
        .order_by_asc(application::Column::Id)
        .one(tx)
        .await?;
    Ok(app)
}

pub async fn rename(tx: &Tx, id: AppId, name: &str) -> Result<()> {
    let name = application::ActiveModel { name: Set(name.to_owned()), ..Default::default() };
    application::Entity::update_many().set(name).filter(application::Column::Id.eq(id)).exec(tx).await?;
    Ok(())
}

/// False when it stands so already.
pub async fn stand(tx: &Tx, id: AppId, to: Standing, reason: Option<String>) -> Result<bool> {
    let state = application::ActiveModel { state: Set(to), reason: Set(reason), ..Default::default() };
    let done = application::Entity::update_many()
        .set(state)
        .filter(application::Column::Id.eq(id))
        .filter(application::Column::State.ne(to))
        .exec(tx)
        .await?;
    Ok(done.rows_affected == 1)
}

/// One that was not removed.
pub async fn team<C: ConnectionTrait>(on: &C, id: TeamId) -> Result<Option<team::Model>> {
    Ok(team::Entity::find_by_id(id).filter(team::Column::RemovedAt.is_null()).one(on).await?)
}

pub async fn personal_team(tx: &Tx, user: UserId) -> Result<Option<team::Model>> {
    Ok(team::Entity::find().filter(team::Column::PersonalOf.eq(user)).one(tx).await?)
}

pub async fn first_team(tx: &Tx, user: UserId) -> Result<Option<team::Model>> {
    let member = team_member::Entity::find()
        .filter(team_member::Column::UserId.eq(user))
        .order_by_asc(team_member::Column::CreatedAt)
        .one(tx)
        .await?;
    match member {
        Some(member) => team(tx, member.team_id).await,
        None => Ok(None),
    }
}

pub async fn teams<C: ConnectionTrait>(on: &C, ids: Vec<TeamId>) -> Result<HashMap<TeamId, team::Model>> {
    let rows = team::Entity::find().filter(team::Column::Id.is_in(ids)).all(on).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// Keys that are not revoked, by application.
pub async fn count_keys<C: ConnectionTrait>(on: &C, apps: Vec<AppId>) -> Result<HashMap<AppId, i64>> {
    let rows: Vec<(AppId, i64)> = key::Entity::find()
        .select_only()
        .column(key::Column::AppId)
        .column_as(key::Column::Id.count(), "n")
        .filter(key::Column::AppId.is_in(apps))
        .filter(key::Column::State.ne(KeyState::Revoked))
        .group_by(key::Column::AppId)
        .into_tuple()
        .all(on)
        .await?;
    Ok(rows.into_iter().collect())
}

/// Approved subscriptions, by application.
pub async fn count_subscriptions<C: ConnectionTrait>(
    on: &C,
    apps: Vec<AppId>,
) -> Result<HashMap<AppId, i64>> {
    let rows: Vec<(AppId, i64)> = subscription::Entity::find()
        .select_only()
        .column(subscription::Column::AppId)
        .column_as(subscription::Column::Id.count(), "n")
        .filter(subscription::Column::AppId.is_in(apps))
        .filter(subscription::Column::State.eq(SubscriptionState::Approved))
        .group_by(subscription::Column::AppId)
        .into_tuple()
        .all(on)
        .await?;
    Ok(rows.into_iter().collect())
}
