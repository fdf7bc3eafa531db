//! The sign-up form.

use askama::Template;
use serde::Deserialize;

use super::peer;
use crate::base::{Code, Result, Secret};
use crate::domain::people::sign_up::{self, Wish};
use crate::domain::settings::{self, SignUp, SignUpMode, Site};
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
    rules: SignUp,
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
        Err(error) if error.code() == Code::NotPermitted => {
            shell::html_403(&blank(&db, &visit, SignUpForm::default(), FieldErrors::default()).await?)
        }
        Err(error) => Err(error.into()),
    }
}

async fn form(db: &Db, visit: &Visit, values: SignUpForm, errors: FieldErrors) -> PageResult {
    let failed = !errors.is_empty();
    let page = blank(db, visit, values, errors).await?;
    if failed { shell::html_422(&page) } else { shell::html(&page) }
}

async fn blank(db: &Db, visit: &Visit, values: SignUpForm, errors: FieldErrors) -> Result<SignUpPage> {
    Ok(SignUpPage {
        frame: shell::frame(db, visit).await?,
        rules: sign_up::rules(db).await?,
        values,
        errors,
        contact: settings::get::<Site>(db).await?.contact,
    })
}

impl SignUpPage {
    /// The form is there; otherwise a note says why not.
    fn is_offered(&self) -> bool {
        matches!(self.rules.mode, SignUpMode::Open | SignUpMode::Domain)
    }

    fn lede(&self) -> String {
        let then = "An admin lets you in; then you subscribe to an API and make your key.";
        match self.rules.mode {
            SignUpMode::Open => then.to_owned(),
            SignUpMode::Domain => format!("With an address at {}. {then}", self.rules.domains.join(", ")),
            SignUpMode::Invitation | SignUpMode::Off => String::new(),
        }
    }

    /// Title and text of the note where there is no form.
    fn closed(&self) -> (&'static str, &'static str) {
        match self.rules.mode {
            SignUpMode::Off => (
                "No new accounts",
                "This site takes no new accounts at the moment. If you have one, sign in as always.",
            ),
            _ => (
                "By invitation",
                "Accounts here are made by invitation. Ask an admin for a link, with which you choose your password.",
            ),
        }
    }
}

async fn thanks(db: &Db, visit: &Visit) -> PageResult {
    let contact = settings::get::<Site>(db).await?.contact;
    shell::html(&ThanksPage { frame: shell::frame(db, visit).await?, contact })
}
