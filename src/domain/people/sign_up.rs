//! Signing up, and the rules an admin sets for it. Without mail an address cannot be proved, so a new account waits for an admin. The
//! answer is the same whether the address was free or not.

use super::{Email, Password, Peer, passwords, queries, throttle, users};
use crate::base::{Code, Result, Secret};
use crate::domain::actor::Actor;
use crate::domain::fields::wrong;
use crate::domain::settings::{self, SignUp, SignUpMode};
use crate::store::Db;
use crate::store::entity::states::{Role, UserState};

/// What somebody gives who wants an account.
pub struct Wish {
    pub name: String,
    pub email: String,
    pub password: Secret,
}

/// E-mail domains on the list at most.
const DOMAINS: usize = 100;

/// Who may make an account here.
///
/// # Errors
/// The database's own.
pub async fn rules(db: &Db) -> Result<SignUp> {
    settings::get(db).await
}

/// Changes who may make an account. The domains are kept in each mode, and used in `domain` alone.
///
/// # Errors
/// `not_permitted`, or `field_invalid` on `domains`.
pub async fn change_rules(db: &Db, actor: &Actor, mode: SignUpMode, domains: &[String]) -> Result<SignUp> {
    let rules = SignUp { mode, domains: read_domains(mode, domains)? };
    let actor = actor.clone();
    db.transact(async move |tx| {
        settings::put(&tx, &actor, &rules).await?;
        Ok(rules)
    })
    .await
}

/// Lower case, without the `@` that people type before a domain, each once.
fn read_domains(mode: SignUpMode, typed: &[String]) -> Result<Vec<String>> {
    let mut domains: Vec<String> = Vec::new();
    for (at, text) in typed.iter().enumerate() {
        let domain = domain(text.trim()).map_err(|error| error.on(format!("domains.{at}")))?;
        if !domains.contains(&domain) {
            domains.push(domain);
        }
    }
    if mode == SignUpMode::Domain && domains.is_empty() {
        return Err(wrong("domains", "Name at least one domain, such as example.com."));
    }
    if domains.len() > DOMAINS {
        return Err(wrong("domains", format!("At most {DOMAINS} domains.")));
    }
    Ok(domains)
}

/// One e-mail domain as typed.
///
/// # Errors
/// `field_invalid` on `domains`.
pub fn domain(text: &str) -> Result<String> {
    let plain = text.strip_prefix('@').unwrap_or(text);
    let email = Email::parse(&format!("somebody@{plain}"))
        .map_err(|_| wrong("domains", format!("“{text}” is no e-mail domain, such as example.com.")))?;
    Ok(email.domain().to_owned())
}

/// Invitations are made and accepted in every mode but `off`.
///
/// # Errors
/// `field_invalid` on `email` where no account is made at all.
pub(super) async fn need_invitations(db: &Db) -> Result<()> {
    match rules(db).await?.mode {
        SignUpMode::Off => Err(wrong(
            "email",
            "New accounts are switched off here, invitations too. An admin can change that in the settings.",
        )),
        SignUpMode::Open | SignUpMode::Domain | SignUpMode::Invitation => Ok(()),
    }
}

/// Takes a sign-up. When it gives `Ok`, an account waits now, or there was one already.
///
/// # Errors
/// `field_invalid` for what is wrong with the fields themselves; `not_permitted` when sign-up is closed
/// or the domain is not on the list; `rate_limit_exceeded` after too many from one peer.
pub async fn sign_up(db: &Db, wish: Wish, peer: &Peer) -> Result<()> {
    let rules = rules(db).await?;
    match rules.mode {
        SignUpMode::Open | SignUpMode::Domain => {}
        SignUpMode::Invitation => {
            return Err(
                Code::NotPermitted.saying("Accounts here are made by invitation. Ask an admin for one.")
            );
        }
        SignUpMode::Off => {
            return Err(Code::NotPermitted.saying("This site takes no new accounts at the moment."));
        }
    }
    let name = super::name(&wish.name)?;
    let email = Email::parse(&wish.email)?;
    let is_listed = rules.domains.iter().any(|domain| domain.eq_ignore_ascii_case(email.domain()));
    if rules.mode == SignUpMode::Domain && !is_listed {
        return Err(wrong("email", format!("Use an address at {}.", rules.domains.join(", "))));
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
