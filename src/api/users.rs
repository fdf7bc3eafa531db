//! People by script.

use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

use super::paging::{self, Limit, Paging};
use crate::base::ids::UserId;
use crate::base::{Code, Result};
use crate::config::Config;
use crate::domain::actor::Actor;
use crate::domain::people::users::{self, Filter};
use crate::domain::people::{Email, invitations, reset};
use crate::domain::permit::Right;
use crate::store::Db;
use crate::store::entity::states::{Role, UserState};
use crate::store::entity::user;
use crate::web::{
    ApiNeed, ApiResult, Body, Data, Method, Page, Path, Query, StatusCode, endpoint, json, json_once,
};

#[derive(OpenApi)]
#[openapi(paths(list, invite, show, change, deactivate, reactivate, let_in, remove, reset_link))]
struct Part;

pub(super) fn document() -> utoipa::openapi::OpenApi {
    Part::openapi()
}

const PEOPLE: ApiNeed = ApiNeed::May(Right::ManagePeople);

pub fn endpoints() -> Vec<Page> {
    vec![
        endpoint(Method::GET, "/api/v1/users", ApiNeed::Read, list),
        endpoint(Method::POST, "/api/v1/users", PEOPLE, invite),
        endpoint(Method::GET, "/api/v1/users/{id}", ApiNeed::Read, show),
        endpoint(Method::PATCH, "/api/v1/users/{id}", PEOPLE, change),
        endpoint(Method::DELETE, "/api/v1/users/{id}", PEOPLE, remove),
        endpoint(Method::POST, "/api/v1/users/{id}/deactivation", PEOPLE, deactivate),
        endpoint(Method::POST, "/api/v1/users/{id}/reactivation", PEOPLE, reactivate),
        endpoint(Method::POST, "/api/v1/users/{id}/admission", PEOPLE, let_in),
        endpoint(Method::POST, "/api/v1/users/{id}/reset-link", PEOPLE, reset_link),
    ]
}

/// An account.
#[derive(Serialize, ToSchema)]
struct User {
    #[schema(value_type = Uuid)]
    id: UserId,
    /// `person` or `service`.
    kind: &'static str,
    email: String,
    name: String,
    /// `admin`, `publisher`, `auditor` or `member`.
    role: &'static str,
    /// `invited`, `waiting`, `active`, `deactivated` or `deleted`.
    state: &'static str,
    /// RFC 3339.
    #[schema(format = DateTime)]
    created_at: String,
    /// RFC 3339; null: never.
    #[schema(format = DateTime)]
    last_seen_at: Option<String>,
}

impl From<user::Model> for User {
    fn from(row: user::Model) -> Self {
        Self {
            id: row.id,
            kind: row.kind.word(),
            email: row.email,
            name: row.name,
            role: row.role.word(),
            state: row.state.word(),
            created_at: row.created_at.rfc3339(),
            last_seen_at: row.last_seen_at.map(|at| at.rfc3339()),
        }
    }
}

/// A page of people, the newest first.
#[derive(Serialize, ToSchema)]
struct Users {
    items: Vec<User>,
    /// Pass it as `before` for what follows.
    #[schema(value_type = Option<Uuid>)]
    next: Option<UserId>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UsersAsked {
    q: Option<String>,
    state: Option<String>,
    before: Option<UserId>,
    #[serde(default)]
    limit: Limit,
}

/// List people.
///
/// For admins and auditors. The newest first.
#[utoipa::path(get, path = "/api/v1/users", tag = "People",
    params(("q" = Option<String>, Query, description = "in names and addresses; at most 200 characters"), ("state" = Option<String>, Query, description = "only those in this state; without it all but the deleted"), Paging),
    responses((status = 200, description = "people, for admins and auditors", body = Users)))]
async fn list(db: Data<Db>, actor: Actor, asked: Query<UsersAsked>) -> ApiResult {
    let asked = asked.into_inner();
    let state = asked.state.as_deref().map(|word| {
        UserState::parse(word).ok_or_else(|| Code::FieldInvalid.saying("There is no such state.").on("state"))
    });
    let filter = Filter {
        search: asked.q.unwrap_or_default(),
        state: state.transpose()?,
        after: asked.before,
        limit: asked.limit.one_ahead(),
    };
    let rows = users::list(&db, &actor, filter).await?;
    let (rows, next) = paging::page(rows, asked.limit, |row| row.id);
    Ok(json(StatusCode::OK, &Users { items: rows.into_iter().map(User::from).collect(), next }))
}

/// Somebody to invite.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewUserBody {
    /// Nobody may have it yet.
    email: String,
    /// `admin`, `publisher`, `auditor` or `member`; `member` when left out.
    role: Option<String>,
}

/// An account that waits for its person, with the link that hands it over.
#[derive(Serialize, ToSchema)]
struct InvitedUser {
    user: User,
    /// Works once, for seven days. Shown only now.
    link: String,
}

/// Invite somebody.
///
/// For admins. Makes an account that waits for its person. The link is in this answer alone and works
/// once, for seven days; nothing is mailed.
#[utoipa::path(post, path = "/api/v1/users", tag = "People", request_body = NewUserBody,
    responses((status = 201, description = "invited", body = InvitedUser)))]
async fn invite(db: Data<Db>, config: Data<Config>, actor: Actor, body: Body<NewUserBody>) -> ApiResult {
    let body = body.into_inner();
    let role = role(body.role.as_deref().unwrap_or("member"))?;
    let invited = invitations::invite(&db, &actor, Email::parse(&body.email)?, role).await?;
    let link = format!("{}/invitation/{}", config.public_url(), invited.link.expose());
    let id = invited.user.id;
    Ok(json_once(StatusCode::CREATED, &InvitedUser { user: invited.user.into(), link }, id.0))
}

/// Show an account.
///
/// One's own; for admins and auditors everybody's.
#[utoipa::path(get, path = "/api/v1/users/{id}", tag = "People", params(("id" = Uuid, Path, description = "The person")),
    responses((status = 200, description = "the account", body = User)))]
async fn show(db: Data<Db>, actor: Actor, id: Path<UserId>) -> ApiResult {
    seen(&db, &actor, *id).await
}

/// Another role.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct UserChange {
    /// The user's sessions end.
    role: String,
}

/// Give somebody another role.
///
/// For admins. The person's sessions end. `conflict` for the last admin.
#[utoipa::path(patch, path = "/api/v1/users/{id}", tag = "People", params(("id" = Uuid, Path, description = "The person")), request_body = UserChange,
    responses((status = 200, description = "the account, changed", body = User)))]
async fn change(db: Data<Db>, actor: Actor, id: Path<UserId>, body: Body<UserChange>) -> ApiResult {
    users::set_role(&db, &actor, *id, role(&body.role)?).await?;
    seen(&db, &actor, *id).await
}

/// Deactivate an account.
///
/// For admins. The person is signed out; their keys are refused with `owner_deactivated` and their
/// management tokens stop. `conflict` for yourself and for the last admin.
#[utoipa::path(post, path = "/api/v1/users/{id}/deactivation", tag = "People", params(("id" = Uuid, Path, description = "The person")),
    responses((status = 200, description = "signed out; their keys are refused", body = User)))]
async fn deactivate(db: Data<Db>, actor: Actor, id: Path<UserId>) -> ApiResult {
    users::deactivate(&db, &actor, *id).await?;
    seen(&db, &actor, *id).await
}

/// Let a deactivated account back in.
///
/// For admins. Keys and management tokens that did not end meanwhile work again.
#[utoipa::path(post, path = "/api/v1/users/{id}/reactivation", tag = "People", params(("id" = Uuid, Path, description = "The person")),
    responses((status = 200, description = "active again", body = User)))]
async fn reactivate(db: Data<Db>, actor: Actor, id: Path<UserId>) -> ApiResult {
    users::reactivate(&db, &actor, *id).await?;
    seen(&db, &actor, *id).await
}

/// Let somebody in who signed up.
///
/// For admins, for an account in the state `waiting`.
#[utoipa::path(post, path = "/api/v1/users/{id}/admission", tag = "People", params(("id" = Uuid, Path, description = "The person")),
    responses((status = 200, description = "let in", body = User)))]
async fn let_in(db: Data<Db>, actor: Actor, id: Path<UserId>) -> ApiResult {
    users::let_in(&db, &actor, *id).await?;
    seen(&db, &actor, *id).await
}

/// Remove an account.
///
/// For admins. Takes an invitation back, turns a sign-up away, or deletes a deactivated account for good:
/// its sessions, tokens and links end, it leaves all shared teams, its address is free, and its keys stay
/// listed and are refused with `owner_deleted`. `conflict` for an active account: deactivate it first.
#[utoipa::path(delete, path = "/api/v1/users/{id}", tag = "People", params(("id" = Uuid, Path, description = "The person")),
    responses((status = 200, description = "removed; a deleted account stays to be shown", body = User)))]
async fn remove(db: Data<Db>, actor: Actor, id: Path<UserId>) -> ApiResult {
    let user = users::get_visible(&db, &actor, *id).await?;
    if matches!(user.state, UserState::Active | UserState::Deactivated | UserState::Deleted) {
        users::delete(&db, &actor, *id).await?;
        return seen(&db, &actor, *id).await;
    }
    users::turn_away(&db, &actor, *id).await?;
    Ok(json(StatusCode::OK, &User::from(user)))
}

/// A way to set a new password.
#[derive(Serialize, ToSchema)]
struct ResetLink {
    /// Works once, for ten minutes. Shown only now.
    link: String,
}

/// Make a link that sets a new password.
///
/// For admins. The link is in this answer alone, works once, for ten minutes, and ends the one made
/// before. Using it ends the person's sessions and management tokens.
#[utoipa::path(post, path = "/api/v1/users/{id}/reset-link", tag = "People", params(("id" = Uuid, Path, description = "The person")),
    responses((status = 201, description = "the link", body = ResetLink)))]
async fn reset_link(db: Data<Db>, config: Data<Config>, actor: Actor, id: Path<UserId>) -> ApiResult {
    let link = reset::link(&db, &actor, *id).await?;
    let link = format!("{}/reset/{}", config.public_url(), link.expose());
    Ok(json_once(StatusCode::CREATED, &ResetLink { link }, id.0))
}

fn role(word: &str) -> Result<Role> {
    Role::parse(word).ok_or_else(|| {
        Code::FieldInvalid
            .saying("There is no such role: choose member, publisher, auditor or admin.")
            .on("role")
    })
}

async fn seen(db: &Db, actor: &Actor, id: UserId) -> ApiResult {
    Ok(json(StatusCode::OK, &User::from(users::get_visible(db, actor, id).await?)))
}
