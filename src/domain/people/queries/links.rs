//! One-time links, and who wishes for one.

use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

use super::super::links::Kept;
use crate::base::ids::{TokenId, UserId};
use crate::base::{Result, Timestamp};
use crate::store::Tx;
use crate::store::entity::states::TokenKind;
use crate::store::entity::{reset_request, token};

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
