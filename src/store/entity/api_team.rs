//! The table `api_teams`.

use sea_orm::entity::prelude::*;

use crate::base::ids::{ApiId, TeamId};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "api_teams")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub api_id: ApiId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub team_id: TeamId,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
