//! The SQL of people.

use sea_orm::sea_query::{Expr, ExprTrait, LikeExpr, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect,
};

use super::links::Kept;
use crate::base::ids::{AdminTokenId, SessionId, TeamId, TokenId, UserId};
use crate::base::{Result, Timestamp};
use crate::store::Tx;
use crate::store::entity::states::{KeyState, Role, Standing, TeamRole, TokenKind, UserKind, UserState};
use crate::store::entity::{
    admin_token, application, key, reset_request, session, team, team_member, throttle, token, user,
};

// Users.

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

/// Stores a password. Sessions of before are dead.
pub async fn set_password(tx: &Tx, id: UserId, hash: &str) -> Result<bool> {
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

/// A page of people, newest first. `search` is looked for in name and address, as typed.
pub async fn list_users(
    on: &impl ConnectionTrait,
    search: &str,
    state: Option<UserState>,
    after: Option<UserId>,
    limit: u64,
) -> Result<Vec<user::Model>> {
    let mut find = user::Entity::find().order_by_desc(user::Column::Id).limit(limit);
    if let Some(state) = state {
        find = find.filter(user::Column::State.eq(state));
    }
    if let Some(after) = after {
        find = find.filter(user::Column::Id.lt(after));
    }
    if !search.is_empty() {
        let like = || LikeExpr::new(format!("%{}%", escaped(&search.to_lowercase()))).escape('\\');
        let name = sea_orm::sea_query::Func::lower(Expr::col(user::Column::Name));
        find = find.filter(
            Condition::any()
                .add(Expr::col(user::Column::Email).like(like()))
                .add(Expr::expr(name).like(like())),
        );
    }
    Ok(find.all(on).await?)
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

pub async fn list_in_state(on: &impl ConnectionTrait, state: UserState) -> Result<Vec<user::Model>> {
    let find = user::Entity::find().filter(user::Column::State.eq(state));
    Ok(find.order_by_asc(user::Column::StateAt).limit(200).all(on).await?)
}

pub async fn list_by_ids(on: &impl ConnectionTrait, ids: Vec<UserId>) -> Result<Vec<user::Model>> {
    Ok(user::Entity::find().filter(user::Column::Id.is_in(ids)).all(on).await?)
}

// What hangs on a person.

pub async fn memberships(on: &impl ConnectionTrait, user: UserId) -> Result<Vec<(TeamId, TeamRole)>> {
    let find = team_member::Entity::find().filter(team_member::Column::UserId.eq(user));
    let rows = find.order_by_asc(team_member::Column::CreatedAt).all(on).await?;
    Ok(rows.into_iter().map(|row| (row.team_id, row.role)).collect())
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

pub async fn keys_of(on: &impl ConnectionTrait, owner: UserId) -> Result<Vec<key::Model>> {
    let find = key::Entity::find()
        .filter(key::Column::OwnerId.eq(owner))
        .filter(key::Column::State.ne(KeyState::Revoked));
    Ok(find.order_by_desc(key::Column::LastUsedAt).limit(200).all(on).await?)
}

pub async fn apps_by(on: &impl ConnectionTrait, user: UserId) -> Result<Vec<application::Model>> {
    let find = application::Entity::find().filter(application::Column::CreatedBy.eq(user));
    Ok(find.order_by_asc(application::Column::Name).limit(200).all(on).await?)
}

pub async fn teams_of(on: &impl ConnectionTrait, ids: Vec<TeamId>) -> Result<Vec<team::Model>> {
    Ok(team::Entity::find().filter(team::Column::Id.is_in(ids)).all(on).await?)
}

// Sessions.

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

// One-time links.

pub async fn add_link(tx: &Tx, digest: Vec<u8>, kept: Kept, expires_at: Timestamp) -> Result<()> {
    let row = token::ActiveModel {
        id: Set(TokenId::fresh()),
        digest: Set(digest),
        kind: Set(kept.kind),
        user_id: Set(kept.user),
        email: Set(None),
        role: Set(None),
        team_id: Set(None),
        created_by: Set(kept.created_by),
        created_at: Set(tx.now()),
        expires_at: Set(expires_at),
        used_at: Set(None),
    };
    token::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

pub async fn live_link(
    on: &impl ConnectionTrait,
    kind: TokenKind,
    digest: Vec<u8>,
    now: Timestamp,
) -> Result<Option<token::Model>> {
    let find = token::Entity::find()
        .filter(token::Column::Digest.eq(digest))
        .filter(token::Column::Kind.eq(kind))
        .filter(token::Column::UsedAt.is_null())
        .filter(token::Column::ExpiresAt.gt(now));
    Ok(find.one(on).await?)
}

/// False when somebody used it meanwhile.
pub async fn use_link(tx: &Tx, id: TokenId) -> Result<bool> {
    let done = token::Entity::update_many()
        .col_expr(token::Column::UsedAt, Expr::value(tx.now().0))
        .filter(token::Column::Id.eq(id))
        .filter(token::Column::UsedAt.is_null())
        .exec(tx)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Ends every unused link of the kind, for the user where one is named.
pub async fn end_links(tx: &Tx, kind: TokenKind, user: Option<UserId>) -> Result<()> {
    let mut end = token::Entity::update_many()
        .col_expr(token::Column::UsedAt, Expr::value(tx.now().0))
        .filter(token::Column::Kind.eq(kind))
        .filter(token::Column::UsedAt.is_null());
    if let Some(user) = user {
        end = end.filter(token::Column::UserId.eq(user));
    }
    end.exec(tx).await?;
    Ok(())
}

// Wishes for a reset link.

pub async fn ask_for_reset(tx: &Tx, user: UserId) -> Result<()> {
    let row = reset_request::ActiveModel { user_id: Set(user), at: Set(tx.now()) };
    let once =
        OnConflict::column(reset_request::Column::UserId).update_column(reset_request::Column::At).to_owned();
    reset_request::Entity::insert(row).on_conflict(once).exec_without_returning(tx).await?;
    Ok(())
}

pub async fn forget_reset_wish(tx: &Tx, user: UserId) -> Result<()> {
    reset_request::Entity::delete_by_id(user).exec(tx).await?;
    Ok(())
}

pub async fn list_reset_wishes(on: &impl ConnectionTrait) -> Result<Vec<reset_request::Model>> {
    Ok(reset_request::Entity::find().order_by_asc(reset_request::Column::At).limit(200).all(on).await?)
}

// Throttles.

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

// Management tokens.

pub async fn add_admin_token(tx: &Tx, row: admin_token::Model) -> Result<()> {
    admin_token::Entity::insert(admin_token::ActiveModel::from(row)).exec_without_returning(tx).await?;
    Ok(())
}

pub async fn admin_token_by_digest(
    on: &impl ConnectionTrait,
    digest: Vec<u8>,
) -> Result<Option<admin_token::Model>> {
    Ok(admin_token::Entity::find().filter(admin_token::Column::Digest.eq(digest)).one(on).await?)
}

/// Tokens, newest first: of one user, or of all.
pub async fn list_admin_tokens(
    on: &impl ConnectionTrait,
    user: Option<UserId>,
    before: Option<AdminTokenId>,
    limit: u64,
) -> Result<Vec<admin_token::Model>> {
    let mut find = admin_token::Entity::find().order_by_desc(admin_token::Column::Id).limit(limit);
    if let Some(before) = before {
        find = find.filter(admin_token::Column::Id.lt(before));
    }
    if let Some(user) = user {
        find = find.filter(admin_token::Column::UserId.eq(user));
    }
    Ok(find.all(on).await?)
}

/// The row when it was live until now.
pub async fn revoke_admin_token(tx: &Tx, id: AdminTokenId) -> Result<bool> {
    let done = admin_token::Entity::update_many()
        .col_expr(admin_token::Column::RevokedAt, Expr::value(tx.now().0))
        .filter(admin_token::Column::Id.eq(id))
        .filter(admin_token::Column::RevokedAt.is_null())
        .exec(tx)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Ends every token that acts as this user.
pub async fn revoke_admin_tokens(tx: &Tx, user: UserId) -> Result<u64> {
    let done = admin_token::Entity::update_many()
        .col_expr(admin_token::Column::RevokedAt, Expr::value(tx.now().0))
        .filter(admin_token::Column::UserId.eq(user))
        .filter(admin_token::Column::RevokedAt.is_null())
        .exec(tx)
        .await?;
    Ok(done.rows_affected)
}

pub async fn admin_token(on: &impl ConnectionTrait, id: AdminTokenId) -> Result<Option<admin_token::Model>> {
    Ok(admin_token::Entity::find_by_id(id).one(on).await?)
}

pub async fn touch_admin_token(tx: &Tx, id: AdminTokenId) -> Result<()> {
    admin_token::Entity::update_many()
        .col_expr(admin_token::Column::LastUsedAt, Expr::value(tx.now().0))
        .filter(admin_token::Column::Id.eq(id))
        .exec(tx)
        .await?;
    Ok(())
}
