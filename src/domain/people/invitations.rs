//! Invitations: an admin makes the account, the person takes it over by a link.

use serde_json::json;

use super::users::{self, may_manage};
use super::{Email, Password, Peer, Started, Step, links, passwords, queries, sessions, sign_up};
use crate::base::ids::UserId;
use crate::base::{Clash, Code, Result, Secret};
use crate::domain::actor::Actor;
use crate::domain::audit::{self, Act};
use crate::store::Db;
use crate::store::entity::states::{Role, TokenKind, UserState};
use crate::store::entity::user;

/// An account that waits for its person, with the text of its link, known here alone.
pub struct Invited {
    pub user: user::Model,
    pub link: Secret,
}

/// Makes an account for an address and the link that hands it over.
///
/// # Errors
/// `field_invalid` when there is an account already, or no account is made at all.
pub async fn invite(db: &Db, actor: &Actor, email: Email, role: Role) -> Result<Invited> {
    sign_up::need_invitations(db).await?;
    let actor = actor.clone();
    db.transact(async move |tx| {
        may_manage(&actor)?;
        let name = email.local_part().to_owned();
        let row = users::Row { email, name, role, state: UserState::Invited, hash: None };
        let user = users::create_in(&tx, &actor, row).await?;
        let link = links::issue(&tx, &actor, TokenKind::Invitation, Some(user.id)).await?;
        Ok(Invited { user, link })
    })
    .await
}

/// Makes a fresh link for somebody invited before; the earlier one ends.
///
/// # Errors
/// `conflict` when the account was taken over already; `field_invalid` when no account is made at all.
pub async fn renew(db: &Db, actor: &Actor, id: UserId) -> Result<Invited> {
    sign_up::need_invitations(db).await?;
    let actor = actor.clone();
    db.transact(async move |tx| {
        may_manage(&actor)?;
        let user = queries::user(&tx, id).await?.ok_or_else(|| Code::NotFound.with(id))?;
        if user.state != UserState::Invited {
            return Err(Clash::State.saying("This invitation was accepted already."));
        }
        let link = links::issue(&tx, &actor, TokenKind::Invitation, Some(id)).await?;
        audit::record(&tx, &actor, Act::new("invitation_renewed").on("user", id.0)).await?;
        Ok(Invited { user, link })
    })
    .await
}

/// Whom a link invites.
///
/// # Errors
/// `not_found` when the link is unknown, used or over; `not_permitted` while no account is made at all.
pub async fn open(db: &Db, link: &str) -> Result<user::Model> {
    sign_up::need_invitations(db).await.map_err(|closed| match closed.code() {
        Code::FieldInvalid => Code::NotPermitted.saying(closed.message()),
        _ => closed,
    })?;
    let token = links::open(db, TokenKind::Invitation, link).await?;
    let id = token.user_id.ok_or_else(|| Code::NotFound.with(token.id))?;
    queries::user(db.read(), id).await?.ok_or_else(|| Code::NotFound.with(id))
}

/// Takes the account over: name and password are set, the account is active, a session starts.
///
/// # Errors
/// `field_invalid` on a field; `not_found` when the link is over.
pub async fn accept(db: &Db, link: &str, name: &str, chosen: &Secret, peer: &Peer) -> Result<Started> {
    let invited = open(db, link).await?;
    let name = super::name(name)?;
    let password = Password::choose(chosen, &Email::parse(&invited.email)?)?;
    let hash = passwords::hash(&password).await?;
    let (link, peer) = (link.to_owned(), peer.clone());
    db.transact(async move |tx| {
        let token = links::take(&tx, TokenKind::Invitation, &link).await?;
        let id = token.user_id.ok_or_else(|| Code::NotFound.with(token.id))?;
        let user = queries::user(&tx, id).await?.ok_or_else(|| Code::NotFound.with(id))?;
        let actor = Actor::rule("invitation");
        queries::set_text(&tx, id, user::Column::Name, &name).await?;
        queries::set_password(&tx, id, &hash).await?;
        users::step(&tx, &actor, &user, Step::Accept, "invitation_accepted").await?;
        let was = json!({ "name": user.name });
        let user = queries::user(&tx, id).await?.ok_or_else(|| Code::NotFound.with(id))?;
        let act = Act::new("user_renamed").on("user", id.0).changing(was, json!({ "name": user.name }));
        audit::record(&tx, &actor, act).await?;
        sessions::start_in(&tx, &user, &peer).await
    })
    .await
}
