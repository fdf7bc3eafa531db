//! Management tokens by script: one's own, and for admins everybody's.

use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};
use uuid::Uuid;

use super::gone;
use super::paging::{self, Paging};
use crate::base::Code;
use crate::base::clock::DAY;
use crate::base::ids::{AdminTokenId, UserId};
use crate::domain::actor::Actor;
use crate::domain::people::admin_tokens::{self, NewToken, Reach};
use crate::store::Db;
use crate::store::entity::admin_token;
use crate::web::{
    ApiNeed, ApiResult, Body, Data, Method, Page, Path, Query, StatusCode, endpoint, json, json_once,
};

#[derive(OpenApi)]
#[openapi(paths(list, create, revoke))]
struct Part;

pub(super) fn document() -> utoipa::openapi::OpenApi {
    Part::openapi()
}

pub fn endpoints() -> Vec<Page> {
    vec![
        endpoint(Method::GET, "/api/v1/tokens", ApiNeed::Read, list),
        endpoint(Method::POST, "/api/v1/tokens", ApiNeed::Write, create),
        endpoint(Method::DELETE, "/api/v1/tokens/{id}", ApiNeed::Write, revoke),
    ]
}

/// A management token, without its secret.
#[derive(Serialize, ToSchema)]
struct Token {
    #[schema(value_type = Uuid)]
    id: AdminTokenId,
    name: String,
    /// Whom it acts as.
    #[schema(value_type = Uuid)]
    user_id: UserId,
    /// May it change things?
    write: bool,
    /// The first characters of the secret.
    prefix: String,
    /// The last four characters of the secret.
    last4: String,
    /// RFC 3339.
    #[schema(format = DateTime)]
    created_at: String,
    /// RFC 3339; null: it has no end.
    #[schema(format = DateTime)]
    expires_at: Option<String>,
    /// RFC 3339; null: not revoked.
    #[schema(format = DateTime)]
    revoked_at: Option<String>,
    /// RFC 3339; null: never.
    #[schema(format = DateTime)]
    last_used_at: Option<String>,
}

impl From<admin_token::Model> for Token {
    fn from(row: admin_token::Model) -> Self {
        Self {
            id: row.id,
            name: row.name,
            user_id: row.user_id,
            write: row.scopes.split(',').any(|scope| scope == "write"),
            prefix: row.prefix,
            last4: row.last4,
            created_at: row.created_at.rfc3339(),
            expires_at: row.expires_at.map(|at| at.rfc3339()),
            revoked_at: row.revoked_at.map(|at| at.rfc3339()),
            last_used_at: row.last_used_at.map(|at| at.rfc3339()),
        }
    }
}

/// A page of management tokens, the newest first.
#[derive(Serialize, ToSchema)]
struct Tokens {
    items: Vec<Token>,
    /// Pass it as `before` for what follows.
    next: Option<Uuid>,
}

/// List management tokens.
///
/// Your own; for admins everybody's. The newest first, without their secrets.
#[utoipa::path(get, path = "/api/v1/tokens", tag = "People", params(Paging),
    responses((status = 200, description = "a page of your tokens, or of all for admins", body = Tokens)))]
async fn list(db: Data<Db>, actor: Actor, asked: Query<Paging>) -> ApiResult {
    let rows =
        admin_tokens::list(&db, &actor, asked.before.map(AdminTokenId), asked.limit.one_ahead()).await?;
    let (rows, next) = paging::page(rows, asked.limit, |row| row.id.0);
    let items = rows.into_iter().map(Token::from).collect();
    Ok(json(StatusCode::OK, &Tokens { items, next }))
}

/// A token to make. It acts as you.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewTokenBody {
    name: String,
    /// May it change things? Not when left out.
    write: Option<bool>,
    /// 1 to 3650; 90 when left out.
    expires_in_days: Option<i64>,
}

/// A token with its secret, which is shown only now.
#[derive(Serialize, ToSchema)]
struct MadeToken {
    token: Token,
    /// Told this once: keep it now.
    secret: String,
}

/// Make a management token.
///
/// It acts as you, with your rights. The secret is in this answer alone.
#[utoipa::path(post, path = "/api/v1/tokens", tag = "People", request_body = NewTokenBody,
    responses((status = 201, description = "the token", body = MadeToken)))]
async fn create(db: Data<Db>, actor: Actor, body: Body<NewTokenBody>) -> ApiResult {
    let body = body.into_inner();
    let days = body.expires_in_days.unwrap_or(admin_tokens::DEFAULT_DAYS);
    if !(1..=admin_tokens::MAX_DAYS).contains(&days) {
        return Err(Code::FieldInvalid.saying("Choose 1 to 3650 days.").on("expires_in_days").into());
    }
    let reach = if body.write == Some(true) { Reach::ReadAndWrite } else { Reach::Read };
    let expires_at = Some(db.now().plus(days * DAY));
    let new = NewToken { name: body.name, user: None, reach, expires_at };
    let made = admin_tokens::create(&db, &actor, new).await?;
    let (secret, id) = (made.secret.expose().to_owned(), made.token.id);
    Ok(json_once(StatusCode::CREATED, &MadeToken { token: made.token.into(), secret }, id.0))
}

/// Revoke a management token.
///
/// Your own; for admins everybody's. It stops with the next request, also when it is the one that asks.
#[utoipa::path(delete, path = "/api/v1/tokens/{id}", tag = "People", params(("id" = Uuid, Path, description = "The token")),
    responses((status = 204, description = "revoked")))]
async fn revoke(db: Data<Db>, actor: Actor, id: Path<AdminTokenId>) -> ApiResult {
    admin_tokens::revoke(&db, &actor, *id).await?;
    Ok(gone())
}
