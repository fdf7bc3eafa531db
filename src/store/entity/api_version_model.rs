//! The table `api_version_models`.

use sea_orm::entity::prelude::*;

use crate::base::ids::{ModelId, VersionId};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "api_version_models")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub version_id: VersionId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub public_name: String,
    pub model_id: ModelId,
    pub position: i32,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
