//! The table `usage_sums`: calls of one hour and one series added up, so that dashboards do not read `calls`.

use sea_orm::entity::prelude::*;

use crate::base::Nanos;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "usage_sums")]
pub struct Model {
    /// Hours since 1970.
    #[sea_orm(primary_key, auto_increment = false)]
    pub hour: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub series_id: Uuid,
    pub calls: i64,
    /// Calls with tokens whose cost is unknown.
    pub unpriced: i64,
    pub input_tokens: i64,
    pub output_tokens: i64,
    pub cost_nanos: Nanos,
    pub total_us: i64,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::usage_series::Entity",
        from = "Column::SeriesId",
        to = "super::usage_series::Column::Id"
    )]
    Series,
}

impl Related<super::usage_series::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Series.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
