//! The table `plans`.

use sea_orm::entity::prelude::*;

use super::states::{Approval, PlanState};
use crate::base::Timestamp;
use crate::base::ids::{ApiId, PlanId, TeamId};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "plans")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PlanId,
    pub api_id: ApiId,
    /// Unique in its API.
    #[sea_orm(column_type = "Text")]
    pub name: String,
    #[sea_orm(column_type = "Text")]
    pub summary: String,
    pub approval: Approval,
    /// E-mail domains a rule lets in, comma separated.
    #[sea_orm(column_type = "Text")]
    pub rule_domains: String,
    /// The team a rule lets in.
    pub rule_team_id: Option<TeamId>,
    pub state: PlanState,
    pub position: i32,
    pub created_at: Timestamp,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
