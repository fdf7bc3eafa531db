//! The table `api_versions`.

use sea_orm::entity::prelude::*;

use super::states::VersionState;
use crate::base::Timestamp;
use crate::base::ids::{ApiId, VersionId};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "api_versions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: VersionId,
    pub api_id: ApiId,
    /// V1, v2: unique in its API.
    #[sea_orm(column_type = "Text")]
    pub name: String,
    pub state: VersionState,
    /// Markdown.
    #[sea_orm(column_type = "Text")]
    pub docs: String,
    pub created_at: Timestamp,
    pub published_at: Option<Timestamp>,
    pub deprecated_at: Option<Timestamp>,
    pub sunset_at: Option<Timestamp>,
    pub retired_at: Option<Timestamp>,
    pub successor_id: Option<VersionId>,
    #[sea_orm(column_type = "Text", nullable)]
    pub guide_url: Option<String>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
