//! One's own password.

use serde::Deserialize;

use super::show::{self, TokenValues};
use crate::base::Secret;
use crate::domain::actor::Actor;
use crate::domain::people::profile;
use crate::store::Db;
use crate::web::{Data, FieldErrors, Form, PageResult, Visit, flash};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PasswordForm {
    #[serde(default)]
    current: String,
    #[serde(default)]
    password: String,
}

pub async fn update(visit: Visit, actor: Actor, db: Data<Db>, form: Form<PasswordForm>) -> PageResult {
    let form = form.into_inner();
    let (current, chosen) = (Secret::new(form.current), Secret::new(form.password));
    match profile::change_password(&db, &actor, &current, &chosen).await {
        Ok(()) => {
            let text = "Your password is changed. Your other sessions are ended.";
            Ok(flash(&visit, "/profile", "good", text))
        }
        Err(error) => {
            let errors = FieldErrors::from_error(error)?;
            show::again(&db, &visit, &actor, errors, TokenValues::default()).await
        }
    }
}
