//! Management tokens: `ptc-adm-…`, shown once, stored as a digest. A token acts as its user, with at
//! most that user's rights, and may be held to reading.

use sha2::{Digest, Sha256};

use super::{name, queries, sessions};
use crate::base::clock::MINUTE;
use crate::base::ids::{AdminTokenId, UserId};
use crate::base::{Clash, Code, Result, Secret, Timestamp, key_format};
use crate::domain::actor::{Actor, Via};
use crate::domain::audit::{self, Act};
use crate::domain::permit::{self, Right};
use crate::store::Db;
use crate::store::entity::admin_token;
use crate::store::entity::states::UserState;

pub const PREFIX: &str = "ptc-adm-";
/// Days a token lives when nobody says otherwise.
pub const DEFAULT_DAYS: i64 = 90;
/// The longest life in days that can be asked for.
pub const MAX_DAYS: i64 = 3_650;
const TOUCH: i64 = MINUTE;

/// What a token may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    Read,
    ReadAndWrite,
}

impl Reach {
    pub fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::ReadAndWrite => "read,write",
        }
    }
}

/// A token to make.
pub struct NewToken {
    pub name: String,
    /// Whom it acts as. None: the actor, or the oldest active admin when the server itself acts.
    pub user: Option<UserId>,
    pub reach: Reach,
    pub expires_at: Option<Timestamp>,
}

/// A token just made; its text is known here alone.
pub struct Made {
    pub secret: Secret,
    pub token: admin_token::Model,
}

/// Makes a token.
///
/// # Errors
/// `field_invalid` for a bad name or end; `not_permitted` for a token of somebody else.
pub async fn create(db: &Db, actor: &Actor, new: NewToken) -> Result<Made> {
    let actor = actor.clone();
    let name = name(&new.name)?;
    db.transact(async move |tx| {
        permit::write(&actor)?;
        if new.expires_at.is_some_and(|at| at <= tx.now()) {
            return Err(Code::FieldInvalid.saying("Choose an end that lies ahead.").on("expires_at"));
        }
        let user = match new.user.or(actor.user_id()) {
            Some(id) => queries::user(&tx, id).await?,
            None => queries::first_admin(&tx).await?,
        };
        let user = user
            .filter(|user| user.state == UserState::Active)
            .ok_or_else(|| Code::NotFound.saying("There is no active user to make the token for."))?;
        if !actor.is(user.id) {
            permit::need(&actor, Right::ManagePeople)?;
        }
        let secret = mint();
        let token = admin_token::Model {
            id: AdminTokenId::fresh(),
            digest: digest(secret.expose()),
            name,
            user_id: user.id,
            scopes: new.reach.word().to_owned(),
            prefix: secret.expose().chars().take(PREFIX.len() + 4).collect(),
            last4: secret.last4(),
            created_at: tx.now(),
            expires_at: new.expires_at,
            revoked_at: None,
            last_used_at: None,
        };
        queries::add_admin_token(&tx, token.clone()).await?;
        let facts = serde_json::json!({ "name": token.name, "scopes": token.scopes });
        let act = Act::new("token_created").on("token", token.id.0).touching([user.id.0]).noting(facts);
        audit::record(&tx, &actor, act).await?;
        Ok(Made { secret, token })
    })
    .await
}

/// A page of the actor's own tokens, or of everybody's for who manages people. Newest first.
///
/// # Errors
/// The database's own.
pub async fn list(
    db: &Db,
    actor: &Actor,
    before: Option<AdminTokenId>,
    limit: u64,
) -> Result<Vec<admin_token::Model>> {
    let all = permit::may(actor, Right::ManagePeople);
    let only = if all { None } else { Some(sessions::own_id(actor)?) };
    queries::list_admin_tokens(db.read(), only, before, limit).await
}

/// The actor's own tokens, newest first.
///
/// # Errors
/// `not_permitted` for an actor who is no user.
pub async fn list_own(db: &Db, actor: &Actor) -> Result<Vec<admin_token::Model>> {
    queries::list_admin_tokens(db.read(), Some(sessions::own_id(actor)?), None, 200).await
}

/// Ends a token for good.
///
/// # Errors
/// `not_found` when it is another's; `conflict` when it was revoked already.
pub async fn revoke(db: &Db, actor: &Actor, id: AdminTokenId) -> Result<()> {
    let actor = actor.clone();
    db.transact(async move |tx| {
        let found = queries::admin_token(&tx, id).await?;
        let visible = found.filter(|row| actor.is(row.user_id) || permit::may(&actor, Right::ManagePeople));
        let row = visible.ok_or_else(|| Code::NotFound.with(id))?;
        permit::write(&actor)?;
        if !queries::revoke_admin_token(&tx, id).await? {
            return Err(Clash::State.saying("This token was revoked already."));
        }
        let act = Act::new("token_revoked").on("token", id.0).touching([row.user_id.0]);
        audit::record(&tx, &actor, act).await
    })
    .await
}

/// Who a bearer token acts as. None when it is unknown, revoked, over, or its user is not active.
///
/// # Errors
/// The database's own.
pub async fn find(db: &Db, text: &str, ip: &str) -> Result<Option<Actor>> {
    if !text.starts_with(PREFIX) {
        return Ok(None);
    }
    let Some(token) = queries::admin_token_by_digest(db.read(), digest(text)).await? else {
        return Ok(None);
    };
    let now = db.now();
    if token.revoked_at.is_some() || token.expires_at.is_some_and(|at| at <= now) {
        return Ok(None);
    }
    let Some(user) = queries::user(db.read(), token.user_id).await? else { return Ok(None) };
    if user.state != UserState::Active {
        return Ok(None);
    }
    if token.last_used_at.is_none_or(|at| now.since(at) > TOUCH) {
        let id = token.id;
        db.transact(async move |tx| queries::touch_admin_token(&tx, id).await).await?;
    }
    let write = token.scopes.split(',').any(|scope| scope == "write");
    let actor = sessions::actor(db, &user, Via::Token { id: token.id, write }, ip).await?;
    Ok(Some(actor))
}

/// 256 bits in base62 after the prefix, by the generator of keys.
fn mint() -> Secret {
    let key = key_format::mint();
    let body = key.expose().chars().skip(key_format::PREFIX.len()).take(key_format::BODY);
    Secret::new(format!("{PREFIX}{}", body.collect::<String>()))
}

fn digest(text: &str) -> Vec<u8> {
    Sha256::digest(text.as_bytes()).to_vec()
}
