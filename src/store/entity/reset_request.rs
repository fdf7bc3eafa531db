//! The table `reset_requests`.

use sea_orm::entity::prelude::*;

use crate::base::Timestamp;
use crate::base::ids::UserId;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "reset_requests")]
pub struct Model {
    /// Who asks for a link to set a new password.
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: UserId,
    pub at: Timestamp,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
