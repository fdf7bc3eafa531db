//! What was changed around a call, and who used a key.

use crate::base::clock::DAY;
use crate::base::ids::UserId;
use crate::base::{Code, Result, Timestamp};
use crate::domain::actor::Actor;
use crate::domain::audit::{self, CallChain, Filter};
use crate::domain::names::{self, Wanted};
use crate::domain::permit::{Right, may};
use crate::ledger::reports::{self, KeyCaller};
use crate::portal::look;
use crate::store::Db;
use crate::store::entity::key;

/// Callers shown.
const CALLERS: usize = 20;

/// A change to something that the call hung on.
pub struct Changed {
    pub at: Timestamp,
    pub what: String,
    pub who: String,
    /// The address of whoever it was; empty where it is not told beside their name.
    pub address: String,
    /// It came after the call: it may be why things differ now.
    pub since: bool,
}

/// How many are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    /// The newest ten.
    Newest,
    /// As many as a page can hold.
    All,
}

impl Span {
    fn most(self) -> usize {
        if self == Self::All { 200 } else { 10 }
    }
}

/// What was done to the chain.
#[derive(Default)]
pub struct Changes {
    pub shown: Vec<Changed>,
    /// There are older ones that are not shown.
    pub more: bool,
}

/// Changes from seven days before the call until now, newest first.
pub async fn changes(
    db: &Db,
    actor: &Actor,
    chain: &CallChain,
    at: Timestamp,
    span: Span,
) -> Result<Changes> {
    let most = span.most();
    let mut rows = audit::list_around(db, chain, at.minus(7 * DAY), most as u64 + 1).await?;
    let more = rows.len() > most;
    rows.truncate(most);
    let sees_people = may(actor, Right::SeeEverything);
    let users = rows.iter().filter_map(|row| row.actor_id).collect();
    let names = names::of(db, Wanted { users, ..Wanted::default() }).await?;
    let shown = rows.into_iter().map(|row| {
        let own = row.actor_id.is_some_and(|id| actor.is(id));
        let rule = row.actor_id.is_none();
        let (who, address) = match (own, sees_people || rule) {
            (true, _) => ("you".to_owned(), String::new()),
            (false, true) => names.doer(row.actor_id, &row.actor_label),
            (false, false) => ("somebody with the right to".to_owned(), String::new()),
        };
        Changed { at: row.at, what: look::deed(&row.act), who, address, since: row.at > at }
    });
    Ok(Changes { shown: shown.collect(), more })
}

/// Who put an owner's account out of use, and when, for those who see everything; empty for all others, and
/// where nobody did.
pub async fn ended_by(db: &Db, actor: &Actor, owner: UserId, code: Code) -> Result<String> {
    let (act, done) = match code {
        Code::OwnerDeleted => ("user_deleted", "Deleted"),
        Code::OwnerDeactivated => ("user_deactivated", "Deactivated"),
        _ => return Ok(String::new()),
    };
    if !may(actor, Right::SeeEverything) {
        return Ok(String::new());
    }
    let deeds = Filter { subject: Some(owner.0), act: Some(act.to_owned()), ..Filter::default() };
    let Some(deed) = audit::list(db, actor, &deeds, 1).await?.pop() else { return Ok(String::new()) };
    let users = deed.actor_id.into_iter().collect();
    let names = names::of(db, Wanted { users, ..Wanted::default() }).await?;
    let who =
        match (deed.actor_id.is_some_and(|id| actor.is(id)), names.doer(deed.actor_id, &deed.actor_label)) {
            (true, _) => "you".to_owned(),
            (false, (who, address)) if address.is_empty() => who,
            (false, (who, address)) => format!("{who} ({address})"),
        };
    Ok(format!("{done} by {who} on {}", deed.at.human()))
}

/// An address and agent that used the key.
pub struct User {
    pub ip: String,
    pub agent: String,
    pub first: Timestamp,
    pub last: Timestamp,
    /// "3 ok, 2 key expired".
    pub causes: String,
}

/// Who used the key lately.
pub async fn users(db: &Db, key: &key::Model) -> Result<Vec<User>> {
    let callers = reports::key_callers(db, key.id).await?;
    Ok(callers.into_iter().take(CALLERS).map(user).collect())
}

fn user(caller: KeyCaller) -> User {
    let words = |cause: &str| look::ended(cause).to_lowercase();
    let causes =
        caller.causes.iter().map(|(cause, count)| format!("{} {}", look::grouped(count), words(cause)));
    let causes: Vec<String> = causes.collect();
    User {
        ip: caller.ip,
        agent: caller.agent,
        first: caller.first,
        last: caller.last,
        causes: causes.join(", "),
    }
}
