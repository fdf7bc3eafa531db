//! The table `key_secrets`.

use sea_orm::entity::prelude::*;

use crate::base::Timestamp;
use crate::base::ids::{KeyId, KeySecretId};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "key_secrets")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: KeySecretId,
    pub key_id: KeyId,
    /// HMAC of the key under the pepper; unique.
    pub digest: Vec<u8>,
    #[sea_orm(column_type = "Text")]
    pub prefix: String,
    #[sea_orm(column_type = "Text")]
    pub last4: String,
    pub created_at: Timestamp,
    /// When its rotation overlap ends.
    pub ends_at: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
