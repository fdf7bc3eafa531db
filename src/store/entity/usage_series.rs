//! The table `usage_series`: what calls are added up by. One row for each combination that was seen.

use sea_orm::entity::prelude::*;

use crate::base::ids::{ApiId, AppId, KeyId, ProviderId, SubscriptionId, TeamId, UserId, VersionId};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "usage_series")]
pub struct Model {
    /// Made from all that follows.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub team_id: Option<TeamId>,
    pub app_id: Option<AppId>,
    pub key_id: Option<KeyId>,
    pub user_id: Option<UserId>,
    pub subscription_id: Option<SubscriptionId>,
    pub api_id: Option<ApiId>,
    pub version_id: Option<VersionId>,
    /// Of the last attempt.
    pub provider_id: Option<ProviderId>,
    #[sea_orm(column_type = "Text")]
    pub model: String,
    #[sea_orm(column_type = "Text")]
    pub state: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub code: Option<String>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
