//! Plans by script.

use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};
use uuid::Uuid;

use super::given::given;
use super::gone;
use super::limits::LimitsBody;
use super::object::Object;
use super::paging::{self, Paging};
use super::place::{Places, with_limits};
use crate::base::Code;
use crate::base::ids::{ApiId, PlanId, TeamId};
use crate::domain::actor::Actor;
use crate::domain::plans::{self, NewPlan, PlanChange, PlanView};
use crate::store::Db;
use crate::store::entity::states::{Approval, PlanState};
use crate::web::{ApiNeed, ApiResult, Body, Data, Method, Page, Path, Query, StatusCode, endpoint, json};

#[derive(OpenApi)]
#[openapi(paths(list, create, show, change, remove))]
struct Part;

pub(super) fn document() -> utoipa::openapi::OpenApi {
    Part::openapi()
}

pub fn endpoints() -> Vec<Page> {
    vec![
        endpoint(Method::GET, "/api/v1/apis/{id}/plans", ApiNeed::Read, list),
        endpoint(Method::POST, "/api/v1/apis/{id}/plans", ApiNeed::Write, create),
        endpoint(Method::GET, "/api/v1/plans/{id}", ApiNeed::Read, show),
        endpoint(Method::PATCH, "/api/v1/plans/{id}", ApiNeed::Write, change),
        endpoint(Method::DELETE, "/api/v1/plans/{id}", ApiNeed::Write, remove),
    ]
}

const PLACES: Places = &[("rule_team", "rule_team_id")];

/// What a subscription may use.
#[derive(Serialize, ToSchema)]
struct Plan {
    #[schema(value_type = Uuid)]
    id: PlanId,
    #[schema(value_type = Uuid)]
    api_id: ApiId,
    name: String,
    /// One line about it.
    summary: String,
    /// `auto`, `manual` or `rule`.
    approval: &'static str,
    /// E-mail domains that the rule lets in.
    rule_domains: Vec<String>,
    /// The team that the rule lets in.
    #[schema(value_type = Option<Uuid>)]
    rule_team_id: Option<TeamId>,
    /// Public names; none is all of the version.
    models: Option<Vec<String>>,
    limits: LimitsBody,
    /// `open` or `closed`.
    state: &'static str,
}

impl From<PlanView> for Plan {
    fn from(view: PlanView) -> Self {
        Self {
            rule_domains: view.domains(),
            id: view.plan.id,
            api_id: view.plan.api_id,
            name: view.plan.name,
            summary: view.plan.summary,
            approval: view.plan.approval.word(),
            rule_team_id: view.plan.rule_team_id,
            models: view.models,
            limits: LimitsBody::of(&view.limits),
            state: view.plan.state.word(),
        }
    }
}

/// A page of plans, in the order shown.
#[derive(Serialize, ToSchema)]
struct Plans {
    items: Vec<Plan>,
    /// Pass it as `before` for what follows.
    next: Option<Uuid>,
}

/// List the plans of an API.
///
/// For everybody who may see the API. In the order shown, closed ones included.
#[utoipa::path(get, path = "/api/v1/apis/{id}/plans", tag = "Plans", params(("id" = Uuid, Path, description = "The API"), Paging),
    responses((status = 200, description = "a page of the API's plans, in order", body = Plans)))]
async fn list(db: Data<Db>, actor: Actor, id: Path<ApiId>, asked: Query<Paging>) -> ApiResult {
    let views = plans::list_plans(&db, &actor, *id).await?;
    let (views, next) = paging::cut(views, &asked, |view| view.plan.id.0)?;
    Ok(json(StatusCode::OK, &Plans { items: views.into_iter().map(Plan::from).collect(), next }))
}

/// A new plan, open at once.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewPlanBody {
    name: String,
    /// One line about it.
    #[serde(default)]
    summary: String,
    /// `auto`, `manual` or `rule`.
    #[schema(value_type = String)]
    approval: Approval,
    /// E-mail domains that the rule lets in.
    #[serde(default)]
    rule_domains: Vec<String>,
    /// The team that the rule lets in.
    #[schema(value_type = Option<Uuid>)]
    rule_team_id: Option<TeamId>,
    /// Public names; none is all of the version.
    models: Option<Vec<String>>,
    #[serde(default)]
    #[schema(value_type = LimitsBody)]
    limits: Object<LimitsBody>,
}

/// Add a plan to an API.
///
/// For those who manage the API. It is open to requests at once.
#[utoipa::path(post, path = "/api/v1/apis/{id}/plans", tag = "Plans", params(("id" = Uuid, Path, description = "The API")), request_body = NewPlanBody,
    responses((status = 201, description = "the plan", body = Plan)))]
async fn create(db: Data<Db>, actor: Actor, id: Path<ApiId>, body: Body<NewPlanBody>) -> ApiResult {
    let body = body.into_inner();
    let new = NewPlan {
        name: body.name,
        summary: body.summary,
        approval: body.approval,
        rule_domains: body.rule_domains,
        rule_team: body.rule_team_id,
        models: body.models,
        limits: body.limits.0.check().map_err(with_limits(PLACES))?,
    };
    let plan = plans::make_plan(&db, &actor, *id, new).await.map_err(with_limits(PLACES))?;
    seen(&db, &actor, plan.id, StatusCode::CREATED).await
}

/// Show a plan.
///
/// For everybody who may see its API.
#[utoipa::path(get, path = "/api/v1/plans/{id}", tag = "Plans", params(("id" = Uuid, Path, description = "The plan")),
    responses((status = 200, description = "the plan", body = Plan)))]
async fn show(db: Data<Db>, actor: Actor, id: Path<PlanId>) -> ApiResult {
    seen(&db, &actor, *id, StatusCode::OK).await
}

async fn seen(db: &Db, actor: &Actor, id: PlanId, status: StatusCode) -> ApiResult {
    Ok(json(status, &Plan::from(plans::get_plan(db, actor, id).await?)))
}

/// What to change; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PlanPatch {
    name: Option<String>,
    /// One line about it.
    summary: Option<String>,
    /// Replaces the whole rule.
    #[schema(value_type = Option<String>)]
    approval: Option<Approval>,
    /// E-mail domains that the rule lets in; only with `approval`.
    rule_domains: Option<Vec<String>>,
    /// The team that the rule lets in; only with `approval`.
    #[schema(value_type = Option<Uuid>)]
    rule_team_id: Option<TeamId>,
    /// Public names; null: all of the version.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Vec<String>>)]
    models: Option<Option<Vec<String>>>,
    /// Replaces all limits; null: no limits.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<LimitsBody>)]
    limits: Option<Option<Object<LimitsBody>>>,
    /// `open` or `closed`.
    #[schema(value_type = Option<String>)]
    state: Option<PlanState>,
}

/// Change or close a plan.
///
/// For those who manage its API. Limits hold for all its subscriptions from the next call on. A closed
/// plan takes no new requests; the subscriptions it has go on.
#[utoipa::path(patch, path = "/api/v1/plans/{id}", tag = "Plans", params(("id" = Uuid, Path, description = "The plan")), request_body = PlanPatch,
    responses((status = 200, description = "the plan, changed", body = Plan)))]
async fn change(db: Data<Db>, actor: Actor, id: Path<PlanId>, body: Body<PlanPatch>) -> ApiResult {
    let body = body.into_inner();
    let alone =
        [("rule_domains", body.rule_domains.is_some()), ("rule_team_id", body.rule_team_id.is_some())];
    if let (None, Some((field, _))) = (body.approval, alone.iter().find(|(_, given)| *given)) {
        return Err(Code::FieldInvalid.saying("Send `approval` with it.").on(*field).into());
    }
    let (domains, team) = (body.rule_domains.unwrap_or_default(), body.rule_team_id);
    let change = PlanChange {
        name: body.name,
        summary: body.summary,
        approval: body.approval.map(|approval| (approval, domains, team)),
        models: body.models,
        limits: body.limits.map(LimitsBody::replacing).transpose().map_err(with_limits(PLACES))?,
        state: body.state,
    };
    plans::change_plan(&db, &actor, *id, change).await.map_err(with_limits(PLACES))?;
    seen(&db, &actor, *id, StatusCode::OK).await
}

/// Remove a plan.
///
/// For those who manage its API. `conflict` once a subscription named it: close it instead.
#[utoipa::path(delete, path = "/api/v1/plans/{id}", tag = "Plans", params(("id" = Uuid, Path, description = "The plan")),
    responses((status = 204, description = "removed; only what nobody subscribed to can be")))]
async fn remove(db: Data<Db>, actor: Actor, id: Path<PlanId>) -> ApiResult {
    plans::remove_plan(&db, &actor, *id).await?;
    Ok(gone())
}
