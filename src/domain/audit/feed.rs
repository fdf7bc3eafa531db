//! What was done to the things that one call hung on, and to nothing beside them.

use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::base::{Result, Timestamp};
use crate::store::Db;
use crate::store::entity::audit_event;
use crate::store::entity::audit_event::Column;

/// The things a call hung on, as far as it got.
#[derive(Clone, Debug, Default)]
pub struct CallChain {
    /// Key, application, team, subscription, version, plan, API, model, providers.
    pub things: Vec<Uuid>,
    /// The user the key belongs to. Of their team's members no other matters.
    pub owner: Option<Uuid>,
    /// Of this model targets count.
    pub model: Option<Uuid>,
    /// Of these, credentials count, and the price of the vendor's model.
    pub providers: Vec<(Uuid, String)>,
    /// While no subscription is known: any that touches all of these.
    pub wished: Vec<Uuid>,
}

/// What people do to themselves without any effect on a call.
const QUIET: &[&str] = &[
    "signed_in",
    "session_ended",
    "sessions_ended",
    "password_changed",
    "password_reset",
    "reset_link_made",
    "reset_wish_dismissed",
    "user_renamed",
    "invitation_renewed",
];

/// What was done to the chain since `from`, newest first, at most so many.
///
/// # Errors
/// The database's own.
pub async fn list_around(
    db: &Db,
    chain: &CallChain,
    from: Timestamp,
    most: u64,
) -> Result<Vec<audit_event::Model>> {
    let rows = audit_event::Entity::find()
        .filter(Column::At.gte(from))
        .filter(concerns(chain))
        .order_by_desc(Column::Seq)
        .limit(most)
        .all(db.read())
        .await?;
    Ok(rows)
}

fn concerns(chain: &CallChain) -> Condition {
    let touches = |id: &Uuid| Column::Related.contains(id.to_string());
    let kind = |word: &str| Column::SubjectKind.eq(word);
    let of_nobody_else = Condition::any()
        .add(Column::SubjectKind.ne("team"))
        .add(Column::Related.eq(""))
        .add_option(chain.owner.as_ref().map(touches));
    let own = Condition::all()
        .add(Column::SubjectId.is_in(chain.things.iter().chain(&chain.owner).copied()))
        .add(Column::Act.is_not_in(QUIET.iter().copied()))
        .add(of_nobody_else);
    let mut any = Condition::any().add(own);
    if let Some(model) = &chain.model {
        any = any.add(Condition::all().add(kind("target")).add(touches(model)));
    }
    for (provider, vendor_model) in &chain.providers {
        let named = Column::Details.contains(format!("\"vendor_model\":\"{vendor_model}\""));
        let hang =
            Condition::any().add(kind("credential")).add(Condition::all().add(kind("price")).add(named));
        any = any.add(Condition::all().add(touches(provider)).add(hang));
    }
    if !chain.wished.is_empty() {
        let touched = chain.wished.iter().fold(Condition::all(), |all, id| all.add(touches(id)));
        any = any.add(touched.add(kind("subscription")));
    }
    any
}

#[cfg(test)]
mod tests;
