//! Models and their targets by script.

use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};
use uuid::Uuid;

use super::given::given;
use super::gone;
use super::object::Object;
use super::paging::{self, Paging};
use super::place::{Places, placed};
use super::providers::Price;
use crate::base::ids::{ModelId, ProviderId, TargetId};
use crate::domain::actor::Actor;
use crate::domain::permit::Right;
use crate::domain::supply::{
    self, ModelChange, ModelKind, ModelView, NewModel, NewTarget, Switch, TargetChange, TargetView, Timers,
};
use crate::store::Db;
use crate::store::entity::target;
use crate::web::{ApiNeed, ApiResult, Body, Data, Method, Page, Path, Query, StatusCode, endpoint, json};

#[derive(OpenApi)]
#[openapi(paths(list, create, show, change, remove, add_target, change_target, remove_target))]
struct Part;

pub(super) fn document() -> utoipa::openapi::OpenApi {
    Part::openapi()
}

/// What a vendor is asked for, and at which price, is the admins' alone.
const SUPPLY: ApiNeed = ApiNeed::May(Right::ManageSupply);

pub fn endpoints() -> Vec<Page> {
    vec![
        endpoint(Method::GET, "/api/v1/models", ApiNeed::Read, list),
        endpoint(Method::POST, "/api/v1/models", SUPPLY, create),
        endpoint(Method::GET, "/api/v1/models/{id}", ApiNeed::Read, show),
        endpoint(Method::PATCH, "/api/v1/models/{id}", SUPPLY, change),
        endpoint(Method::DELETE, "/api/v1/models/{id}", SUPPLY, remove),
        endpoint(Method::POST, "/api/v1/models/{id}/targets", SUPPLY, add_target),
        endpoint(Method::PATCH, "/api/v1/targets/{id}", SUPPLY, change_target),
        endpoint(Method::DELETE, "/api/v1/targets/{id}", SUPPLY, remove_target),
    ]
}

/// A public name with where its calls go.
#[derive(Serialize, ToSchema)]
struct Model {
    #[schema(value_type = Uuid)]
    id: ModelId,
    name: String,
    /// `chat` or `embedding`.
    kind: String,
    /// It thinks long before it answers: timers are longer.
    reasoning: bool,
    /// Tokens of prompt and answer together; null: unknown.
    context_window: Option<i64>,
    /// Tokens of an answer at most; null: unknown.
    max_output: Option<i64>,
    /// `on` or `off`.
    state: &'static str,
    /// First tried first.
    targets: Vec<Target>,
}

/// Where calls of a model go.
#[derive(Serialize, ToSchema)]
struct Target {
    #[schema(value_type = Uuid)]
    id: TargetId,
    #[schema(value_type = Uuid)]
    provider_id: ProviderId,
    /// The vendor's own name of the model.
    vendor_model: String,
    /// Lower is tried first; those of one position share by weight.
    position: i32,
    /// Its share among those of the same position.
    weight: i32,
    /// Milliseconds to connect within, 10 to 3600000.
    connect_ms: Option<i64>,
    /// Milliseconds to the first byte of a stream.
    first_byte_ms: Option<i64>,
    /// Milliseconds between two pieces of a stream.
    idle_ms: Option<i64>,
    /// Milliseconds for a whole answer that is not streamed.
    total_ms: Option<i64>,
    /// `on` or `off`.
    state: &'static str,
    /// The price of today; none is unknown.
    price: Option<Price>,
}

impl From<target::Model> for Target {
    fn from(row: target::Model) -> Self {
        Self {
            id: row.id,
            provider_id: row.provider_id,
            vendor_model: row.vendor_model,
            position: row.position,
            weight: row.weight,
            connect_ms: row.connect_ms,
            first_byte_ms: row.first_byte_ms,
            idle_ms: row.idle_ms,
            total_ms: row.total_ms,
            state: row.state.word(),
            price: None,
        }
    }
}

impl From<TargetView> for Target {
    fn from(view: TargetView) -> Self {
        Self { price: view.price.map(Price::from), ..Self::from(view.target) }
    }
}

impl From<ModelView> for Model {
    fn from(view: ModelView) -> Self {
        Self {
            id: view.model.id,
            name: view.model.name,
            kind: view.model.kind,
            reasoning: view.model.reasoning,
            context_window: view.model.context_window,
            max_output: view.model.max_output,
            state: view.model.state.word(),
            targets: view.targets.into_iter().map(Target::from).collect(),
        }
    }
}

/// A page of models, the newest first.
#[derive(Serialize, ToSchema)]
struct Models {
    items: Vec<Model>,
    /// Pass it as `before` for what follows.
    next: Option<Uuid>,
}

/// List models.
///
/// For admins, publishers and auditors. The newest first, each with its targets and their
/// prices of today.
#[utoipa::path(get, path = "/api/v1/models", tag = "Models", params(Paging),
    responses((status = 200, description = "a page of models", body = Models)))]
async fn list(db: Data<Db>, actor: Actor, asked: Query<Paging>) -> ApiResult {
    let views =
        supply::page_of_models(&db, &actor, asked.before.map(ModelId), asked.limit.one_ahead()).await?;
    let (views, next) = paging::page(views, asked.limit, |view| view.model.id.0);
    let items = views.into_iter().map(Model::from).collect();
    Ok(json(StatusCode::OK, &Models { items, next }))
}

/// A new public name.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewModelBody {
    /// As calls will name it.
    name: String,
    /// `chat` or `embedding`; none is `chat`.
    #[schema(value_type = Option<String>)]
    kind: Option<ModelKind>,
    /// It thinks long before it answers: timers are longer.
    #[serde(default)]
    reasoning: bool,
    /// Tokens of prompt and answer together; null: unknown.
    context_window: Option<i64>,
    /// Tokens of an answer at most; null: unknown.
    max_output: Option<i64>,
}

/// Add a model.
///
/// For admins. A public name without targets, which takes no calls yet: add a target, then offer it in a
/// version of an API.
#[utoipa::path(post, path = "/api/v1/models", tag = "Models", request_body = NewModelBody,
    responses((status = 201, description = "the model, without targets", body = Model)))]
async fn create(db: Data<Db>, actor: Actor, body: Body<NewModelBody>) -> ApiResult {
    let body = body.into_inner();
    let new = NewModel {
        name: body.name,
        kind: body.kind.unwrap_or(ModelKind::Chat),
        reasoning: body.reasoning,
        context_window: body.context_window,
        max_output: body.max_output,
    };
    let row = supply::add_model(&db, &actor, new).await?;
    seen(&db, &actor, row.id, StatusCode::CREATED).await
}

/// Show a model with its targets.
///
/// For admins, publishers and auditors.
#[utoipa::path(get, path = "/api/v1/models/{id}", tag = "Models", params(("id" = Uuid, Path, description = "The model")),
    responses((status = 200, description = "the model with its targets", body = Model)))]
async fn show(db: Data<Db>, actor: Actor, id: Path<ModelId>) -> ApiResult {
    seen(&db, &actor, *id, StatusCode::OK).await
}

async fn seen(db: &Db, actor: &Actor, id: ModelId, status: StatusCode) -> ApiResult {
    Ok(json(status, &Model::from(supply::get_model(db, actor, id).await?)))
}

/// What to change; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ModelPatch {
    name: Option<String>,
    /// It thinks long before it answers: timers are longer.
    reasoning: Option<bool>,
    /// Tokens of prompt and answer together; null: unknown.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<i64>)]
    context_window: Option<Option<i64>>,
    /// Tokens of an answer at most; null: unknown.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<i64>)]
    max_output: Option<Option<i64>>,
    /// `on` or `off`.
    #[schema(value_type = Option<String>)]
    state: Option<Switch>,
}

/// Rename or switch a model.
///
/// For admins. Also changes what is known of it. The versions that offer it keep the names they gave it.
#[utoipa::path(patch, path = "/api/v1/models/{id}", tag = "Models", params(("id" = Uuid, Path, description = "The model")), request_body = ModelPatch,
    responses((status = 200, description = "the model, changed", body = Model)))]
async fn change(db: Data<Db>, actor: Actor, id: Path<ModelId>, body: Body<ModelPatch>) -> ApiResult {
    let body = body.into_inner();
    let change = ModelChange {
        name: body.name,
        reasoning: body.reasoning,
        context_window: body.context_window,
        max_output: body.max_output,
        state: body.state,
    };
    supply::change_model(&db, &actor, *id, change).await?;
    seen(&db, &actor, *id, StatusCode::OK).await
}

/// Remove a model with its targets.
///
/// For admins. `conflict` while a version of an API offers it.
#[utoipa::path(delete, path = "/api/v1/models/{id}", tag = "Models", params(("id" = Uuid, Path, description = "The model")),
    responses((status = 204, description = "removed with its targets")))]
async fn remove(db: Data<Db>, actor: Actor, id: Path<ModelId>) -> ApiResult {
    supply::remove_model(&db, &actor, *id).await?;
    Ok(gone())
}

/// Where calls of a model may go. A timer that is left out is the gateway's own.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewTargetBody {
    #[schema(value_type = Uuid)]
    provider_id: ProviderId,
    /// The vendor's own name of the model.
    vendor_model: String,
    /// None: after the last.
    position: Option<i32>,
    /// None: 1.
    weight: Option<i32>,
    /// Milliseconds to connect within, 10 to 3600000.
    connect_ms: Option<i64>,
    /// Milliseconds to the first byte of a stream.
    first_byte_ms: Option<i64>,
    /// Milliseconds between two pieces of a stream.
    idle_ms: Option<i64>,
    /// Milliseconds for a whole answer that is not streamed.
    total_ms: Option<i64>,
}

/// Add a target to a model.
///
/// For admins. A target is one provider with that vendor's name of the model. Calls go to the lowest
/// position first, and fall through to the next when it cannot answer.
#[utoipa::path(post, path = "/api/v1/models/{id}/targets", tag = "Models", params(("id" = Uuid, Path, description = "The model")), request_body = NewTargetBody,
    responses((status = 201, description = "the target", body = Target)))]
async fn add_target(db: Data<Db>, actor: Actor, id: Path<ModelId>, body: Body<NewTargetBody>) -> ApiResult {
    let body = body.into_inner();
    let new = NewTarget {
        provider: body.provider_id,
        vendor_model: body.vendor_model,
        position: body.position,
        weight: body.weight.unwrap_or(1),
        timers: Timers {
            connect_ms: body.connect_ms,
            first_byte_ms: body.first_byte_ms,
            idle_ms: body.idle_ms,
            total_ms: body.total_ms,
        },
    };
    let row =
        supply::add_target(&db, &actor, *id, new).await.map_err(placed(&[("provider", "provider_id")]))?;
    Ok(json(StatusCode::CREATED, &Target::from(row)))
}

/// In a change the timers are an object of their own.
const TIMERS: Places = &[
    ("connect_ms", "timers.connect_ms"),
    ("first_byte_ms", "timers.first_byte_ms"),
    ("idle_ms", "timers.idle_ms"),
    ("total_ms", "timers.total_ms"),
];

/// Timers in milliseconds; none is the gateway's own.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TimersBody {
    /// Milliseconds to connect within, 10 to 3600000.
    connect_ms: Option<i64>,
    /// Milliseconds to the first byte of a stream.
    first_byte_ms: Option<i64>,
    /// Milliseconds between two pieces of a stream.
    idle_ms: Option<i64>,
    /// Milliseconds for a whole answer that is not streamed.
    total_ms: Option<i64>,
}

/// What to change; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TargetPatch {
    /// Lower is tried first; 1 to 1000.
    position: Option<i32>,
    /// Its share among those of the same position.
    weight: Option<i32>,
    /// All four together.
    #[schema(value_type = Option<TimersBody>)]
    timers: Option<Object<TimersBody>>,
    /// `on` or `off`.
    #[schema(value_type = Option<String>)]
    state: Option<Switch>,
}

/// Move, weigh, time or switch a target.
///
/// For admins. Holds for calls from the next one on.
#[utoipa::path(patch, path = "/api/v1/targets/{id}", tag = "Models", params(("id" = Uuid, Path, description = "The target")), request_body = TargetPatch,
    responses((status = 200, description = "the target, changed", body = Target)))]
async fn change_target(db: Data<Db>, actor: Actor, id: Path<TargetId>, body: Body<TargetPatch>) -> ApiResult {
    let body = body.into_inner();
    let timers = body.timers.map(|Object(timers)| Timers {
        connect_ms: timers.connect_ms,
        first_byte_ms: timers.first_byte_ms,
        idle_ms: timers.idle_ms,
        total_ms: timers.total_ms,
    });
    let change = TargetChange { position: body.position, weight: body.weight, timers, state: body.state };
    let row = supply::change_target(&db, &actor, *id, change).await.map_err(placed(TIMERS))?;
    Ok(json(StatusCode::OK, &Target::from(row)))
}

/// Remove a target.
///
/// For admins. A model without a target that is on refuses its calls with `no_target`.
#[utoipa::path(delete, path = "/api/v1/targets/{id}", tag = "Models", params(("id" = Uuid, Path, description = "The target")),
    responses((status = 204, description = "removed")))]
async fn remove_target(db: Data<Db>, actor: Actor, id: Path<TargetId>) -> ApiResult {
    supply::remove_target(&db, &actor, *id).await?;
    Ok(gone())
}
