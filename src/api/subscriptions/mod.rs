//! Subscriptions and decisions by script.

mod requests;
mod views;

use utoipa::OpenApi;

use super::moment::moment;
use super::paging::{self, Paging};
use super::place::{Places, placed};
use crate::base::ids::SubscriptionId;
use crate::base::{Code, Result};
use crate::domain::actor::Actor;
use crate::domain::subscriptions::{self, AskAgain, Decision, Move, NewRequest};
use crate::store::Db;
use crate::store::entity::states::SubscriptionState;
use crate::web::{ApiNeed, ApiResult, Body, Data, Method, Page, Path, Query, StatusCode, endpoint, json};
use requests::{Approval, Asked, Denial, End, MoveBody, NewSubscription, Repeat, SubscriptionSuspension};
use views::{Subscription, SubscriptionEvent, Subscriptions};

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
/// What is asked again keeps its app and version.
const AGAIN: Places = &[("app", ""), ("version", ""), ("plan", "plan_id")];

/// List subscriptions and requests.
///
/// Those of your teams; for admins and auditors all of them. The newest first. With `inbox=true` what
/// waits for your own decision instead, for auditors that of others; the longest waiting first.
#[utoipa::path(get, path = "/api/v1/subscriptions", tag = "Subscriptions",
    params(("state" = Option<String>, Query, description = "only those in this state"), ("inbox" = Option<bool>, Query, description = "true: what waits for your decision instead, the longest waiting first"), Paging),
    responses((status = 200, description = "subscriptions of your teams, or all for admins and auditors", body = Subscriptions)))]
async fn list(db: Data<Db>, actor: Actor, asked: Query<Asked>) -> ApiResult {
    let state = asked.state.as_deref().map(state).transpose()?;
    if asked.inbox && state.is_some() {
        return Err(Code::FieldInvalid
            .saying("What is in the inbox waits; leave `state` out.")
            .on("state")
            .into());
    }
    let views = match asked.inbox {
        true => subscriptions::list_inbox(&db, &actor, asked.before, asked.limit.one_ahead()).await?,
        false => {
            subscriptions::list_all_visible(&db, &actor, state, asked.before, asked.limit.one_ahead()).await?
        }
    };
    let (views, next) = paging::page(views, asked.limit, |view| view.row.id);
    let items = views.into_iter().map(Subscription::from).collect();
    Ok(json(StatusCode::OK, &Subscriptions { items, next }))
}

fn state(word: &str) -> Result<SubscriptionState> {
    SubscriptionState::parse(word)
        .ok_or_else(|| Code::FieldInvalid.saying("There is no such state.").on("state"))
}

/// Ask for an API.
///
/// For members of the app's team, and admins. Answers at once with the subscription: `approved`
/// where the plan decides by itself, else `requested` until a person decides. A request that was denied
/// is asked again with its history. `conflict` while the app has a live subscription to the API.
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
