//! Providers, their credentials (written, never read back), their prices, and a test by script.

use serde::{Deserialize, Serialize};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{OpenApi, ToSchema};
use uuid::Uuid;

use super::given::given;
use super::moment::moment;
use super::paging::{self, Limit, Paging};
use crate::base::ids::{CredentialId, PriceId, ProviderId};
use crate::base::{Code, Nanos, Result, Secret};
use crate::domain::actor::Actor;
use crate::domain::permit::{self, Right};
use crate::domain::supply::{
    self, CredentialChange, CredentialView, NewCredential, NewPrice, NewProvider, ProviderChange, Switch,
};
use crate::gateway::{Gateway, probe};
use crate::store::Db;
use crate::store::entity::{price, provider};
use crate::web::{ApiNeed, ApiResult, Body, Data, Method, Page, Path, Query, StatusCode, endpoint, json};

#[derive(OpenApi)]
#[openapi(paths(
    list,
    create,
    show,
    change,
    remove,
    test,
    add_credential,
    change_credential,
    replace_secret,
    remove_credential,
    list_prices,
    set_price
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

pub fn endpoints() -> Vec<Page> {
    vec![
        endpoint(Method::GET, "/api/v1/providers", ApiNeed::Read, list),
        endpoint(Method::POST, "/api/v1/providers", ApiNeed::Write, create),
        endpoint(Method::GET, "/api/v1/providers/{id}", ApiNeed::Read, show),
        endpoint(Method::PATCH, "/api/v1/providers/{id}", ApiNeed::Write, change),
        endpoint(Method::DELETE, "/api/v1/providers/{id}", ApiNeed::Write, remove),
        endpoint(Method::POST, "/api/v1/providers/{id}/test", ApiNeed::Write, test),
        endpoint(Method::POST, "/api/v1/providers/{id}/credentials", ApiNeed::Write, add_credential),
        endpoint(Method::PATCH, "/api/v1/credentials/{id}", ApiNeed::Write, change_credential),
        endpoint(Method::PUT, "/api/v1/credentials/{id}/secret", ApiNeed::Write, replace_secret),
        endpoint(Method::DELETE, "/api/v1/credentials/{id}", ApiNeed::Write, remove_credential),
        endpoint(Method::GET, "/api/v1/providers/{id}/prices", ApiNeed::Read, list_prices),
        endpoint(Method::POST, "/api/v1/providers/{id}/prices", ApiNeed::Write, set_price),
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

/// What may be seen of a vendor's secret.
#[derive(Serialize, ToSchema)]
struct Credential {
    #[schema(value_type = Uuid)]
    id: CredentialId,
    #[schema(value_type = Uuid)]
    provider_id: ProviderId,
    name: String,
    /// The last four characters; empty for short secrets.
    last4: String,
    /// Its share among the provider's credentials.
    weight: i32,
    /// `on` or `off`.
    state: &'static str,
    /// The address changed, so the secret was wiped: write it again.
    void: bool,
    /// RFC 3339.
    #[schema(format = DateTime)]
    created_at: String,
}

impl From<CredentialView> for Credential {
    fn from(view: CredentialView) -> Self {
        Self {
            id: view.id,
            provider_id: view.provider_id,
            name: view.name,
            last4: view.last4,
            weight: view.weight,
            state: view.state.word(),
            void: view.void,
            created_at: view.created_at.rfc3339(),
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
    let rows = supply::page_of_providers(&db, &actor, asked.before.map(ProviderId), asked.limit.0).await?;
    let next = paging::next(&rows, asked.limit, |row| row.id.0);
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

/// The answer to a removal.
pub(super) fn gone() -> crate::web::HttpResponse {
    crate::web::HttpResponse::NoContent().finish()
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

/// A secret of the vendor's.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewCredentialBody {
    name: String,
    /// Sealed at once and never given back.
    secret: String,
    /// Its share among the provider's credentials; none is 1.
    weight: Option<i32>,
}

/// Add a credential to a provider.
///
/// For admins. The credentials of a provider share its calls by weight. The secret is sealed at once and
/// never given back.
#[utoipa::path(post, path = "/api/v1/providers/{id}/credentials", tag = "Providers", params(("id" = Uuid, Path, description = "The provider")), request_body = NewCredentialBody,
    responses((status = 201, description = "added", body = Credential)))]
async fn add_credential(
    db: Data<Db>,
    actor: Actor,
    id: Path<ProviderId>,
    body: Body<NewCredentialBody>,
) -> ApiResult {
    let NewCredentialBody { name, secret, weight } = body.into_inner();
    let new = NewCredential { name, secret: Secret::new(secret), weight: weight.unwrap_or(1) };
    let view = supply::add_credential(&db, &actor, *id, new).await?;
    Ok(json(StatusCode::CREATED, &Credential::from(view)))
}

/// What to change; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CredentialPatch {
    name: Option<String>,
    /// Its share among the provider's credentials.
    weight: Option<i32>,
    /// `on` or `off`.
    #[schema(value_type = Option<String>)]
    state: Option<Switch>,
}

/// Rename, weigh or switch a credential.
///
/// For admins. One whose secret was wiped cannot be switched on before its secret is written again.
#[utoipa::path(patch, path = "/api/v1/credentials/{id}", tag = "Providers", params(("id" = Uuid, Path, description = "The credential")), request_body = CredentialPatch,
    responses((status = 200, description = "the credential, changed", body = Credential)))]
async fn change_credential(
    db: Data<Db>,
    actor: Actor,
    id: Path<CredentialId>,
    body: Body<CredentialPatch>,
) -> ApiResult {
    let CredentialPatch { name, weight, state } = body.into_inner();
    let view = supply::change_credential(&db, &actor, *id, CredentialChange { name, weight, state }).await?;
    Ok(json(StatusCode::OK, &Credential::from(view)))
}

/// A secret of the vendor's.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SecretBody {
    /// Sealed at once and never given back.
    secret: String,
}

/// Replace the secret of a credential.
///
/// For admins. The next call uses the new secret; a credential that was off or void is on again.
/// Repeating it is harmless.
#[utoipa::path(put, path = "/api/v1/credentials/{id}/secret", tag = "Providers", params(("id" = Uuid, Path, description = "The credential")), request_body = SecretBody,
    responses((status = 200, description = "the new secret is in use", body = Credential)))]
async fn replace_secret(
    db: Data<Db>,
    actor: Actor,
    id: Path<CredentialId>,
    body: Body<SecretBody>,
) -> ApiResult {
    let secret = Secret::new(body.into_inner().secret);
    let view = supply::replace_secret(&db, &actor, *id, secret).await?;
    Ok(json(StatusCode::OK, &Credential::from(view)))
}

/// Wipe a credential.
///
/// For admins. The secret is gone for good. Calls that are under way finish.
#[utoipa::path(delete, path = "/api/v1/credentials/{id}", tag = "Providers", params(("id" = Uuid, Path, description = "The credential")),
    responses((status = 204, description = "wiped")))]
async fn remove_credential(db: Data<Db>, actor: Actor, id: Path<CredentialId>) -> ApiResult {
    supply::remove_credential(&db, &actor, *id).await?;
    Ok(gone())
}

/// What 1,000,000 tokens cost, in dollars as text; none is unknown.
#[derive(Serialize, ToSchema)]
pub(super) struct Price {
    #[schema(value_type = Uuid)]
    id: PriceId,
    vendor_model: String,
    /// Prompt tokens.
    input: Option<String>,
    /// Prompt tokens read from a cache.
    cached_read: Option<String>,
    /// Prompt tokens written to a cache.
    cache_write: Option<String>,
    /// Tokens of the answer.
    output: Option<String>,
    /// Reasoning tokens, where they cost something else than the answer.
    reasoning: Option<String>,
    /// `table` or `admin`.
    source: String,
    /// It holds from then on; RFC 3339.
    #[schema(format = DateTime)]
    effective_at: String,
}

impl From<price::Model> for Price {
    fn from(row: price::Model) -> Self {
        Self {
            id: row.id,
            vendor_model: row.vendor_model,
            input: row.input.map(dollars),
            cached_read: row.cached_read.map(dollars),
            cache_write: row.cache_write.map(dollars),
            output: row.output.map(dollars),
            reasoning: row.reasoning.map(dollars),
            source: row.source,
            effective_at: row.effective_at.rfc3339(),
        }
    }
}

/// Every digit an amount has: `2.50`, `0.075`.
fn dollars(nanos: i64) -> String {
    let digits = format!("{:09}", nanos.unsigned_abs() % 1_000_000_000);
    format!("{}.{:0<2}", nanos / 1_000_000_000, digits.trim_end_matches('0'))
}

/// A page of prices, those that begin last first.
#[derive(Serialize, ToSchema)]
struct Prices {
    items: Vec<Price>,
    /// Pass it as `before` for what follows.
    next: Option<Uuid>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PricesOf {
    vendor_model: String,
    before: Option<Uuid>,
    #[serde(default)]
    limit: Limit,
}

/// List the prices of a vendor's model.
///
/// For admins, publishers and auditors. Those that begin last first, also where that is still to come.
#[utoipa::path(get, path = "/api/v1/providers/{id}/prices", tag = "Providers",
    params(("id" = Uuid, Path, description = "The provider"), ("vendor_model" = String, Query, description = "the vendor's name of the model"), Paging),
    responses((status = 200, description = "a page of prices, those that begin last first", body = Prices)))]
async fn list_prices(db: Data<Db>, actor: Actor, id: Path<ProviderId>, of: Query<PricesOf>) -> ApiResult {
    let PricesOf { vendor_model, before, limit } = of.into_inner();
    let rows = supply::list_prices(&db, &actor, *id, &vendor_model).await?;
    let (rows, next) = paging::cut(rows, &Paging { before, limit }, |row| row.id.0)?;
    Ok(json(StatusCode::OK, &Prices { items: rows.into_iter().map(Price::from).collect(), next }))
}

/// A price from now or a later time on. Dollars for 1,000,000 tokens as text: `"2.50"`; none is unknown.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewPriceBody {
    vendor_model: String,
    /// Prompt tokens.
    input: Option<String>,
    /// Prompt tokens read from a cache.
    cached_read: Option<String>,
    /// Prompt tokens written to a cache.
    cache_write: Option<String>,
    /// Tokens of the answer.
    output: Option<String>,
    /// Reasoning tokens, where they cost something else than the answer.
    reasoning: Option<String>,
    /// RFC 3339 or a day; none is now.
    #[schema(example = "2027-03-31T12:00:00Z")]
    effective_at: Option<String>,
}

/// Set the price of a vendor's model.
///
/// For admins. It holds from `effective_at` on, at once when left out, and never in the past: those calls
/// were costed already. Prices are not changed, only followed by newer ones. An amount that is left out
/// is unknown, which is not free.
#[utoipa::path(post, path = "/api/v1/providers/{id}/prices", tag = "Providers", params(("id" = Uuid, Path, description = "The provider")), request_body = NewPriceBody,
    responses((status = 201, description = "the price", body = Price)))]
async fn set_price(db: Data<Db>, actor: Actor, id: Path<ProviderId>, body: Body<NewPriceBody>) -> ApiResult {
    let body = body.into_inner();
    let new = NewPrice {
        provider: *id,
        input: usd("input", body.input)?,
        cached_read: usd("cached_read", body.cached_read)?,
        cache_write: usd("cache_write", body.cache_write)?,
        output: usd("output", body.output)?,
        reasoning: usd("reasoning", body.reasoning)?,
        effective_at: moment("effective_at", body.effective_at.as_deref())?,
        vendor_model: body.vendor_model,
    };
    supply::get_provider(&db, &actor, *id).await?;
    let row = supply::set_price(&db, &actor, new).await?;
    Ok(json(StatusCode::CREATED, &Price::from(row)))
}

fn usd(field: &'static str, text: Option<String>) -> Result<Option<Nanos>> {
    let Some(text) = text else { return Ok(None) };
    let message = "Dollars as text, such as \"2.50\".";
    Nanos::parse_usd(&text).map(Some).ok_or_else(|| Code::FieldInvalid.saying(message).on(field))
}
