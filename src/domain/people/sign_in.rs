//! Signing in: the try is counted, then the password is looked at, with the same work and the same
//! answer whether the account exists or not.

use super::{Peer, Started, devices, passwords, queries, sessions, throttle};
use crate::base::{Code, Result, Secret};
use crate::domain::actor::{Actor, Via};
use crate::domain::audit::{self, Act};
use crate::store::Db;
use crate::store::entity::states::UserState;

/// How a try to sign in ended.
pub enum Outcome {
    In(Box<Started>),
    /// Unknown address or wrong password: never told apart.
    Wrong,
    /// The password is right, but the account is not active. Told only to who knows the password.
    NotActive(UserState),
}

/// Tries to sign in.
///
/// # Errors
/// `rate_limit_exceeded` with the seconds to wait after ten wrong tries on this account or from this peer;
/// from a browser known to the account, after ten of its own.
pub async fn sign_in(db: &Db, email: &str, password: &Secret, peer: &Peer) -> Result<Outcome> {
    let done = attempt(db, email, password, peer).await;
    let why = match &done {
        Ok(Outcome::Wrong) => Some("wrong"),
        Ok(Outcome::NotActive(_)) => Some("not_active"),
        Err(error) if error.code() == Code::RateLimitExceeded => Some("too_many"),
        _ => None,
    };
    if let Some(why) = why {
        // Without the address that was typed: people type passwords there.
        tracing::warn!(ip = %peer.ip, why, "a sign-in was refused");
    }
    done
}

async fn attempt(db: &Db, email: &str, password: &Secret, peer: &Peer) -> Result<Outcome> {
    let email = email.trim().to_lowercase();
    let tries = match devices::subject(db, &email, peer.device.as_ref()).await? {
        Some(device) => vec![device],
        None => vec![throttle::account(&email), throttle::peer(&peer.ip)],
    };
    throttle::count(db, tries.clone()).await?;
    let user = queries::user_by_email(db.read(), &email).await?;
    let stored = user.as_ref().and_then(|user| user.password_hash.as_deref());
    let right = passwords::verify(stored, password).await?;
    let Some(user) = user.filter(|_| right) else { return Ok(Outcome::Wrong) };
    let peer = peer.clone();
    db.transact(async move |tx| {
        throttle::give_back(&tx, &tries).await?;
        // Read again: it may have been deactivated, or got another password, meanwhile.
        let now = queries::user(&tx, user.id).await?;
        let Some(now) = now.filter(|now| now.password_hash == user.password_hash) else {
            return Ok(Outcome::Wrong);
        };
        if now.state != UserState::Active {
            return Ok(Outcome::NotActive(now.state));
        }
        let started = sessions::start_in(&tx, &now, &peer).await?;
        let via = Via::Session(started.session.id);
        let actor = Actor::user(now.id, now.email.clone(), now.role, Vec::new(), via, peer.ip.clone());
        audit::record(&tx, &actor, Act::new("signed_in").on("user", now.id.0)).await?;
        Ok(Outcome::In(Box::new(started)))
    })
    .await
}
