//! The table `tokens`.

use sea_orm::entity::prelude::*;

use super::states::{Role, TokenKind};
use crate::base::Timestamp;
use crate::base::ids::{TeamId, TokenId, UserId};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "tokens")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TokenId,
    /// SHA-256 of the link token; unique.
    pub digest: Vec<u8>,
    pub kind: TokenKind,
    pub user_id: Option<UserId>,
    #[sea_orm(column_type = "Text", nullable)]
    pub email: Option<String>,
    pub role: Option<Role>,
    pub team_id: Option<TeamId>,
    pub created_by: Option<UserId>,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub used_at: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
