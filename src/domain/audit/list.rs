//! The audit as a list, for those who see everything.

use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::base::ids::UserId;
use crate::base::{Result, Timestamp};
use crate::domain::actor::Actor;
use crate::domain::permit::{self, Right};
use crate::store::Db;
use crate::store::entity::audit_event;
use crate::store::entity::audit_event::Column;

/// What to show; none does not matter.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// What it was done to, or touched.
    pub subject: Option<Uuid>,
    pub actor: Option<UserId>,
    /// The word of the deed, such as `key_rotated`.
    pub act: Option<String>,
    /// The first and the last moment that count.
    pub from: Option<Timestamp>,
    pub to: Option<Timestamp>,
    /// The page starts behind this row.
    pub before: Option<i64>,
}

/// A page, the newest first.
///
/// # Errors
/// `not_permitted` without [`Right::SeeEverything`].
pub async fn list(db: &Db, actor: &Actor, filter: &Filter, limit: u64) -> Result<Vec<audit_event::Model>> {
    permit::need(actor, Right::SeeEverything)?;
    let subject = filter.subject.map(|id| {
        Condition::any().add(Column::SubjectId.eq(id)).add(Column::Related.contains(id.to_string()))
    });
    let asked = Condition::all()
        .add_option(subject)
        .add_option(filter.actor.map(|id| Column::ActorId.eq(id)))
        .add_option(filter.act.as_ref().map(|act| Column::Act.eq(act)))
        .add_option(filter.from.map(|at| Column::At.gte(at)))
        .add_option(filter.to.map(|at| Column::At.lte(at)))
        .add_option(filter.before.map(|seq| Column::Seq.lt(seq)));
    let rows = audit_event::Entity::find().filter(asked).order_by_desc(Column::Seq).limit(limit);
    Ok(rows.all(db.read()).await?)
}
