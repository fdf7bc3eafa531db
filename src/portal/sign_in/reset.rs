//! A forgotten password: ask for a link, and set a new one with it.

use askama::Template;
use serde::Deserialize;

use super::{known, peer};
use crate::base::Secret;
use crate::domain::people::{devices, reset};
use crate::domain::settings::{self, Site};
use crate::portal::frame::Frame;
use crate::portal::shell;
use crate::store::Db;
use crate::web::{Data, FieldErrors, Form, PageResult, Path, Visit, flash};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AskForm {
    #[serde(default)]
    email: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FinishForm {
    #[serde(default)]
    password: String,
}

#[derive(Template)]
#[template(path = "sign_in/reset.html")]
struct AskPage {
    frame: Frame,
    asked: bool,
    contact: String,
    errors: FieldErrors,
}

#[derive(Template)]
#[template(path = "sign_in/new_password.html")]
struct FinishPage {
    frame: Frame,
    email: String,
    link: String,
    errors: FieldErrors,
}

pub async fn show(visit: Visit, db: Data<Db>) -> PageResult {
    ask_page(&db, &visit, false).await
}

pub async fn ask(visit: Visit, db: Data<Db>, form: Form<AskForm>) -> PageResult {
    reset::ask(&db, &form.email, &peer(&visit)).await?;
    ask_page(&db, &visit, true).await
}

async fn ask_page(db: &Db, visit: &Visit, asked: bool) -> PageResult {
    let contact = settings::get::<Site>(db).await?.contact;
    let frame = shell::frame(db, visit).await?;
    shell::html(&AskPage { frame, asked, contact, errors: FieldErrors::default() })
}

pub async fn open(visit: Visit, db: Data<Db>, link: Path<String>) -> PageResult {
    finish_page(&db, &visit, &link, FieldErrors::default()).await
}

pub async fn finish(visit: Visit, db: Data<Db>, link: Path<String>, form: Form<FinishForm>) -> PageResult {
    let chosen = Secret::new(form.into_inner().password);
    match reset::finish(&db, &link, &chosen).await {
        Ok(user) => {
            let answer = flash(&visit, "/sign-in", "good", "Your password is set. Sign in with it.");
            let mark = devices::issue(&db, user.id, user.epoch, visit.device.as_ref())?;
            Ok(known(answer, &visit, &mark))
        }
        Err(error) => finish_page(&db, &visit, &link, FieldErrors::from_error(error)?).await,
    }
}

async fn finish_page(db: &Db, visit: &Visit, link: &str, errors: FieldErrors) -> PageResult {
    let user = reset::open(db, link).await?;
    let failed = !errors.is_empty();
    let frame = shell::frame(db, visit).await?;
    let page = FinishPage { frame, email: user.email, link: link.to_owned(), errors };
    if failed { shell::html_422(&page) } else { shell::html_secret(&page) }
}
