//! The SQL of teams.

use sea_orm::sea_query::{Expr, ExprTrait, Func, LikeExpr, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
};

use crate::base::ids::{TeamId, UserId};
use crate::base::{Result, Timestamp};
use crate::domain::keys;
use crate::store::Tx;
use crate::store::entity::states::{KeyState, Standing, TeamRole};
use crate::store::entity::{api, api_team, key, subscription, team, team_member, user};

pub async fn team(on: &impl ConnectionTrait, id: TeamId) -> Result<Option<team::Model>> {
    Ok(team::Entity::find_by_id(id).one(on).await?)
}

pub async fn teams(on: &impl ConnectionTrait, ids: Vec<TeamId>) -> Result<Vec<team::Model>> {
    Ok(team::Entity::find().filter(team::Column::Id.is_in(ids)).all(on).await?)
}

pub async fn personal(on: &impl ConnectionTrait, user: UserId) -> Result<Option<team::Model>> {
    Ok(team::Entity::find().filter(team::Column::PersonalOf.eq(user)).one(on).await?)
}

pub async fn list_shared(on: &impl ConnectionTrait, pattern: Option<&str>) -> Result<Vec<team::Model>> {
    let mut find = team::Entity::find()
        .filter(team::Column::PersonalOf.is_null())
        .filter(team::Column::RemovedAt.is_null());
    if let Some(pattern) = pattern {
        let like = LikeExpr::new(pattern).escape('\\');
        find = find.filter(Expr::expr(Func::lower(Expr::col(team::Column::Name))).like(like));
    }
    Ok(find.order_by_asc(team::Column::Name).limit(200).all(on).await?)
}

pub async fn add_team(tx: &Tx, row: team::Model) -> Result<()> {
    team::Entity::insert(team::ActiveModel::from(row)).exec_without_returning(tx).await?;
    Ok(())
}

pub async fn rename(tx: &Tx, id: TeamId, name: &str) -> Result<()> {
    team::Entity::update_many()
        .col_expr(team::Column::Name, Expr::value(name))
        .filter(team::Column::Id.eq(id))
        .exec(tx)
        .await?;
    Ok(())
}

/// False when the team is no longer in the state `from`.
pub async fn set_state(
    tx: &Tx,
    id: TeamId,
    from: Standing,
    to: Standing,
    reason: Option<String>,
) -> Result<bool> {
    let done = team::Entity::update_many()
        .col_expr(team::Column::State, Expr::value(to.word()))
        .col_expr(team::Column::Reason, Expr::value(reason))
        .filter(team::Column::Id.eq(id))
        .filter(team::Column::State.eq(from))
        .exec(tx)
        .await?;
    Ok(done.rows_affected == 1)
}

pub async fn members(on: &impl ConnectionTrait, id: TeamId) -> Result<Vec<team_member::Model>> {
    let find = team_member::Entity::find().filter(team_member::Column::TeamId.eq(id));
    Ok(find.order_by_asc(team_member::Column::CreatedAt).limit(1_000).all(on).await?)
}

pub async fn users(on: &impl ConnectionTrait, ids: Vec<UserId>) -> Result<Vec<user::Model>> {
    Ok(user::Entity::find().filter(user::Column::Id.is_in(ids)).all(on).await?)
}

pub async fn user_by_email(on: &impl ConnectionTrait, email: &str) -> Result<Option<user::Model>> {
    Ok(user::Entity::find().filter(user::Column::Email.eq(email)).one(on).await?)
}

/// How many people each team has.
pub async fn member_counts(on: &impl ConnectionTrait, ids: Vec<TeamId>) -> Result<Vec<(TeamId, u64)>> {
    let rows: Vec<(TeamId, i64)> = team_member::Entity::find()
        .select_only()
        .column(team_member::Column::TeamId)
        .column_as(team_member::Column::UserId.count(), "n")
        .filter(team_member::Column::TeamId.is_in(ids))
        .group_by(team_member::Column::TeamId)
        .into_tuple()
        .all(on)
        .await?;
    Ok(rows.into_iter().map(|(id, count)| (id, count.unsigned_abs())).collect())
}

/// How many keys that are neither revoked nor expired each person has in the team.
pub async fn key_counts(on: &impl ConnectionTrait, id: TeamId, now: Timestamp) -> Result<Vec<(UserId, u64)>> {
    let rows: Vec<(UserId, i64)> = key::Entity::find()
        .select_only()
        .column(key::Column::OwnerId)
        .column_as(key::Column::Id.count(), "n")
        .filter(key::Column::TeamId.eq(id))
        .filter(keys::living(now))
        .group_by(key::Column::OwnerId)
        .into_tuple()
        .all(on)
        .await?;
    Ok(rows.into_iter().map(|(id, count)| (id, count.unsigned_abs())).collect())
}

/// False when the person is in the team already.
pub async fn add_member(tx: &Tx, id: TeamId, user: UserId, role: TeamRole) -> Result<bool> {
    let row = team_member::ActiveModel {
        team_id: Set(id),
        user_id: Set(user),
        role: Set(role),
        created_at: Set(tx.now()),
    };
    let once = OnConflict::columns([team_member::Column::TeamId, team_member::Column::UserId])
        .do_nothing()
        .to_owned();
    let done = team_member::Entity::insert(row).on_conflict(once).exec_without_returning(tx).await?;
    Ok(done == 1)
}

pub async fn role(on: &impl ConnectionTrait, id: TeamId, user: UserId) -> Result<Option<TeamRole>> {
    let row = team_member::Entity::find_by_id((id, user)).one(on).await?;
    Ok(row.map(|row| row.role))
}

pub async fn set_role(tx: &Tx, id: TeamId, user: UserId, from: TeamRole, to: TeamRole) -> Result<bool> {
    let done = team_member::Entity::update_many()
        .col_expr(team_member::Column::Role, Expr::value(to.word()))
        .filter(team_member::Column::TeamId.eq(id))
        .filter(team_member::Column::UserId.eq(user))
        .filter(team_member::Column::Role.eq(from))
        .exec(tx)
        .await?;
    Ok(done.rows_affected == 1)
}

pub async fn remove_member(tx: &Tx, id: TeamId, user: UserId) -> Result<bool> {
    let done = team_member::Entity::delete_by_id((id, user)).exec(tx).await?;
    Ok(done.rows_affected == 1)
}

/// Owners other than this user.
pub async fn other_owners(on: &impl ConnectionTrait, id: TeamId, than: UserId) -> Result<u64> {
    let find = team_member::Entity::find()
        .filter(team_member::Column::TeamId.eq(id))
        .filter(team_member::Column::Role.eq(TeamRole::Owner))
        .filter(team_member::Column::UserId.ne(than));
    Ok(find.count(on).await?)
}

/// A key that may work, or work again.
pub async fn live_key(tx: &Tx, id: TeamId) -> Result<Option<key::Model>> {
    let find = key::Entity::find().filter(key::Column::TeamId.eq(id));
    Ok(find.filter(key::Column::State.ne(KeyState::Revoked)).one(tx).await?)
}

/// A subscription that serves, waits or is suspended.
pub async fn live_subscription(tx: &Tx, id: TeamId) -> Result<Option<subscription::Model>> {
    let find = subscription::Entity::find().filter(subscription::Column::TeamId.eq(id));
    Ok(find.filter(subscription::Column::Live.is_not_null()).one(tx).await?)
}

pub async fn owned_api(tx: &Tx, id: TeamId) -> Result<Option<api::Model>> {
    Ok(api::Entity::find().filter(api::Column::OwnerTeamId.eq(id)).one(tx).await?)
}

/// Also suspends it, so that nothing of it serves whoever reads the row. False when it is removed already.
pub async fn mark_removed(tx: &Tx, id: TeamId, reason: &str) -> Result<bool> {
    let done = team::Entity::update_many()
        .col_expr(team::Column::RemovedAt, Expr::value(tx.now()))
        .col_expr(team::Column::State, Expr::value(Standing::Suspended.word()))
        .col_expr(team::Column::Reason, Expr::value(reason))
        .filter(team::Column::Id.eq(id))
        .filter(team::Column::RemovedAt.is_null())
        .exec(tx)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Takes everybody out, and the team off the APIs that it could see.
pub async fn forget(tx: &Tx, id: TeamId) -> Result<()> {
    team_member::Entity::delete_many().filter(team_member::Column::TeamId.eq(id)).exec(tx).await?;
    api_team::Entity::delete_many().filter(api_team::Column::TeamId.eq(id)).exec(tx).await?;
    Ok(())
}
