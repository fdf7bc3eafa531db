//! Keys by script: make, list, rotate, pause, revoke.

use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

use super::given::given;
use super::moment::moment;
use super::paging::{self, Limit, Paging};
use super::place::{Places, with_limits};
use crate::base::ids::{ApiId, AppId, KeyId, KeySecretId, TeamId, UserId};
use crate::base::{Code, Nanos, Result, Timestamp};
use crate::domain::actor::Actor;
use crate::domain::keys::{self, Edit, Expiry, Issued, KeyFilter, KeyView, NewKey, Overlap, Rotate, Why};
use crate::domain::plans::Limits;
use crate::store::Db;
use crate::store::entity::states::{KeyReason, KeyState, Scope};
use crate::web::{
    ApiNeed, ApiResult, Body, Data, Method, Page, Path, Query, StatusCode, endpoint, json, json_once,
};

#[derive(OpenApi)]
#[openapi(paths(list, create, show, change, rotate, end_overlap, pause, enable, revoke, extend, transfer))]
struct Part;

pub(super) fn document() -> utoipa::openapi::OpenApi {
    Part::openapi()
}

pub fn endpoints() -> Vec<Page> {
    vec![
        endpoint(Method::GET, "/api/v1/keys", ApiNeed::Read, list),
        endpoint(Method::POST, "/api/v1/keys", ApiNeed::Write, create),
        endpoint(Method::GET, "/api/v1/keys/{id}", ApiNeed::Read, show),
        endpoint(Method::PATCH, "/api/v1/keys/{id}", ApiNeed::Write, change),
        endpoint(Method::POST, "/api/v1/keys/{id}/rotation", ApiNeed::Write, rotate),
        endpoint(Method::POST, "/api/v1/keys/{id}/rotation/end", ApiNeed::Write, end_overlap),
        endpoint(Method::POST, "/api/v1/keys/{id}/pause", ApiNeed::Write, pause),
        endpoint(Method::POST, "/api/v1/keys/{id}/enablement", ApiNeed::Write, enable),
        endpoint(Method::POST, "/api/v1/keys/{id}/revocation", ApiNeed::Write, revoke),
        endpoint(Method::POST, "/api/v1/keys/{id}/expiry", ApiNeed::Write, extend),
        endpoint(Method::POST, "/api/v1/keys/{id}/owner", ApiNeed::Write, transfer),
    ]
}

/// A key. Its secret is not part of it.
#[derive(Serialize, ToSchema)]
struct Key {
    #[schema(value_type = Uuid)]
    id: KeyId,
    #[schema(value_type = Uuid)]
    team_id: TeamId,
    #[schema(value_type = Uuid)]
    app_id: AppId,
    /// The user who answers for it.
    #[schema(value_type = Uuid)]
    owner_id: UserId,
    name: String,
    /// `active`, `paused`, `expired`, `revoked` or `leaked`.
    state: &'static str,
    /// The first characters of the newest secret.
    prefix: String,
    /// The last four characters of the secret.
    last4: String,
    /// Endpoint classes; all of them where the key is not narrowed.
    scopes: Vec<&'static str>,
    /// None: every API its application is subscribed to.
    #[schema(value_type = Option<Vec<Uuid>>)]
    api_ids: Option<Vec<ApiId>>,
    /// Networks it may be used from; empty: anywhere.
    ips: Vec<String>,
    limits: LimitsBody,
    /// RFC 3339; null: it has no end.
    #[schema(format = DateTime)]
    expires_at: Option<String>,
    /// Until then an older secret works too.
    #[schema(format = DateTime)]
    overlap_until: Option<String>,
    /// RFC 3339.
    #[schema(format = DateTime)]
    created_at: String,
    /// RFC 3339; null: never.
    #[schema(format = DateTime)]
    last_used_at: Option<String>,
    /// The address of the last call.
    last_used_ip: Option<String>,
}

/// Limits of a key or a plan; none where there is no limit.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct LimitsBody {
    /// Calls within any 60 seconds.
    requests_per_minute: Option<i64>,
    /// Tokens of prompt and answer within any 60 seconds.
    tokens_per_minute: Option<i64>,
    /// Calls that are open at the same time.
    concurrent_calls: Option<i64>,
    /// Dollars as text: `"50"`, `"0.25"`.
    usd_per_month: Option<String>,
}

impl LimitsBody {
    pub(super) fn of(limits: &Limits) -> Self {
        Self {
            requests_per_minute: limits.requests_per_minute,
            tokens_per_minute: limits.tokens_per_minute,
            concurrent_calls: limits.concurrent_calls,
            usd_per_month: limits.usd_per_month.map(|usd| usd.to_string().trim_start_matches('$').to_owned()),
        }
    }

    pub(super) fn check(self) -> Result<Limits> {
        let usd = |text: String| {
            let message = "Dollars as text, such as \"50\" or \"0.25\".";
            Nanos::parse_usd(&text).ok_or_else(|| Code::FieldInvalid.saying(message).on("usd_per_month"))
        };
        Ok(Limits {
            requests_per_minute: self.requests_per_minute,
            tokens_per_minute: self.tokens_per_minute,
            concurrent_calls: self.concurrent_calls,
            usd_per_month: self.usd_per_month.map(usd).transpose()?,
        })
    }
}

fn shown(view: KeyView, limits: &Limits) -> Key {
    let row = view.row;
    Key {
        id: row.id,
        team_id: row.team_id,
        app_id: row.app_id,
        owner_id: row.owner_id,
        state: view.condition.word(),
        scopes: keys::scopes(&row).into_iter().map(Scope::word).collect(),
        api_ids: keys::api_ids(&row),
        ips: keys::networks(&row).iter().map(IpNet::to_string).collect(),
        limits: LimitsBody::of(limits),
        expires_at: row.expires_at.map(Timestamp::rfc3339),
        overlap_until: view.overlap_until.map(Timestamp::rfc3339),
        created_at: row.created_at.rfc3339(),
        last_used_at: row.last_used_at.map(Timestamp::rfc3339),
        last_used_ip: row.last_used_ip,
        name: row.name,
        prefix: row.prefix,
        last4: row.last4,
    }
}

/// A key in a list: without its limits.
#[derive(Serialize, ToSchema)]
struct KeyLine {
    #[schema(value_type = Uuid)]
    id: KeyId,
    #[schema(value_type = Uuid)]
    app_id: AppId,
    /// The user who answers for it.
    #[schema(value_type = Uuid)]
    owner_id: UserId,
    name: String,
    /// `active`, `paused`, `expired`, `revoked` or `leaked`.
    state: &'static str,
    /// The first characters of the secret.
    prefix: String,
    /// The last four characters of the secret.
    last4: String,
    /// RFC 3339; null: it has no end.
    #[schema(format = DateTime)]
    expires_at: Option<String>,
    /// RFC 3339; null: never.
    #[schema(format = DateTime)]
    last_used_at: Option<String>,
}

/// A page of keys, the newest first.
#[derive(Serialize, ToSchema)]
struct Keys {
    items: Vec<KeyLine>,
    /// Pass it as `before` for what follows.
    #[schema(value_type = Option<Uuid>)]
    next: Option<KeyId>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    #[serde(default)]
    q: String,
    app_id: Option<AppId>,
    state: Option<String>,
    before: Option<KeyId>,
    #[serde(default)]
    limit: Limit,
}

/// List keys.
///
/// Your own and those of teams that you own; for admins and auditors all of them. The newest first,
/// without limits; those come with a single key.
#[utoipa::path(get, path = "/api/v1/keys", tag = "Keys",
    params(("q" = Option<String>, Query, description = "part of the name, or a prefix; at most 200 characters"), ("app_id" = Option<Uuid>, Query, description = "only those of this application"), ("state" = Option<String>, Query, description = "`active`, `paused`, `revoked`"), Paging),
    responses((status = 200, description = "your keys, those of teams you own, or all for admins and auditors", body = Keys)))]
async fn list(db: Data<Db>, actor: Actor, asked: Query<Asked>) -> ApiResult {
    let asked = asked.into_inner();
    let state = |word: &str| {
        KeyState::parse(word).ok_or_else(|| Code::FieldInvalid.saying("There is no such state.").on("state"))
    };
    let filter = KeyFilter {
        app: asked.app_id,
        text: asked.q,
        state: asked.state.as_deref().map(state).transpose()?,
        before: asked.before,
        limit: asked.limit.0,
        ..KeyFilter::default()
    };
    let views = keys::list_visible(&db, &actor, &filter).await?;
    let next = paging::next(&views, asked.limit, |view| view.row.id);
    Ok(json(StatusCode::OK, &Keys { items: views.into_iter().map(line).collect(), next }))
}

fn line(view: KeyView) -> KeyLine {
    let row = view.row;
    KeyLine {
        id: row.id,
        app_id: row.app_id,
        owner_id: row.owner_id,
        name: row.name,
        state: view.condition.word(),
        prefix: row.prefix,
        last4: row.last4,
        expires_at: row.expires_at.map(Timestamp::rfc3339),
        last_used_at: row.last_used_at.map(Timestamp::rfc3339),
    }
}

/// A new key. What is left out is not narrowed; without an expiry it lives 90 days.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewKeyBody {
    #[schema(value_type = Uuid)]
    app_id: AppId,
    name: String,
    /// Who answers for it: a member of the application's team. None: you.
    #[schema(value_type = Option<Uuid>)]
    owner_id: Option<UserId>,
    /// Of `chat`, `embeddings`, `images`, `audio`, `models`; left out or null: all.
    scopes: Option<Vec<String>>,
    /// Left out or null: every API its application is subscribed to.
    #[schema(value_type = Option<Vec<Uuid>>)]
    api_ids: Option<Vec<ApiId>>,
    /// Addresses or networks; left out or null: from anywhere.
    ips: Option<Vec<String>>,
    /// Days from now.
    expires_in_days: Option<u32>,
    /// RFC 3339, or a day.
    #[schema(example = "2027-03-31T12:00:00Z")]
    expires_at: Option<String>,
    /// True: it has no end.
    #[serde(default)]
    never_expires: bool,
    #[serde(default)]
    limits: LimitsBody,
}

/// A key with its secret, which is told this once.
#[derive(Serialize, ToSchema)]
struct IssuedKey {
    /// Told this once: keep it now.
    secret: String,
    key: Key,
}

/// Make a key.
///
/// For members of the application's team, and admins. The secret is in this answer alone: it is stored as
/// a digest and never shown again. A key may be made before its application has a subscription, and works
/// from the moment one is approved.
#[utoipa::path(post, path = "/api/v1/keys", tag = "Keys", request_body = NewKeyBody,
    responses((status = 201, description = "the key and, this once, its secret", body = IssuedKey)))]
async fn create(db: Data<Db>, actor: Actor, body: Body<NewKeyBody>) -> ApiResult {
    let body = body.into_inner();
    let new = NewKey {
        owner: body.owner_id,
        scopes: scopes(body.scopes)?,
        api_ids: some("api_ids", body.api_ids)?,
        ips: ips(body.ips)?,
        expiry: expiry(body.expires_in_days, body.expires_at.as_deref(), body.never_expires)?
            .unwrap_or_default(),
        limits: body.limits.check().map_err(with_limits(PLACES))?,
        ..NewKey::usual(body.app_id, body.name)
    };
    let issued = keys::issue(&db, &actor, new).await.map_err(with_limits(PLACES))?;
    told(&db, &actor, StatusCode::CREATED, issued).await
}

async fn told(db: &Db, actor: &Actor, status: StatusCode, issued: Issued) -> ApiResult {
    let id = issued.key.id;
    // An admin may make a key for a team that is not theirs: they see it as well.
    let limits = keys::limits_of(db, actor, id).await?;
    let key = shown(keys::get_visible(db, actor, id).await?, &limits);
    Ok(json_once(status, &IssuedKey { secret: issued.secret.expose().to_owned(), key }, id.0))
}

/// A list that narrows. An empty one would be the opposite of what its writer means.
fn some<T>(field: &'static str, list: Option<Vec<T>>) -> Result<Option<Vec<T>>> {
    if list.as_ref().is_some_and(Vec::is_empty) {
        let message = "An empty list would leave nothing; send null to lift the restriction.";
        return Err(Code::FieldInvalid.saying(message).on(field));
    }
    Ok(list)
}

fn scopes(words: Option<Vec<String>>) -> Result<Vec<Scope>> {
    let scope = |word: &String| {
        Scope::parse(word).ok_or_else(|| Code::FieldInvalid.saying("There is no such scope.").on("scopes"))
    };
    some("scopes", words)?.unwrap_or_default().iter().map(scope).collect()
}

fn ips(list: Option<Vec<String>>) -> Result<Vec<IpNet>> {
    keys::check_ips(&some("ips", list)?.unwrap_or_default().join("\n"))
}

/// The form's one field for the end is two here; days are judged before.
const PLACES: Places = &[("owner", "owner_id"), ("apis", "api_ids"), ("expires", "expires_at")];

/// What was asked for; none where nothing was.
fn expiry(days: Option<u32>, at: Option<&str>, never: bool) -> Result<Option<Expiry>> {
    match (days, moment("expires_at", at)?, never) {
        (None, None, false) => Ok(None),
        (None, None, true) => Ok(Some(Expiry::Never)),
        (Some(days), None, false) if (1..=keys::MAX_DAYS).contains(&days) => Ok(Some(Expiry::Days(days))),
        (Some(_), None, false) => {
            let message = format!("From 1 to {} days.", keys::MAX_DAYS);
            Err(Code::FieldInvalid.saying(message).on("expires_in_days"))
        }
        (None, Some(at), false) => Ok(Some(Expiry::At(at))),
        _ => Err(Code::FieldInvalid.saying("Give one expiry at most.").on("expires_at")),
    }
}

/// Show a key.
///
/// For its owner, owners of its team, admins and auditors. Never with its secret.
#[utoipa::path(get, path = "/api/v1/keys/{id}", tag = "Keys", params(("id" = Uuid, Path, description = "The key")),
    responses((status = 200, description = "the key", body = Key)))]
async fn show(db: Data<Db>, actor: Actor, id: Path<KeyId>) -> ApiResult {
    seen(&db, &actor, *id).await
}

/// What to change; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct KeyChange {
    name: Option<String>,
    /// Null: all.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Vec<String>>)]
    scopes: Option<Option<Vec<String>>>,
    /// Null: every API its application is subscribed to.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Vec<Uuid>>)]
    api_ids: Option<Option<Vec<ApiId>>>,
    /// Null: from anywhere.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Vec<String>>)]
    ips: Option<Option<Vec<String>>>,
    /// Replaces all four.
    limits: Option<LimitsBody>,
}

/// Change what a key may do.
///
/// For its owner, owners of its team, and admins. Holds from the next call on; the secret stays.
#[utoipa::path(patch, path = "/api/v1/keys/{id}", tag = "Keys", params(("id" = Uuid, Path, description = "The key")), request_body = KeyChange,
    responses((status = 200, description = "the key, changed", body = Key)))]
async fn change(db: Data<Db>, actor: Actor, id: Path<KeyId>, body: Body<KeyChange>) -> ApiResult {
    let body = body.into_inner();
    let edit = Edit {
        scopes: body.scopes.map(scopes).transpose()?,
        api_ids: body.api_ids.map(|ids| some("api_ids", ids)).transpose()?,
        ips: body.ips.map(ips).transpose()?,
        limits: body.limits.map(LimitsBody::check).transpose().map_err(with_limits(PLACES))?,
    };
    if let Some(name) = body.name {
        keys::rename(&db, &actor, *id, name).await?;
    }
    if edit.scopes.is_some() || edit.api_ids.is_some() || edit.ips.is_some() || edit.limits.is_some() {
        keys::edit(&db, &actor, *id, edit).await.map_err(with_limits(PLACES))?;
    }
    seen(&db, &actor, *id).await
}

/// How to rotate.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Rotation {
    /// How long the older secret works on: `0`, `1h`, `24h` (when left out) or `7d`.
    overlap: Option<String>,
    /// True when it is replaced because it got out.
    #[serde(default)]
    leaked: bool,
    /// The secret you take for the newest; another one is answered 409.
    #[schema(value_type = Option<Uuid>)]
    expected_secret_id: Option<KeySecretId>,
}

/// Give a key a new secret.
///
/// For its owner, owners of its team, and admins. The new secret is in this answer alone. The older one
/// works on for the overlap, 24 hours when left out. The id of the key stays. A key that expired lives 90
/// days more. Send `expected_secret_id` so that two scripts do not rotate one after the other.
#[utoipa::path(post, path = "/api/v1/keys/{id}/rotation", tag = "Keys", params(("id" = Uuid, Path, description = "The key")), request_body = Rotation,
    responses((status = 200, description = "the key and, this once, its new secret", body = IssuedKey), (status = 409, description = "it is revoked, or was rotated meanwhile")))]
async fn rotate(db: Data<Db>, actor: Actor, id: Path<KeyId>, body: Body<Rotation>) -> ApiResult {
    let overlap = match body.overlap.as_deref() {
        None => Overlap::Day,
        Some(word) => Overlap::parse(word)
            .ok_or_else(|| Code::FieldInvalid.saying("One of `0`, `1h`, `24h`, `7d`.").on("overlap"))?,
    };
    let why = if body.leaked { Why::Leaked } else { Why::Planned };
    let how = Rotate { overlap, why, expected: body.expected_secret_id };
    let issued = keys::rotate(&db, &actor, *id, how).await?;
    told(&db, &actor, StatusCode::OK, issued).await
}

/// End the overlap of a rotation now.
///
/// For its owner, owners of its team, and admins. Only the newest secret works from the next call on.
#[utoipa::path(post, path = "/api/v1/keys/{id}/rotation/end", tag = "Keys", params(("id" = Uuid, Path, description = "The key")),
    responses((status = 200, description = "only the newest secret works", body = Key), (status = 409, description = "there is no overlap")))]
async fn end_overlap(db: Data<Db>, actor: Actor, id: Path<KeyId>) -> ApiResult {
    keys::end_overlap(&db, &actor, *id).await?;
    seen(&db, &actor, *id).await
}

/// Pause a key.
///
/// For its owner, owners of its team, and admins. Its calls are refused with `key_paused`. What an admin
/// from outside the team paused, only an admin enables again.
#[utoipa::path(post, path = "/api/v1/keys/{id}/pause", tag = "Keys", params(("id" = Uuid, Path, description = "The key")),
    responses((status = 200, description = "paused", body = Key), (status = 409, description = "it is not active")))]
async fn pause(db: Data<Db>, actor: Actor, id: Path<KeyId>) -> ApiResult {
    keys::pause(&db, &actor, *id).await?;
    seen(&db, &actor, *id).await
}

/// Enable a paused key.
///
/// For its owner, owners of its team, and admins.
#[utoipa::path(post, path = "/api/v1/keys/{id}/enablement", tag = "Keys", params(("id" = Uuid, Path, description = "The key")),
    responses((status = 200, description = "enabled", body = Key), (status = 409, description = "it is not paused")))]
async fn enable(db: Data<Db>, actor: Actor, id: Path<KeyId>) -> ApiResult {
    keys::enable(&db, &actor, *id).await?;
    seen(&db, &actor, *id).await
}

/// Why a key is revoked.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Revocation {
    /// `revoked` (when left out) or `leaked`.
    reason: Option<String>,
}

/// Revoke a key for good.
///
/// For its owner, owners of its team, and admins. All its secrets stop with the next call, and there is
/// no way back.
#[utoipa::path(post, path = "/api/v1/keys/{id}/revocation", tag = "Keys", params(("id" = Uuid, Path, description = "The key")), request_body = Revocation,
    responses((status = 200, description = "revoked for good", body = Key), (status = 409, description = "it was revoked already")))]
async fn revoke(db: Data<Db>, actor: Actor, id: Path<KeyId>, body: Body<Revocation>) -> ApiResult {
    let reason = match body.reason.as_deref() {
        None => KeyReason::Revoked,
        Some(word) => keys::revoke_reason(word)
            .ok_or_else(|| Code::FieldInvalid.saying("`revoked` or `leaked`.").on("reason"))?,
    };
    keys::revoke(&db, &actor, *id, reason).await?;
    seen(&db, &actor, *id).await
}

/// When a key ends: exactly one of the three.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ExpiryBody {
    /// Days from now, 1 to 3650.
    expires_in_days: Option<u32>,
    /// RFC 3339, or a day.
    #[schema(example = "2027-03-31T12:00:00Z")]
    expires_at: Option<String>,
    /// True: it has no end.
    #[serde(default)]
    never_expires: bool,
}

/// Give a key another end.
///
/// For its owner, owners of its team, and admins. Exactly one of the three fields; sooner or later than
/// before. An expired key works again.
#[utoipa::path(post, path = "/api/v1/keys/{id}/expiry", tag = "Keys", params(("id" = Uuid, Path, description = "The key")), request_body = ExpiryBody,
    responses((status = 200, description = "the key with its new end", body = Key), (status = 409, description = "it was revoked")))]
async fn extend(db: Data<Db>, actor: Actor, id: Path<KeyId>, body: Body<ExpiryBody>) -> ApiResult {
    let expiry = expiry(body.expires_in_days, body.expires_at.as_deref(), body.never_expires)?;
    let message = "Say when it ends: `expires_in_days`, `expires_at` or `never_expires`.";
    let expiry = expiry.ok_or_else(|| Code::FieldInvalid.saying(message).on("expires_in_days"))?;
    keys::extend(&db, &actor, *id, expiry).await.map_err(with_limits(PLACES))?;
    seen(&db, &actor, *id).await
}

/// Who answers for a key from now on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewOwner {
    /// An active member of the key's team.
    #[schema(value_type = Uuid)]
    owner_id: UserId,
}

/// Make somebody else answer for a key.
///
/// For its owner, owners of its team, and admins. The new owner is an active member of the key's team.
/// The secret stays as it is.
#[utoipa::path(post, path = "/api/v1/keys/{id}/owner", tag = "Keys", params(("id" = Uuid, Path, description = "The key")), request_body = NewOwner,
    responses((status = 204, description = "handed over; its secret stays")))]
async fn transfer(db: Data<Db>, actor: Actor, id: Path<KeyId>, body: Body<NewOwner>) -> ApiResult {
    keys::transfer(&db, &actor, *id, body.owner_id).await.map_err(with_limits(PLACES))?;
    Ok(crate::web::HttpResponse::NoContent().finish())
}

async fn seen(db: &Db, actor: &Actor, id: KeyId) -> ApiResult {
    let limits = keys::limits_of(db, actor, id).await?;
    Ok(json(StatusCode::OK, &shown(keys::get_visible(db, actor, id).await?, &limits)))
}
