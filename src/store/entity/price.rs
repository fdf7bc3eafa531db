//! The table `prices`.

use sea_orm::entity::prelude::*;

use crate::base::Timestamp;
use crate::base::ids::{PriceId, ProviderId};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "prices")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PriceId,
    pub provider_id: ProviderId,
    #[sea_orm(column_type = "Text")]
    pub vendor_model: String,
    /// Nano-USD for 1,000,000 tokens, as all amounts here.
    pub input: Option<i64>,
    pub cached_read: Option<i64>,
    pub cache_write: Option<i64>,
    pub output: Option<i64>,
    pub reasoning: Option<i64>,
    /// Table or admin.
    #[sea_orm(column_type = "Text")]
    pub source: String,
    pub effective_at: Timestamp,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
