//! A forgotten password: the person asks, an admin makes a link of ten minutes, the person sets a new one.

use super::users::may_manage;
use super::{Email, Password, Peer, links, passwords, queries, throttle};
use crate::base::ids::UserId;
use crate::base::{Clash, Code, Result, Secret, Timestamp};
use crate::domain::actor::Actor;
use crate::domain::audit::{self, Act};
use crate::domain::changes::{self, Change};
use crate::domain::permit::{self, Right};
use crate::store::Db;
use crate::store::entity::states::{TokenKind, UserState};
use crate::store::entity::user;

/// Notes that somebody asks for a link, where the address has an active account. The answer is the
/// same for every address.
///
/// # Errors
/// `rate_limit_exceeded` after too many from one peer.
pub async fn ask(db: &Db, email: &str, peer: &Peer) -> Result<()> {
    throttle::count(db, vec![format!("reset:{}", throttle::peer(&peer.ip))]).await?;
    let email = email.trim().to_lowercase();
    db.transact(async move |tx| match queries::user_by_email(&tx, &email).await? {
        Some(user) if user.state == UserState::Active => queries::ask_for_reset(&tx, user.id).await,
        _ => Ok(()),
    })
    .await
}

/// Those who asked for a link and have none yet, with the time they asked at.
///
/// # Errors
/// `not_permitted` for who may not see everything.
pub async fn list_wishes(db: &Db, actor: &Actor) -> Result<Vec<(user::Model, Timestamp)>> {
    permit::need(actor, Right::SeeEverything)?;
    let wishes = queries::list_reset_wishes(db.read()).await?;
    let users = queries::list_by_ids(db.read(), wishes.iter().map(|wish| wish.user_id).collect()).await?;
    let pairs = wishes.iter().filter_map(|wish| {
        let user = users.iter().find(|user| user.id == wish.user_id)?;
        Some((user.clone(), wish.at))
    });
    Ok(pairs.collect())
}

/// Lets a wish go without a link.
///
/// # Errors
/// `not_permitted` without the right to manage people.
pub async fn dismiss(db: &Db, actor: &Actor, id: UserId) -> Result<()> {
    let actor = actor.clone();
    db.transact(async move |tx| {
        may_manage(&actor)?;
        queries::forget_reset_wish(&tx, id).await?;
        audit::record(&tx, &actor, Act::new("reset_wish_dismissed").on("user", id.0)).await
    })
    .await
}

/// Makes the link with which the person sets a new password; an earlier one ends.
///
/// # Errors
/// `conflict` when the account is not active.
pub async fn link(db: &Db, actor: &Actor, id: UserId) -> Result<Secret> {
    let actor = actor.clone();
    db.transact(async move |tx| {
        may_manage(&actor)?;
        let user = queries::user(&tx, id).await?.ok_or_else(|| Code::NotFound.with(id))?;
        if user.state != UserState::Active {
            return Err(Clash::State.saying(format!("This account is {} now.", user.state.label())));
        }
        queries::forget_reset_wish(&tx, id).await?;
        let life = link_life(&user);
        let link = links::issue_for(&tx, &actor, TokenKind::Reset, Some(id), life).await?;
        audit::record(&tx, &actor, Act::new("reset_link_made").on("user", id.0)).await?;
        Ok(link)
    })
    .await
}

/// How long a link made now works, in microseconds: a first password has the time of an invitation.
pub fn link_life(user: &user::Model) -> i64 {
    links::life(if user.password_hash.is_some() { TokenKind::Reset } else { TokenKind::Invitation })
}

/// Whose password a link sets.
///
/// # Errors
/// `not_found` when the link is unknown, used or over.
pub async fn open(db: &Db, link: &str) -> Result<user::Model> {
    let token = links::open(db, TokenKind::Reset, link).await?;
    let id = token.user_id.ok_or_else(|| Code::NotFound.with(token.id))?;
    queries::user(db.read(), id).await?.ok_or_else(|| Code::NotFound.with(id))
}

/// Sets the new password and gives the account. All its sessions end; the person signs in anew.
///
/// # Errors
/// `field_invalid` on `password`; `not_found` when the link is over.
pub async fn finish(db: &Db, link: &str, chosen: &Secret) -> Result<user::Model> {
    let user = open(db, link).await?;
    let password = Password::choose(chosen, &Email::parse(&user.email)?)?;
    let hash = passwords::hash(&password).await?;
    let link = link.to_owned();
    db.transact(async move |tx| {
        let token = links::take(&tx, TokenKind::Reset, &link).await?;
        let id = token.user_id.ok_or_else(|| Code::NotFound.with(token.id))?;
        queries::set_password(&tx, id, &hash).await?;
        // Whoever had the account may have left themselves a way back in.
        queries::revoke_admin_tokens(&tx, id).await?;
        audit::record(&tx, &Actor::rule("reset"), Act::new("password_reset").on("user", id.0)).await?;
        changes::note(&tx, Change::User(id)).await?;
        queries::user(&tx, id).await?.ok_or_else(|| Code::NotFound.with(id))
    })
    .await
}

/// Sets a new random password at once, for a command on the server. All sessions and management tokens of the account end.
///
/// # Errors
/// `not_permitted` without the right to manage people.
pub async fn replace(db: &Db, actor: &Actor, id: UserId) -> Result<Password> {
    may_manage(actor)?;
    let password = Password::random();
    let hash = passwords::hash(&password).await?;
    let actor = actor.clone();
    db.transact(async move |tx| {
        if !queries::set_password(&tx, id, &hash).await? {
            return Err(Code::NotFound.with(id));
        }
        queries::forget_reset_wish(&tx, id).await?;
        queries::revoke_admin_tokens(&tx, id).await?;
        audit::record(&tx, &actor, Act::new("password_reset").on("user", id.0)).await?;
        changes::note(&tx, Change::User(id)).await
    })
    .await?;
    Ok(password)
}
