//! The table `repeats`.

use sea_orm::entity::prelude::*;

use crate::base::Timestamp;
use crate::base::ids::AdminTokenId;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "repeats")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub token_id: AdminTokenId,
    /// The `Idempotency-Key`.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub name: String,
    /// SHA-256 of method, path and body.
    pub fingerprint: Vec<u8>,
    pub begun_at: Timestamp,
    /// None while it is under way, `0` where it broke off with its process.
    pub status: Option<i32>,
    /// None where it held a secret.
    #[sea_orm(column_type = "Text")]
    pub answer: Option<String>,
    /// What was made, where the answer held its secret.
    pub subject: Option<Uuid>,
    /// The node that does it, or did.
    pub node: Option<Uuid>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
