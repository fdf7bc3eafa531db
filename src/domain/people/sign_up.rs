//! Signing up. Without mail an address cannot be proved, so a new account waits for an admin. The
//! answer is the same whether the address was free or not.

use super::{Email, Password, Peer, passwords, queries, throttle, users};
use crate::base::{Code, Result, Secret};
use crate::domain::actor::Actor;
use crate::domain::settings::{self, SignUp, SignUpMode};
use crate::store::Db;
use crate::store::entity::states::{Role, UserState};

/// What somebody gives who wants an account.
pub struct Wish {
    pub name: String,
    pub email: String,
    pub password: Secret,
}

/// True when the page is offered at all.
///
/// # Errors
/// The database's own.
pub async fn is_offered(db: &Db) -> Result<bool> {
    let sign_up: SignUp = settings::get(db).await?;
    Ok(matches!(sign_up.mode, SignUpMode::Open | SignUpMode::Domain))
}

/// Takes a sign-up. When it gives `Ok`, an account waits now, or there was one already.
///
/// # Errors
/// `field_invalid` for what is wrong with the fields themselves; `not_permitted` when sign-up is closed
/// or the domain is not on the list; `rate_limit_exceeded` after too many from one peer.
pub async fn sign_up(db: &Db, wish: Wish, peer: &Peer) -> Result<()> {
    let rules: SignUp = settings::get(db).await?;
    let name = super::name(&wish.name)?;
    let email = Email::parse(&wish.email)?;
    match rules.mode {
        SignUpMode::Open => {}
        SignUpMode::Domain
            if rules.domains.iter().any(|domain| domain.eq_ignore_ascii_case(email.domain())) => {}
        SignUpMode::Domain => {
            let list = rules.domains.join(", ");
            return Err(Code::FieldInvalid.saying(format!("Use an address at {list}.")).on("email"));
        }
        SignUpMode::Invitation | SignUpMode::Off => {
            return Err(Code::NotPermitted.saying("Sign-up is closed here. Ask an admin for an invitation."));
        }
    }
    let password = Password::choose(&wish.password, &email)?;
    throttle::count(db, vec![format!("sign-up:{}", throttle::peer(&peer.ip))]).await?;
    let hash = passwords::hash(&password).await?;
    db.transact(async move |tx| {
        if queries::user_by_email(&tx, email.as_str()).await?.is_some() {
            return Ok(());
        }
        let row = users::Row { email, name, role: Role::Member, state: UserState::Waiting, hash: Some(hash) };
        users::create_in(&tx, &Actor::rule("sign-up"), row).await?;
        Ok(())
    })
    .await
}
