//! The table `calls`: one row a call, its first attempt inline.

use sea_orm::entity::prelude::*;

use crate::base::ids::{
    ApiId, AppId, CallId, CredentialId, KeyId, KeySecretId, PlanId, ProviderId, SubscriptionId, TargetId,
    TeamId, UserId, VersionId,
};
use crate::base::{Nanos, Timestamp};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "calls")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CallId,
    pub at: Timestamp,
    /// A word of `CallState`.
    #[sea_orm(column_type = "Text")]
    pub state: String,
    /// A word of `Code`; none where the call went well.
    #[sea_orm(column_type = "Text", nullable)]
    pub code: Option<String>,
    /// What the caller got; 0 for a call lost in a crash.
    pub status: i32,
    #[sea_orm(column_type = "Text")]
    pub endpoint: String,
    /// The public name asked for.
    #[sea_orm(column_type = "Text")]
    pub model: String,
    pub stream: bool,
    /// None together with all other owners where the caller proved no key.
    pub team_id: Option<TeamId>,
    pub app_id: Option<AppId>,
    pub key_id: Option<KeyId>,
    pub secret_id: Option<KeySecretId>,
    pub user_id: Option<UserId>,
    #[sea_orm(column_type = "Text")]
    pub key_prefix: String,
    #[sea_orm(column_type = "Text")]
    pub ip: String,
    #[sea_orm(column_type = "Text")]
    pub agent: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub client_request_id: Option<String>,
    pub api_id: Option<ApiId>,
    pub version_id: Option<VersionId>,
    pub plan_id: Option<PlanId>,
    pub subscription_id: Option<SubscriptionId>,
    pub input_tokens: Option<i64>,
    pub cached_read_tokens: Option<i64>,
    pub cache_write_tokens: Option<i64>,
    pub output_tokens: Option<i64>,
    pub reasoning_tokens: Option<i64>,
    /// A word of `UsageSource`.
    #[sea_orm(column_type = "Text")]
    pub usage_source: String,
    /// None where the price is unknown.
    pub cost_nanos: Option<Nanos>,
    pub first_byte_us: Option<i64>,
    pub total_us: i64,
    pub policy_seq: i64,
    #[sea_orm(column_type = "Text")]
    pub facts: String,
    /// How many there were; the first is in the columns below, the others in `attempts`.
    pub attempts: i32,
    pub provider_id: Option<ProviderId>,
    pub target_id: Option<TargetId>,
    pub credential_id: Option<CredentialId>,
    #[sea_orm(column_type = "Text", nullable)]
    pub vendor_model: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub attempt_code: Option<String>,
    pub attempt_status: Option<i32>,
    /// From the start of the call to the start of the attempt.
    pub attempt_after_us: Option<i64>,
    pub attempt_us: Option<i64>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
