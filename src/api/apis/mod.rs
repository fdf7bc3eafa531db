//! APIs and their versions by script: everything the editor does.

mod versions;

use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};
use uuid::Uuid;

use super::gone;
use super::paging::{self, Paging};
use super::place::{Places, placed};
use crate::base::ids::{ApiId, TeamId};
use crate::base::{Code, Result};
use crate::domain::actor::Actor;
use crate::domain::catalogue::{self, ApiChange, ManagedApi, NewApi};
use crate::domain::teams;
use crate::store::Db;
use crate::store::entity::states::Visibility;
use crate::web::{ApiNeed, ApiResult, Body, Data, Method, Page, Path, Query, StatusCode, endpoint, json};
use versions::Version;

#[derive(OpenApi)]
#[openapi(paths(
    list,
    create,
    show,
    change,
    remove,
    versions::add_version,
    versions::set_models,
    versions::set_docs,
    versions::checks,
    versions::publish,
    versions::deprecate,
    versions::retire,
    versions::discard
))]
struct Part;

pub(super) fn document() -> utoipa::openapi::OpenApi {
    Part::openapi()
}

pub fn endpoints() -> Vec<Page> {
    vec![
        endpoint(Method::GET, "/api/v1/apis", ApiNeed::Read, list),
        endpoint(Method::POST, "/api/v1/apis", ApiNeed::Write, create),
        endpoint(Method::GET, "/api/v1/apis/{id}", ApiNeed::Read, show),
        endpoint(Method::PATCH, "/api/v1/apis/{id}", ApiNeed::Write, change),
        endpoint(Method::DELETE, "/api/v1/apis/{id}", ApiNeed::Write, remove),
        endpoint(Method::POST, "/api/v1/apis/{id}/versions", ApiNeed::Write, versions::add_version),
        endpoint(Method::PUT, "/api/v1/versions/{id}/models", ApiNeed::Write, versions::set_models),
        endpoint(Method::PUT, "/api/v1/versions/{id}/docs", ApiNeed::Write, versions::set_docs),
        endpoint(Method::GET, "/api/v1/versions/{id}/checks", ApiNeed::Read, versions::checks),
        endpoint(Method::POST, "/api/v1/versions/{id}/publication", ApiNeed::Write, versions::publish),
        endpoint(Method::POST, "/api/v1/versions/{id}/deprecation", ApiNeed::Write, versions::deprecate),
        endpoint(Method::POST, "/api/v1/versions/{id}/retirement", ApiNeed::Write, versions::retire),
        endpoint(Method::DELETE, "/api/v1/versions/{id}", ApiNeed::Write, versions::discard),
    ]
}

const PLACES: Places = &[("owner_team", "owner_team_id"), ("teams", "team_ids")];

/// An API as its makers see it.
#[derive(Serialize, ToSchema)]
struct Api {
    #[schema(value_type = Uuid)]
    id: ApiId,
    /// Its word in addresses.
    slug: String,
    name: String,
    /// One line about it.
    summary: String,
    /// Whom to ask: shown to its users.
    contact: String,
    /// The team that looks after it.
    #[schema(value_type = Uuid)]
    owner_team_id: TeamId,
    /// `everyone` or `teams`.
    visibility: &'static str,
    /// Who sees it beside the owner team, when it is for teams.
    #[schema(value_type = Vec<Uuid>)]
    team_ids: Vec<TeamId>,
    /// Live subscriptions.
    subscriptions: u64,
    /// Newest first.
    versions: Vec<Version>,
}

impl From<ManagedApi> for Api {
    fn from(managed: ManagedApi) -> Self {
        Self {
            id: managed.api.id,
            slug: managed.api.slug,
            name: managed.api.name,
            summary: managed.api.summary,
            contact: managed.api.contact,
            owner_team_id: managed.api.owner_team_id,
            visibility: managed.api.visibility.word(),
            team_ids: managed.teams,
            subscriptions: managed.subscribers,
            versions: managed.versions.into_iter().map(Version::from).collect(),
        }
    }
}

/// A page of APIs, the newest first.
#[derive(Serialize, ToSchema)]
struct Apis {
    items: Vec<Api>,
    /// Pass it as `before` for what follows.
    next: Option<Uuid>,
}

/// List APIs as their makers see them.
///
/// For admins and auditors all of them, for publishers those of their teams. The newest first, with
/// drafts; what everybody may subscribe to is in the catalogue.
#[utoipa::path(get, path = "/api/v1/apis", tag = "APIs", params(Paging),
    responses((status = 200, description = "a page of APIs as their makers see them", body = Apis)))]
async fn list(db: Data<Db>, actor: Actor, asked: Query<Paging>) -> ApiResult {
    let managed =
        catalogue::page_of_managed(&db, &actor, asked.before.map(ApiId), asked.limit.one_ahead()).await?;
    let (managed, next) = paging::page(managed, asked.limit, |managed| managed.api.id.0);
    let items = managed.into_iter().map(Api::from).collect();
    Ok(json(StatusCode::OK, &Apis { items, next }))
}

/// A new API, without versions.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewApiBody {
    /// Its word in addresses; it never changes.
    slug: String,
    name: String,
    /// One line about it.
    #[serde(default)]
    summary: String,
    /// Whom to ask: shown to its users.
    #[serde(default)]
    contact: String,
    /// None: your own team.
    #[schema(value_type = Option<Uuid>)]
    owner_team_id: Option<TeamId>,
    /// `everyone` or `teams`; none is `everyone`.
    #[schema(value_type = Option<String>)]
    visibility: Option<Visibility>,
    /// Who sees it, where `visibility` is `teams`.
    #[serde(default)]
    #[schema(value_type = Vec<Uuid>)]
    team_ids: Vec<TeamId>,
}

/// Make an API.
///
/// For admins, and publishers within their own teams. It has no version yet: nobody sees it in the
/// catalogue before one is published.
#[utoipa::path(post, path = "/api/v1/apis", tag = "APIs", request_body = NewApiBody,
    responses((status = 201, description = "the API", body = Api)))]
async fn create(db: Data<Db>, actor: Actor, body: Body<NewApiBody>) -> ApiResult {
    let body = body.into_inner();
    let new = NewApi {
        slug: body.slug,
        name: body.name,
        summary: body.summary,
        owner_team: owner(&db, &actor, body.owner_team_id).await?,
        visibility: body.visibility.unwrap_or(Visibility::Everyone),
        teams: body.team_ids,
        contact: body.contact,
    };
    let api = catalogue::make_api(&db, &actor, new).await.map_err(placed(PLACES))?;
    seen(&db, &actor, api.id, StatusCode::CREATED).await
}

async fn owner(db: &Db, actor: &Actor, named: Option<TeamId>) -> Result<TeamId> {
    if let Some(team) = named {
        return Ok(team);
    }
    let own = teams::list_own(db, actor).await?;
    let first = own.first().map(|row| row.team.id);
    first.ok_or_else(|| Code::FieldInvalid.saying("Name the team that owns it.").on("owner_team_id"))
}

/// Show an API with its versions and their models.
///
/// For those who manage it, and auditors.
#[utoipa::path(get, path = "/api/v1/apis/{id}", tag = "APIs", params(("id" = Uuid, Path, description = "The API")),
    responses((status = 200, description = "the API with its versions and their models", body = Api)))]
async fn show(db: Data<Db>, actor: Actor, id: Path<ApiId>) -> ApiResult {
    seen(&db, &actor, *id, StatusCode::OK).await
}

async fn seen(db: &Db, actor: &Actor, id: ApiId, status: StatusCode) -> ApiResult {
    Ok(json(status, &Api::from(catalogue::get_managed(db, actor, id).await?)))
}

/// What to change; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ApiPatch {
    name: Option<String>,
    /// One line about it.
    summary: Option<String>,
    /// Whom to ask: shown to its users.
    contact: Option<String>,
    /// `everyone` or `teams`.
    #[schema(value_type = Option<String>)]
    visibility: Option<Visibility>,
    /// Who sees it, where `visibility`, which comes with it, is `teams`.
    #[schema(value_type = Option<Vec<Uuid>>)]
    team_ids: Option<Vec<TeamId>>,
}

/// Change an API.
///
/// For those who manage it. `visibility` and `team_ids` are set together.
#[utoipa::path(patch, path = "/api/v1/apis/{id}", tag = "APIs", params(("id" = Uuid, Path, description = "The API")), request_body = ApiPatch,
    responses((status = 200, description = "the API, changed", body = Api)))]
async fn change(db: Data<Db>, actor: Actor, id: Path<ApiId>, body: Body<ApiPatch>) -> ApiResult {
    let body = body.into_inner();
    if body.visibility.is_none() && body.team_ids.is_some() {
        return Err(Code::FieldInvalid.saying("Send `visibility` with it.").on("team_ids").into());
    }
    let teams = body.team_ids.unwrap_or_default();
    let change = ApiChange {
        name: body.name,
        summary: body.summary,
        contact: body.contact,
        visibility: body.visibility.map(|visibility| (visibility, teams)),
    };
    catalogue::change_api(&db, &actor, *id, change).await.map_err(placed(PLACES))?;
    seen(&db, &actor, *id, StatusCode::OK).await
}

/// Remove an API.
///
/// For those who manage it. Only what was never published can be removed; else `conflict`: deprecate and
/// retire its versions instead.
#[utoipa::path(delete, path = "/api/v1/apis/{id}", tag = "APIs", params(("id" = Uuid, Path, description = "The API")),
    responses((status = 204, description = "removed; only what was never published can be")))]
async fn remove(db: Data<Db>, actor: Actor, id: Path<ApiId>) -> ApiResult {
    catalogue::remove_api(&db, &actor, *id).await?;
    Ok(gone())
}
