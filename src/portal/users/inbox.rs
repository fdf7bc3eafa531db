//! What people wait for an admin to do: let them in, give them a link. Shown in the inbox and above
//! the list of people.

use crate::base::ids::UserId;
use crate::base::{Result, Timestamp};
use crate::domain::actor::Actor;
use crate::domain::people::{reset, users};
use crate::domain::permit::{Right, may};
use crate::store::Db;

/// One person who waits.
pub struct Waiting {
    pub id: UserId,
    pub name: String,
    pub email: String,
    pub since: Timestamp,
}

/// Everybody who waits. Draw it with `templates/users/_inbox.html`.
#[derive(Default)]
pub struct People {
    /// Signed up.
    pub sign_ups: Vec<Waiting>,
    /// Forgot their password.
    pub resets: Vec<Waiting>,
}

impl People {
    pub fn is_empty(&self) -> bool {
        self.count() == 0
    }

    pub fn count(&self) -> usize {
        self.sign_ups.len() + self.resets.len()
    }
}

/// Everybody who waits for this actor; nobody for who does not manage people.
///
/// # Errors
/// The database's own.
pub async fn people(db: &Db, actor: &Actor) -> Result<People> {
    if !may(actor, Right::ManagePeople) {
        return Ok(People::default());
    }
    all(db, actor).await
}

/// Everybody who waits, for who sees everything.
///
/// # Errors
/// `not_permitted`.
pub async fn all(db: &Db, actor: &Actor) -> Result<People> {
    let sign_ups = users::list_waiting(db, actor).await?;
    let resets = reset::list_wishes(db, actor).await?;
    Ok(People {
        sign_ups: sign_ups
            .into_iter()
            .map(|user| Waiting { id: user.id, name: user.name, email: user.email, since: user.state_at })
            .collect(),
        resets: resets
            .into_iter()
            .map(|(user, since)| Waiting { id: user.id, name: user.name, email: user.email, since })
            .collect(),
    })
}
