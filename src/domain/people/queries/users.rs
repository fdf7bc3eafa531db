//! Accounts, and what hangs on a person.

use sea_orm::sea_query::{Expr, ExprTrait, LikeExpr};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, JoinType, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect,
};

use super::links::end_links;
use crate::base::Result;
use crate::base::ids::{TeamId, UserId};
use crate::store::Tx;
use crate::store::entity::states::{Role, Standing, TeamRole, TokenKind, UserKind, UserState};
use crate::store::entity::{application, session, team, team_member, token, user};

pub async fn user(on: &impl ConnectionTrait, id: UserId) -> Result<Option<user::Model>> {
    Ok(user::Entity::find_by_id(id).one(on).await?)
}

pub async fn user_by_email(on: &impl ConnectionTrait, email: &str) -> Result<Option<user::Model>> {
    Ok(user::Entity::find().filter(user::Column::Email.eq(email)).one(on).await?)
}

/// The oldest admin who is active.
pub async fn first_admin(on: &impl ConnectionTrait) -> Result<Option<user::Model>> {
    let found = active_admins().order_by_asc(user::Column::Id).one(on).await?;
    Ok(found)
}

/// Active admins other than this user.
pub async fn other_admins(on: &impl ConnectionTrait, than: UserId) -> Result<u64> {
    Ok(active_admins().filter(user::Column::Id.ne(than)).count(on).await?)
}

fn active_admins() -> sea_orm::Select<user::Entity> {
    user::Entity::find()
        .filter(user::Column::Role.eq(Role::Admin))
        .filter(user::Column::Kind.eq(UserKind::Person))
        .filter(user::Column::State.eq(UserState::Active))
}

pub async fn add_user(tx: &Tx, row: user::Model) -> Result<()> {
    user::Entity::insert(user::ActiveModel::from(row)).exec_without_returning(tx).await?;
    Ok(())
}

/// False when the account is no longer in the state `from`. Sessions of before are dead.
pub async fn set_state(tx: &Tx, id: UserId, from: UserState, to: UserState) -> Result<bool> {
    let done = user::Entity::update_many()
        .col_expr(user::Column::State, Expr::value(to.word()))
        .col_expr(user::Column::StateAt, Expr::value(tx.now().0))
        .col_expr(user::Column::Epoch, Expr::col(user::Column::Epoch).add(1))
        .filter(user::Column::Id.eq(id))
        .filter(user::Column::State.eq(from))
        .exec(tx)
        .await?;
    Ok(done.rows_affected == 1)
}

/// False when the account no longer has the role `from`. Sessions of before are dead.
pub async fn set_role(tx: &Tx, id: UserId, from: Role, to: Role) -> Result<bool> {
    let done = user::Entity::update_many()
        .col_expr(user::Column::Role, Expr::value(to.word()))
        .col_expr(user::Column::Epoch, Expr::col(user::Column::Epoch).add(1))
        .filter(user::Column::Id.eq(id))
        .filter(user::Column::Role.eq(from))
        .exec(tx)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Stores a password. Sessions of before are dead, and so are links for another one.
pub async fn set_password(tx: &Tx, id: UserId, hash: &str) -> Result<bool> {
    end_links(tx, TokenKind::Reset, Some(id)).await?;
    let done = user::Entity::update_many()
        .col_expr(user::Column::PasswordHash, Expr::value(hash))
        .col_expr(user::Column::Epoch, Expr::col(user::Column::Epoch).add(1))
        .filter(user::Column::Id.eq(id))
        .exec(tx)
        .await?;
    Ok(done.rows_affected == 1)
}

pub async fn set_text(tx: &Tx, id: UserId, column: user::Column, text: &str) -> Result<bool> {
    let done = user::Entity::update_many()
        .col_expr(column, Expr::value(text))
        .filter(user::Column::Id.eq(id))
        .exec(tx)
        .await?;
    Ok(done.rows_affected == 1)
}

pub async fn raise_epoch(tx: &Tx, id: UserId) -> Result<bool> {
    let done = user::Entity::update_many()
        .col_expr(user::Column::Epoch, Expr::col(user::Column::Epoch).add(1))
        .filter(user::Column::Id.eq(id))
        .exec(tx)
        .await?;
    Ok(done.rows_affected == 1)
}

pub async fn seen(tx: &Tx, id: UserId) -> Result<()> {
    user::Entity::update_many()
        .col_expr(user::Column::LastSeenAt, Expr::value(tx.now().0))
        .filter(user::Column::Id.eq(id))
        .exec(tx)
        .await?;
    Ok(())
}

/// Removes an account that was never let in, with its own team.
pub async fn remove_waiting(tx: &Tx, id: UserId) -> Result<bool> {
    let done = user::Entity::delete_many()
        .filter(user::Column::Id.eq(id))
        .filter(user::Column::State.is_in([UserState::Waiting, UserState::Invited]))
        .exec(tx)
        .await?;
    if done.rows_affected != 1 {
        return Ok(false);
    }
    team_member::Entity::delete_many().filter(team_member::Column::UserId.eq(id)).exec(tx).await?;
    team::Entity::delete_many().filter(team::Column::PersonalOf.eq(id)).exec(tx).await?;
    token::Entity::delete_many().filter(token::Column::UserId.eq(id)).exec(tx).await?;
    Ok(true)
}

/// Takes from a deleted account what makes it somebody's: address, password, sessions. The address that
/// stands in its place is nobody's, and another account may have the old one.
pub async fn empty(tx: &Tx, id: UserId) -> Result<()> {
    user::Entity::update_many()
        .col_expr(user::Column::Email, Expr::value(format!("deleted-{id}")))
        .col_expr(user::Column::PasswordHash, Expr::value(None::<String>))
        .filter(user::Column::Id.eq(id))
        .exec(tx)
        .await?;
    session::Entity::delete_many().filter(session::Column::UserId.eq(id)).exec(tx).await?;
    Ok(())
}

/// Takes the person out of every team but their own, and gives those teams.
pub async fn leave_shared_teams(tx: &Tx, id: UserId) -> Result<Vec<TeamId>> {
    let teams = memberships(tx, id).await?.into_iter().map(|(team, _)| team).collect();
    let shared: Vec<TeamId> = teams_of(tx, teams)
        .await?
        .into_iter()
        .filter(|team| team.personal_of != Some(id))
        .map(|team| team.id)
        .collect();
    team_member::Entity::delete_many()
        .filter(team_member::Column::UserId.eq(id))
        .filter(team_member::Column::TeamId.is_in(shared.clone()))
        .exec(tx)
        .await?;
    Ok(shared)
}

/// A page of people, newest first: without the deleted unless they are asked for. The pattern is looked for in name and address.
pub async fn list_users(
    on: &impl ConnectionTrait,
    pattern: Option<&str>,
    state: Option<UserState>,
    after: Option<UserId>,
    limit: u64,
) -> Result<Vec<user::Model>> {
    let mut find = user::Entity::find().order_by_desc(user::Column::Id).limit(limit);
    find = find.filter(match state {
        Some(state) => user::Column::State.eq(state),
        None => user::Column::State.ne(UserState::Deleted),
    });
    if let Some(after) = after {
        find = find.filter(user::Column::Id.lt(after));
    }
    if let Some(pattern) = pattern {
        let like = || LikeExpr::new(pattern).escape('\\');
        let name = sea_orm::sea_query::Func::lower(Expr::col(user::Column::Name));
        find = find.filter(
            Condition::any()
                .add(Expr::col(user::Column::Email).like(like()))
                .add(Expr::expr(name).like(like())),
        );
    }
    Ok(find.all(on).await?)
}

pub async fn list_in_state(on: &impl ConnectionTrait, state: UserState) -> Result<Vec<user::Model>> {
    let find = user::Entity::find().filter(user::Column::State.eq(state));
    Ok(find.order_by_asc(user::Column::StateAt).limit(200).all(on).await?)
}

pub async fn list_by_ids(on: &impl ConnectionTrait, ids: Vec<UserId>) -> Result<Vec<user::Model>> {
    Ok(user::Entity::find().filter(user::Column::Id.is_in(ids)).all(on).await?)
}

pub async fn memberships(on: &impl ConnectionTrait, user: UserId) -> Result<Vec<(TeamId, TeamRole)>> {
    let find = team_member::Entity::find().filter(team_member::Column::UserId.eq(user));
    let rows = find.order_by_asc(team_member::Column::CreatedAt).all(on).await?;
    Ok(rows.into_iter().map(|row| (row.team_id, row.role)).collect())
}

/// Of these teams, those that somebody else owns who may sign in.
pub async fn owned_by_others(
    on: &impl ConnectionTrait,
    teams: Vec<TeamId>,
    than: UserId,
) -> Result<Vec<TeamId>> {
    let find = team_member::Entity::find()
        .select_only()
        .column(team_member::Column::TeamId)
        .distinct()
        .join(
            JoinType::InnerJoin,
            team_member::Entity::belongs_to(user::Entity)
                .from(team_member::Column::UserId)
                .to(user::Column::Id)
                .into(),
        )
        .filter(team_member::Column::TeamId.is_in(teams))
        .filter(team_member::Column::Role.eq(TeamRole::Owner))
        .filter(team_member::Column::UserId.ne(than))
        .filter(user::Column::State.eq(UserState::Active));
    Ok(find.into_tuple().all(on).await?)
}

pub async fn add_personal_team(tx: &Tx, user: &user::Model, name: &str) -> Result<TeamId> {
    let id = TeamId::fresh();
    let row = team::ActiveModel {
        id: Set(id),
        name: Set(name.to_owned()),
        state: Set(Standing::Active),
        reason: Set(None),
        personal_of: Set(Some(user.id)),
        created_at: Set(tx.now()),
        removed_at: Set(None),
    };
    team::Entity::insert(row).exec_without_returning(tx).await?;
    let member = team_member::ActiveModel {
        team_id: Set(id),
        user_id: Set(user.id),
        role: Set(TeamRole::Owner),
        created_at: Set(tx.now()),
    };
    team_member::Entity::insert(member).exec_without_returning(tx).await?;
    Ok(id)
}

pub async fn apps_by(on: &impl ConnectionTrait, user: UserId) -> Result<Vec<application::Model>> {
    let find = application::Entity::find().filter(application::Column::CreatedBy.eq(user));
    Ok(find.order_by_asc(application::Column::Name).limit(200).all(on).await?)
}

pub async fn teams_of(on: &impl ConnectionTrait, ids: Vec<TeamId>) -> Result<Vec<team::Model>> {
    Ok(team::Entity::find().filter(team::Column::Id.is_in(ids)).all(on).await?)
}
