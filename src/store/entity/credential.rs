//! The table `credentials`.

use sea_orm::entity::prelude::*;

use super::states::Switch;
use crate::base::Timestamp;
use crate::base::ids::{CredentialId, ProviderId};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "credentials")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CredentialId,
    pub provider_id: ProviderId,
    #[sea_orm(column_type = "Text")]
    pub name: String,
    /// The secret, sealed to this row and its destination.
    #[sea_orm(column_type = "Text")]
    pub sealed: String,
    /// Where the secret may go: scheme, host, port, path prefix.
    #[sea_orm(column_type = "Text")]
    pub destination: String,
    #[sea_orm(column_type = "Text")]
    pub last4: String,
    pub weight: i32,
    pub state: Switch,
    pub created_at: Timestamp,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
