//! The table `applications`.

use sea_orm::entity::prelude::*;

use super::states::Standing;
use crate::base::Timestamp;
use crate::base::ids::{AppId, TeamId, UserId};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "applications")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AppId,
    pub team_id: TeamId,
    #[sea_orm(column_type = "Text")]
    pub name: String,
    pub state: Standing,
    #[sea_orm(column_type = "Text", nullable)]
    pub reason: Option<String>,
    pub created_by: UserId,
    pub created_at: Timestamp,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
