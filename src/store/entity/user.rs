//! The table `users`.

use sea_orm::entity::prelude::*;

use super::states::{Role, UserKind, UserState};
use crate::base::Timestamp;
use crate::base::ids::UserId;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "users")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: UserId,
    pub kind: UserKind,
    /// Lower case; unique.
    #[sea_orm(column_type = "Text")]
    pub email: String,
    #[sea_orm(column_type = "Text")]
    pub name: String,
    pub role: Role,
    pub state: UserState,
    /// Argon2id in PHC form; none until set.
    #[sea_orm(column_type = "Text", nullable)]
    pub password_hash: Option<String>,
    /// Sessions of an older epoch are dead.
    pub epoch: i64,
    /// Auto, light or dark.
    #[sea_orm(column_type = "Text")]
    pub theme: String,
    pub created_at: Timestamp,
    pub last_seen_at: Option<Timestamp>,
    /// Since when it is in its state.
    pub state_at: Timestamp,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
