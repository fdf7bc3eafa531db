//! Who may make an account.

use serde::Deserialize;

use super::{PATH, show};
use crate::domain::actor::Actor;
use crate::domain::people::sign_up;
use crate::domain::settings::SignUpMode;
use crate::portal::meanwhile::Seen;
use crate::portal::shell;
use crate::store::Db;
use crate::web::{Data, FieldErrors, Form, PageResult, Visit, flash};

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignUpForm {
    #[serde(default)]
    pub seen: Seen,
    #[serde(default)]
    pub mode: String,
    /// One a line, or with commas.
    #[serde(default)]
    pub domains: String,
}

pub async fn save(actor: Actor, db: Data<Db>, visit: Visit, form: Form<SignUpForm>) -> PageResult {
    let mut form = form.into_inner();
    let mut errors = FieldErrors::default();
    let Some(mode) = SignUpMode::parse(&form.mode) else {
        errors.add("mode", "Choose who may make an account.");
        return again(&db, &visit, &actor, form, errors).await;
    };
    let words = form.domains.split([',', '\n']).map(str::trim).filter(|word| !word.is_empty());
    let domains: Vec<String> = words.map(str::to_owned).collect();
    match sign_up::change_rules(&db, &form.seen.by(&actor), mode, &domains).await {
        Ok(_) => Ok(flash(&visit, PATH, "good", "Saved. The sign-up page obeys it from now on.")),
        Err(error) => {
            let errors = FieldErrors::from_error(form.seen.told(&db, error).await?)?;
            again(&db, &visit, &actor, form, errors).await
        }
    }
}

async fn again(db: &Db, visit: &Visit, actor: &Actor, typed: SignUpForm, errors: FieldErrors) -> PageResult {
    let mut page = show::page(db, visit, actor).await?;
    (page.sign_up, page.sign_up_errors) = (typed, errors);
    shell::html_422(&page)
}
