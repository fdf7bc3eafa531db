//! Two people, or one in two tabs, edit one thing. A form carries how far the audit trail went when it was
//! drawn; what was saved after that is told before it is written over, and what was typed stays.

use std::fmt;

use serde::Deserialize;
use uuid::Uuid;

use crate::base::Result;
use crate::domain::actor::Actor;
use crate::domain::audit;
use crate::store::Db;

/// How much a form had seen. The default has seen nothing and says nothing: it is not judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Seen(i64);

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Seen {
    /// All there is now. Read it before what the form shows.
    ///
    /// # Errors
    /// The database's own.
    pub async fn now(db: &Db) -> Result<Self> {
        audit::latest(db).await.map(Self)
    }

    /// What to say over a form when one of these acts was done to its thing meanwhile. The form has been told
    /// then: sent once more, it is saved.
    ///
    /// # Errors
    /// The database's own.
    pub async fn missed(
        &mut self,
        db: &Db,
        actor: &Actor,
        id: Uuid,
        acts: &[&str],
    ) -> Result<Option<String>> {
        if self.0 == 0 {
            return Ok(None);
        }
        let Some(deed) = audit::since(db, self.0, id, acts).await? else { return Ok(None) };
        self.0 = deed.seq;
        let who = match actor.user_id() {
            Some(user) if deed.actor_id == Some(user) => "You changed this in another tab",
            _ => &format!("{} changed this", deed.actor_label),
        };
        let text = format!(
            "{who} at {}, after this form was opened. What you typed is still here and not saved. Open the page \
             anew in another tab to compare; saving now replaces that change.",
            deed.at.human()
        );
        Ok(Some(text))
    }
}
