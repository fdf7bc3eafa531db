//! Single subscriptions and their timeline.

use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect, SqlErr,
};

use crate::base::ids::{ApiId, AppId, SubscriptionId};
use crate::base::{Clash, Result};
use crate::store::Tx;
use crate::store::entity::states::SubscriptionState;
use crate::store::entity::{subscription, subscription_event};

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
            Clash::Exists.saying("This app has a subscription to this API already.").on("app")
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

pub(super) const LIVE: [SubscriptionState; 3] =
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
