//! Who is subscribed.

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};

use super::super::managed::Subscriber;
use super::reading::team_names;
use crate::base::Result;
use crate::base::ids::{ApiId, AppId, VersionId};
use crate::store::entity::states::SubscriptionState;
use crate::store::entity::{application, subscription};

const LIVE: [SubscriptionState; 3] =
    [SubscriptionState::Requested, SubscriptionState::Approved, SubscriptionState::Suspended];

pub(in crate::domain) async fn count_live_subscriptions(
    on: &impl ConnectionTrait,
    version: VersionId,
) -> Result<u64> {
    let count = subscription::Entity::find()
        .filter(subscription::Column::VersionId.eq(version))
        .filter(subscription::Column::State.is_in(LIVE))
        .count(on)
        .await?;
    Ok(count)
}

pub(in crate::domain) async fn live_subscriptions(
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

pub(in crate::domain) async fn subscribers(
    on: &impl ConnectionTrait,
    version: VersionId,
) -> Result<Vec<Subscriber>> {
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
