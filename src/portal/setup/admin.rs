//! The first step: the admin's account.

use askama::Template;
use serde::Deserialize;

use crate::base::Secret;
use crate::domain::people::setup::{self, FirstAdmin};
use crate::portal::frame::Frame;
use crate::portal::{shell, sign_in};
use crate::store::Db;
use crate::web::{Data, FieldErrors, Form, PageResult, Path, Visit};

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdminForm {
    #[serde(default)]
    name: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
}

#[derive(Template)]
#[template(path = "setup/admin.html")]
struct AdminPage {
    frame: Frame,
    link: String,
    values: AdminForm,
    errors: FieldErrors,
}

pub async fn show(visit: Visit, db: Data<Db>, link: Path<String>) -> PageResult {
    setup::open(&db, &link).await?;
    let frame = shell::frame(&db, &visit).await?;
    let (values, errors) = (AdminForm::default(), FieldErrors::default());
    shell::html_secret(&AdminPage { frame, link: link.into_inner(), values, errors })
}

pub async fn create(visit: Visit, db: Data<Db>, link: Path<String>, form: Form<AdminForm>) -> PageResult {
    let typed = form.into_inner();
    let new = FirstAdmin {
        name: typed.name.clone(),
        email: typed.email.clone(),
        password: Secret::new(typed.password.clone()),
    };
    match setup::create_admin(&db, &link, new, &sign_in::peer(&visit)).await {
        Ok(started) => Ok(sign_in::entered(&db, &visit, &started, "/setup/vendor")?),
        Err(error) => {
            let errors = FieldErrors::from_error(error)?;
            let frame = shell::frame(&db, &visit).await?;
            shell::html_422(&AdminPage { frame, link: link.into_inner(), values: typed, errors })
        }
    }
}
