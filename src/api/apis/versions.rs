//! Versions of APIs, from draft to retirement.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::gone;
use crate::api::moment::moment;
use crate::api::object::Object;
use crate::base::Code;
use crate::base::ids::{ApiId, ModelId, VersionId};
use crate::domain::actor::Actor;
use crate::domain::catalogue::{self, Deprecation, NewVersion, VersionModel, VersionView};
use crate::store::Db;
use crate::store::entity::api_version;
use crate::web::{ApiResult, Body, Data, Path, StatusCode, json};

/// A version of an API.
#[derive(Serialize, ToSchema)]
pub(super) struct Version {
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
pub(super) struct VersionModelBody {
    /// As a call names it.
    public_name: String,
    #[schema(value_type = Uuid)]
    model_id: ModelId,
}

/// A version to add.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewVersionBody {
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
pub(super) async fn add_version(
    db: Data<Db>,
    actor: Actor,
    id: Path<ApiId>,
    body: Body<NewVersionBody>,
) -> ApiResult {
    let NewVersionBody { name, copy_of } = body.into_inner();
    let row = catalogue::add_version(&db, &actor, *id, NewVersion { name, copy_of }).await?;
    Ok(json(StatusCode::CREATED, &Version::from(row)))
}

/// The whole list, in the order shown.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct VersionModels {
    /// At most 500.
    #[schema(value_type = Vec<VersionModelBody>)]
    models: Vec<Object<VersionModelBody>>,
}

/// Set the models of a version.
///
/// For those who manage the API. Replaces the whole list, which is shown in this order. A published
/// version keeps at least one, a retired one takes no change.
#[utoipa::path(put, path = "/api/v1/versions/{id}/models", tag = "APIs", params(("id" = Uuid, Path, description = "The version")), request_body = VersionModels,
    responses((status = 200, description = "the list as stored", body = VersionModels)))]
pub(super) async fn set_models(
    db: Data<Db>,
    actor: Actor,
    id: Path<VersionId>,
    body: Body<VersionModels>,
) -> ApiResult {
    let body = body.into_inner();
    let models = body
        .models
        .iter()
        .map(|Object(row)| VersionModel { public_name: row.public_name.clone(), model: row.model_id });
    catalogue::set_models(&db, &actor, *id, models.collect()).await?;
    Ok(json(StatusCode::OK, &body))
}

/// The documentation of a version.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DocsBody {
    /// Markdown.
    docs: String,
}

/// Write the documentation of a version.
///
/// For those who manage the API. Replaces the whole text. A retired version takes no change.
#[utoipa::path(put, path = "/api/v1/versions/{id}/docs", tag = "APIs", params(("id" = Uuid, Path, description = "The version")), request_body = DocsBody,
    responses((status = 200, description = "the version", body = Version)))]
pub(super) async fn set_docs(
    db: Data<Db>,
    actor: Actor,
    id: Path<VersionId>,
    body: Body<DocsBody>,
) -> ApiResult {
    catalogue::change_docs(&db, &actor, *id, body.into_inner().docs).await?;
    let row = catalogue::get_version(&db, &actor, *id).await?;
    Ok(json(StatusCode::OK, &Version::from(row)))
}

/// One line of the check list before publishing.
#[derive(Serialize, ToSchema)]
pub(super) struct CheckLine {
    /// What must be so.
    label: String,
    /// It is so.
    done: bool,
    /// False: good to have, publishing works without.
    required: bool,
}

/// The check list of a version, in the order to work it off.
#[derive(Serialize, ToSchema)]
pub(super) struct Checks {
    items: Vec<CheckLine>,
}

/// Show what a version still needs.
///
/// For those who manage the API, and auditors. What is `required` and not `done` stops it from being
/// published.
#[utoipa::path(get, path = "/api/v1/versions/{id}/checks", tag = "APIs", params(("id" = Uuid, Path, description = "The version")),
    responses((status = 200, description = "what it needs before it can be published", body = Checks)))]
pub(super) async fn checks(db: Data<Db>, actor: Actor, id: Path<VersionId>) -> ApiResult {
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
/// A `conflict` names the first check that is not met.
#[utoipa::path(post, path = "/api/v1/versions/{id}/publication", tag = "APIs", params(("id" = Uuid, Path, description = "The version")),
    responses((status = 200, description = "published", body = Version), (status = 409, description = "it is no draft, or something it needs is missing")))]
pub(super) async fn publish(db: Data<Db>, actor: Actor, id: Path<VersionId>) -> ApiResult {
    let published = catalogue::publish(&db, &actor, *id).await?;
    Ok(json(StatusCode::OK, &Version::from(published)))
}

/// What callers are told.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DeprecationBody {
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
pub(super) async fn deprecate(
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
pub(super) struct RetirementBody {
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
pub(super) async fn retire(
    db: Data<Db>,
    actor: Actor,
    id: Path<VersionId>,
    body: Body<RetirementBody>,
) -> ApiResult {
    let row = catalogue::retire(&db, &actor, *id, body.into_inner().reason).await?;
    Ok(json(StatusCode::OK, &Version::from(row)))
}

/// Throw a draft away.
///
/// For those who manage the API. `conflict` for a version that was published.
#[utoipa::path(delete, path = "/api/v1/versions/{id}", tag = "APIs", params(("id" = Uuid, Path, description = "The version")),
    responses((status = 204, description = "the draft is thrown away")))]
pub(super) async fn discard(db: Data<Db>, actor: Actor, id: Path<VersionId>) -> ApiResult {
    catalogue::discard_draft(&db, &actor, *id).await?;
    Ok(gone())
}
