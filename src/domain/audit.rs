//! Who did what to what, in the same transaction as the deed, each row chained to the one before.

mod chain;
mod feed;
mod list;

use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::NotSet, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::actor::Actor;
use crate::base::{Clash, Result, Timestamp};
use crate::store::entity::audit_event;
use crate::store::{Db, Tx, dialect};

pub use chain::{Found, verify};
pub use feed::{CallChain, list_around};
pub use list::{Filter, list};

/// One deed. `act` is a past-tense word such as `key_rotated`.
pub struct Act {
    act: &'static str,
    kind: &'static str,
    subject: Option<Uuid>,
    related: Vec<Uuid>,
    details: Map<String, Value>,
}

impl Act {
    pub fn new(act: &'static str) -> Self {
        Self { act, kind: "", subject: None, related: Vec::new(), details: Map::new() }
    }

    /// What it was done to: the noun's word and id.
    pub fn on(self, kind: &'static str, id: Uuid) -> Self {
        Self { kind, subject: Some(id), ..self }
    }

    /// What there is one of, so that its word is enough.
    pub fn on_the(self, kind: &'static str) -> Self {
        Self { kind, ..self }
    }

    /// Other things it touches, so that their change feeds show it.
    pub fn touching(mut self, ids: impl IntoIterator<Item = Uuid>) -> Self {
        self.related.extend(ids);
        self
    }

    /// Facts beside what changed, as an object. Never a secret.
    pub fn noting(mut self, facts: Value) -> Self {
        if let Value::Object(facts) = facts {
            self.details.extend(facts);
        }
        self
    }

    /// What it changed: of the facts about the thing, two objects with the same names, those that differ, as
    /// they were and as they are. Never a secret.
    pub fn changing(self, before: Value, after: Value) -> Self {
        let (Value::Object(mut before), Value::Object(mut after)) = (before, after) else { return self };
        let same: Vec<String> = before
            .iter()
            .filter(|(name, was)| after.get(*name) == Some(was))
            .map(|(name, _)| name.clone())
            .collect();
        before.retain(|name, _| !same.contains(name));
        after.retain(|name, _| !same.contains(name));
        self.noting(json!({ "before": before, "after": after }))
    }
}

/// Writes the row. When this fails, the deed is rolled back with it (P19).
///
/// # Errors
/// `conflict` when the actor has not seen that the same was done to the same thing; the database's own.
pub async fn record(tx: &Tx, actor: &Actor, act: Act) -> Result<()> {
    dialect::serialize_sequences(tx).await?;
    // Behind the lock: of two in the same instant, the second sees the row of the first.
    seen_before(tx, actor, &act).await?;
    let last = audit_event::Entity::find().order_by_desc(audit_event::Column::Seq).one(tx).await?;
    let previous = last.map_or_else(String::new, |row| row.hash);
    let details = Value::Object(act.details).to_string();
    let related = act.related.iter().map(Uuid::to_string).collect::<Vec<_>>().join(",");
    let mut row = audit_event::Model {
        seq: 0,
        at: tx.now(),
        actor_id: actor.user_id(),
        actor_label: actor.label().to_owned(),
        act: act.act.to_owned(),
        subject_kind: act.kind.to_owned(),
        subject_id: act.subject,
        related,
        details,
        ip: actor.ip().to_owned(),
        previous,
        hash: String::new(),
    };
    let unnumbered = audit_event::ActiveModel { seq: NotSet, ..row.clone().into() };
    row.seq = audit_event::Entity::insert(unnumbered).exec(tx).await?.last_insert_id;
    // The hash covers the row's number as well, which the database gives.
    audit_event::Entity::update_many()
        .col_expr(audit_event::Column::Hash, Expr::value(chain::seal(&row)))
        .filter(audit_event::Column::Seq.eq(row.seq))
        .exec(tx)
        .await?;
    Ok(())
}

/// Whether a deed would be refused because its actor has not seen all, to say so before anything else is asked.
///
/// # Errors
/// `conflict` as [`record`]; the database's own.
pub async fn need_seen(db: &Db, actor: &Actor, act: &Act) -> Result<()> {
    seen_before(db.read(), actor, act).await
}

/// Refuses a deed when the same was done to the same thing after what its actor saw.
async fn seen_before<C: ConnectionTrait>(on: &C, actor: &Actor, act: &Act) -> Result<()> {
    use audit_event::Column;
    let Some(seq) = actor.seen() else { return Ok(()) };
    let same = match act.subject {
        Some(id) => Column::SubjectId.eq(id),
        None => Column::SubjectId.is_null(),
    };
    let newest = audit_event::Entity::find()
        .filter(Column::Seq.gt(seq))
        .filter(Column::Act.eq(act.act))
        .filter(Column::SubjectKind.eq(act.kind))
        .filter(same)
        .order_by_desc(Column::Seq)
        .one(on)
        .await?;
    let Some(deed) = newest else { return Ok(()) };
    let who = match actor.user_id() {
        Some(user) if deed.actor_id == Some(user) => "You changed this in another tab",
        _ => &format!("{} changed this", deed.actor_label),
    };
    let error = Clash::Meanwhile.saying(format!("{who} at {}, after this form was opened.", deed.at.human()));
    Err(match act.subject {
        Some(id) => error.about(id),
        None => error,
    })
}

/// Which text it was, where the text itself is too long for a row: its SHA-256 in hexadecimal.
pub fn sha256(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What was done to any of these things, or touched them, since `from`, newest first. At most 50 rows.
///
/// # Errors
/// The database's own.
pub async fn list_touching(db: &Db, ids: &[Uuid], from: Timestamp) -> Result<Vec<audit_event::Model>> {
    use sea_orm::Condition;
    let mut any = Condition::any().add(audit_event::Column::SubjectId.is_in(ids.iter().copied()));
    for id in ids {
        any = any.add(audit_event::Column::Related.contains(id.to_string()));
    }
    let rows = audit_event::Entity::find()
        .filter(audit_event::Column::At.gte(from))
        .filter(any)
        .order_by_desc(audit_event::Column::Seq)
        .limit(50)
        .all(db.read())
        .await?;
    Ok(rows)
}

/// The number of the newest deed; 0 before the first.
///
/// # Errors
/// The database's own.
pub async fn latest(db: &Db) -> Result<i64> {
    let last = audit_event::Entity::find().order_by_desc(audit_event::Column::Seq).one(db.read()).await?;
    Ok(last.map_or(0, |row| row.seq))
}
