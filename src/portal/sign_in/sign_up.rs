//! The sign-up form.

use askama::Template;
use serde::Deserialize;

use super::peer;
use crate::base::{Code, Secret};
use crate::domain::people::sign_up::{self, Wish};
use crate::domain::settings::{self, Site};
use crate::portal::frame::Frame;
use crate::portal::shell;
use crate::store::Db;
use crate::web::{Data, FieldErrors, Form, PageResult, Visit, see_other};

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignUpForm {
    #[serde(default)]
    name: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
}

#[derive(Template)]
#[template(path = "sign_in/sign_up.html")]
struct SignUpPage {
    frame: Frame,
    offered: bool,
    values: SignUpForm,
    errors: FieldErrors,
    contact: String,
}

#[derive(Template)]
#[template(path = "sign_in/thanks.html")]
struct ThanksPage {
    frame: Frame,
    contact: String,
}

pub async fn show(visit: Visit, db: Data<Db>) -> PageResult {
    if visit.actor.is_some() {
        return Ok(see_other("/"));
    }
    form(&db, &visit, SignUpForm::default(), FieldErrors::default()).await
}

pub async fn create(visit: Visit, db: Data<Db>, form: Form<SignUpForm>) -> PageResult {
    let typed = form.into_inner();
    let wish = Wish {
        name: typed.name.clone(),
        email: typed.email.clone(),
        password: Secret::new(typed.password.clone()),
    };
    match sign_up::sign_up(&db, wish, &peer(&visit)).await {
        Ok(()) => thanks(&db, &visit).await,
        Err(error) if error.code() == Code::FieldInvalid => {
            let errors = FieldErrors::from_error(error)?;
            self::form(&db, &visit, typed, errors).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn form(db: &Db, visit: &Visit, values: SignUpForm, errors: FieldErrors) -> PageResult {
    let failed = !errors.is_empty();
    let page = SignUpPage {
        frame: shell::frame(db, visit).await?,
        offered: sign_up::is_offered(db).await?,
        values,
        errors,
        contact: settings::get::<Site>(db).await?.contact,
    };
    if failed { shell::html_422(&page) } else { shell::html(&page) }
}

async fn thanks(db: &Db, visit: &Visit) -> PageResult {
    let contact = settings::get::<Site>(db).await?.contact;
    shell::html(&ThanksPage { frame: shell::frame(db, visit).await?, contact })
}
