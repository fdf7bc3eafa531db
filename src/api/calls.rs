//! Calls, read only. A token sees what its user sees.

use std::collections::BTreeMap;
use std::net::IpAddr;

use serde::Serialize;
use utoipa::{OpenApi, ToSchema};
use uuid::Uuid;

use super::paging;
use crate::base::ids::CallId;
use crate::base::{Code, OrCode, Result};
use crate::domain::actor::Actor;
use crate::domain::permit::{Right, may};
use crate::gateway::explain;
use crate::ledger::asked::Asked;
use crate::ledger::calls::{self, Sight};
use crate::store::Db;
use crate::store::entity::states::TeamRole;
use crate::store::entity::{attempt, call};
use crate::web::{ApiNeed, ApiResult, Data, Method, Page, Path, Query, StatusCode, endpoint, json};

const PAGE: u64 = 100;
const MOST: u64 = 500;

#[derive(OpenApi)]
#[openapi(paths(list, show), components(schemas(CallList, CallView, AttemptView)))]
struct Doc;

/// This noun's part of the document.
pub fn document() -> utoipa::openapi::OpenApi {
    Doc::openapi()
}

pub fn endpoints() -> Vec<Page> {
    vec![
        endpoint(Method::GET, "/api/v1/calls", ApiNeed::Read, list),
        endpoint(Method::GET, "/api/v1/calls/{id}", ApiNeed::Read, show),
    ]
}

/// A page of calls, newest first.
#[derive(Serialize, ToSchema)]
pub struct CallList {
    pub items: Vec<CallView>,
    /// Send it as `before` for the calls that follow; absent at the end.
    pub next: Option<Uuid>,
}

/// One call, answered or refused. What does not apply is absent or null.
#[derive(Serialize, ToSchema)]
pub struct CallView {
    /// The request id, as in the header `x-request-id` of the answer.
    pub id: Uuid,
    /// When it began, RFC 3339.
    #[schema(format = DateTime)]
    pub at: String,
    /// `answered`, `refused`, `failed`, `cut_client`, `cut_vendor` or `lost`.
    pub state: String,
    /// The error code; absent where it went well.
    pub code: Option<String>,
    /// What the caller got; 0 for a call lost in a crash.
    pub status: i32,
    /// `chat`, `embeddings`, `models`; empty where the path is none.
    pub endpoint: String,
    /// The public name that was asked for.
    pub model: String,
    /// Answered as a stream of events.
    pub stream: bool,
    pub team_id: Option<Uuid>,
    pub app_id: Option<Uuid>,
    pub key_id: Option<Uuid>,
    /// The key's owner.
    pub user_id: Option<Uuid>,
    /// The first characters of the key, also where there is no such key.
    pub key_prefix: String,
    /// The address of the caller.
    pub ip: String,
    /// The caller's `user-agent`.
    pub agent: String,
    /// The caller's own id, from the `x-request-id` of the request.
    pub client_request_id: Option<String>,
    pub api_id: Option<Uuid>,
    pub version_id: Option<Uuid>,
    pub plan_id: Option<Uuid>,
    pub subscription_id: Option<Uuid>,
    /// All tokens of the prompt, cached ones included.
    pub input_tokens: Option<i64>,
    /// The part of `input_tokens` that was read from a cache.
    pub cached_read_tokens: Option<i64>,
    /// The part of `input_tokens` that was written to a cache.
    pub cache_write_tokens: Option<i64>,
    /// All tokens of the answer, reasoning included.
    pub output_tokens: Option<i64>,
    /// The part of `output_tokens` that was reasoning.
    pub reasoning_tokens: Option<i64>,
    /// `reported`, `counted`, `estimated` or `none`.
    pub usage_source: String,
    /// Nano-USD; absent where the price is unknown.
    pub cost_nanos: Option<i64>,
    /// Microseconds to the first byte of the answer.
    pub first_byte_us: Option<i64>,
    /// Microseconds from start to end.
    pub total_us: i64,
    /// What the caller was told of `code`; absent where it went well.
    pub message: Option<String>,
    /// What to do next, as the caller was told.
    pub next_step: Option<String>,
    /// What the refusal rests on, in a few words.
    pub facts: String,
    /// How many vendors' answers were tried for.
    pub attempt_count: i32,
    /// The second try and those after it, where one call is shown.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attempts: Vec<AttemptView>,
}

/// One try at one target.
#[derive(Serialize, ToSchema)]
pub struct AttemptView {
    /// 2 is the second try; the first one is in the call itself.
    pub number: i32,
    pub provider_id: Uuid,
    pub target_id: Uuid,
    /// The vendor's own name of the model.
    pub vendor_model: String,
    /// Absent for the try that won.
    pub code: Option<String>,
    /// The vendor's own; 0 when there was no answer.
    pub status: i32,
    /// Microseconds from the start of the call to the start of this try.
    pub after_us: i64,
    /// Microseconds it took.
    pub micros: i64,
}

/// List calls, refused ones included.
///
/// A member sees the calls of their own keys, the owner of a team those of the team, admins and auditors
/// all. The newest first. A call shows up within seconds of its end. A page may be short, or empty, while
/// `next` is there: go on until it is absent.
#[utoipa::path(
    get, path = "/api/v1/calls", tag = "Calls",
    params(
        ("range" = Option<String>, Query, description = "`1h`, `24h`, `7d` or `30d`"),
        ("from" = Option<String>, Query, description = "First day, `YYYY-MM-DD`, or first moment, RFC 3339"),
        ("to" = Option<String>, Query, description = "Last day or last moment"),
        ("state" = Option<String>, Query, description = "How it ended"),
        ("code" = Option<String>, Query, description = "An error code"),
        ("status" = Option<String>, Query, description = "`2xx`, `4xx` or `5xx`"),
        ("app" = Option<Uuid>, Query, description = "An app"),
        ("key" = Option<Uuid>, Query, description = "A key"),
        ("api" = Option<Uuid>, Query, description = "An API"),
        ("version" = Option<Uuid>, Query, description = "An API version"),
        ("subscription" = Option<Uuid>, Query, description = "A subscription"),
        ("model" = Option<String>, Query, description = "The public model name"),
        ("provider" = Option<Uuid>, Query, description = "The vendor of the first attempt"),
        ("team" = Option<Uuid>, Query, description = "A team"),
        ("user" = Option<Uuid>, Query, description = "The key's owner"),
        ("ip" = Option<String>, Query, description = "The caller's address"),
        ("stream" = Option<String>, Query, description = "`yes` or `no`"),
        ("request" = Option<String>, Query, description = "Our request id, or the caller's own"),
        ("before" = Option<Uuid>, Query, description = "`next` of the page before"),
        ("limit" = Option<u64>, Query, minimum = 1, maximum = 500, description = "How many a page holds, 1 to 500; 100 when left out"),
    ),
    responses((status = 200, description = "A page of calls", body = CallList))
)]
async fn list(actor: Actor, db: Data<Db>, asked: Query<BTreeMap<String, String>>) -> ApiResult {
    let (asked, limit) = read(&asked)?;
    let (filter, before) = asked.read(db.now())?;
    let listing = calls::list(&db, &sight(&actor), &filter, before, limit).await?;
    let items = listing.calls.into_iter().map(|call| view(call, Vec::new())).collect();
    Ok(json(StatusCode::OK, &CallList { items, next: listing.next.map(|id| id.0) }))
}

/// A page of the portal ignores what it does not know; a script that misspells a filter has to hear of it.
fn read(given: &BTreeMap<String, String>) -> Result<(Asked, u64)> {
    let known = Asked::default();
    let (mut filters, mut limit) = (BTreeMap::new(), PAGE);
    for (name, value) in given {
        if name == "limit" {
            let wrong = || Code::FieldInvalid.saying(format!("{}.", paging::told(MOST))).on("limit");
            limit = paging::number(value, MOST).ok_or_else(|| wrong().as_status(400))?;
        } else if name == "ip" && !value.is_empty() && value.parse::<IpAddr>().is_err() {
            return Err(Code::FieldInvalid.saying("An address such as 192.0.2.7.").on("ip").as_status(400));
        } else if name != "scope" && known.pairs().iter().any(|(filter, _)| filter == name) {
            filters.insert(name, value);
        } else {
            let shown: String = name.chars().take(60).collect();
            let error = Code::FieldInvalid.saying(format!("There is no filter {shown:?}."));
            return Err(error.on(shown).as_status(400));
        }
    }
    let asked = serde_json::to_value(filters).and_then(serde_json::from_value).or_code(Code::Internal)?;
    Ok((asked, limit))
}

/// Show a call with its attempts.
///
/// For those who may see the call. The id is the one in the header `x-request-id` of its answer.
#[utoipa::path(
    get, path = "/api/v1/calls/{id}", tag = "Calls",
    params(("id" = Uuid, Path, description = "The request id")),
    responses((status = 200, description = "The call", body = CallView), (status = 404, description = "`not_found`"))
)]
async fn show(actor: Actor, db: Data<Db>, id: Path<String>) -> ApiResult {
    let id: CallId = id.parse().map_err(|_| Code::NotFound.with("no id"))?;
    let told = calls::find(&db, &sight(&actor), id).await?.ok_or_else(|| Code::NotFound.with(id))?;
    Ok(json(StatusCode::OK, &view(told.call, told.attempts)))
}

fn sight(actor: &Actor) -> Sight {
    match actor.user_id() {
        Some(user) if !may(actor, Right::SeeEverything) => {
            let owned = actor.teams().iter().filter(|(_, role)| *role == TeamRole::Owner);
            Sight::Own { user, teams: owned.map(|(team, _)| *team).collect() }
        }
        _ => Sight::Everything,
    }
}

fn view(call: call::Model, attempts: Vec<attempt::Model>) -> CallView {
    let last = attempts.last().map_or(&call.attempt_code, |last| &last.code);
    let told = call.code.as_deref().and_then(|code| explain::told(code, last.as_deref(), &call.facts));
    CallView {
        id: call.id.0,
        at: call.at.rfc3339(),
        state: call.state,
        code: call.code,
        status: call.status,
        endpoint: call.endpoint,
        model: call.model,
        stream: call.stream,
        team_id: call.team_id.map(|id| id.0),
        app_id: call.app_id.map(|id| id.0),
        key_id: call.key_id.map(|id| id.0),
        user_id: call.user_id.map(|id| id.0),
        key_prefix: call.key_prefix,
        ip: call.ip,
        agent: call.agent,
        client_request_id: call.client_request_id,
        api_id: call.api_id.map(|id| id.0),
        version_id: call.version_id.map(|id| id.0),
        plan_id: call.plan_id.map(|id| id.0),
        subscription_id: call.subscription_id.map(|id| id.0),
        input_tokens: call.input_tokens,
        cached_read_tokens: call.cached_read_tokens,
        cache_write_tokens: call.cache_write_tokens,
        output_tokens: call.output_tokens,
        reasoning_tokens: call.reasoning_tokens,
        usage_source: call.usage_source,
        cost_nanos: call.cost_nanos.map(|cost| cost.0),
        first_byte_us: call.first_byte_us,
        total_us: call.total_us,
        message: told.as_ref().map(|error| error.message().to_owned()),
        next_step: told.as_ref().map(|error| error.next().to_owned()),
        facts: call.facts,
        attempt_count: call.attempts,
        attempts: attempts.into_iter().map(tried).collect(),
    }
}

fn tried(attempt: attempt::Model) -> AttemptView {
    AttemptView {
        number: attempt.number,
        provider_id: attempt.provider_id.0,
        target_id: attempt.target_id.0,
        vendor_model: attempt.vendor_model,
        code: attempt.code,
        status: attempt.status,
        after_us: attempt.after_us,
        micros: attempt.micros,
    }
}
