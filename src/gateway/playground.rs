//! The signed token with which the portal's own Send buttons make real calls as one of the user's
//! keys, without the server ever holding the key's secret.

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, decode_header, encode};
use serde::{Deserialize, Serialize};

use crate::base::ids::{KeyId, SessionId, UserId};
use crate::base::{Code, OrCode, Result, Secret, Timestamp};

use super::Gateway;

const AUDIENCE: &str = "portico-playground";
const ISSUER: &str = "portico";
/// Seconds a token is good for.
pub const LIFETIME: i64 = 600;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Claims {
    iss: String,
    aud: String,
    sub: UserId,
    /// The session it was made in: the token ends with it.
    sid: SessionId,
    key: KeyId,
    iat: i64,
    nbf: i64,
    exp: i64,
}

/// Who a token speaks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bearer {
    pub user: UserId,
    pub session: SessionId,
    pub key: KeyId,
}

/// A token that lets a user call as a key for ten minutes, or until the session ends. Whether they may
/// is for the caller to have checked; every call checks the key, its owner and the session again.
///
/// # Errors
/// Only when signing fails.
pub fn issue(gateway: &Gateway, bearer: Bearer) -> Result<Secret> {
    sign(gateway.signing_key(), bearer, gateway.now())
}

fn sign(signing_key: &[u8], bearer: Bearer, now: Timestamp) -> Result<Secret> {
    let now = now.seconds();
    let claims = Claims {
        iss: ISSUER.to_owned(),
        aud: AUDIENCE.to_owned(),
        sub: bearer.user,
        sid: bearer.session,
        key: bearer.key,
        iat: now,
        nbf: now,
        exp: now + LIFETIME,
    };
    let token = encode(&Header::new(Algorithm::HS256), &claims, &EncodingKey::from_secret(signing_key));
    token.or_code(Code::Internal).map(Secret::new)
}

/// Who a token speaks for. One algorithm, one key, every claim required; a `kid` is refused, since
/// there is nothing to choose from.
pub(super) fn verify(signing_key: &[u8], token: &Secret, now: Timestamp) -> Result<Bearer> {
    let refused = || Code::KeyUnknown.saying("This token is not one that this gateway gave out.");
    let head = decode_header(token.expose()).map_err(|_| refused())?;
    if head.alg != Algorithm::HS256 || head.kid.is_some() {
        return Err(refused());
    }
    let mut rules = Validation::new(Algorithm::HS256);
    rules.set_audience(&[AUDIENCE]);
    rules.set_issuer(&[ISSUER]);
    rules.set_required_spec_claims(&["exp", "nbf", "aud", "iss", "sub"]);
    // Times are judged below, by our own clock.
    (rules.validate_exp, rules.validate_nbf) = (false, false);
    let claims = decode::<Claims>(token.expose(), &DecodingKey::from_secret(signing_key), &rules);
    let claims = claims.map_err(|_| refused())?.claims;
    let now = now.seconds();
    if claims.exp <= now {
        return Err(Code::KeyExpired.saying("This playground token has expired; load the page again."));
    }
    if claims.nbf > now + 60 || claims.exp > now + LIFETIME + 60 {
        return Err(refused());
    }
    Ok(Bearer { user: claims.sub, session: claims.sid, key: claims.key })
}

#[cfg(test)]
mod tests;
