//! Browsers that an account was signed in from. Each keeps a signed mark, and a try to sign in that comes
//! with it is counted by itself: strangers who use up the tries of an account, or of an address, do not
//! bar who is known. A mark is one more bucket of the same pace, for one account, and only whoever knew
//! the password has one. It ends with its time and when its user's epoch is raised.

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{queries, sessions};
use crate::base::clock::DAY;
use crate::base::ids::UserId;
use crate::base::{Code, OrCode, Result, Secret};
use crate::domain::actor::Actor;
use crate::store::Db;

const AUDIENCE: &str = "portico-device";
const ISSUER: &str = "portico";
/// A browser is known for so long after it last signed in.
pub const LIFE: i64 = 365 * DAY;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Claims {
    iss: String,
    aud: String,
    sub: UserId,
    epoch: i64,
    device: Uuid,
    exp: i64,
}

/// The mark of a browser whose person just proved who they are; `had` is the one it came with.
///
/// # Errors
/// Only when signing fails.
pub fn issue(db: &Db, user: UserId, epoch: i64, had: Option<&Secret>) -> Result<Secret> {
    let same = had.and_then(|mark| read(db, mark)).filter(|claims| claims.sub == user);
    let claims = Claims {
        iss: ISSUER.to_owned(),
        aud: AUDIENCE.to_owned(),
        sub: user,
        epoch,
        device: same.map_or_else(Uuid::now_v7, |claims| claims.device),
        exp: db.now().plus(LIFE).seconds(),
    };
    let key = EncodingKey::from_secret(db.vault().signing_key());
    encode(&Header::new(Algorithm::HS256), &claims, &key).or_code(Code::Internal).map(Secret::new)
}

/// The mark for the browser in which somebody just ended all others.
///
/// # Errors
/// `not_permitted` for an actor who is no user.
pub async fn renew(db: &Db, actor: &Actor, had: Option<&Secret>) -> Result<Secret> {
    let id = sessions::own_id(actor)?;
    let user = queries::user(db.read(), id).await?.ok_or_else(|| Code::NotFound.with(id))?;
    issue(db, id, user.epoch, had)
}

/// What a try on this account is counted under when it comes from a browser known to it.
pub(super) async fn subject(db: &Db, email: &str, mark: Option<&Secret>) -> Result<Option<String>> {
    let Some(claims) = mark.and_then(|mark| read(db, mark)) else { return Ok(None) };
    let user = queries::user_by_email(db.read(), email).await?;
    let is_known = user.is_some_and(|user| user.id == claims.sub && user.epoch == claims.epoch);
    Ok(is_known.then(|| format!("device:{}", claims.device)))
}

fn read(db: &Db, mark: &Secret) -> Option<Claims> {
    let mut rules = Validation::new(Algorithm::HS256);
    rules.set_audience(&[AUDIENCE]);
    rules.set_issuer(&[ISSUER]);
    rules.set_required_spec_claims(&["exp", "aud", "iss", "sub"]);
    // The time is judged below, by our own clock.
    rules.validate_exp = false;
    let key = DecodingKey::from_secret(db.vault().signing_key());
    let claims = decode::<Claims>(mark.expose(), &key, &rules).ok()?.claims;
    (claims.exp > db.now().seconds()).then_some(claims)
}
