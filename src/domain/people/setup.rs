//! The first run: a link printed on the server, guarded by nothing else, makes the first admin.

use super::users;
use super::{Email, Password, Peer, Started, links, passwords, queries, sessions};
use crate::base::{Clash, Result, Secret};
use crate::domain::actor::Actor;
use crate::domain::audit::{self, Act};
use crate::domain::settings::{self, SetUp};
use crate::store::Db;
use crate::store::entity::states::{Role, TokenKind, UserState};

/// True once there is an admin.
///
/// # Errors
/// The database's own.
pub async fn is_done(db: &Db) -> Result<bool> {
    Ok(settings::get::<SetUp>(db).await?.done)
}

/// Makes the set-up link; an earlier one ends.
///
/// # Errors
/// `conflict` when set-up is done.
pub async fn link(db: &Db, actor: &Actor) -> Result<Secret> {
    if is_done(db).await? {
        return Err(done());
    }
    let actor = actor.clone();
    db.transact(async move |tx| {
        users::may_manage(&actor)?;
        let link = links::issue(&tx, &actor, TokenKind::Setup, None).await?;
        audit::record(&tx, &actor, Act::new("setup_link_made")).await?;
        Ok(link)
    })
    .await
}

/// Looks at a set-up link without using it.
///
/// # Errors
/// `not_found` when it is unknown, used or over; `conflict` when set-up is done.
pub async fn open(db: &Db, link: &str) -> Result<()> {
    links::open(db, TokenKind::Setup, link).await?;
    if is_done(db).await? { Err(done()) } else { Ok(()) }
}

/// The first admin, as typed.
pub struct FirstAdmin {
    pub name: String,
    pub email: String,
    pub password: Secret,
}

/// Uses the link up: makes the admin, ends the set-up mode, starts their session.
///
/// # Errors
/// `field_invalid` on a field; `not_found` when the link is over.
pub async fn create_admin(db: &Db, link: &str, new: FirstAdmin, peer: &Peer) -> Result<Started> {
    open(db, link).await?;
    let name = super::name(&new.name)?;
    let email = Email::parse(&new.email)?;
    let hash = passwords::hash(&Password::choose(&new.password, &email)?).await?;
    let (link, peer) = (link.to_owned(), peer.clone());
    db.transact(async move |tx| {
        links::take(&tx, TokenKind::Setup, &link).await?;
        let actor = Actor::rule("set-up");
        let row = users::Row { email, name, role: Role::Admin, state: UserState::Active, hash: Some(hash) };
        let user = users::create_in(&tx, &actor, row).await?;
        settings::put(&tx, &actor, &SetUp { done: true }).await?;
        sessions::start_in(&tx, &user, &peer).await
    })
    .await
}

/// Ends the set-up mode when an admin was made by a command: the link is needed no longer.
///
/// # Errors
/// The database's own.
pub async fn finish_if_admin(db: &Db, actor: &Actor) -> Result<bool> {
    if is_done(db).await? || queries::first_admin(db.read()).await?.is_none() {
        return Ok(false);
    }
    let actor = actor.clone();
    db.transact(async move |tx| {
        queries::end_links(&tx, TokenKind::Setup, None).await?;
        settings::put(&tx, &actor, &SetUp { done: true }).await?;
        Ok(true)
    })
    .await
}

fn done() -> crate::base::Error {
    Clash::State.saying("Set-up is done. Sign in instead.")
}
