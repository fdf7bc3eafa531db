//! APIs and their versions by script: everything the editor does.

use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};
use uuid::Uuid;

use super::moment::moment;
use super::paging::{self, Paging};
use super::place::{Places, placed};
use super::providers::gone;
use crate::base::ids::{ApiId, ModelId, TeamId, VersionId};
use crate::base::{Code, Result};
use crate::domain::actor::Actor;
use crate::domain::catalogue::{
    self, ApiChange, Deprecation, ManagedApi, NewApi, NewVersion, VersionModel, VersionView,
};
use crate::domain::teams;
use crate::store::Db;
use crate::store::entity::api_version;
use crate::store::entity::states::Visibility;
use crate::web::{ApiNeed, ApiResult, Body, Data, Method, Page, Path, Query, StatusCode, endpoint, json};

#[derive(OpenApi)]
#[openapi(paths(
    list,
    create,
    show,
    change,
    remove,
    add_version,
    set_models,
    set_docs,
    checks,
    publish,
    deprecate,
    retire,
    discard
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
        endpoint(Method::POST, "/api/v1/apis/{id}/versions", ApiNeed::Write, add_version),
        endpoint(Method::PUT, "/api/v1/versions/{id}/models", ApiNeed::Write, set_models),
        endpoint(Method::PUT, "/api/v1/versions/{id}/docs", ApiNeed::Write, set_docs),
        endpoint(Method::GET, "/api/v1/versions/{id}/checks", ApiNeed::Read, checks),
        endpoint(Method::POST, "/api/v1/versions/{id}/publication", ApiNeed::Write, publish),
        endpoint(Method::POST, "/api/v1/versions/{id}/deprecation", ApiNeed::Write, deprecate),
        endpoint(Method::POST, "/api/v1/versions/{id}/retirement", ApiNeed::Write, retire),
        endpoint(Method::DELETE, "/api/v1/versions/{id}", ApiNeed::Write, discard),
    ]
}

const PLACES: Places = &[("owner_team", "owner_team_id"), ("teams", "team_ids")];

/// An API that you may manage.
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

/// A version of an API.
#[derive(Serialize, ToSchema)]
struct Version {
    #[schema(value_type = Uuid)]
    id: VersionId,
    /// `v` and a number.
    name: String,
    /// `draft`, `published`, `deprecated` or `retired`.
    state: &'static str,
    /// Markdown.
    docs: String,
    /// RFC 3339; null for a draft.
    #[schema(format = DateTime)]
    published_at: Option<String>,
    /// RFC 3339; null: not deprecated.
    #[schema(format = DateTime)]
    deprecated_at: Option<String>,
    /// From then on it may be gone; RFC 3339.
    #[schema(format = DateTime)]
    sunset_at: Option<String>,
    /// RFC 3339; null: not retired.
    #[schema(format = DateTime)]
    retired_at: Option<String>,
    /// The version to move to.
    #[schema(value_type = Option<Uuid>)]
    successor_id: Option<VersionId>,
    /// How to move.
    guide_url: Option<String>,
    /// Only where the whole API is shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    models: Option<Vec<VersionModelBody>>,
}

impl From<api_version::Model> for Version {
    fn from(row: api_version::Model) -> Self {
        Self {
            id: row.id,
            name: row.name,
            state: row.state.word(),
            docs: row.docs,
            published_at: row.published_at.map(|at| at.rfc3339()),
            deprecated_at: row.deprecated_at.map(|at| at.rfc3339()),
            sunset_at: row.sunset_at.map(|at| at.rfc3339()),
            retired_at: row.retired_at.map(|at| at.rfc3339()),
            successor_id: row.successor_id,
            guide_url: row.guide_url,
            models: None,
        }
    }
}

impl From<VersionView> for Version {
    fn from(view: VersionView) -> Self {
        let models = view.models.into_iter().map(|offered| VersionModelBody {
            public_name: offered.public_name,
            model_id: offered.view.model.id,
        });
        let models = Some(models.collect());
        Self { models, ..Self::from(view.version) }
    }
}

/// A public name and the model behind it.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct VersionModelBody {
    /// As a call names it.
    public_name: String,
    #[schema(value_type = Uuid)]
    model_id: ModelId,
}

/// A page of APIs, the newest first.
#[derive(Serialize, ToSchema)]
struct Apis {
    items: Vec<Api>,
    /// Pass it as `before` for what follows.
    next: Option<Uuid>,
}

/// List the APIs that you manage.
///
/// For admins all of them, for publishers those of their teams. The newest first, with drafts; what
/// everybody may subscribe to is in the catalogue.
#[utoipa::path(get, path = "/api/v1/apis", tag = "APIs", params(Paging),
    responses((status = 200, description = "a page of the APIs that you may manage", body = Apis)))]
async fn list(db: Data<Db>, actor: Actor, asked: Query<Paging>) -> ApiResult {
    let managed = catalogue::page_of_managed(&db, &actor, asked.before.map(ApiId), asked.limit.0).await?;
    let next = paging::next(&managed, asked.limit, |managed| managed.api.id.0);
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

/// A version to add.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewVersionBody {
    /// `v1`, `v2` …
    name: String,
    /// Take models and documentation over from this version.
    #[schema(value_type = Option<Uuid>)]
    copy_of: Option<VersionId>,
}

/// Add a version as a draft.
///
/// For those who manage the API. `copy_of` takes models and documentation over from another version of
/// the same API.
#[utoipa::path(post, path = "/api/v1/apis/{id}/versions", tag = "APIs", params(("id" = Uuid, Path, description = "The API")), request_body = NewVersionBody,
    responses((status = 201, description = "a draft", body = Version)))]
async fn add_version(db: Data<Db>, actor: Actor, id: Path<ApiId>, body: Body<NewVersionBody>) -> ApiResult {
    let NewVersionBody { name, copy_of } = body.into_inner();
    let row = catalogue::add_version(&db, &actor, *id, NewVersion { name, copy_of }).await?;
    Ok(json(StatusCode::CREATED, &Version::from(row)))
}

/// The whole list, in the order shown.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct VersionModels {
    /// At most 500.
    models: Vec<VersionModelBody>,
}

/// Set the models of a version.
///
/// For those who manage the API. Replaces the whole list, which is shown in this order. A published
/// version keeps at least one, a retired one takes no change.
#[utoipa::path(put, path = "/api/v1/versions/{id}/models", tag = "APIs", params(("id" = Uuid, Path, description = "The version")), request_body = VersionModels,
    responses((status = 200, description = "the list as stored", body = VersionModels)))]
async fn set_models(db: Data<Db>, actor: Actor, id: Path<VersionId>, body: Body<VersionModels>) -> ApiResult {
    let body = body.into_inner();
    let models = body
        .models
        .iter()
        .map(|row| VersionModel { public_name: row.public_name.clone(), model: row.model_id });
    catalogue::set_models(&db, &actor, *id, models.collect()).await?;
    Ok(json(StatusCode::OK, &body))
}

/// The documentation of a version.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DocsBody {
    /// Markdown.
    docs: String,
}

/// Write the documentation of a version.
///
/// For those who manage the API. Replaces the whole text. A retired version takes no change.
#[utoipa::path(put, path = "/api/v1/versions/{id}/docs", tag = "APIs", params(("id" = Uuid, Path, description = "The version")), request_body = DocsBody,
    responses((status = 200, description = "the version", body = Version)))]
async fn set_docs(db: Data<Db>, actor: Actor, id: Path<VersionId>, body: Body<DocsBody>) -> ApiResult {
    catalogue::change_docs(&db, &actor, *id, body.into_inner().docs).await?;
    let row = catalogue::get_version(&db, &actor, *id).await?;
    Ok(json(StatusCode::OK, &Version::from(row)))
}

/// One line of the check list before publishing.
#[derive(Serialize, ToSchema)]
struct CheckLine {
    /// What must be so.
    label: String,
    /// It is so.
    done: bool,
    /// False: good to have, publishing works without.
    required: bool,
}

/// The check list of a version, in the order to work it off.
#[derive(Serialize, ToSchema)]
struct Checks {
    items: Vec<CheckLine>,
}

/// Show what a version still needs.
///
/// For those who manage the API, and auditors. What is `required` and not `done` stops it from being
/// published.
#[utoipa::path(get, path = "/api/v1/versions/{id}/checks", tag = "APIs", params(("id" = Uuid, Path, description = "The version")),
    responses((status = 200, description = "what it needs before it can be published", body = Checks)))]
async fn checks(db: Data<Db>, actor: Actor, id: Path<VersionId>) -> ApiResult {
    let lines = catalogue::checks(&db, &actor, *id).await?.into_iter();
    let line = |check: catalogue::Check| CheckLine {
        label: check.label,
        done: check.done,
        required: check.required,
    };
    Ok(json(StatusCode::OK, &Checks { items: lines.map(line).collect() }))
}

/// Publish a draft.
///
/// For those who manage the API. From now on it is in the catalogue and takes subscriptions.
/// `field_invalid` names the first check that is not met.
#[utoipa::path(post, path = "/api/v1/versions/{id}/publication", tag = "APIs", params(("id" = Uuid, Path, description = "The version")),
    responses((status = 200, description = "published", body = Version)))]
async fn publish(db: Data<Db>, actor: Actor, id: Path<VersionId>) -> ApiResult {
    let published = catalogue::publish(&db, &actor, *id).await.map_err(placed(&[("state", "")]))?;
    Ok(json(StatusCode::OK, &Version::from(published)))
}

/// What callers are told.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DeprecationBody {
    /// RFC 3339, or a day: `2027-03-31`.
    #[schema(example = "2027-03-31T12:00:00Z")]
    sunset: String,
    /// The version to move to: a published one of the same API.
    #[schema(value_type = Option<Uuid>)]
    successor: Option<VersionId>,
    /// How to move: a web address, or nothing.
    #[serde(default)]
    guide_url: String,
}

/// Deprecate a version.
///
/// For those who manage the API. Its calls go on and carry `Deprecation`, `Sunset` and a link to the
/// successor. May be repeated to name another day, successor or guide.
#[utoipa::path(post, path = "/api/v1/versions/{id}/deprecation", tag = "APIs", params(("id" = Uuid, Path, description = "The version")), request_body = DeprecationBody,
    responses((status = 200, description = "deprecated: every answer says so", body = Version)))]
async fn deprecate(
    db: Data<Db>,
    actor: Actor,
    id: Path<VersionId>,
    body: Body<DeprecationBody>,
) -> ApiResult {
    let body = body.into_inner();
    let sunset = moment("sunset", Some(&body.sunset))?;
    let sunset_at = sunset.ok_or_else(|| Code::FieldInvalid.saying("Name the day.").on("sunset"))?;
    let notice = Deprecation { sunset_at, successor: body.successor, guide_url: body.guide_url };
    Ok(json(StatusCode::OK, &Version::from(catalogue::deprecate(&db, &actor, *id, notice).await?)))
}

/// Why a version ends.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RetirementBody {
    /// Needed while subscriptions are live.
    #[serde(default)]
    reason: String,
}

/// Retire a version for good.
///
/// For those who manage the API, and only what is deprecated. From now on its calls are refused with
/// `version_retired` (410). There is no way back.
#[utoipa::path(post, path = "/api/v1/versions/{id}/retirement", tag = "APIs", params(("id" = Uuid, Path, description = "The version")), request_body = RetirementBody,
    responses((status = 200, description = "retired: its calls are answered 410", body = Version)))]
async fn retire(db: Data<Db>, actor: Actor, id: Path<VersionId>, body: Body<RetirementBody>) -> ApiResult {
    let row = catalogue::retire(&db, &actor, *id, body.into_inner().reason).await?;
    Ok(json(StatusCode::OK, &Version::from(row)))
}

/// Throw a draft away.
///
/// For those who manage the API. `conflict` for a version that was published.
#[utoipa::path(delete, path = "/api/v1/versions/{id}", tag = "APIs", params(("id" = Uuid, Path, description = "The version")),
    responses((status = 204, description = "the draft is thrown away")))]
async fn discard(db: Data<Db>, actor: Actor, id: Path<VersionId>) -> ApiResult {
    catalogue::discard_draft(&db, &actor, *id).await?;
    Ok(gone())
}
