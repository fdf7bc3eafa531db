//! The table `apis`.

use sea_orm::entity::prelude::*;

use super::states::Visibility;
use crate::base::Timestamp;
use crate::base::ids::{ApiId, TeamId};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "apis")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ApiId,
    /// Unique.
    #[sea_orm(column_type = "Text")]
    pub slug: String,
    #[sea_orm(column_type = "Text")]
    pub name: String,
    #[sea_orm(column_type = "Text")]
    pub summary: String,
    pub owner_team_id: TeamId,
    pub visibility: Visibility,
    #[sea_orm(column_type = "Text")]
    pub contact: String,
    pub created_at: Timestamp,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
