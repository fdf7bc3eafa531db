//! Providers, their credentials (written, never read back), their prices, and a test by script.

mod credentials;
mod prices;

use serde::{Deserialize, Serialize};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{OpenApi, ToSchema};
use uuid::Uuid;

use super::given::given;
use super::gone;
use super::paging::{self, Paging};
use crate::base::Secret;
use crate::base::ids::ProviderId;
use crate::domain::actor::Actor;
use crate::domain::permit::{self, Right};
use crate::domain::supply::{self, NewProvider, ProviderChange, Switch};
use crate::gateway::{Gateway, probe};
use crate::store::Db;
use crate::store::entity::provider;
use crate::web::{ApiNeed, ApiResult, Body, Data, Method, Page, Path, Query, StatusCode, endpoint, json};
use credentials::Credential;

pub(super) use prices::Price;

#[derive(OpenApi)]
#[openapi(paths(
    list,
    create,
    show,
    change,
    remove,
    test,
    credentials::add_credential,
    credentials::change_credential,
    credentials::replace_secret,
    credentials::remove_credential,
    prices::list_prices,
    prices::set_price
))]
struct Part;

pub(super) fn document() -> utoipa::openapi::OpenApi {
    let mut part = Part::openapi();
    let schemas = part.components.as_mut().map(|components| &mut components.schemas);
    if let Some(RefOr::T(Schema::Object(patch))) =
        schemas.and_then(|schemas| schemas.get_mut("ProviderPatch"))
        && let Some(RefOr::T(Schema::Array(quirks))) = patch.properties.get_mut("quirks")
    {
        quirks.description = Some(quirk_words());
    }
    part
}

/// The words come from the table that acts on them.
fn quirk_words() -> String {
    format!(
        "How its requests differ from the plain format; replaces the whole list. An empty list: in nothing; \
         null: as its preset says. Any of `{}`, and of `drop:FIELD`, `refuse:FIELD`, `rename:FIELD=NAME` and \
         `only:FIELD+FIELD`, which name any top-level field but `model`, `messages`, `input` and `stream`.",
        supply::quirk_words().join("`, `")
    )
}

/// What a vendor is asked for, and at which price, is the admins' alone.
const SUPPLY: ApiNeed = ApiNeed::May(Right::ManageSupply);

pub fn endpoints() -> Vec<Page> {
    vec![
        endpoint(Method::GET, "/api/v1/providers", ApiNeed::Read, list),
        endpoint(Method::POST, "/api/v1/providers", SUPPLY, create),
        endpoint(Method::GET, "/api/v1/providers/{id}", ApiNeed::Read, show),
        endpoint(Method::PATCH, "/api/v1/providers/{id}", SUPPLY, change),
        endpoint(Method::DELETE, "/api/v1/providers/{id}", SUPPLY, remove),
        endpoint(Method::POST, "/api/v1/providers/{id}/test", SUPPLY, test),
        endpoint(Method::POST, "/api/v1/providers/{id}/credentials", SUPPLY, credentials::add_credential),
        endpoint(Method::PATCH, "/api/v1/credentials/{id}", SUPPLY, credentials::change_credential),
        endpoint(Method::PUT, "/api/v1/credentials/{id}/secret", SUPPLY, credentials::replace_secret),
        endpoint(Method::DELETE, "/api/v1/credentials/{id}", SUPPLY, credentials::remove_credential),
        endpoint(Method::GET, "/api/v1/providers/{id}/prices", ApiNeed::Read, prices::list_prices),
        endpoint(Method::POST, "/api/v1/providers/{id}/prices", SUPPLY, prices::set_price),
    ]
}

/// A connection to a vendor.
#[derive(Serialize, ToSchema)]
struct Provider {
    #[schema(value_type = Uuid)]
    id: ProviderId,
    name: String,
    /// The row of the vendor table it was made from.
    preset: String,
    /// What it speaks: `openai` or `anthropic`.
    format: String,
    /// Where calls go.
    base_url: String,
    /// How its requests differ from the plain format, in words.
    quirks: Vec<String>,
    /// `on` or `off`.
    state: &'static str,
    /// RFC 3339.
    #[schema(format = DateTime)]
    created_at: String,
    /// Only where one provider is shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    credentials: Option<Vec<Credential>>,
}

impl From<provider::Model> for Provider {
    fn from(row: provider::Model) -> Self {
        Self {
            id: row.id,
            quirks: supply::quirks_of(&row),
            name: row.name,
            preset: row.preset,
            format: row.format,
            base_url: row.base_url,
            state: row.state.word(),
            created_at: row.created_at.rfc3339(),
            credentials: None,
        }
    }
}

/// A page of providers, the newest first.
#[derive(Serialize, ToSchema)]
struct Providers {
    items: Vec<Provider>,
    /// Pass it as `before` for what follows.
    next: Option<Uuid>,
}

/// List providers.
///
/// For admins, publishers and auditors. The newest first; the credentials come with a single provider.
#[utoipa::path(get, path = "/api/v1/providers", tag = "Providers", params(Paging),
    responses((status = 200, description = "a page of providers", body = Providers)))]
async fn list(db: Data<Db>, actor: Actor, asked: Query<Paging>) -> ApiResult {
    let rows =
        supply::page_of_providers(&db, &actor, asked.before.map(ProviderId), asked.limit.one_ahead()).await?;
    let (rows, next) = paging::page(rows, asked.limit, |row| row.id.0);
    let items = rows.into_iter().map(Provider::from).collect();
    Ok(json(StatusCode::OK, &Providers { items, next }))
}

/// A vendor to connect.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewProviderBody {
    /// `openai`, `anthropic`, `ollama`, `custom`, `demo` …
    preset: String,
    /// None: the preset's name.
    #[serde(default)]
    name: String,
    /// None: the preset's address.
    #[serde(default)]
    base_url: String,
    /// Sealed at once and never given back.
    secret: Option<String>,
    /// The vendor's names of models to offer at once.
    #[serde(default)]
    models: Vec<String>,
}

/// Connect a vendor.
///
/// For admins. The secret is sealed at once and never given back. Each of `models` is offered under the
/// vendor's own name in the same step: a model that is there gets one more target, a new one gets the
/// price of the built-in table, where that has one. All of it is done, or nothing. The vendor is not
/// called: `POST /api/v1/providers/{id}/test` does that.
#[utoipa::path(post, path = "/api/v1/providers", tag = "Providers", request_body = NewProviderBody,
    responses((status = 201, description = "connected", body = Provider)))]
async fn create(db: Data<Db>, actor: Actor, body: Body<NewProviderBody>) -> ApiResult {
    let body = body.into_inner();
    let new = NewProvider {
        preset: body.preset,
        name: body.name,
        base_url: body.base_url,
        secret: body.secret.map(Secret::new),
    };
    let row = supply::connect_and_offer(&db, &actor, new, body.models).await?;
    seen(&db, &actor, row.id, StatusCode::CREATED).await
}

/// Show a provider with its credentials.
///
/// For admins, publishers and auditors. Of a secret only the last four characters are told.
#[utoipa::path(get, path = "/api/v1/providers/{id}", tag = "Providers", params(("id" = Uuid, Path, description = "The provider")),
    responses((status = 200, description = "the provider with its credentials", body = Provider)))]
async fn show(db: Data<Db>, actor: Actor, id: Path<ProviderId>) -> ApiResult {
    seen(&db, &actor, *id, StatusCode::OK).await
}

async fn seen(db: &Db, actor: &Actor, id: ProviderId, status: StatusCode) -> ApiResult {
    let view = supply::get_provider(db, actor, id).await?;
    let credentials = view.credentials.into_iter().map(Credential::from).collect();
    Ok(json(status, &Provider { credentials: Some(credentials), ..Provider::from(view.provider) }))
}

/// What to change; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ProviderPatch {
    name: Option<String>,
    /// A new destination wipes the stored secrets.
    base_url: Option<String>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Vec<String>>)]
    quirks: Option<Option<Vec<String>>>,
    /// `on` or `off`.
    #[schema(value_type = Option<String>)]
    state: Option<Switch>,
}

/// Rename, move or switch a provider, or say how its requests differ.
///
/// For admins. Calls follow from the next one on. An address with another destination wipes the stored
/// secrets, so that none is sent elsewhere: write each anew with `PUT /api/v1/credentials/{id}/secret`.
#[utoipa::path(patch, path = "/api/v1/providers/{id}", tag = "Providers", params(("id" = Uuid, Path, description = "The provider")), request_body = ProviderPatch,
    responses((status = 200, description = "the provider, changed", body = Provider)))]
async fn change(db: Data<Db>, actor: Actor, id: Path<ProviderId>, body: Body<ProviderPatch>) -> ApiResult {
    let ProviderPatch { name, base_url, quirks, state } = body.into_inner();
    let change = ProviderChange { name, base_url, quirks, state };
    supply::change_provider(&db, &actor, *id, change).await?;
    seen(&db, &actor, *id, StatusCode::OK).await
}

/// Disconnect a provider.
///
/// For admins. Its credentials are wiped with it. `conflict` while a model still has a target there.
#[utoipa::path(delete, path = "/api/v1/providers/{id}", tag = "Providers", params(("id" = Uuid, Path, description = "The provider")),
    responses((status = 204, description = "disconnected, its secrets wiped")))]
async fn remove(db: Data<Db>, actor: Actor, id: Path<ProviderId>) -> ApiResult {
    supply::remove_provider(&db, &actor, *id).await?;
    Ok(gone())
}

/// What the vendor answered.
#[derive(Serialize, ToSchema)]
struct Tested {
    /// Milliseconds.
    took_ms: u64,
    /// The vendor's names of its models.
    models: Vec<String>,
}

/// Ask a vendor whether it answers.
///
/// For admins. Calls the vendor now with the provider's first credential and waits for its list of
/// models. Changes nothing, costs nothing, and counts as no call. When it fails, the code is the one a
/// call would get, such as `vendor_credential`.
#[utoipa::path(post, path = "/api/v1/providers/{id}/test", tag = "Providers", params(("id" = Uuid, Path, description = "The provider")),
    responses((status = 200, description = "it answered with its list of models", body = Tested)))]
async fn test(gateway: Data<Gateway>, actor: Actor, id: Path<ProviderId>) -> ApiResult {
    permit::write(&actor)?;
    permit::need(&actor, Right::ManageSupply)?;
    let answer = probe::run(&gateway, *id, None).await?;
    let took_ms = u64::try_from(answer.took.as_millis()).unwrap_or(u64::MAX);
    Ok(json(StatusCode::OK, &Tested { took_ms, models: answer.models }))
}
