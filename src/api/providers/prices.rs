//! What vendors' models cost.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::api::moment::moment;
use crate::api::money;
use crate::api::paging::{self, Limit, Paging};
use crate::base::ids::{PriceId, ProviderId};
use crate::base::{Code, Nanos, Result};
use crate::domain::actor::Actor;
use crate::domain::supply::{self, NewPrice};
use crate::store::Db;
use crate::store::entity::price;
use crate::web::{ApiResult, Body, Data, Path, Query, StatusCode, json};

/// What 1,000,000 tokens cost, in dollars as text; none is unknown.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct Price {
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
            input: row.input.map(Nanos).map(money::exact),
            cached_read: row.cached_read.map(Nanos).map(money::exact),
            cache_write: row.cache_write.map(Nanos).map(money::exact),
            output: row.output.map(Nanos).map(money::exact),
            reasoning: row.reasoning.map(Nanos).map(money::exact),
            source: row.source,
            effective_at: row.effective_at.rfc3339(),
        }
    }
}

/// A page of prices, those that begin last first.
#[derive(Serialize, ToSchema)]
pub(super) struct Prices {
    items: Vec<Price>,
    /// Pass it as `before` for what follows.
    next: Option<Uuid>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PricesOf {
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
pub(super) async fn list_prices(
    db: Data<Db>,
    actor: Actor,
    id: Path<ProviderId>,
    of: Query<PricesOf>,
) -> ApiResult {
    let PricesOf { vendor_model, before, limit } = of.into_inner();
    let rows = supply::list_prices(&db, &actor, *id, &vendor_model).await?;
    let (rows, next) = paging::cut(rows, &Paging { before, limit }, |row| row.id.0)?;
    Ok(json(StatusCode::OK, &Prices { items: rows.into_iter().map(Price::from).collect(), next }))
}

/// A price from now or a later time on. Dollars for 1,000,000 tokens as text: `"2.50"`; none is unknown.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewPriceBody {
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
pub(super) async fn set_price(
    db: Data<Db>,
    actor: Actor,
    id: Path<ProviderId>,
    body: Body<NewPriceBody>,
) -> ApiResult {
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

pub(super) fn usd(field: &'static str, text: Option<String>) -> Result<Option<Nanos>> {
    let Some(text) = text else { return Ok(None) };
    let message = "Dollars as text, such as \"2.50\".";
    Nanos::parse_usd(&text).map(Some).ok_or_else(|| Code::FieldInvalid.saying(message).on(field))
}
