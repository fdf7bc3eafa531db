//! The audit by script, read only: who did what to what, before and after.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{OpenApi, ToSchema};
use uuid::Uuid;

use super::moment::span;
use super::paging::{self, Limit};
use crate::base::ids::UserId;
use crate::base::{Code, Result};
use crate::domain::actor::Actor;
use crate::domain::audit::{self, Filter};
use crate::store::Db;
use crate::store::entity::audit_event;
use crate::web::{ApiNeed, ApiResult, Data, Method, Page, Query, StatusCode, endpoint, json};

#[derive(OpenApi)]
#[openapi(paths(list), components(schemas(Deeds, Deed)))]
struct Part;

pub(super) fn document() -> utoipa::openapi::OpenApi {
    Part::openapi()
}

pub fn endpoints() -> Vec<Page> {
    vec![endpoint(Method::GET, "/api/v1/audit", ApiNeed::Read, list)]
}

/// One deed, as it was written in the transaction that did it.
#[derive(Serialize, ToSchema)]
struct Deed {
    /// Its place in the chain.
    seq: i64,
    /// RFC 3339.
    #[schema(format = DateTime)]
    at: String,
    /// The user who did it; null for a rule, a command and the system itself.
    #[schema(value_type = Option<Uuid>)]
    actor_id: Option<UserId>,
    /// What that user, rule or command is called.
    actor: String,
    /// A past-tense word such as `key_rotated`.
    act: String,
    /// What kind of thing it was done to, such as `key`; empty for the installation.
    subject_kind: String,
    subject_id: Option<Uuid>,
    /// Ids of other things that it touched.
    related: Vec<Uuid>,
    /// Facts, and of a change `before` and `after` with the fields that changed. Rows of older versions may
    /// have the values alone. Never a secret.
    #[schema(value_type = Object)]
    details: Value,
    /// From where; empty for the server itself.
    ip: String,
    /// The hash of the row before.
    previous: String,
    /// `2:` and the SHA-256 over every column of the row, the hash before it among them. Without the mark: a
    /// row of an older version, whose hash covers its time, actor, deed, subject and details.
    hash: String,
}

impl From<audit_event::Model> for Deed {
    fn from(row: audit_event::Model) -> Self {
        Self {
            seq: row.seq,
            at: row.at.rfc3339(),
            actor_id: row.actor_id,
            actor: row.actor_label,
            act: row.act,
            subject_kind: row.subject_kind,
            subject_id: row.subject_id,
            related: row.related.split(',').filter_map(|id| id.parse().ok()).collect(),
            details: serde_json::from_str(&row.details).unwrap_or(Value::String(row.details)),
            ip: row.ip,
            previous: row.previous,
            hash: row.hash,
        }
    }
}

/// A page of the audit, the newest first.
#[derive(Serialize, ToSchema)]
struct Deeds {
    items: Vec<Deed>,
    /// Pass it as `before` for what follows.
    next: Option<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DeedsAsked {
    subject: Option<Uuid>,
    actor: Option<UserId>,
    act: Option<String>,
    from: Option<String>,
    to: Option<String>,
    before: Option<String>,
    #[serde(default)]
    limit: Limit,
}

impl DeedsAsked {
    fn filter(&self) -> Result<Filter> {
        let number = |text: &String| {
            text.parse::<i64>()
                .map_err(|_| Code::FieldInvalid.saying("The `next` of a page.").on("before").as_status(400))
        };
        let time =
            |field, text: &Option<String>| span(field, text.as_deref()).map_err(|error| error.as_status(400));
        Ok(Filter {
            subject: self.subject,
            actor: self.actor,
            act: self.act.clone(),
            from: time("from", &self.from)?.map(|span| span.0),
            to: time("to", &self.to)?.map(|span| span.1),
            before: self.before.as_ref().map(number).transpose()?,
        })
    }
}

/// List what was done.
///
/// For admins and auditors. Each change with who made it, from where, and the fields that changed as they
/// were and as they are. The newest first.
#[utoipa::path(get, path = "/api/v1/audit", tag = "Audit",
    params(
        ("subject" = Option<Uuid>, Query, description = "What it was done to, or touched: the id of a key, an app, an API …"),
        ("actor" = Option<Uuid>, Query, description = "The user who did it"),
        ("act" = Option<String>, Query, description = "One word, such as `key_rotated`"),
        ("from" = Option<String>, Query, description = "First day, `YYYY-MM-DD`, or first moment, RFC 3339"),
        ("to" = Option<String>, Query, description = "Last day or last moment"),
        ("before" = Option<i64>, Query, description = "`next` of the page before"),
        ("limit" = Option<u64>, Query, minimum = 1, maximum = 200, description = "How many a page holds, 1 to 200; 50 when left out"),
    ),
    responses((status = 200, description = "a page of the audit", body = Deeds)))]
async fn list(db: Data<Db>, actor: Actor, asked: Query<DeedsAsked>) -> ApiResult {
    let rows = audit::list(&db, &actor, &asked.filter()?, asked.limit.one_ahead()).await?;
    let (rows, next) = paging::page(rows, asked.limit, |row| row.seq);
    Ok(json(StatusCode::OK, &Deeds { items: rows.into_iter().map(Deed::from).collect(), next }))
}
