//! The OpenAPI document: one part a noun, merged. `/docs/api` draws it, `portico openapi` prints it.

use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{Ref, RefOr, Required};
use utoipa::{Modify, OpenApi, ToResponse, ToSchema};
use uuid::Uuid;

use crate::web::document::ApiDocument;
use crate::web::{ApiNeed, Data, HttpResponse, Method, Page, StatusCode, endpoint, json};

/// The parts: each noun's `#[derive(OpenApi)]`.
const PARTS: &[fn() -> utoipa::openapi::OpenApi] = &[
    super::providers::document,
    super::models::document,
    super::apis::document,
    super::plans::document,
    super::catalogue::document,
    super::apps::document,
    super::subscriptions::document,
    super::keys::document,
    super::calls::document,
    super::audit::document,
    super::users::document,
    super::teams::document,
    super::tokens::document,
    super::settings::document,
];

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Portico management API",
        description = "Whatever the pages do, a script can do. Send a management token as a bearer token; it acts \
                       as the person who made it. An operation that says `write` needs a token that may write. \
                       Lists come in pages: send the `next` of an answer to read on. Times are RFC 3339 in UTC. A POST \
                       with an `Idempotency-Key` may be sent again without being done again."
    ),
    tags(
        (name = "Providers", description = "Connections to vendors, their secrets and what they cost."),
        (name = "Models", description = "Public names of models, and the targets behind them."),
        (name = "APIs", description = "What people subscribe to, and its versions from draft to retirement."),
        (name = "Plans", description = "What a subscription allows, and who approves it."),
        (name = "Catalogue", description = "What you may subscribe to."),
        (name = "Apps", description = "What holds subscriptions and keys."),
        (name = "Subscriptions", description = "Requests for APIs, the decisions on them, and what follows."),
        (name = "Keys", description = "What an app calls with."),
        (name = "Calls", description = "What was called, answered, refused and paid."),
        (name = "Audit", description = "Who did what to what, before and after."),
        (name = "People", description = "Accounts, teams and management tokens."),
        (name = "Settings", description = "Who may sign up, and what the site is called.")
    ),
    components(schemas(Refusal, FieldFault), responses(Refused)),
    modifiers(&Token)
)]
struct Base;

/// Refused or failed: a problem document (RFC 9457).
#[derive(ToResponse)]
#[response(description = "refused or failed, and why", content_type = "application/problem+json")]
#[expect(dead_code, reason = "describes what `web::Problem` writes")]
struct Refused(Refusal);

/// A problem document.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what `web::Problem` writes")]
struct Refusal {
    /// The page of the code.
    r#type: String,
    /// What the code says, always the same.
    title: String,
    /// The HTTP status again.
    status: u16,
    /// What happened here.
    detail: String,
    /// A row of the error catalogue.
    code: String,
    /// What to do.
    next: String,
    /// Of a `conflict` alone: what stands against the change. `changed_meanwhile`, `wrong_state`,
    /// `exists_already`, `in_use`, `last_one`, `personal_team`, `too_soon` or `yourself`; where an
    /// `Idempotency-Key` was sent also `under_way`, `outcome_unknown` or `told_once`.
    reason: Option<String>,
    /// Of a `conflict` alone: the id of what stands against the change, or was made already.
    subject: Option<Uuid>,
    /// The field at fault, by path.
    param: Option<String>,
    /// Present where one field is at fault.
    errors: Option<Vec<FieldFault>>,
    /// To be named in a report.
    request_id: String,
}

/// What is wrong with one field.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what `web::Problem` writes")]
struct FieldFault {
    /// RFC 6901.
    pointer: String,
    /// What is wrong with it.
    detail: String,
}

struct Token;

impl Modify for Token {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let scheme = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        openapi.components.get_or_insert_default().add_security_scheme("token", scheme);
    }
}

/// The whole document.
pub fn document() -> utoipa::openapi::OpenApi {
    let mut whole = Base::openapi();
    for part in PARTS {
        whole.merge(part());
    }
    for (path, item) in &mut whole.paths.paths {
        if let Some(operation) = &mut item.post {
            operation.parameters.get_or_insert_default().push(RefOr::T(once()));
        }
        let methods = [
            ("get", &mut item.get, "read"),
            ("post", &mut item.post, "write"),
            ("put", &mut item.put, "write"),
            ("patch", &mut item.patch, "write"),
            ("delete", &mut item.delete, "write"),
        ];
        for (method, operation, need) in methods {
            if let Some(operation) = operation {
                operation.operation_id = Some(id(method, path));
                complete(operation, need);
            }
        }
    }
    whole
}

/// A name that no other operation has, for clients made from the document: `post_keys_id_rotation`.
fn id(method: &str, path: &str) -> String {
    let path = path.trim_start_matches("/api/v1").replace(['{', '}'], "").replace(['/', '-'], "_");
    format!("{method}{path}")
}

/// What all operations have in common. A test holds `need` against the route tables.
fn complete(operation: &mut Operation, need: &str) {
    let refused = RefOr::Ref(Ref::from_response_name("Refused"));
    operation.responses.responses.entry("default".to_owned()).or_insert(refused);
    operation.security = Some(vec![SecurityRequirement::new("token", [need])]);
    // A comment is a sentence, a title is not.
    if let Some(summary) = &mut operation.summary {
        summary.truncate(summary.trim_end_matches('.').len());
    }
}

/// What every POST takes.
fn once() -> Parameter {
    let text = "Up to 255 characters of your own, such as a UUID. A repeat with the same key, token and body \
                within 24 hours gets the first answer, with `idempotency-replayed: true`, and is not done again. \
                What was refused or failed may be repeated.";
    ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(text))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
        .build()
}

/// The same as a value, for the page that draws it.
pub fn value() -> serde_json::Value {
    serde_json::to_value(document()).unwrap_or_default()
}

pub fn endpoints() -> Vec<Page> {
    vec![endpoint(Method::GET, "/api/v1/openapi.json", ApiNeed::Open, show)]
}

async fn show(document: Data<ApiDocument>) -> HttpResponse {
    json(StatusCode::OK, document.value())
}

#[cfg(test)]
mod tests;
