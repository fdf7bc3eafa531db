//! The one-form acts of a key's page. Each leads back to it.

use serde::Deserialize;

use super::new::expiry;
use crate::base::Code;
use crate::base::ids::{KeyId, UserId};
use crate::domain::actor::Actor;
use crate::domain::keys;
use crate::portal::back::answer;
use crate::store::Db;
use crate::store::entity::states::KeyReason;
use crate::web::{Data, FieldErrors, Form, PageResult, Path, Visit, flash};

fn back(id: KeyId) -> String {
    format!("/keys/{id}")
}

pub async fn pause(db: Data<Db>, visit: Visit, actor: Actor, id: Path<KeyId>) -> PageResult {
    let done = keys::pause(&db, &actor, *id).await;
    answer(&visit, &back(*id), "Paused. Its calls are refused until it is enabled.", done)
}

pub async fn enable(db: Data<Db>, visit: Visit, actor: Actor, id: Path<KeyId>) -> PageResult {
    let done = keys::enable(&db, &actor, *id).await;
    answer(&visit, &back(*id), "Enabled. Its calls go through again.", done)
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RevokeForm {
    reason: Option<String>,
}

pub async fn revoke(
    db: Data<Db>,
    visit: Visit,
    actor: Actor,
    id: Path<KeyId>,
    form: Form<RevokeForm>,
) -> PageResult {
    let reason = match form.reason.as_deref() {
        None => KeyReason::Revoked,
        Some(word) => keys::revoke_reason(word)
            .ok_or_else(|| Code::FieldInvalid.saying("A key is revoked, or leaked.").on("reason"))?,
    };
    let done = keys::revoke(&db, &actor, *id, reason).await;
    answer(&visit, &back(*id), "Revoked for good. It stops within a second.", done)
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpiryForm {
    expires: String,
}

pub async fn extend(
    db: Data<Db>,
    visit: Visit,
    actor: Actor,
    id: Path<KeyId>,
    form: Form<ExpiryForm>,
) -> PageResult {
    let mut errors = FieldErrors::default();
    let expiry = expiry(&form.expires, &mut errors);
    if !errors.is_empty() {
        return Err(Code::FieldInvalid.saying("Choose one of the list.").on("expires").into());
    }
    let done = keys::extend(&db, &actor, *id, expiry).await;
    answer(&visit, &back(*id), "The expiry is changed.", done)
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnerForm {
    owner: UserId,
}

pub async fn transfer(
    db: Data<Db>,
    visit: Visit,
    actor: Actor,
    id: Path<KeyId>,
    form: Form<OwnerForm>,
) -> PageResult {
    keys::transfer(&db, &actor, *id, form.owner).await?;
    // The one who gave it away may no longer see it.
    let to = if keys::get_visible(&db, &actor, *id).await.is_ok() { back(*id) } else { "/keys".to_owned() };
    Ok(flash(&visit, &to, "good", "Handed over. Its secret stays the same."))
}
