//! The table `keys`.

use sea_orm::entity::prelude::*;

use super::states::{KeyReason, KeyState};
use crate::base::Timestamp;
use crate::base::ids::{AppId, KeyId, TeamId, UserId};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "keys")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: KeyId,
    pub team_id: TeamId,
    pub app_id: AppId,
    pub owner_id: UserId,
    #[sea_orm(column_type = "Text")]
    pub name: String,
    pub state: KeyState,
    pub reason: Option<KeyReason>,
    /// Comma separated; empty means all.
    #[sea_orm(column_type = "Text")]
    pub scopes: String,
    /// Comma separated; none means all.
    #[sea_orm(column_type = "Text", nullable)]
    pub api_ids: Option<String>,
    /// Networks, comma separated; empty means any.
    #[sea_orm(column_type = "Text")]
    pub ip_list: String,
    pub expires_at: Option<Timestamp>,
    /// Of the newest secret.
    #[sea_orm(column_type = "Text")]
    pub prefix: String,
    #[sea_orm(column_type = "Text")]
    pub last4: String,
    pub created_by: UserId,
    pub created_at: Timestamp,
    pub state_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
    #[sea_orm(column_type = "Text", nullable)]
    pub last_used_ip: Option<String>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
