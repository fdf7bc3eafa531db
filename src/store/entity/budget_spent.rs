//! The table `budget_spent`: what counts on a budget, by calendar month.

use sea_orm::entity::prelude::*;

use crate::base::Nanos;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "budget_spent")]
pub struct Model {
    /// A word of `LimitScope`.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub scope_kind: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub scope_id: Uuid,
    /// `2026-11`.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub period: String,
    pub nanos: Nanos,
    pub tokens: i64,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
