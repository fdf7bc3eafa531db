//! The log of calls: D10 for one's own, M16 for all, and one call.

mod facts;
mod filters;
mod list;
mod more;
mod show;
mod view;

use std::time::Duration;

use crate::base::Error;
use crate::domain::actor::Actor;
use crate::domain::permit::{Right, may};
use crate::gateway::explain;
use crate::ledger::Ledger;
use crate::ledger::calls::{Sight, Told};
use crate::store::Db;
use crate::store::entity::states::TeamRole;
use crate::web::{Method, Need, Page, page};

pub use facts::Facts;
pub use view::CallLine;

pub fn pages() -> Vec<Page> {
    vec![
        page(Method::GET, "/calls", Need::SignedIn, list::show),
        page(Method::GET, "/calls.csv", Need::SignedIn, list::csv),
        page(Method::GET, "/calls/{id}", Need::SignedIn, show::show),
    ]
}

/// What the caller of a call on record was told.
pub fn refusal(told: &Told) -> Option<Error> {
    let last = told.attempts.last().and_then(|last| last.code.as_deref());
    explain::told(told.call.code.as_deref()?, last, &told.call.facts)
}

/// All that the actor may see.
pub fn sight(actor: &Actor) -> Sight {
    if may(actor, Right::SeeEverything) { Sight::Everything } else { own_sight(actor) }
}

/// Whose calls a page shows that was asked for `all`, for `mine`, or for neither. Who sees everything and looks
/// after none of it, an auditor, starts with everybody's; all others with their own.
pub fn asked_sight(actor: &Actor, scope: &str) -> Sight {
    match scope {
        "all" => sight(actor),
        "" if !may(actor, Right::ManageAllAccess) => sight(actor),
        _ => own_sight(actor),
    }
}

/// What is the actor's own: calls of their keys, and of the teams they own.
pub fn own_sight(actor: &Actor) -> Sight {
    let Some(user) = actor.user_id() else { return Sight::Everything };
    let owned = actor.teams().iter().filter(|(_, role)| *role == TeamRole::Owner);
    Sight::Own { user, teams: owned.map(|(team, _)| *team).collect() }
}

/// Lets calls that have just ended reach the database before they are looked for. When it takes too
/// long, or the database is away, the page shows what is there.
pub async fn catch_up(ledger: &Ledger, db: &Db) {
    let drained = tokio::time::timeout(Duration::from_millis(300), ledger.drain_once(db)).await;
    if let Ok(Err(error)) = drained {
        tracing::debug!(%error, "a page could not wait for the newest calls");
    }
}
