//! Two people, or one in two tabs, edit one thing. A form carries how far the audit trail went when it was
//! drawn; what was saved after that is told before it is written over, and what was typed stays.

use std::fmt;

use serde::Deserialize;

use crate::base::{Clash, Error, Result};
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

    /// The actor as the one who sees no further than the form did. What they save with it is refused, in its own
    /// transaction, when somebody saved the same after that.
    pub fn by(self, actor: &Actor) -> Actor {
        if self.0 == 0 { actor.clone() } else { actor.having_seen(self.0) }
    }

    /// What to say over the form that was refused. The form has been told then: sent once more, it is saved.
    ///
    /// # Errors
    /// The database's own.
    pub async fn told(&mut self, db: &Db, error: Error) -> Result<Error> {
        if self.0 == 0 || error.clash() != Some(Clash::Meanwhile) {
            return Ok(error);
        }
        *self = Self::now(db).await?;
        let text = format!(
            "{} What you typed is still here and not saved. Open the page anew in another tab to compare; saving \
             now replaces that change.",
            error.message()
        );
        Ok(error.saying(text))
    }
}
