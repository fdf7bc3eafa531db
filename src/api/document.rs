//! The OpenAPI document: one part a noun, merged. `/docs/api` draws it, `portico openapi` prints it.

use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{Modify, OpenApi, ToResponse, ToSchema};

use crate::web::document::ApiDocument;
use crate::web::{ApiNeed, Data, HttpResponse, Method, Page, StatusCode, endpoint, json};

/// The parts, in the order in which the page shows them: each noun's `#[derive(OpenApi)]`.
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
    super::users::document,
    super::teams::document,
    super::tokens::document,
    super::settings::document,
];

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Portico management API",
        description = "Whatever the pages do, a script can do. Send a management token as a bearer token."
    ),
    security(("token" = [])),
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
    title: String,
    status: u16,
    detail: String,
    /// A row of the error catalogue.
    code: String,
    /// What to do.
    next: String,
    /// The field at fault, by path.
    param: Option<String>,
    errors: Option<Vec<FieldFault>>,
    request_id: String,
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what `web::Problem` writes")]
struct FieldFault {
    /// RFC 6901.
    pointer: String,
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
    for item in whole.paths.paths.values_mut() {
        let methods = [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete];
        for operation in methods.into_iter().flatten() {
            let refused = RefOr::Ref(Ref::from_response_name("Refused"));
            operation.responses.responses.entry("default".to_owned()).or_insert(refused);
        }
    }
    whole
}

/// The same as a value, for the page that draws it.
pub fn value() -> serde_json::Value {
    serde_json::to_value(document()).unwrap_or_default()
}

pub fn endpoints() -> Vec<Page> {
    vec![endpoint(Method::GET, "/api/v1/openapi.json", ApiNeed::Open, show)]
}

async fn show(document: Data<ApiDocument>) -> HttpResponse {
    json(StatusCode::OK, &*document.0)
}

#[cfg(test)]
mod tests;
