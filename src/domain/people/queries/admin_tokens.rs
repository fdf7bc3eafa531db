//! Management tokens.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::base::Result;
use crate::base::ids::{AdminTokenId, UserId};
use crate::store::Tx;
use crate::store::entity::admin_token;

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
