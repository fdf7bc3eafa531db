//! The forms of a vendor's pool of secrets. A secret travels in, never out.

use serde::Deserialize;

use super::change::path;
use super::show;
use crate::base::ids::{CredentialId, ProviderId};
use crate::base::{Code, Result, Secret};
use crate::domain::actor::Actor;
use crate::domain::supply::{self, CredentialChange, NewCredential, Switch};
use crate::gateway::Gateway;
use crate::portal::back::answer;
use crate::portal::meanwhile::Seen;
use crate::portal::returned::Returned;
use crate::store::Db;
use crate::web::{Data, Form, PageResult, Path, Visit, flash, see_other};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewForm {
    name: String,
    secret: String,
    #[serde(default)]
    weight: String,
}

pub async fn create(
    actor: Actor,
    db: Data<Db>,
    gateway: Data<Gateway>,
    visit: Visit,
    id: Path<ProviderId>,
    form: Form<NewForm>,
) -> PageResult {
    let form = form.into_inner();
    let added = match weight(&form.weight) {
        Ok(weight) => {
            let new = NewCredential { name: form.name.clone(), secret: Secret::new(form.secret), weight };
            supply::add_credential(&db, &actor, *id, new).await
        }
        Err(error) => Err(error),
    };
    match added {
        Ok(_) => {
            let text = "Credential added. Its secret is sealed and never shown again.";
            Ok(flash(&visit, &path(*id), "good", text))
        }
        Err(error) => {
            let typed = [("name", form.name), ("secret", String::new()), ("weight", form.weight)];
            let returned = Returned::from_error("add-credential", typed, error)?;
            show::again(&db, &gateway, &actor, &visit, *id, returned).await
        }
    }
}

/// To the page that shows a credential.
pub async fn find(actor: Actor, db: Data<Db>, id: Path<CredentialId>) -> PageResult {
    Ok(see_other(path(supply::provider_of_credential(&db, &actor, *id).await?)))
}

/// Empty is the usual share.
fn weight(typed: &str) -> Result<i32> {
    let wrong = || Code::FieldInvalid.saying("A number from 1 to 1000.").on("weight");
    match typed.trim() {
        "" => Ok(1),
        typed => typed.parse().map_err(|_| wrong()),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeForm {
    #[serde(default)]
    seen: Seen,
    provider: ProviderId,
    name: String,
    weight: String,
    state: String,
}

pub async fn save(
    actor: Actor,
    db: Data<Db>,
    gateway: Data<Gateway>,
    visit: Visit,
    id: Path<CredentialId>,
    form: Form<ChangeForm>,
) -> PageResult {
    let mut form = form.into_inner();
    let saved = match weight(&form.weight) {
        Ok(weight) => {
            let change = CredentialChange {
                name: Some(form.name.clone()),
                weight: Some(weight),
                state: Switch::parse(&form.state),
            };
            supply::change_credential(&db, &form.seen.by(&actor), *id, change).await
        }
        Err(error) => Err(error),
    };
    match saved {
        Ok(saved) => Ok(flash(&visit, &path(saved.provider_id), "good", "Saved.")),
        Err(error) => {
            let error = form.seen.told(&db, error).await?;
            let seen = ("seen", form.seen.to_string());
            let typed = [seen, ("name", form.name), ("weight", form.weight), ("state", form.state)];
            let returned = Returned::from_error(format!("c{}-change", *id), typed, error)?;
            show::again(&db, &gateway, &actor, &visit, form.provider, returned).await
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecretForm {
    #[serde(default)]
    seen: Seen,
    provider: ProviderId,
    secret: String,
}

pub async fn replace(
    actor: Actor,
    db: Data<Db>,
    gateway: Data<Gateway>,
    visit: Visit,
    id: Path<CredentialId>,
    form: Form<SecretForm>,
) -> PageResult {
    let SecretForm { mut seen, provider, secret } = form.into_inner();
    match supply::replace_secret(&db, &seen.by(&actor), *id, Secret::new(secret)).await {
        Ok(saved) => Ok(flash(&visit, &path(saved.provider_id), "good", "The new secret is in use.")),
        Err(error) => {
            let error = seen.told(&db, error).await?;
            let typed = [("seen", seen.to_string()), ("secret", String::new())];
            let returned = Returned::from_error(format!("c{}-replace", *id), typed, error)?;
            show::again(&db, &gateway, &actor, &visit, provider, returned).await
        }
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
    let done = supply::remove_credential(&db, &actor, *id).await;
    answer(&visit, &path(form.provider), "Credential removed; its secret is wiped.", done)
}
