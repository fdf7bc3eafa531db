//! The table `admin_tokens`.

use sea_orm::entity::prelude::*;

use crate::base::Timestamp;
use crate::base::ids::{AdminTokenId, UserId};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "admin_tokens")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AdminTokenId,
    /// Unique.
    pub digest: Vec<u8>,
    #[sea_orm(column_type = "Text")]
    pub name: String,
    pub user_id: UserId,
    /// Read, write; comma separated.
    #[sea_orm(column_type = "Text")]
    pub scopes: String,
    #[sea_orm(column_type = "Text")]
    pub prefix: String,
    #[sea_orm(column_type = "Text")]
    pub last4: String,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
    pub last_used_at: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
