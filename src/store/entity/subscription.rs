//! The table `subscriptions`.

use sea_orm::entity::prelude::*;

use super::states::SubscriptionState;
use crate::base::Timestamp;
use crate::base::ids::{ApiId, AppId, PlanId, SubscriptionId, TeamId, UserId, VersionId};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "subscriptions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SubscriptionId,
    pub team_id: TeamId,
    pub app_id: AppId,
    pub api_id: ApiId,
    pub version_id: VersionId,
    pub plan_id: PlanId,
    pub position: i32,
    pub state: SubscriptionState,
    /// App and API while it may still serve: unique, so that there is one.
    #[sea_orm(column_type = "Text", nullable)]
    pub live: Option<String>,
    /// Why it was asked for.
    #[sea_orm(column_type = "Text")]
    pub reason: String,
    /// What the requester expects.
    #[sea_orm(column_type = "Text")]
    pub volume: String,
    pub requested_by: UserId,
    pub requested_at: Timestamp,
    pub decided_by: Option<UserId>,
    pub decided_at: Option<Timestamp>,
    #[sea_orm(column_type = "Text", nullable)]
    pub comment: Option<String>,
    pub ends_at: Option<Timestamp>,
    pub reminded_at: Option<Timestamp>,
    pub state_at: Timestamp,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
