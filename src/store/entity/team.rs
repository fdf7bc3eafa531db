//! The table `teams`.

use sea_orm::entity::prelude::*;

use super::states::Standing;
use crate::base::Timestamp;
use crate::base::ids::{TeamId, UserId};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "teams")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TeamId,
    #[sea_orm(column_type = "Text")]
    pub name: String,
    pub state: Standing,
    #[sea_orm(column_type = "Text", nullable)]
    pub reason: Option<String>,
    /// The user whose own team this is.
    pub personal_of: Option<UserId>,
    pub created_at: Timestamp,
    /// Its name stays where it stood; nobody is in it any more.
    pub removed_at: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
