//! The table `models`.

use sea_orm::entity::prelude::*;

use super::states::Switch;
use crate::base::Timestamp;
use crate::base::ids::ModelId;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "models")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ModelId,
    /// Unique.
    #[sea_orm(column_type = "Text")]
    pub name: String,
    /// Chat or embedding.
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    /// Longer timers.
    pub reasoning: bool,
    /// Tokens.
    pub context_window: Option<i64>,
    /// Tokens.
    pub max_output: Option<i64>,
    pub state: Switch,
    pub created_at: Timestamp,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
