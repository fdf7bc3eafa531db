//! The table `refusals`: refusals of strangers that were counted instead of kept. Several rows may
//! speak of one network, code and minute; they add up.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "refusals")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Minutes since 1970.
    pub minute: i64,
    /// A /24, a /64, or `other`.
    #[sea_orm(column_type = "Text")]
    pub net: String,
    #[sea_orm(column_type = "Text")]
    pub code: String,
    pub n: i64,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
