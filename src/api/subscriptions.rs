//! Subscriptions and decisions by script.

use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

use super::moment::moment;
use crate::base::ids::{ApiId, AppId, PlanId, SubscriptionId, TeamId, UserId, VersionId};
use crate::base::{Code, Result, Timestamp};
use crate::domain::actor::Actor;
use crate::domain::subscriptions::{self, AskAgain, Decision, Move, NewRequest, SubscriptionView};
use crate::store::Db;
use crate::store::entity::states::SubscriptionState;
use crate::web::{ApiNeed, ApiResult, Body, Data, Method, Page, Path, Query, StatusCode, endpoint, json};

#[derive(OpenApi)]
#[openapi(paths(
    list, create, show, events, approve, deny, withdraw, repeat, suspend, resume, end, move_to, remind
))]
struct Part;

pub(super) fn document() -> utoipa::openapi::OpenApi {
    Part::openapi()
}

pub fn endpoints() -> Vec<Page> {
    vec![
        endpoint(Method::GET, "/api/v1/subscriptions", ApiNeed::Read, list),
        endpoint(Method::POST, "/api/v1/subscriptions", ApiNeed::Write, create),
        endpoint(Method::GET, "/api/v1/subscriptions/{id}", ApiNeed::Read, show),
        endpoint(Method::GET, "/api/v1/subscriptions/{id}/events", ApiNeed::Read, events),
        endpoint(Method::POST, "/api/v1/subscriptions/{id}/approval", ApiNeed::Write, approve),
        endpoint(Method::POST, "/api/v1/subscriptions/{id}/denial", ApiNeed::Write, deny),
        endpoint(Method::POST, "/api/v1/subscriptions/{id}/withdrawal", ApiNeed::Write, withdraw),
        endpoint(Method::POST, "/api/v1/subscriptions/{id}/repeat", ApiNeed::Write, repeat),
        endpoint(Method::POST, "/api/v1/subscriptions/{id}/suspension", ApiNeed::Write, suspend),
        endpoint(Method::POST, "/api/v1/subscriptions/{id}/resumption", ApiNeed::Write, resume),
        endpoint(Method::POST, "/api/v1/subscriptions/{id}/end", ApiNeed::Write, end),
        endpoint(Method::POST, "/api/v1/subscriptions/{id}/move", ApiNeed::Write, move_to),
        endpoint(Method::POST, "/api/v1/subscriptions/{id}/reminder", ApiNeed::Write, remind),
    ]
}

/// A subscription of an application to an API.
#[derive(Serialize, ToSchema)]
struct Subscription {
    #[schema(value_type = Uuid)]
    id: SubscriptionId,
    #[schema(value_type = Uuid)]
    team_id: TeamId,
    #[schema(value_type = Uuid)]
    app_id: AppId,
    app: String,
    #[schema(value_type = Uuid)]
    api_id: ApiId,
    /// The API's address word.
    api: String,
    #[schema(value_type = Uuid)]
    version_id: VersionId,
    version: String,
    #[schema(value_type = Uuid)]
    plan_id: PlanId,
    plan: String,
    /// Lower serves first.
    position: i32,
    /// `requested`, `approved`, `denied`, `withdrawn`, `suspended` or `ended`.
    state: &'static str,
    reason: String,
    volume: String,
    #[schema(value_type = Uuid)]
    requested_by: UserId,
    requested_at: String,
    /// Empty where a rule decided.
    #[schema(value_type = Option<Uuid>)]
    decided_by: Option<UserId>,
    decided_at: Option<String>,
    /// Of the last decision or suspension.
    comment: Option<String>,
    ends_at: Option<String>,
}

impl From<SubscriptionView> for Subscription {
    fn from(view: SubscriptionView) -> Self {
        let state = view.shown_state();
        let row = view.row;
        Self {
            id: row.id,
            team_id: row.team_id,
            app_id: row.app_id,
            app: view.app,
            api_id: row.api_id,
            api: view.slug,
            version_id: row.version_id,
            version: view.version,
            plan_id: row.plan_id,
            plan: view.plan,
            position: row.position,
            state,
            reason: row.reason,
            volume: row.volume,
            requested_by: row.requested_by,
            requested_at: row.requested_at.rfc3339(),
            decided_by: row.decided_by,
            decided_at: row.decided_at.map(Timestamp::rfc3339),
            comment: row.comment,
            ends_at: row.ends_at.map(Timestamp::rfc3339),
        }
    }
}

/// A page of subscriptions, the newest first.
#[derive(Serialize, ToSchema)]
struct Subscriptions {
    items: Vec<Subscription>,
    /// Pass it as `before` for what follows.
    #[schema(value_type = Option<Uuid>)]
    next: Option<SubscriptionId>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    state: Option<String>,
    #[serde(default)]
    inbox: bool,
    before: Option<SubscriptionId>,
    limit: Option<u64>,
}

#[utoipa::path(get, path = "/api/v1/subscriptions", tag = "Subscriptions",
    params(("state" = Option<String>, Query, description = "only those in this state"), ("inbox" = Option<bool>, Query, description = "true: what waits for your decision instead, the oldest first"), ("before" = Option<Uuid>, Query, description = "`next` of the page before"), ("limit" = Option<u64>, Query, description = "at most 200")),
    responses((status = 200, description = "subscriptions of your teams, or all for admins and auditors", body = Subscriptions)))]
async fn list(db: Data<Db>, actor: Actor, asked: Query<Asked>) -> ApiResult {
    let limit = asked.limit.unwrap_or(50).clamp(1, 200);
    let state = asked.state.as_deref().map(state).transpose()?;
    if asked.inbox {
        let waiting = subscriptions::list_inbox(&db, &actor, limit).await?;
        let items = waiting.into_iter().map(Subscription::from).collect();
        return Ok(json(StatusCode::OK, &Subscriptions { items, next: None }));
    }
    let views = subscriptions::list_all_visible(&db, &actor, state, asked.before, limit).await?;
    let next = views.last().filter(|_| views.len() as u64 == limit).map(|view| view.row.id);
    let items = views.into_iter().map(Subscription::from).collect();
    Ok(json(StatusCode::OK, &Subscriptions { items, next }))
}

fn state(word: &str) -> Result<SubscriptionState> {
    SubscriptionState::parse(word)
        .ok_or_else(|| Code::FieldInvalid.saying("There is no such state.").on("state"))
}

/// A request for an API.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewSubscription {
    /// None: your own application, made when there is none.
    #[schema(value_type = Option<Uuid>)]
    app_id: Option<AppId>,
    #[schema(value_type = Uuid)]
    version_id: VersionId,
    #[schema(value_type = Uuid)]
    plan_id: PlanId,
    /// Why: the one who decides reads it.
    #[serde(default)]
    reason: String,
    #[serde(default)]
    volume: String,
    /// RFC 3339, or a day.
    ends_at: Option<String>,
}

#[utoipa::path(post, path = "/api/v1/subscriptions", tag = "Subscriptions", request_body = NewSubscription,
    responses((status = 201, description = "the subscription: approved where the plan decides at once, else requested", body = Subscription)))]
async fn create(db: Data<Db>, actor: Actor, body: Body<NewSubscription>) -> ApiResult {
    let body = body.into_inner();
    let new = NewRequest {
        app: body.app_id,
        version: body.version_id,
        plan: body.plan_id,
        reason: body.reason,
        volume: body.volume,
        ends_at: moment("ends_at", body.ends_at.as_deref())?,
        requester: None,
    };
    let row = subscriptions::request(&db, &actor, new).await?;
    let view = subscriptions::get_visible(&db, &actor, row.id).await?;
    Ok(json(StatusCode::CREATED, &Subscription::from(view)))
}

#[utoipa::path(get, path = "/api/v1/subscriptions/{id}", tag = "Subscriptions", params(("id" = Uuid, Path)),
    responses((status = 200, description = "the subscription", body = Subscription)))]
async fn show(db: Data<Db>, actor: Actor, id: Path<SubscriptionId>) -> ApiResult {
    seen(&db, &actor, *id).await
}

/// A line of a subscription's timeline.
#[derive(Serialize, ToSchema)]
struct SubscriptionEvent {
    at: String,
    /// The e-mail address of who did it, or `rule:plan`.
    by: String,
    what: String,
    /// After it.
    state: &'static str,
    comment: Option<String>,
}

#[utoipa::path(get, path = "/api/v1/subscriptions/{id}/events", tag = "Subscriptions", params(("id" = Uuid, Path)),
    responses((status = 200, description = "its timeline, the oldest first", body = [SubscriptionEvent])))]
async fn events(db: Data<Db>, actor: Actor, id: Path<SubscriptionId>) -> ApiResult {
    let events = subscriptions::history(&db, &actor, *id).await?;
    let event = |row: crate::store::entity::subscription_event::Model| SubscriptionEvent {
        at: row.at.rfc3339(),
        by: row.actor_label,
        what: row.what,
        state: row.state.word(),
        comment: row.comment,
    };
    Ok(json(StatusCode::OK, &events.into_iter().map(event).collect::<Vec<_>>()))
}

/// An approval; what is left out is granted as asked.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Approval {
    /// Another plan of the same API.
    #[schema(value_type = Option<Uuid>)]
    plan_id: Option<PlanId>,
    /// RFC 3339, or a day.
    ends_at: Option<String>,
    #[serde(default)]
    comment: String,
}

#[utoipa::path(post, path = "/api/v1/subscriptions/{id}/approval", tag = "Subscriptions", params(("id" = Uuid, Path)), request_body = Approval,
    responses((status = 200, description = "approved", body = Subscription), (status = 409, description = "it no longer waits")))]
async fn approve(db: Data<Db>, actor: Actor, id: Path<SubscriptionId>, body: Body<Approval>) -> ApiResult {
    let body = body.into_inner();
    let ends_at = moment("ends_at", body.ends_at.as_deref())?;
    let decision = Decision { plan: body.plan_id, ends_at, comment: body.comment };
    subscriptions::approve(&db, &actor, *id, decision).await?;
    seen(&db, &actor, *id).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Denial {
    /// The requester is shown this.
    comment: String,
}

#[utoipa::path(post, path = "/api/v1/subscriptions/{id}/denial", tag = "Subscriptions", params(("id" = Uuid, Path)), request_body = Denial,
    responses((status = 200, description = "denied", body = Subscription), (status = 409, description = "it no longer waits")))]
async fn deny(db: Data<Db>, actor: Actor, id: Path<SubscriptionId>, body: Body<Denial>) -> ApiResult {
    subscriptions::deny(&db, &actor, *id, body.into_inner().comment).await?;
    seen(&db, &actor, *id).await
}

#[utoipa::path(post, path = "/api/v1/subscriptions/{id}/withdrawal", tag = "Subscriptions", params(("id" = Uuid, Path)),
    responses((status = 200, description = "withdrawn", body = Subscription), (status = 409, description = "it no longer waits")))]
async fn withdraw(db: Data<Db>, actor: Actor, id: Path<SubscriptionId>) -> ApiResult {
    subscriptions::withdraw(&db, &actor, *id).await?;
    seen(&db, &actor, *id).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Repeat {
    /// None: the plan asked for before.
    #[schema(value_type = Option<Uuid>)]
    plan_id: Option<PlanId>,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    volume: String,
    /// RFC 3339, or a day.
    ends_at: Option<String>,
}

#[utoipa::path(post, path = "/api/v1/subscriptions/{id}/repeat", tag = "Subscriptions", params(("id" = Uuid, Path)), request_body = Repeat,
    responses((status = 200, description = "a denied request, asked again with its history", body = Subscription), (status = 409, description = "it was not denied")))]
async fn repeat(db: Data<Db>, actor: Actor, id: Path<SubscriptionId>, body: Body<Repeat>) -> ApiResult {
    let body = body.into_inner();
    let ends_at = moment("ends_at", body.ends_at.as_deref())?;
    let again = AskAgain { plan: body.plan_id, reason: body.reason, volume: body.volume, ends_at };
    subscriptions::ask_again(&db, &actor, *id, again).await?;
    seen(&db, &actor, *id).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SubscriptionSuspension {
    /// Its team is shown this.
    reason: String,
}

#[utoipa::path(post, path = "/api/v1/subscriptions/{id}/suspension", tag = "Subscriptions", params(("id" = Uuid, Path)), request_body = SubscriptionSuspension,
    responses((status = 200, description = "suspended: its calls are refused", body = Subscription), (status = 409, description = "it is not approved")))]
async fn suspend(
    db: Data<Db>,
    actor: Actor,
    id: Path<SubscriptionId>,
    body: Body<SubscriptionSuspension>,
) -> ApiResult {
    subscriptions::suspend(&db, &actor, *id, body.into_inner().reason).await?;
    seen(&db, &actor, *id).await
}

#[utoipa::path(post, path = "/api/v1/subscriptions/{id}/resumption", tag = "Subscriptions", params(("id" = Uuid, Path)),
    responses((status = 200, description = "its calls go through again", body = Subscription), (status = 409, description = "it is not suspended")))]
async fn resume(db: Data<Db>, actor: Actor, id: Path<SubscriptionId>) -> ApiResult {
    subscriptions::resume(&db, &actor, *id).await?;
    seen(&db, &actor, *id).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct End {
    #[serde(default)]
    comment: String,
}

#[utoipa::path(post, path = "/api/v1/subscriptions/{id}/end", tag = "Subscriptions", params(("id" = Uuid, Path)), request_body = End,
    responses((status = 200, description = "ended for good", body = Subscription), (status = 409, description = "it is not live")))]
async fn end(db: Data<Db>, actor: Actor, id: Path<SubscriptionId>, body: Body<End>) -> ApiResult {
    subscriptions::end(&db, &actor, *id, body.into_inner().comment).await?;
    seen(&db, &actor, *id).await
}

/// Where a subscription goes; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MoveBody {
    #[schema(value_type = Option<Uuid>)]
    version_id: Option<VersionId>,
    #[schema(value_type = Option<Uuid>)]
    plan_id: Option<PlanId>,
}

#[utoipa::path(post, path = "/api/v1/subscriptions/{id}/move", tag = "Subscriptions", params(("id" = Uuid, Path)), request_body = MoveBody,
    responses((status = 200, description = "moved: the approval stays, unless the plan changes to one that a person approves", body = Subscription), (status = 409, description = "it is not live, or there already")))]
async fn move_to(db: Data<Db>, actor: Actor, id: Path<SubscriptionId>, body: Body<MoveBody>) -> ApiResult {
    let to = Move { version: body.version_id, plan: body.plan_id };
    subscriptions::move_to(&db, &actor, *id, to).await?;
    seen(&db, &actor, *id).await
}

#[utoipa::path(post, path = "/api/v1/subscriptions/{id}/reminder", tag = "Subscriptions", params(("id" = Uuid, Path)),
    responses((status = 200, description = "reminded, once a day", body = Subscription), (status = 409, description = "it no longer waits, or was reminded of today")))]
async fn remind(db: Data<Db>, actor: Actor, id: Path<SubscriptionId>) -> ApiResult {
    subscriptions::remind(&db, &actor, *id).await?;
    seen(&db, &actor, *id).await
}

async fn seen(db: &Db, actor: &Actor, id: SubscriptionId) -> ApiResult {
    let view = subscriptions::get_visible(db, actor, id).await?;
    Ok(json(StatusCode::OK, &Subscription::from(view)))
}
