//! Who calls: the credential's form, then the cards behind it, then whether they may call at all.
//! Nothing here looks at the body: a bad key costs no upload.

use std::net::IpAddr;
use std::sync::Arc;

use crate::base::ids::UserId;
use crate::base::key_format::{self, Shape};
use crate::base::{Code, Result, Secret, Timestamp};
use crate::domain::gate::{KeyCard, KeyReason, KeyState, Standing, UserCard, UserState, key_secret};

use super::Gateway;
use super::arrival::Presented;
use super::credential::Credential;
use super::directory::{Cards, Catalogue};
use super::playground;

/// Proof that the caller's secret matched a key, whatever state it is in.
#[derive(Clone)]
pub struct Known {
    pub cards: Cards,
    /// The signed-in user, where a playground token was sent in place of the secret.
    pub visitor: Option<UserId>,
    pub catalogue: Arc<Catalogue>,
    pub policy_seq: i64,
}

/// Proof that the caller may call: key, owner, application, team and address are in order.
pub struct Caller(pub Known);

const ENDED: &str =
    "The session in which this playground token was made has ended; sign in and load the page again.";

/// Finds the key behind a credential.
///
/// # Errors
/// `key_unknown`; `key_expired` for a playground token whose time or session is over; `auth_unavailable` when it cannot be looked up.
pub async fn find(gateway: &Gateway, credential: &Credential) -> Result<Known> {
    let directory = gateway.directory();
    let (cards, visitor) = match credential {
        Credential::Key(key) => {
            let digest = directory.db().vault().key_digest(&key_format::digest(key.expose()));
            (directory.by_digest(&digest).await?, None)
        }
        Credential::Playground(token) => {
            let bearer = playground::verify(gateway.signing_key(), token, gateway.now())?;
            // Before anything is told: whoever signed out learns nothing more by what is left open.
            if !directory.session(bearer.user, bearer.session).await?.lives(gateway.now()) {
                return Err(Code::KeyExpired.saying(ENDED));
            }
            (directory.by_id(bearer.key).await?, Some(bearer.user))
        }
    };
    let cards = cards.ok_or(Code::KeyUnknown)?;
    let catalogue = directory.catalogue_for(&cards).await;
    Ok(Known { cards, visitor, catalogue, policy_seq: directory.sequence() })
}

/// The key that stood in the address, when it is one of this gateway. The request is refused all the
/// same; its record names the key, so that the key's page can warn.
pub async fn exposed(gateway: &Gateway, presented: &Presented) -> Option<Known> {
    let text = presented.in_url.as_deref()?;
    if key_format::shape(text) != Shape::WellFormed {
        return None;
    }
    // Whether it could be looked up changes nothing in the answer.
    find(gateway, &Credential::Key(Secret::new(text))).await.ok()
}

/// Judges the key, its owner, application, team and address: in the order of the error table.
///
/// # Errors
/// The first check that fails.
pub fn judge(cards: &Cards, ip: Option<IpAddr>, now: Timestamp) -> Result<()> {
    judge_with(cards, cards.key.card.secret.as_ref(), ip, now)
}

/// The same for another secret of the key.
///
/// # Errors
/// As [`judge`].
pub fn judge_with(
    cards: &Cards,
    secret: Option<&key_secret::Model>,
    ip: Option<IpAddr>,
    now: Timestamp,
) -> Result<()> {
    key(&cards.key.card, secret, now)?;
    owner(&cards.key.card, cards.owner.as_deref().map(|held| &held.card))?;
    let (app, team) = (&cards.app.card.app, &cards.app.card.team);
    if app.state == Standing::Suspended {
        let why = reason(app.reason.as_deref());
        return Err(Code::AppSuspended.saying(format!("App {} is suspended{why}.", app.name)));
    }
    if team.state == Standing::Suspended {
        let why = reason(team.reason.as_deref());
        return Err(Code::TeamSuspended.saying(format!("Team {} is suspended{why}.", team.name)));
    }
    match ip {
        Some(ip) => address(&cards.key.card, ip),
        None => Ok(()),
    }
}

fn reason(text: Option<&str>) -> String {
    text.filter(|text| !text.is_empty()).map(|text| format!(": {text}")).unwrap_or_default()
}

fn key(card: &KeyCard, secret: Option<&key_secret::Model>, now: Timestamp) -> Result<()> {
    let key = &card.key;
    let name = secret.map_or(key.prefix.as_str(), |secret| secret.prefix.as_str());
    if let Some(end) = key.expires_at.filter(|end| *end <= now) {
        return Err(Code::KeyExpired.saying(format!("Key `{name}…` expired on {}.", end.human())));
    }
    if key.state == KeyState::Revoked {
        let leaked = if key.reason == Some(KeyReason::Leaked) { " because it had leaked" } else { "" };
        let on = key.state_at.human();
        return Err(Code::KeyRevoked.saying(format!("Key `{name}…` was revoked on {on}{leaked}.")));
    }
    if let Some(end) = secret.and_then(|secret| secret.ends_at).filter(|end| *end <= now) {
        let on = end.human();
        return Err(Code::KeyRotated
            .saying(format!("Key `{name}…` was replaced by a newer secret; its overlap ended on {on}.")));
    }
    if key.state == KeyState::Paused {
        return Err(
            Code::KeyPaused.saying(format!("Key `{name}…` has been paused since {}.", key.state_at.human()))
        );
    }
    Ok(())
}

fn owner(card: &KeyCard, owner: Option<&UserCard>) -> Result<()> {
    let Some(owner) = owner else { return Err(Code::OwnerDeleted.into()) };
    match owner.state {
        UserState::Deleted => {
            let on = owner.state_at.day();
            return Err(
                Code::OwnerDeleted.saying(format!("The user this key belongs to was deleted on {on}."))
            );
        }
        UserState::Active => {}
        UserState::Deactivated => return Err(Code::OwnerDeactivated.into()),
        UserState::Invited => {
            return Err(Code::OwnerDeactivated
                .saying("The user this key belongs to has not accepted the invitation yet.")
                .then("Ask them to open the link they were sent, or an admin to send a new one."));
        }
        UserState::Waiting => {
            return Err(Code::OwnerDeactivated
                .saying("The user this key belongs to waits for an admin's approval.")
                .then("Ask an admin to let the user in."));
        }
    }
    if owner.teams.contains(&card.key.team_id) { Ok(()) } else { Err(Code::OwnerNotMember.into()) }
}

fn address(card: &KeyCard, ip: IpAddr) -> Result<()> {
    let ip = ip.to_canonical();
    let Some(networks) = &card.networks else { return Ok(()) };
    if networks.iter().any(|network| network.contains(&ip)) {
        return Ok(());
    }
    Err(Code::IpNotAllowed.saying(format!("The address {ip} is not on this key's list.")))
}

/// The whole step.
///
/// # Errors
/// The first check that fails.
pub fn identify(gateway: &Gateway, known: Known, ip: IpAddr) -> Result<Caller> {
    judge(&known.cards, Some(ip), gateway.now())?;
    Ok(Caller(known))
}

/// The key's own rate and concurrency: looked at before the body is read, and taken later together with
/// all other limits.
///
/// # Errors
/// The refusal of the limit that has no room.
pub fn room(gateway: &Gateway, caller: &Known) -> Result<()> {
    let limits = &caller.cards.key.card.limits;
    if limits.is_empty() {
        return Ok(());
    }
    gateway.limits().peek(limits, gateway.now()).map_err(|refused| refused.error())
}

#[cfg(test)]
mod tests;
