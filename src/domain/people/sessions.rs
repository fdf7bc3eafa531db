//! Sessions of the portal: an opaque value in a cookie, of which only the digest is stored. A session
//! dies by sign-out, by time, and when its user's epoch is raised.

use sha2::{Digest, Sha256};

use super::{Peer, links, queries};
use crate::base::clock::{DAY, MINUTE};
use crate::base::ids::{SessionId, UserId};
use crate::base::{Code, Result, Secret};
use crate::domain::actor::{Actor, Via};
use crate::domain::audit::{self, Act};
use crate::domain::changes::{self, Change};
use crate::domain::permit;
use crate::store::entity::states::UserState;
use crate::store::entity::{session, user};
use crate::store::{Db, Tx};

/// A session lives so long at most.
const LIFE: i64 = 30 * DAY;
/// A session not used for so long is dead.
const IDLE: i64 = 7 * DAY;
/// How often the time of last use is written.
const TOUCH: i64 = 5 * MINUTE;

/// A session just started; the cookie's value is known here alone.
pub struct Started {
    pub cookie: Secret,
    pub session: session::Model,
}

/// Starts a session for a user who proved who they are.
///
/// # Errors
/// `signed_out` when the account is not active.
pub async fn start(db: &Db, user: UserId, peer: &Peer) -> Result<Started> {
    let peer = peer.clone();
    db.transact(async move |tx| {
        let user = queries::user(&tx, user).await?.ok_or_else(|| Code::SignedOut.with(user))?;
        start_in(&tx, &user, &peer).await
    })
    .await
}

pub(super) async fn start_in(tx: &Tx, user: &user::Model, peer: &Peer) -> Result<Started> {
    if user.state != UserState::Active {
        return Err(Code::SignedOut.with(format!("{} is {}", user.id, user.state)));
    }
    let cookie = links::random_text();
    let session = session::Model {
        id: SessionId::fresh(),
        digest: digest(cookie.expose()),
        user_id: user.id,
        epoch: user.epoch,
        csrf: links::random_text().expose().to_owned(),
        created_at: tx.now(),
        last_seen_at: tx.now(),
        expires_at: tx.now().plus(LIFE),
        ip: peer.ip.clone(),
        agent: peer.agent.chars().take(200).collect(),
    };
    queries::add_session(tx, session.clone()).await?;
    queries::seen(tx, user.id).await?;
    Ok(Started { cookie, session })
}

/// Who is signed in, by which session, and their account.
pub type Signed = (Actor, session::Model, user::Model);

/// Who holds this cookie. None when the session is unknown, over, of an older epoch, or its user is
/// no longer active. `ip` is the peer's, kept in the audit of what the actor does.
///
/// # Errors
/// The database's own.
pub async fn find(db: &Db, cookie: &str, ip: &str) -> Result<Option<Signed>> {
    let Some(session) = queries::session_by_digest(db.read(), digest(cookie)).await? else {
        return Ok(None);
    };
    let now = db.now();
    if session.expires_at <= now || now.since(session.last_seen_at) > IDLE {
        return Ok(None);
    }
    let Some(user) = queries::user(db.read(), session.user_id).await? else { return Ok(None) };
    if user.state != UserState::Active || user.epoch != session.epoch {
        return Ok(None);
    }
    if now.since(session.last_seen_at) > TOUCH {
        let (id, user) = (session.id, user.id);
        db.transact(async move |tx| {
            queries::touch_session(&tx, id).await?;
            queries::seen(&tx, user).await
        })
        .await?;
    }
    let actor = actor(db, &user, Via::Session(session.id), ip).await?;
    Ok(Some((actor, session, user)))
}

/// The actor a user is, with their role and teams as stored now.
///
/// # Errors
/// The database's own.
pub async fn actor(db: &Db, user: &user::Model, via: Via, ip: &str) -> Result<Actor> {
    let teams = queries::memberships(db.read(), user.id).await?;
    Ok(Actor::user(user.id, user.email.clone(), user.role, teams, via, ip.to_owned()))
}

/// The actor's own live sessions, last used first.
///
/// # Errors
/// `not_permitted` for an actor who is no user.
pub async fn list_own(db: &Db, actor: &Actor) -> Result<Vec<session::Model>> {
    let id = own_id(actor)?;
    let user = queries::user(db.read(), id).await?.ok_or_else(|| Code::NotFound.with(id))?;
    let rows = queries::list_sessions(db.read(), id, user.epoch, db.now()).await?;
    let now = db.now();
    Ok(rows.into_iter().filter(|row| now.since(row.last_seen_at) <= IDLE).collect())
}

/// Ends one of the actor's own sessions; the current one is a sign-out.
///
/// # Errors
/// `not_found` when it is another's, or over.
pub async fn end(db: &Db, actor: &Actor, id: SessionId) -> Result<()> {
    let user = own_id(actor)?;
    let actor = actor.clone();
    db.transact(async move |tx| {
        permit::write(&actor)?;
        if !queries::remove_session(&tx, user, id).await? {
            return Err(Code::NotFound.with(id));
        }
        audit::record(&tx, &actor, Act::new("session_ended").on("user", user.0)).await?;
        // What the session's pages were given ends with it.
        changes::note(&tx, Change::User(user)).await
    })
    .await
}

/// Ends all of the actor's sessions but the one it acts by.
///
/// # Errors
/// `not_permitted` for an actor who is no user.
pub async fn end_others(db: &Db, actor: &Actor) -> Result<()> {
    let user = own_id(actor)?;
    let actor = actor.clone();
    db.transact(async move |tx| {
        permit::write(&actor)?;
        raise_epoch(&tx, &actor, user).await?;
        audit::record(&tx, &actor, Act::new("sessions_ended").on("user", user.0)).await
    })
    .await
}

/// Raises the epoch but keeps the session the actor acts by, when it is that user's own.
pub(super) async fn raise_epoch(tx: &Tx, actor: &Actor, user: UserId) -> Result<()> {
    if !queries::raise_epoch(tx, user).await? {
        return Err(Code::NotFound.with(user));
    }
    keep_own(tx, actor, user).await?;
    changes::note(tx, Change::User(user)).await
}

/// After an epoch was raised: the session the actor acts by goes on, when it is that user's own.
pub(super) async fn keep_own(tx: &Tx, actor: &Actor, user: UserId) -> Result<()> {
    if let (true, Via::Session(session)) = (actor.is(user), actor.via()) {
        let row = queries::user(tx, user).await?.ok_or_else(|| Code::NotFound.with(user))?;
        queries::keep_session(tx, session, row.epoch).await?;
    }
    Ok(())
}

/// Deletes sessions whose time is over. For a job.
///
/// # Errors
/// The database's own.
pub async fn sweep(db: &Db) -> Result<u64> {
    db.transact(async move |tx| queries::remove_dead_sessions(&tx).await).await
}

/// The user that the actor is.
///
/// # Errors
/// `not_permitted` for an actor who is no user.
pub fn own_id(actor: &Actor) -> Result<UserId> {
    actor.user_id().ok_or_else(|| Code::NotPermitted.with("not a person"))
}

fn digest(cookie: &str) -> Vec<u8> {
    Sha256::digest(cookie.as_bytes()).to_vec()
}
