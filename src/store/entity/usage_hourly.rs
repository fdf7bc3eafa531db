//! The table `usage_hourly`: calls added up, so that dashboards do not read `calls`.

use sea_orm::entity::prelude::*;

use crate::base::Nanos;
use crate::base::ids::{ApiId, AppId, KeyId, ProviderId, SubscriptionId, TeamId, UserId, VersionId};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "usage_hourly")]
pub struct Model {
    /// Made from the hour and all that follows up to `code`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Hours since 1970.
    pub hour: i64,
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
    pub calls: i64,
    /// Calls with tokens whose cost is unknown.
    pub unpriced: i64,
    pub input_tokens: i64,
    pub output_tokens: i64,
    pub cost_nanos: Nanos,
    pub total_us: i64,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
