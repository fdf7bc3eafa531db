//! The sign-in form, and the way out.

use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};
use askama::Template;
use serde::Deserialize;

use super::{entered, local, peer};
use crate::base::{Code, OrCode, Result, Secret};
use crate::config::Config;
use crate::domain::actor::Actor;
use crate::domain::people::sign_in::{Outcome, sign_in};
use crate::domain::people::{sessions, sign_up};
use crate::domain::settings::SignUpMode;
use crate::portal::frame::Frame;
use crate::portal::shell;
use crate::store::Db;
use crate::store::entity::states::UserState;
use crate::web::{Data, FieldErrors, Form, PageResult, Query, Visit, guard, see_other};

#[derive(Default, Deserialize)]
pub struct Wanted {
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignInForm {
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    next: String,
}

#[derive(Template)]
#[template(path = "sign_in/show.html")]
struct SignInPage {
    frame: Frame,
    next: String,
    email: String,
    errors: FieldErrors,
    sign_up: SignUpMode,
}

pub async fn show(visit: Visit, db: Data<Db>, wanted: Query<Wanted>) -> PageResult {
    let next = local(&wanted.next);
    if visit.actor.is_some() {
        return Ok(see_other(next));
    }
    let page = blank(&db, &visit, next, FieldErrors::default()).await?;
    shell::html(&page)
}

pub async fn create(visit: Visit, db: Data<Db>, form: Form<SignInForm>) -> PageResult {
    let form = form.into_inner();
    let next = local(&form.next);
    let outcome = sign_in(&db, &form.email, &Secret::new(form.password), &peer(&visit)).await;
    let why = match outcome {
        Ok(Outcome::In(started)) => return Ok(entered(&db, &visit, &started, next)?),
        Ok(Outcome::Wrong) => "The e-mail address or the password is not right.".to_owned(),
        Ok(Outcome::NotActive(state)) => not_active(state).to_owned(),
        Err(error) if error.code() == Code::RateLimitExceeded => {
            let page = refused(&db, &visit, next, form.email, error.message()).await?;
            return answer(&page, StatusCode::TOO_MANY_REQUESTS, error.retry_after());
        }
        Err(error) => return Err(error.into()),
    };
    let page = refused(&db, &visit, next, form.email, &why).await?;
    answer(&page, StatusCode::UNPROCESSABLE_ENTITY, None)
}

fn not_active(state: UserState) -> &'static str {
    match state {
        UserState::Waiting => "Your account waits for an admin to let you in. Try again later.",
        _ => "This account is deactivated. Ask an admin.",
    }
}

pub async fn end(visit: Visit, actor: Actor, db: Data<Db>, config: Data<Config>) -> PageResult {
    if let Some(session) = visit.session {
        sessions::end(&db, &actor, session).await?;
    }
    let mut out = see_other("/sign-in");
    if let Err(fault) = out.add_cookie(&guard::no_session_cookie(config.is_https())) {
        tracing::error!(%fault, "the session cookie was not taken away");
    }
    Ok(out)
}

async fn blank(db: &Db, visit: &Visit, next: &str, errors: FieldErrors) -> Result<SignInPage> {
    let sign_up = sign_up::rules(db).await?.mode;
    Ok(SignInPage {
        frame: shell::frame(db, visit).await?,
        next: next.to_owned(),
        email: String::new(),
        errors,
        sign_up,
    })
}

impl SignInPage {
    fn can_sign_up(&self) -> bool {
        matches!(self.sign_up, SignUpMode::Open | SignUpMode::Domain)
    }

    fn invites(&self) -> bool {
        self.sign_up == SignUpMode::Invitation
    }
}

/// The address typed is shown again, whether there is an account of it or not.
async fn refused(db: &Db, visit: &Visit, next: &str, email: String, why: &str) -> Result<SignInPage> {
    let mut errors = FieldErrors::default();
    errors.add("", why);
    Ok(SignInPage { email, ..blank(db, visit, next, errors).await? })
}

fn answer(page: &SignInPage, status: StatusCode, wait: Option<u32>) -> PageResult {
    let mut answer = HttpResponse::build(status);
    answer.content_type("text/html; charset=utf-8").insert_header((header::CACHE_CONTROL, "no-store"));
    if let Some(seconds) = wait {
        answer.insert_header((header::RETRY_AFTER, seconds));
    }
    Ok(answer.body(page.render().or_code(Code::Internal)?))
}
