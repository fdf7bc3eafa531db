//! The table `subscription_events`.

use sea_orm::entity::prelude::*;

use super::states::SubscriptionState;
use crate::base::Timestamp;
use crate::base::ids::{SubscriptionEventId, SubscriptionId, UserId};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "subscription_events")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SubscriptionEventId,
    pub subscription_id: SubscriptionId,
    pub at: Timestamp,
    pub actor_id: Option<UserId>,
    #[sea_orm(column_type = "Text")]
    pub actor_label: String,
    /// The transition or change.
    #[sea_orm(column_type = "Text")]
    pub what: String,
    /// After it.
    pub state: SubscriptionState,
    #[sea_orm(column_type = "Text", nullable)]
    pub comment: Option<String>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
