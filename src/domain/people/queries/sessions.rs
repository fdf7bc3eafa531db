//! Sessions, and the throttles of signing in.

use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

use crate::base::ids::{SessionId, UserId};
use crate::base::{Result, Timestamp};
use crate::store::Tx;
use crate::store::entity::{session, throttle};

pub async fn session_by_digest(on: &impl ConnectionTrait, digest: Vec<u8>) -> Result<Option<session::Model>> {
    Ok(session::Entity::find().filter(session::Column::Digest.eq(digest)).one(on).await?)
}

pub async fn add_session(tx: &Tx, row: session::Model) -> Result<()> {
    session::Entity::insert(session::ActiveModel::from(row)).exec_without_returning(tx).await?;
    Ok(())
}

pub async fn list_sessions(
    on: &impl ConnectionTrait,
    user: UserId,
    epoch: i64,
    now: Timestamp,
) -> Result<Vec<session::Model>> {
    let find = session::Entity::find()
        .filter(session::Column::UserId.eq(user))
        .filter(session::Column::Epoch.eq(epoch))
        .filter(session::Column::ExpiresAt.gt(now));
    Ok(find.order_by_desc(session::Column::LastSeenAt).limit(200).all(on).await?)
}

pub async fn touch_session(tx: &Tx, id: SessionId) -> Result<()> {
    session::Entity::update_many()
        .col_expr(session::Column::LastSeenAt, Expr::value(tx.now().0))
        .filter(session::Column::Id.eq(id))
        .exec(tx)
        .await?;
    Ok(())
}

/// Carries one session over into a new epoch.
pub async fn keep_session(tx: &Tx, id: SessionId, epoch: i64) -> Result<()> {
    session::Entity::update_many()
        .col_expr(session::Column::Epoch, Expr::value(epoch))
        .filter(session::Column::Id.eq(id))
        .exec(tx)
        .await?;
    Ok(())
}

pub async fn remove_session(tx: &Tx, user: UserId, id: SessionId) -> Result<bool> {
    let done = session::Entity::delete_many()
        .filter(session::Column::Id.eq(id))
        .filter(session::Column::UserId.eq(user))
        .exec(tx)
        .await?;
    Ok(done.rows_affected == 1)
}

pub async fn remove_dead_sessions(tx: &Tx) -> Result<u64> {
    let done =
        session::Entity::delete_many().filter(session::Column::ExpiresAt.lte(tx.now())).exec(tx).await?;
    Ok(done.rows_affected)
}

pub async fn throttled_until(on: &impl ConnectionTrait, subject: &str) -> Result<Option<i64>> {
    let row = throttle::Entity::find_by_id(subject.to_owned()).one(on).await?;
    Ok(row.map(|row| row.full_at))
}

/// Moves the mark on by `step`, from now at the earliest, when it lies no later than `latest`.
pub async fn advance_throttle(tx: &Tx, subject: &str, step: i64, latest: i64) -> Result<bool> {
    let now = tx.now().0;
    let column = || Expr::col(throttle::Column::FullAt);
    let moved = Expr::case(column().gt(now), column().add(step)).finally(Expr::value(now + step));
    let done = throttle::Entity::update_many()
        .col_expr(throttle::Column::FullAt, moved.into())
        .filter(throttle::Column::Subject.eq(subject))
        .filter(throttle::Column::FullAt.lte(latest))
        .exec(tx)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Starts a mark; false when there is one already.
pub async fn start_throttle(tx: &Tx, subject: &str, full_at: i64) -> Result<bool> {
    let row = throttle::ActiveModel { subject: Set(subject.to_owned()), full_at: Set(full_at) };
    let once = OnConflict::column(throttle::Column::Subject).do_nothing().to_owned();
    let done = throttle::Entity::insert(row).on_conflict(once).exec_without_returning(tx).await?;
    Ok(done == 1)
}

pub async fn give_back_throttle(tx: &Tx, subject: &str, step: i64) -> Result<()> {
    throttle::Entity::update_many()
        .col_expr(throttle::Column::FullAt, Expr::col(throttle::Column::FullAt).sub(step))
        .filter(throttle::Column::Subject.eq(subject))
        .exec(tx)
        .await?;
    Ok(())
}

pub async fn remove_idle_throttles(tx: &Tx) -> Result<u64> {
    let done =
        throttle::Entity::delete_many().filter(throttle::Column::FullAt.lt(tx.now().0)).exec(tx).await?;
    Ok(done.rows_affected)
}
