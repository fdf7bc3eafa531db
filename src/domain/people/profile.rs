//! What people change about themselves: name, theme, password.

use serde_json::json;

use super::{Email, Password, passwords, queries, sessions, throttle};
use crate::base::{Code, Result, Secret};
use crate::domain::actor::Actor;
use crate::domain::audit::{self, Act};
use crate::domain::changes::{self, Change};
use crate::domain::permit;
use crate::store::Db;
use crate::store::entity::user;

/// The actor's own account.
///
/// # Errors
/// `not_permitted` for an actor who is no user.
pub async fn get_own(db: &Db, actor: &Actor) -> Result<user::Model> {
    let id = sessions::own_id(actor)?;
    queries::user(db.read(), id).await?.ok_or_else(|| Code::NotFound.with(id))
}

/// Changes the actor's own name.
///
/// # Errors
/// `field_invalid` on `name`.
pub async fn rename(db: &Db, actor: &Actor, name: &str) -> Result<()> {
    let name = super::name(name)?;
    let id = sessions::own_id(actor)?;
    let actor = actor.clone();
    db.transact(async move |tx| {
        permit::write(&actor)?;
        let was = queries::user(&tx, id).await?.ok_or_else(|| Code::NotFound.with(id))?;
        queries::set_text(&tx, id, user::Column::Name, &name).await?;
        let act = Act::new("user_renamed").on("user", id.0);
        let act = act.changing(json!({ "name": was.name }), json!({ "name": name }));
        audit::record(&tx, &actor, act).await?;
        changes::note(&tx, Change::User(id)).await
    })
    .await
}

/// The words a theme may be.
pub const THEMES: [&str; 3] = ["auto", "light", "dark"];

/// Changes how the pages look to the actor.
///
/// # Errors
/// `field_invalid` on `theme`.
pub async fn set_theme(db: &Db, actor: &Actor, theme: &str) -> Result<()> {
    let id = sessions::own_id(actor)?;
    permit::write(actor)?;
    let Some(theme) = THEMES.into_iter().find(|known| *known == theme) else {
        return Err(Code::FieldInvalid.saying("Choose auto, light or dark.").on("theme"));
    };
    db.transact(async move |tx| queries::set_text(&tx, id, user::Column::Theme, theme).await).await?;
    Ok(())
}

/// What becomes of one's management tokens when the password changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tokens {
    /// Scripts go on.
    Keep,
    /// Whoever knew the password may have made themselves one.
    Revoke,
}

/// Changes the actor's own password. Every other session of theirs ends, and the management tokens where
/// that is wished. Gives how many tokens were revoked.
///
/// # Errors
/// `field_invalid` on `current` or `password`; `rate_limit_exceeded` after too many wrong tries.
pub async fn change_password(
    db: &Db,
    actor: &Actor,
    current: &Secret,
    chosen: &Secret,
    tokens: Tokens,
) -> Result<u64> {
    permit::write(actor)?;
    let user = get_own(db, actor).await?;
    let password = Password::choose(chosen, &Email::parse(&user.email)?)?;
    // Apart from sign-in, where a stranger may use up the tries of an account.
    let tries = vec![format!("password:{}", user.id)];
    throttle::count(db, tries.clone()).await?;
    if !passwords::verify(user.password_hash.as_deref(), current).await? {
        return Err(Code::FieldInvalid.saying("This is not your current password.").on("current"));
    }
    let hash = passwords::hash(&password).await?;
    let actor = actor.clone();
    db.transact(async move |tx| {
        throttle::give_back(&tx, &tries).await?;
        queries::set_password(&tx, user.id, &hash).await?;
        sessions::keep_own(&tx, &actor, user.id).await?;
        let revoked = match tokens {
            Tokens::Keep => 0,
            Tokens::Revoke => queries::revoke_admin_tokens(&tx, user.id).await?,
        };
        let facts = json!({ "tokens_revoked": revoked });
        audit::record(&tx, &actor, Act::new("password_changed").on("user", user.id.0).noting(facts)).await?;
        changes::note(&tx, Change::User(user.id)).await?;
        Ok(revoked)
    })
    .await
}
