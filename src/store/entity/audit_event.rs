//! The table `audit_events`.

use sea_orm::entity::prelude::*;

use crate::base::Timestamp;
use crate::base::ids::UserId;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_events")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub seq: i64,
    pub at: Timestamp,
    pub actor_id: Option<UserId>,
    #[sea_orm(column_type = "Text")]
    pub actor_label: String,
    #[sea_orm(column_type = "Text")]
    pub act: String,
    #[sea_orm(column_type = "Text")]
    pub subject_kind: String,
    pub subject_id: Option<Uuid>,
    /// Ids it touches, comma separated, for the change feed.
    #[sea_orm(column_type = "Text")]
    pub related: String,
    /// JSON, no secrets.
    #[sea_orm(column_type = "Text")]
    pub details: String,
    #[sea_orm(column_type = "Text")]
    pub ip: String,
    /// Hash of the row before.
    #[sea_orm(column_type = "Text")]
    pub previous: String,
    #[sea_orm(column_type = "Text")]
    pub hash: String,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
