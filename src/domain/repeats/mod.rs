//! Requests that a script may send twice without having them done twice: each is known by the token that
//! sent it and the `Idempotency-Key` it carried, for 24 hours. A secret is never kept here: a repeat of
//! what told one is refused, naming what was made.

mod queries;

use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::base::clock::{DAY, MINUTE};
use crate::base::ids::AdminTokenId;
use crate::base::{Clash, Code, Result};
use crate::store::entity::repeat;
use crate::store::{Db, Node};

/// How long a request is known.
const KEPT: i64 = DAY;
/// No request takes longer than this; what has no answer by then never will have one.
const LONGEST: i64 = 15 * MINUTE;
/// In place of an answer's status.
const BROKE_OFF: u16 = 0;
/// Characters of an `Idempotency-Key`.
const LONGEST_NAME: usize = 255;

/// A request that must not be done twice.
#[derive(Clone, Debug)]
pub struct Once {
    token: AdminTokenId,
    name: String,
    fingerprint: Vec<u8>,
}

impl Once {
    /// `name` is the header as it was sent, in quotes or without; `parts` are what makes the request the same.
    ///
    /// # Errors
    /// `field_invalid` for a name that is empty, too long, or not of visible ASCII.
    pub fn new(token: AdminTokenId, name: &str, parts: &[&[u8]]) -> Result<Self> {
        let name = name.trim();
        let name = name.strip_prefix('"').and_then(|name| name.strip_suffix('"')).unwrap_or(name);
        let fits =
            (1..=LONGEST_NAME).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_graphic());
        if !fits {
            let message = format!("From 1 to {LONGEST_NAME} visible characters, such as a UUID.");
            return Err(Code::FieldInvalid.saying(message).on("Idempotency-Key"));
        }
        let mut hash = Sha256::new();
        for part in parts {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        Ok(Self { token, name: name.to_owned(), fingerprint: hash.finalize().to_vec() })
    }
}

/// What was answered the first time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub body: String,
}

/// Begins a request of this node: none where this is the first time, the answer where it was given already.
///
/// # Errors
/// `field_invalid` (422) where the name came with another request before; `conflict` while that is under
/// way, where nobody knows how it ended, and where its answer held a secret.
pub async fn begin(db: &Db, node: Node, once: &Once) -> Result<Option<Answer>> {
    let once = once.clone();
    db.transact(async move |tx| {
        queries::forget_old(&tx, &once, tx.now().minus(KEPT)).await?;
        if queries::insert(&tx, node, &once).await? {
            return Ok(None);
        }
        let row = queries::find(&tx, &once).await?.ok_or_else(|| Clash::Underway.with(once.token))?;
        if row.fingerprint != once.fingerprint {
            let message = "This Idempotency-Key came with another request before. Take a new one.";
            return Err(Code::FieldInvalid.saying(message).on("Idempotency-Key").as_status(422));
        }
        match row.status.and_then(|status| u16::try_from(status).ok()) {
            Some(status) if status != BROKE_OFF => answered(row, status).map(Some),
            None if tx.now().since(row.begun_at) < LONGEST => {
                Err(Clash::Underway.saying("The same request is still under way.").after(1))
            }
            _ => Err(Clash::Unknown.saying(
                "The same request broke off. Look whether it was done; if not, send it with a new Idempotency-Key.",
            )),
        }
    })
    .await
}

fn answered(row: repeat::Model, status: u16) -> Result<Answer> {
    if let Some(subject) = row.subject {
        let message = "This was done already, and its secret was told in the first answer alone.";
        return Err(Clash::ToldOnce.saying(message).about(subject));
    }
    Ok(Answer { status, body: row.answer.unwrap_or_default() })
}

/// How a request that was done is known from now on.
pub enum Kept {
    Answer(String),
    /// It held the secret of this.
    Secret(Uuid),
}

/// Keeps the answer for repeats.
///
/// # Errors
/// The database's own.
pub async fn finish(db: &Db, once: &Once, status: u16, kept: Kept) -> Result<()> {
    let once = once.clone();
    db.transact(async move |tx| queries::finish(&tx, &once, status, kept).await).await
}

/// A request that was refused was not done: it may be sent again, changed or not.
///
/// # Errors
/// The database's own.
pub async fn forget(db: &Db, once: &Once) -> Result<()> {
    let once = once.clone();
    db.transact(async move |tx| queries::forget(&tx, &once).await).await
}

/// Called before this node serves: what it had under way ended with the process before this one. Of
/// other nodes nothing is known here. Gives how many there were.
///
/// # Errors
/// The database's own.
pub async fn broke_off(db: &Db, node: Node) -> Result<u64> {
    db.transact(async move |tx| queries::broke_off(&tx, node).await).await
}

/// Drops what is over. Gives how many there were.
///
/// # Errors
/// The database's own.
pub async fn sweep(db: &Db) -> Result<u64> {
    db.transact(async move |tx| queries::sweep(&tx, tx.now().minus(KEPT)).await).await
}

#[cfg(test)]
mod tests;
