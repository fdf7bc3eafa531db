//! The forms of a vendor's pool of secrets. A secret travels in, never out.

use serde::Deserialize;

use super::change::path;
use crate::base::Secret;
use crate::base::ids::{CredentialId, ProviderId};
use crate::domain::actor::Actor;
use crate::domain::supply::{self, CredentialChange, NewCredential, Switch};
use crate::portal::back::back;
use crate::store::Db;
use crate::web::{Data, Form, PageResult, Path, Visit, flash};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewForm {
    name: String,
    secret: String,
    #[serde(default = "one")]
    weight: i32,
}

fn one() -> i32 {
    1
}

pub async fn create(
    actor: Actor,
    db: Data<Db>,
    visit: Visit,
    id: Path<ProviderId>,
    form: Form<NewForm>,
) -> PageResult {
    let NewForm { name, secret, weight } = form.into_inner();
    let new = NewCredential { name, secret: Secret::new(secret), weight };
    match supply::add_credential(&db, &actor, *id, new).await {
        Ok(_) => Ok(flash(
            &visit,
            &path(*id),
            "good",
            "Credential added. Its secret is sealed and never shown again.",
        )),
        Err(error) => back(&visit, &path(*id), error),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeForm {
    provider: ProviderId,
    name: String,
    weight: i32,
    state: String,
}

pub async fn save(
    actor: Actor,
    db: Data<Db>,
    visit: Visit,
    id: Path<CredentialId>,
    form: Form<ChangeForm>,
) -> PageResult {
    let ChangeForm { provider, name, weight, state } = form.into_inner();
    let change = CredentialChange { name: Some(name), weight: Some(weight), state: Switch::parse(&state) };
    match supply::change_credential(&db, &actor, *id, change).await {
        Ok(saved) => Ok(flash(&visit, &path(saved.provider_id), "good", "Saved.")),
        Err(error) => back(&visit, &path(provider), error),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecretForm {
    provider: ProviderId,
    secret: String,
}

pub async fn replace(
    actor: Actor,
    db: Data<Db>,
    visit: Visit,
    id: Path<CredentialId>,
    form: Form<SecretForm>,
) -> PageResult {
    let SecretForm { provider, secret } = form.into_inner();
    match supply::replace_secret(&db, &actor, *id, Secret::new(secret)).await {
        Ok(saved) => Ok(flash(&visit, &path(saved.provider_id), "good", "The new secret is in use.")),
        Err(error) => back(&visit, &path(provider), error),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemovalForm {
    provider: ProviderId,
}

pub async fn remove(
    actor: Actor,
    db: Data<Db>,
    visit: Visit,
    id: Path<CredentialId>,
    form: Form<RemovalForm>,
) -> PageResult {
    supply::remove_credential(&db, &actor, *id).await?;
    Ok(flash(&visit, &path(form.provider), "good", "Credential removed; its secret is wiped."))
}
