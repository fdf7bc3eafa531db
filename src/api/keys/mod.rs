//! Keys by script: make, list, rotate, pause, revoke.

mod requests;
mod views;

use utoipa::OpenApi;

use super::gone;
use super::limits::LimitsBody;
use super::paging::{self, Paging};
use super::place::{Places, with_limits};
use crate::base::Code;
use crate::base::ids::KeyId;
use crate::domain::actor::Actor;
use crate::domain::keys::{self, Edit, Issued, KeyFilter, NewKey, Overlap, Rotate, Why};
use crate::store::Db;
use crate::store::entity::states::{KeyReason, KeyState};
use crate::web::{
    ApiNeed, ApiResult, Body, Data, Method, Page, Path, Query, StatusCode, endpoint, json, json_once,
};
use requests::{
    Asked, ExpiryBody, KeyChange, NewKeyBody, NewOwner, Revocation, Rotation, expiry, ips, scopes, some,
};
use views::{IssuedKey, Key, Keys, line, shown};

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

/// List keys.
///
/// Your own and those of teams that you own; for admins and auditors all of them. The newest first,
/// without limits; those come with a single key.
#[utoipa::path(get, path = "/api/v1/keys", tag = "Keys",
    params(("q" = Option<String>, Query, description = "part of the name, or a prefix; at most 200 characters"), ("app" = Option<Uuid>, Query, description = "only those of this app"), ("state" = Option<String>, Query, description = "`active`, `paused`, `revoked`"), Paging),
    responses((status = 200, description = "your keys, those of teams you own, or all for admins and auditors", body = Keys)))]
async fn list(db: Data<Db>, actor: Actor, asked: Query<Asked>) -> ApiResult {
    let asked = asked.into_inner();
    let state = |word: &str| {
        KeyState::parse(word).ok_or_else(|| Code::FieldInvalid.saying("There is no such state.").on("state"))
    };
    let filter = KeyFilter {
        app: asked.app,
        text: asked.q,
        state: asked.state.as_deref().map(state).transpose()?,
        before: asked.before,
        limit: asked.limit.one_ahead(),
        ..KeyFilter::default()
    };
    let views = keys::list_visible(&db, &actor, &filter).await?;
    let (views, next) = paging::page(views, asked.limit, |view| view.row.id);
    Ok(json(StatusCode::OK, &Keys { items: views.into_iter().map(line).collect(), next }))
}

/// Make a key.
///
/// For members of the app's team, and admins. The secret is in this answer alone: it is stored as
/// a digest and never shown again. A key may be made before its app has a subscription, and works
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
        limits: body.limits.0.check().map_err(with_limits(PLACES))?,
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

/// The form's one field for the end is two here; days are judged before.
const PLACES: Places = &[("owner", "owner_id"), ("apis", "api_ids"), ("expires", "expires_at")];

/// Show a key.
///
/// For its owner, owners of its team, admins and auditors. Never with its secret.
#[utoipa::path(get, path = "/api/v1/keys/{id}", tag = "Keys", params(("id" = Uuid, Path, description = "The key")),
    responses((status = 200, description = "the key", body = Key)))]
async fn show(db: Data<Db>, actor: Actor, id: Path<KeyId>) -> ApiResult {
    seen(&db, &actor, *id).await
}

/// Change what a key may do.
///
/// For its owner, owners of its team, and admins. Holds from the next call on; the secret stays.
#[utoipa::path(patch, path = "/api/v1/keys/{id}", tag = "Keys", params(("id" = Uuid, Path, description = "The key")), request_body = KeyChange,
    responses((status = 200, description = "the key, changed", body = Key)))]
async fn change(db: Data<Db>, actor: Actor, id: Path<KeyId>, body: Body<KeyChange>) -> ApiResult {
    let body = body.into_inner();
    let edit = Edit {
        name: body.name,
        scopes: body.scopes.map(scopes).transpose()?,
        api_ids: body.api_ids.map(|ids| some("api_ids", ids)).transpose()?,
        ips: body.ips.map(ips).transpose()?,
        limits: body.limits.map(LimitsBody::replacing).transpose().map_err(with_limits(PLACES))?,
    };
    keys::edit(&db, &actor, *id, edit).await.map_err(with_limits(PLACES))?;
    seen(&db, &actor, *id).await
}

/// Give a key a new secret.
///
/// For its owner, owners of its team, and admins. The new secret is in this answer alone. The older one
/// works on for the overlap, 24 hours when left out, and no longer than the key would have; one that is
/// older still ends at once. The id of the key stays. A key that expired lives 90 days more, with the new
/// secret alone: there is no overlap, whatever was asked for, and `overlap_until` is null. Send the key's `secret_id` as
/// `expected_secret_id` so that two scripts do not rotate one after the other.
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

/// Make somebody else answer for a key.
///
/// For its owner, owners of its team, and admins. The new owner is an active member of the key's team.
/// The secret stays as it is.
#[utoipa::path(post, path = "/api/v1/keys/{id}/owner", tag = "Keys", params(("id" = Uuid, Path, description = "The key")), request_body = NewOwner,
    responses((status = 204, description = "handed over; its secret stays")))]
async fn transfer(db: Data<Db>, actor: Actor, id: Path<KeyId>, body: Body<NewOwner>) -> ApiResult {
    keys::transfer(&db, &actor, *id, body.owner_id).await.map_err(with_limits(PLACES))?;
    Ok(gone())
}

async fn seen(db: &Db, actor: &Actor, id: KeyId) -> ApiResult {
    let limits = keys::limits_of(db, actor, id).await?;
    Ok(json(StatusCode::OK, &shown(keys::get_visible(db, actor, id).await?, &limits)))
}
