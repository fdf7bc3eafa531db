//! One-time links: opaque random values, stored as digests, used once, short-lived.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use super::queries;
use crate::base::clock::{DAY, HOUR, MINUTE};
use crate::base::ids::UserId;
use crate::base::secret::random;
use crate::base::{Code, Result, Secret};
use crate::domain::actor::Actor;
use crate::store::entity::states::TokenKind;
use crate::store::entity::token;
use crate::store::{Db, Tx};

/// What a link stands for.
pub struct Kept {
    pub kind: TokenKind,
    pub user: Option<UserId>,
    pub created_by: Option<UserId>,
}

/// How long a link of the kind works, in microseconds.
pub fn life(kind: TokenKind) -> i64 {
    match kind {
        TokenKind::Setup => HOUR,
        TokenKind::Invitation => 7 * DAY,
        TokenKind::Reset => 10 * MINUTE,
    }
}

/// Makes a link and ends the earlier ones of its kind for the same user.
pub(super) async fn issue(tx: &Tx, actor: &Actor, kind: TokenKind, user: Option<UserId>) -> Result<Secret> {
    issue_for(tx, actor, kind, user, life(kind)).await
}

/// The same with another life than its kind has.
pub(super) async fn issue_for(
    tx: &Tx,
    actor: &Actor,
    kind: TokenKind,
    user: Option<UserId>,
    life: i64,
) -> Result<Secret> {
    queries::end_links(tx, kind, user).await?;
    let text = random_text();
    let kept = Kept { kind, user, created_by: actor.user_id() };
    queries::add_link(tx, digest(text.expose()), kept, tx.now().plus(life)).await?;
    Ok(text)
}

/// Looks at a link without using it.
///
/// # Errors
/// `not_found` when it is unknown, used, or over: one answer for all.
pub async fn open(db: &Db, kind: TokenKind, text: &str) -> Result<token::Model> {
    let found = queries::live_link(db.read(), kind, digest(text), db.now()).await?;
    found.ok_or_else(|| over(kind))
}

/// Uses the link up.
pub(super) async fn take(tx: &Tx, kind: TokenKind, text: &str) -> Result<token::Model> {
    let found = queries::live_link(tx, kind, digest(text), tx.now()).await?;
    let row = found.ok_or_else(|| over(kind))?;
    if queries::use_link(tx, row.id).await? { Ok(row) } else { Err(over(kind)) }
}

fn over(kind: TokenKind) -> crate::base::Error {
    let error = Code::NotFound.saying(match kind {
        TokenKind::Setup => {
            "This set-up link was used or has expired. Run `portico setup-link` on the server for a new one."
        }
        TokenKind::Invitation => "This invitation was used or has expired. Ask an admin for a new one.",
        TokenKind::Reset => "This link was used or has expired. Ask an admin for a new one.",
    });
    match kind {
        TokenKind::Setup => error,
        _ => error.then("A link works once. If you chose a password with it, sign in with that."),
    }
}

/// 256 random bits that are safe in a URL and a cookie.
pub(super) fn random_text() -> Secret {
    Secret::new(URL_SAFE_NO_PAD.encode(random::<32>()))
}

fn digest(text: &str) -> Vec<u8> {
    Sha256::digest(text.as_bytes()).to_vec()
}
