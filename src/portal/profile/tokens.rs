//! One's own management tokens.

use askama::Template;
use serde::Deserialize;

use super::show::{self, TokenValues, Typed};
use crate::base::clock::DAY;
use crate::base::ids::AdminTokenId;
use crate::base::{Code, Result, Timestamp};
use crate::config::Config;
use crate::domain::actor::Actor;
use crate::domain::people::admin_tokens::{self, NewToken, Reach};
use crate::portal::frame::Frame;
use crate::portal::{shell, shown};
use crate::store::Db;
use crate::web::shown::ShownOnce;
use crate::web::{Data, FieldErrors, Form, PageResult, Path, Visit, flash};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenForm {
    #[serde(default)]
    name: String,
    #[serde(default)]
    reach: String,
    #[serde(default)]
    expiry: String,
}

#[derive(Template)]
#[template(path = "profile/token.html")]
struct TokenPage {
    frame: Frame,
    name: String,
    secret: String,
    curl: String,
}

pub async fn create(
    visit: Visit,
    actor: Actor,
    db: Data<Db>,
    config: Data<Config>,
    once: Data<ShownOnce>,
    form: Form<TokenForm>,
) -> PageResult {
    let form = form.into_inner();
    let mut values = TokenValues {
        name: form.name.clone(),
        reach: form.reach.clone(),
        expiry: form.expiry.clone(),
        ..TokenValues::default()
    };
    let made = async {
        let expires_at = end(&form.expiry, db.now())?;
        let reach = if form.reach == "write" { Reach::ReadAndWrite } else { Reach::Read };
        admin_tokens::create(&db, &actor, NewToken { name: form.name, user: None, reach, expires_at }).await
    };
    let made = match made.await {
        Ok(made) => made,
        Err(error) => {
            values.errors = FieldErrors::from_error(error)?;
            return show::again(&db, &visit, &actor, Typed { token: values, ..Typed::default() }).await;
        }
    };
    let secret = made.secret.expose().to_owned();
    let curl = format!("curl {}/api/v1/apis \\\n  -H 'Authorization: Bearer {secret}'", config.public_url());
    let frame = shell::frame(&db, &visit).await?;
    shown::once(&db, &once, &visit, "/profile", &TokenPage { frame, name: made.token.name, secret, curl })
}

fn end(expiry: &str, now: Timestamp) -> Result<Option<Timestamp>> {
    match expiry {
        "never" => Ok(None),
        "30" => Ok(Some(now.plus(30 * DAY))),
        "" | "90" => Ok(Some(now.plus(90 * DAY))),
        "365" => Ok(Some(now.plus(365 * DAY))),
        _ => Err(Code::FieldInvalid.saying("Choose one of the list.").on("expiry")),
    }
}

pub async fn revoke(visit: Visit, actor: Actor, db: Data<Db>, id: Path<AdminTokenId>) -> PageResult {
    admin_tokens::revoke(&db, &actor, *id).await?;
    Ok(flash(&visit, "/profile", "good", "The token is revoked."))
}
