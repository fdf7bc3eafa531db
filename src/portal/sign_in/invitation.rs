//! Taking over an account that an admin made.

use askama::Template;
use serde::Deserialize;

use super::{entered, peer};
use crate::base::Secret;
use crate::domain::people::invitations;
use crate::portal::frame::Frame;
use crate::portal::shell;
use crate::store::Db;
use crate::web::{Data, FieldErrors, Form, PageResult, Path, Visit};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AcceptForm {
    #[serde(default)]
    name: String,
    #[serde(default)]
    password: String,
}

#[derive(Template)]
#[template(path = "sign_in/invitation.html")]
struct InvitationPage {
    frame: Frame,
    email: String,
    link: String,
    name: String,
    errors: FieldErrors,
}

pub async fn open(visit: Visit, db: Data<Db>, link: Path<String>) -> PageResult {
    show(&db, &visit, &link, "", FieldErrors::default()).await
}

pub async fn accept(visit: Visit, db: Data<Db>, link: Path<String>, form: Form<AcceptForm>) -> PageResult {
    let form = form.into_inner();
    let chosen = Secret::new(form.password);
    match invitations::accept(&db, &link, &form.name, &chosen, &peer(&visit)).await {
        Ok(started) => Ok(entered(&db, &visit, &started, "/")?),
        Err(error) => show(&db, &visit, &link, &form.name, FieldErrors::from_error(error)?).await,
    }
}

async fn show(db: &Db, visit: &Visit, link: &str, name: &str, errors: FieldErrors) -> PageResult {
    let invited = invitations::open(db, link).await?;
    let failed = !errors.is_empty();
    let page = InvitationPage {
        frame: shell::frame(db, visit).await?,
        email: invited.email,
        link: link.to_owned(),
        name: name.to_owned(),
        errors,
    };
    if failed { shell::html_422(&page) } else { shell::html_secret(&page) }
}
