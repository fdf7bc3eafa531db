//! Subscriptions and decisions by script.

use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

use super::moment::moment;
use super::paging::{self, Limit, Paging};
use super::place::{Places, placed};
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

const PLACES: Places = &[("app", "app_id"), ("version", "version_id"), ("plan", "plan_id")];
/// What is asked again keeps its application and version.
const AGAIN: Places = &[("app", ""), ("version", ""), ("plan", "plan_id")];

/// A subscription of an application to an API.
#[derive(Serialize, ToSchema)]
struct Subscription {
    #[schema(value_type = Uuid)]
    id: SubscriptionId,
    #[schema(value_type = Uuid)]
    team_id: TeamId,
    #[schema(value_type = Uuid)]
    app_id: AppId,
    /// The name of the application.
    app: String,
    #[schema(value_type = Uuid)]
    api_id: ApiId,
    /// The API's address word.
    api: String,
    #[schema(value_type = Uuid)]
    version_id: VersionId,
    /// Its name.
    version: String,
    #[schema(value_type = Uuid)]
    plan_id: PlanId,
    /// Its name.
    plan: String,
    /// Lower serves first.
    position: i32,
    /// `requested`, `approved`, `denied`, `withdrawn`, `suspended` or `ended`.
    state: &'static str,
    /// Why it was asked for.
    reason: String,
    /// How many calls are expected, in words.
    volume: String,
    /// The user who asked.
    #[schema(value_type = Uuid)]
    requested_by: UserId,
    /// RFC 3339.
    #[schema(format = DateTime)]
    requested_at: String,
    /// Empty where a rule decided.
    #[schema(value_type = Option<Uuid>)]
    decided_by: Option<UserId>,
    /// RFC 3339; null while nobody decided.
    #[schema(format = DateTime)]
    decided_at: Option<String>,
    /// Of the last decision or suspension.
    comment: Option<String>,
    /// RFC 3339; null: no end.
    #[schema(format = DateTime)]
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
    #[serde(default)]
    limit: Limit,
}

/// List subscriptions and requests.
///
/// Those of your teams; for admins and auditors all of them. The newest first. With `inbox=true` what
/// waits for your own decision instead, the longest waiting first.
#[utoipa::path(get, path = "/api/v1/subscriptions", tag = "Subscriptions",
    params(("state" = Option<String>, Query, description = "only those in this state"), ("inbox" = Option<bool>, Query, description = "true: what waits for your decision instead, the longest waiting first"), Paging),
    responses((status = 200, description = "subscriptions of your teams, or all for admins and auditors", body = Subscriptions)))]
async fn list(db: Data<Db>, actor: Actor, asked: Query<Asked>) -> ApiResult {
    let state = asked.state.as_deref().map(state).transpose()?;
    let views = match asked.inbox {
        true => subscriptions::list_inbox(&db, &actor, asked.before, asked.limit.0).await?,
        false => subscriptions::list_all_visible(&db, &actor, state, asked.before, asked.limit.0).await?,
    };
    let next = paging::next(&views, asked.limit, |view| view.row.id);
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
    /// How many calls are expected, in words.
    #[serde(default)]
    volume: String,
    /// RFC 3339, or a day.
    #[schema(example = "2027-03-31T12:00:00Z")]
    ends_at: Option<String>,
}

/// Ask for an API.
///
/// For members of the application's team, and admins. Answers at once with the subscription: `approved`
/// where the plan decides by itself, else `requested` until a person decides. A request that was denied
/// is asked again with its history. `conflict` while the application has a live subscription to the API.
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
    let row = subscriptions::request(&db, &actor, new).await.map_err(placed(PLACES))?;
    let view = subscriptions::get_visible(&db, &actor, row.id).await?;
    Ok(json(StatusCode::CREATED, &Subscription::from(view)))
}

/// Show a subscription.
///
/// For members of its team, those who decide for its API, admins and auditors.
#[utoipa::path(get, path = "/api/v1/subscriptions/{id}", tag = "Subscriptions", params(("id" = Uuid, Path, description = "The subscription")),
    responses((status = 200, description = "the subscription", body = Subscription)))]
async fn show(db: Data<Db>, actor: Actor, id: Path<SubscriptionId>) -> ApiResult {
    seen(&db, &actor, *id).await
}

/// A line of a subscription's timeline.
#[derive(Serialize, ToSchema)]
struct SubscriptionEvent {
    /// RFC 3339.
    #[schema(format = DateTime)]
    at: String,
    /// The e-mail address of who did it, or `rule:plan`.
    by: String,
    /// `requested`, `approved`, `denied`, `asked_again`, `withdrawn`, `suspended`, `resumed`, `ended`, `moved`,
    /// `changed`, `plan_changed`, `plan_requested` or `reminded`.
    what: String,
    /// After it.
    state: &'static str,
    /// What was said with it.
    comment: Option<String>,
}

/// Show the timeline of a subscription.
///
/// For those who may see it. The oldest event first, whole.
#[utoipa::path(get, path = "/api/v1/subscriptions/{id}/events", tag = "Subscriptions", params(("id" = Uuid, Path, description = "The subscription")),
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
    #[schema(example = "2027-03-31T12:00:00Z")]
    ends_at: Option<String>,
    /// The one who asked is shown this.
    #[serde(default)]
    comment: String,
}

/// Approve a request.
///
/// For those who manage the API; never for the one who asked, unless nobody else could decide. Its keys
/// work from the next call on.
#[utoipa::path(post, path = "/api/v1/subscriptions/{id}/approval", tag = "Subscriptions", params(("id" = Uuid, Path, description = "The subscription")), request_body = Approval,
    responses((status = 200, description = "approved", body = Subscription), (status = 409, description = "it no longer waits")))]
async fn approve(db: Data<Db>, actor: Actor, id: Path<SubscriptionId>, body: Body<Approval>) -> ApiResult {
    let body = body.into_inner();
    let ends_at = moment("ends_at", body.ends_at.as_deref())?;
    let decision = Decision { plan: body.plan_id, ends_at, comment: body.comment };
    subscriptions::approve(&db, &actor, *id, decision).await.map_err(placed(PLACES))?;
    seen(&db, &actor, *id).await
}

/// Why a request is denied.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Denial {
    /// The requester is shown this.
    comment: String,
}

/// Deny a request.
///
/// For those who manage the API. The comment is needed and shown to the one who asked, who may ask again.
#[utoipa::path(post, path = "/api/v1/subscriptions/{id}/denial", tag = "Subscriptions", params(("id" = Uuid, Path, description = "The subscription")), request_body = Denial,
    responses((status = 200, description = "denied", body = Subscription), (status = 409, description = "it no longer waits")))]
async fn deny(db: Data<Db>, actor: Actor, id: Path<SubscriptionId>, body: Body<Denial>) -> ApiResult {
    subscriptions::deny(&db, &actor, *id, body.into_inner().comment).await?;
    seen(&db, &actor, *id).await
}

/// Take a request back.
///
/// For members of its team, and admins, while it waits.
#[utoipa::path(post, path = "/api/v1/subscriptions/{id}/withdrawal", tag = "Subscriptions", params(("id" = Uuid, Path, description = "The subscription")),
    responses((status = 200, description = "withdrawn", body = Subscription), (status = 409, description = "it no longer waits")))]
async fn withdraw(db: Data<Db>, actor: Actor, id: Path<SubscriptionId>) -> ApiResult {
    subscriptions::withdraw(&db, &actor, *id).await?;
    seen(&db, &actor, *id).await
}

/// A denied request, asked again.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Repeat {
    /// None: the plan asked for before.
    #[schema(value_type = Option<Uuid>)]
    plan_id: Option<PlanId>,
    /// Why: the one who decides reads it.
    #[serde(default)]
    reason: String,
    /// How many calls are expected, in words.
    #[serde(default)]
    volume: String,
    /// RFC 3339, or a day.
    #[schema(example = "2027-03-31T12:00:00Z")]
    ends_at: Option<String>,
}

/// Ask again after a denial.
///
/// For members of its team, and admins. The history stays with it.
#[utoipa::path(post, path = "/api/v1/subscriptions/{id}/repeat", tag = "Subscriptions", params(("id" = Uuid, Path, description = "The subscription")), request_body = Repeat,
    responses((status = 200, description = "a denied request, asked again with its history", body = Subscription), (status = 409, description = "it was not denied")))]
async fn repeat(db: Data<Db>, actor: Actor, id: Path<SubscriptionId>, body: Body<Repeat>) -> ApiResult {
    let body = body.into_inner();
    let ends_at = moment("ends_at", body.ends_at.as_deref())?;
    let again = AskAgain { plan: body.plan_id, reason: body.reason, volume: body.volume, ends_at };
    subscriptions::ask_again(&db, &actor, *id, again).await.map_err(placed(AGAIN))?;
    seen(&db, &actor, *id).await
}

/// Why a subscription is suspended.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SubscriptionSuspension {
    /// Its team is shown this.
    reason: String,
}

/// Suspend a subscription.
///
/// For those who manage the API. Its calls are refused with `subscription_suspended` from the next one
/// on.
#[utoipa::path(post, path = "/api/v1/subscriptions/{id}/suspension", tag = "Subscriptions", params(("id" = Uuid, Path, description = "The subscription")), request_body = SubscriptionSuspension,
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

/// Let a suspended subscription serve again.
///
/// For those who manage the API.
#[utoipa::path(post, path = "/api/v1/subscriptions/{id}/resumption", tag = "Subscriptions", params(("id" = Uuid, Path, description = "The subscription")),
    responses((status = 200, description = "its calls go through again", body = Subscription), (status = 409, description = "it is not suspended")))]
async fn resume(db: Data<Db>, actor: Actor, id: Path<SubscriptionId>) -> ApiResult {
    subscriptions::resume(&db, &actor, *id).await?;
    seen(&db, &actor, *id).await
}

/// A word about the end.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct End {
    /// Both sides are shown this.
    #[serde(default)]
    comment: String,
}

/// End a subscription for good.
///
/// For members of its team and those who manage the API. Its calls are refused with `subscription_ended`;
/// ask anew to have it back.
#[utoipa::path(post, path = "/api/v1/subscriptions/{id}/end", tag = "Subscriptions", params(("id" = Uuid, Path, description = "The subscription")), request_body = End,
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

/// Move a subscription to another version or plan.
///
/// For members of its team, and admins. Within the same API. The approval stays, unless a person has to
/// approve the new plan: then it waits as `requested` and serves no calls meanwhile.
#[utoipa::path(post, path = "/api/v1/subscriptions/{id}/move", tag = "Subscriptions", params(("id" = Uuid, Path, description = "The subscription")), request_body = MoveBody,
    responses((status = 200, description = "moved: the approval stays, unless the plan changes to one that a person approves", body = Subscription), (status = 409, description = "it is not live, or there already")))]
async fn move_to(db: Data<Db>, actor: Actor, id: Path<SubscriptionId>, body: Body<MoveBody>) -> ApiResult {
    let to = Move { version: body.version_id, plan: body.plan_id };
    subscriptions::move_to(&db, &actor, *id, to).await.map_err(placed(PLACES))?;
    seen(&db, &actor, *id).await
}

/// Remind those who decide.
///
/// For members of its team, and admins. Once within 24 hours, else `conflict`.
#[utoipa::path(post, path = "/api/v1/subscriptions/{id}/reminder", tag = "Subscriptions", params(("id" = Uuid, Path, description = "The subscription")),
    responses((status = 200, description = "reminded, once a day", body = Subscription), (status = 409, description = "it no longer waits, or was reminded of today")))]
async fn remind(db: Data<Db>, actor: Actor, id: Path<SubscriptionId>) -> ApiResult {
    subscriptions::remind(&db, &actor, *id).await?;
    seen(&db, &actor, *id).await
}

async fn seen(db: &Db, actor: &Actor, id: SubscriptionId) -> ApiResult {
    let view = subscriptions::get_visible(db, actor, id).await?;
    Ok(json(StatusCode::OK, &Subscription::from(view)))
}
