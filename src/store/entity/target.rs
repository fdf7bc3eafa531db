//! The table `targets`.

use sea_orm::entity::prelude::*;

use super::states::Switch;
use crate::base::Timestamp;
use crate::base::ids::{ModelId, ProviderId, TargetId};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "targets")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TargetId,
    pub model_id: ModelId,
    pub provider_id: ProviderId,
    #[sea_orm(column_type = "Text")]
    pub vendor_model: String,
    /// Lower is tried first.
    pub position: i32,
    /// Share among those of one position.
    pub weight: i32,
    pub connect_ms: Option<i64>,
    pub first_byte_ms: Option<i64>,
    pub idle_ms: Option<i64>,
    pub total_ms: Option<i64>,
    pub state: Switch,
    pub created_at: Timestamp,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
