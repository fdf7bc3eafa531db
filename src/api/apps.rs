//! Applications by script.

use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};
use uuid::Uuid;

use super::paging::{self, Paging};
use super::place::placed;
use crate::base::ids::{AppId, TeamId, UserId};
use crate::domain::actor::Actor;
use crate::domain::apps::{self, AppView, NewApp};
use crate::store::Db;
use crate::store::entity::application;
use crate::web::{ApiNeed, ApiResult, Body, Data, Method, Page, Path, Query, StatusCode, endpoint, json};

#[derive(OpenApi)]
#[openapi(paths(list, create, show, rename, suspend, resume))]
struct Part;

pub(super) fn document() -> utoipa::openapi::OpenApi {
    Part::openapi()
}

pub fn endpoints() -> Vec<Page> {
    vec![
        endpoint(Method::GET, "/api/v1/apps", ApiNeed::Read, list),
        endpoint(Method::POST, "/api/v1/apps", ApiNeed::Write, create),
        endpoint(Method::GET, "/api/v1/apps/{id}", ApiNeed::Read, show),
        endpoint(Method::PATCH, "/api/v1/apps/{id}", ApiNeed::Write, rename),
        endpoint(Method::POST, "/api/v1/apps/{id}/suspension", ApiNeed::Write, suspend),
        endpoint(Method::POST, "/api/v1/apps/{id}/resumption", ApiNeed::Write, resume),
    ]
}

/// An app of a team.
#[derive(Serialize, ToSchema)]
struct App {
    #[schema(value_type = Uuid)]
    id: AppId,
    /// The team it belongs to.
    #[schema(value_type = Uuid)]
    team_id: TeamId,
    name: String,
    /// `active` or `suspended`.
    state: &'static str,
    /// Why it is suspended.
    reason: Option<String>,
    /// The user who made it.
    #[schema(value_type = Uuid)]
    created_by: UserId,
    /// RFC 3339.
    #[schema(format = DateTime)]
    created_at: String,
}

impl From<application::Model> for App {
    fn from(row: application::Model) -> Self {
        Self {
            id: row.id,
            team_id: row.team_id,
            name: row.name,
            state: row.state.word(),
            reason: row.reason,
            created_by: row.created_by,
            created_at: row.created_at.rfc3339(),
        }
    }
}

/// A page of apps, the newest first.
#[derive(Serialize, ToSchema)]
struct Apps {
    items: Vec<App>,
    /// Pass it as `before` for what follows.
    next: Option<Uuid>,
}

/// List apps.
///
/// Those of your teams; for admins and auditors all of them. The newest first.
#[utoipa::path(get, path = "/api/v1/apps", tag = "Apps",
    params(Paging),
    responses((status = 200, description = "apps of your teams, or all for admins and auditors", body = Apps)))]
async fn list(db: Data<Db>, actor: Actor, asked: Query<Paging>) -> ApiResult {
    let views = apps::list_visible(&db, &actor, asked.before.map(AppId), asked.limit.one_ahead()).await?;
    let (views, next) = paging::page(views, asked.limit, |view| view.app.id.0);
    let items = views.into_iter().map(|view: AppView| view.app.into()).collect();
    Ok(json(StatusCode::OK, &Apps { items, next }))
}

/// A new app.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewAppBody {
    name: String,
    /// None: your own team.
    #[schema(value_type = Option<Uuid>)]
    team_id: Option<TeamId>,
}

/// Make an app.
///
/// For members of the team, and admins. Subscriptions and keys hang on it.
#[utoipa::path(post, path = "/api/v1/apps", tag = "Apps", request_body = NewAppBody,
    responses((status = 201, description = "the app", body = App)))]
async fn create(db: Data<Db>, actor: Actor, body: Body<NewAppBody>) -> ApiResult {
    let body = body.into_inner();
    let new = NewApp { team: body.team_id, name: body.name, maker: None };
    let app = apps::create(&db, &actor, new).await.map_err(placed(&[("app", "team_id")]))?;
    Ok(json(StatusCode::CREATED, &App::from(app)))
}

/// Show an app.
///
/// For members of its team, admins and auditors.
#[utoipa::path(get, path = "/api/v1/apps/{id}", tag = "Apps", params(("id" = Uuid, Path, description = "The app")),
    responses((status = 200, description = "the app", body = App)))]
async fn show(db: Data<Db>, actor: Actor, id: Path<AppId>) -> ApiResult {
    seen(&db, &actor, *id).await
}

/// What to change.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AppChange {
    /// The new name.
    name: String,
}

/// Rename an app.
///
/// For members of its team, and admins.
#[utoipa::path(patch, path = "/api/v1/apps/{id}", tag = "Apps", params(("id" = Uuid, Path, description = "The app")), request_body = AppChange,
    responses((status = 200, description = "the app, changed", body = App)))]
async fn rename(db: Data<Db>, actor: Actor, id: Path<AppId>, body: Body<AppChange>) -> ApiResult {
    apps::rename(&db, &actor, *id, body.into_inner().name).await?;
    seen(&db, &actor, *id).await
}

/// Why an app is suspended.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AppSuspension {
    /// Its team is shown this.
    reason: String,
}

/// Suspend an app.
///
/// For admins. All its calls are refused with `app_suspended` from the next one on.
#[utoipa::path(post, path = "/api/v1/apps/{id}/suspension", tag = "Apps", params(("id" = Uuid, Path, description = "The app")), request_body = AppSuspension,
    responses((status = 200, description = "suspended: its calls are refused", body = App)))]
async fn suspend(db: Data<Db>, actor: Actor, id: Path<AppId>, body: Body<AppSuspension>) -> ApiResult {
    apps::suspend(&db, &actor, *id, body.into_inner().reason).await?;
    seen(&db, &actor, *id).await
}

/// Let a suspended app call again.
///
/// For admins.
#[utoipa::path(post, path = "/api/v1/apps/{id}/resumption", tag = "Apps", params(("id" = Uuid, Path, description = "The app")),
    responses((status = 200, description = "its calls go through again", body = App)))]
async fn resume(db: Data<Db>, actor: Actor, id: Path<AppId>) -> ApiResult {
    apps::resume(&db, &actor, *id).await?;
    seen(&db, &actor, *id).await
}

async fn seen(db: &Db, actor: &Actor, id: AppId) -> ApiResult {
    let view = apps::get_visible(db, actor, id).await?;
    Ok(json(StatusCode::OK, &App::from(view.app)))
}
