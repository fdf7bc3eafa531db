//! The table `providers`.

use sea_orm::entity::prelude::*;

use super::states::Switch;
use crate::base::Timestamp;
use crate::base::ids::ProviderId;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "providers")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ProviderId,
    /// Unique.
    #[sea_orm(column_type = "Text")]
    pub name: String,
    /// The preset it was made from.
    #[sea_orm(column_type = "Text")]
    pub preset: String,
    /// The wire format.
    #[sea_orm(column_type = "Text")]
    pub format: String,
    #[sea_orm(column_type = "Text")]
    pub base_url: String,
    /// Flags, comma separated.
    #[sea_orm(column_type = "Text")]
    pub quirks: String,
    pub state: Switch,
    pub created_at: Timestamp,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
