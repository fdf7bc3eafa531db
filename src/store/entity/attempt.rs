//! The table `attempts`: the second and later tries of a call.

use sea_orm::entity::prelude::*;

use crate::base::ids::{CallId, CredentialId, ProviderId, TargetId};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "attempts")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub call_id: CallId,
    /// 2 for the second.
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i32,
    pub provider_id: ProviderId,
    pub target_id: TargetId,
    pub credential_id: Option<CredentialId>,
    #[sea_orm(column_type = "Text")]
    pub vendor_model: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub code: Option<String>,
    pub status: i32,
    pub after_us: i64,
    pub micros: i64,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
