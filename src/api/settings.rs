//! Settings of the site by script.

use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

use crate::base::Code;
use crate::domain::actor::Actor;
use crate::domain::people::sign_up;
use crate::domain::permit::Right;
use crate::domain::settings::{self, SignUp, SignUpMode, Site};
use crate::store::Db;
use crate::web::{ApiNeed, ApiResult, Body, Data, Method, Page, StatusCode, endpoint, json};

#[derive(OpenApi)]
#[openapi(paths(show_sign_up, change_sign_up, show_site, change_site))]
struct Part;

pub(super) fn document() -> utoipa::openapi::OpenApi {
    Part::openapi()
}

const SETTINGS: ApiNeed = ApiNeed::May(Right::ManageSettings);

pub fn endpoints() -> Vec<Page> {
    vec![
        endpoint(Method::GET, "/api/v1/settings/sign-up", ApiNeed::Read, show_sign_up),
        endpoint(Method::PUT, "/api/v1/settings/sign-up", SETTINGS, change_sign_up),
        endpoint(Method::GET, "/api/v1/settings/site", ApiNeed::Read, show_site),
        endpoint(Method::PUT, "/api/v1/settings/site", SETTINGS, change_site),
    ]
}

/// Who may make an account.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SignUpRules {
    /// `open`, `domain`, `invitation` or `off`.
    mode: String,
    /// E-mail domains that may sign up in the mode `domain`.
    #[serde(default)]
    domains: Vec<String>,
}

impl From<SignUp> for SignUpRules {
    fn from(rules: SignUp) -> Self {
        Self { mode: rules.mode.word().to_owned(), domains: rules.domains }
    }
}

/// Show who may make an account.
///
/// For admins and auditors.
#[utoipa::path(get, path = "/api/v1/settings/sign-up", tag = "Settings",
    responses((status = 200, description = "who may make an account, for admins and auditors", body = SignUpRules)))]
async fn show_sign_up(db: Data<Db>, actor: Actor) -> ApiResult {
    Ok(json(StatusCode::OK, &SignUpRules::from(settings::read::<SignUp>(&db, &actor).await?)))
}

/// Set who may make an account.
///
/// For admins. Replaces both fields; repeating it is harmless.
#[utoipa::path(put, path = "/api/v1/settings/sign-up", tag = "Settings", request_body = SignUpRules,
    responses((status = 200, description = "the rules from now on", body = SignUpRules)))]
async fn change_sign_up(db: Data<Db>, actor: Actor, body: Body<SignUpRules>) -> ApiResult {
    let known = "Choose open, domain, invitation or off.";
    let mode = SignUpMode::parse(&body.mode).ok_or_else(|| Code::FieldInvalid.saying(known).on("mode"))?;
    let rules = sign_up::change_rules(&db, &actor, mode, &body.domains).await?;
    Ok(json(StatusCode::OK, &SignUpRules::from(rules)))
}

/// What the site is called, and who to ask.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SiteBody {
    /// In the title of each page.
    name: String,
    /// Whom to ask, where a page says so.
    #[serde(default)]
    contact: String,
}

/// Show name and contact of the site.
///
/// For admins and auditors.
#[utoipa::path(get, path = "/api/v1/settings/site", tag = "Settings",
    responses((status = 200, description = "name and contact, for admins and auditors", body = SiteBody)))]
async fn show_site(db: Data<Db>, actor: Actor) -> ApiResult {
    let Site { name, contact } = settings::read(&db, &actor).await?;
    Ok(json(StatusCode::OK, &SiteBody { name, contact }))
}

/// Set name and contact of the site.
///
/// For admins. Replaces both fields; repeating it is harmless.
#[utoipa::path(put, path = "/api/v1/settings/site", tag = "Settings", request_body = SiteBody,
    responses((status = 200, description = "name and contact from now on", body = SiteBody)))]
async fn change_site(db: Data<Db>, actor: Actor, body: Body<SiteBody>) -> ApiResult {
    let SiteBody { name, contact } = body.into_inner();
    let Site { name, contact } = settings::change_site(&db, &actor, Site { name, contact }).await?;
    Ok(json(StatusCode::OK, &SiteBody { name, contact }))
}
