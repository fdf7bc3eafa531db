//! What was changed around a call, and who used a key.

use crate::base::clock::DAY;
use crate::base::{Result, Timestamp};
use crate::domain::actor::Actor;
use crate::domain::audit;
use crate::domain::permit::{Right, may};
use crate::ledger::reports::{self, KeyCaller};
use crate::portal::look;
use crate::store::Db;
use crate::store::entity::key;
use uuid::Uuid;

/// Callers shown.
const CALLERS: usize = 20;

/// A change to something that the call hung on.
pub struct Changed {
    pub at: Timestamp,
    pub what: String,
    pub who: String,
    /// It came after the call: it may be why things differ now.
    pub since: bool,
}

/// Changes from seven days before the call until now, newest first.
pub async fn changes(db: &Db, actor: &Actor, ids: &[Uuid], at: Timestamp) -> Result<Vec<Changed>> {
    let rows = audit::list_touching(db, ids, at.minus(7 * DAY)).await?;
    let sees_people = may(actor, Right::SeeEverything);
    let shown = rows.into_iter().map(|row| {
        let own = row.actor_id.is_some_and(|id| actor.is(id));
        let rule = row.actor_id.is_none();
        Changed {
            at: row.at,
            what: look::words(&row.act),
            who: match (own, sees_people || rule) {
                (true, _) => "you".to_owned(),
                (false, true) => row.actor_label,
                (false, false) => "somebody with the right to".to_owned(),
            },
            since: row.at > at,
        }
    });
    Ok(shown.collect())
}

/// An address and agent that used the key.
pub struct User {
    pub ip: String,
    pub agent: String,
    pub first: Timestamp,
    pub last: Timestamp,
    /// "3 ok, 2 key_expired".
    pub causes: String,
}

/// Who used the key lately.
pub async fn users(db: &Db, key: &key::Model) -> Result<Vec<User>> {
    let callers = reports::key_callers(db, key.id).await?;
    Ok(callers.into_iter().take(CALLERS).map(user).collect())
}

fn user(caller: KeyCaller) -> User {
    let causes: Vec<String> = caller.causes.iter().map(|(cause, count)| format!("{count} {cause}")).collect();
    User {
        ip: caller.ip,
        agent: caller.agent,
        first: caller.first,
        last: caller.last,
        causes: causes.join(", "),
    }
}
