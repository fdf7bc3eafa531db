//! The table `limits`.

use sea_orm::entity::prelude::*;

use crate::base::ids::LimitId;
use crate::base::limit::{LimitKind, LimitScope};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "limits")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: LimitId,
    pub scope_kind: LimitScope,
    /// Of the plan, key or team.
    pub scope_id: Uuid,
    pub kind: LimitKind,
    /// Requests, tokens, calls or nano-USD.
    pub amount: i64,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
