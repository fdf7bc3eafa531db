//! Prices: rows with a date from which they hold. A price that nobody knows has no row.

use sea_orm::{EntityTrait, IntoActiveModel};
use serde_json::json;

use super::{facts, queries};
use crate::base::ids::{PriceId, ProviderId};
use crate::base::{Code, Nanos, Result, Timestamp};
use crate::domain::actor::Actor;
use crate::domain::audit::{self, Act};
use crate::domain::changes::{self, Change};
use crate::domain::fields::{self, wrong};
use crate::domain::permit::{self, Right};
use crate::store::entity::{price, provider};
use crate::store::{Db, Tx};

/// What 1,000,000 tokens cost from a date on. `None` is unknown, never free.
pub struct NewPrice {
    pub provider: ProviderId,
    pub vendor_model: String,
    pub input: Option<Nanos>,
    pub cached_read: Option<Nanos>,
    pub cache_write: Option<Nanos>,
    pub output: Option<Nanos>,
    pub reasoning: Option<Nanos>,
    /// `None`: from now on. The past is not changed.
    pub effective_at: Option<Timestamp>,
}

/// Sets a price from now or a later date on.
///
/// # Errors
/// `not_permitted`, or `field_invalid`.
pub async fn set_price(db: &Db, actor: &Actor, new: NewPrice) -> Result<price::Model> {
    let actor = actor.clone();
    db.transact(async move |tx| {
        permit::write(&actor)?;
        permit::need(&actor, Right::ManageSupply)?;
        let provider = queries::find_provider(&tx, new.provider).await?;
        let provider = provider.ok_or_else(|| wrong("provider", "There is no such provider."))?;
        let amounts = [new.input, new.cached_read, new.cache_write, new.output, new.reasoning];
        if amounts.iter().all(Option::is_none) {
            return Err(wrong("input", "Give at least one amount."));
        }
        let effective_at = new.effective_at.unwrap_or_else(|| tx.now());
        if effective_at < tx.now() {
            return Err(wrong(
                "effective_at",
                "A price cannot begin in the past: calls were costed already.",
            ));
        }
        let row = price::Model {
            id: PriceId::fresh(),
            provider_id: provider.id,
            vendor_model: fields::model_name("vendor_model", &new.vendor_model)?,
            input: amount("input", new.input)?,
            cached_read: amount("cached_read", new.cached_read)?,
            cache_write: amount("cache_write", new.cache_write)?,
            output: amount("output", new.output)?,
            reasoning: amount("reasoning", new.reasoning)?,
            source: "admin".to_owned(),
            effective_at,
        };
        let known = queries::prices_of(&tx, provider.id, &row.vendor_model).await?;
        let before = known.into_iter().find(|price| price.effective_at <= effective_at);
        price::Entity::insert(row.clone().into_active_model()).exec_without_returning(&tx).await?;
        let act = Act::new("price_set").on("price", row.id.0).touching([provider.id.0]);
        let facts = json!({ "vendor_model": row.vendor_model, "effective_at": row.effective_at.rfc3339() });
        let act = act.noting(facts).changing(told(before.as_ref()), told(Some(&row)));
        audit::record(&tx, &actor, act).await?;
        changes::note(&tx, Change::Catalogue).await?;
        Ok(row)
    })
    .await
}

/// What the audit tells of a price; each amount is null where there was none.
fn told(row: Option<&price::Model>) -> serde_json::Value {
    let usd = |pick: fn(&price::Model) -> Option<i64>| row.and_then(pick);
    json!({
        "input": usd(|row| row.input), "cached_read": usd(|row| row.cached_read),
        "cache_write": usd(|row| row.cache_write), "output": usd(|row| row.output),
        "reasoning": usd(|row| row.reasoning),
    })
}

/// All prices of a vendor's model, newest first.
///
/// # Errors
/// `not_permitted`, `not_found`.
pub async fn list_prices(
    db: &Db,
    actor: &Actor,
    provider: ProviderId,
    vendor_model: &str,
) -> Result<Vec<price::Model>> {
    permit::need(actor, Right::SeeSupply)?;
    let row = queries::find_provider(db.read(), provider).await?;
    let row = row.ok_or_else(|| Code::NotFound.with(provider))?;
    queries::prices_of(db.read(), row.id, vendor_model).await
}

/// The embedded table's price, when the vendor's model has none yet.
pub(super) async fn seed_in(tx: &Tx, provider: &provider::Model, vendor_model: &str) -> Result<()> {
    let Some(facts) = facts::of_model(&provider.preset, vendor_model) else { return Ok(()) };
    if facts.input.is_none() && facts.output.is_none() {
        return Ok(());
    }
    if !queries::prices_of(tx, provider.id, vendor_model).await?.is_empty() {
        return Ok(());
    }
    let row = price::Model {
        id: PriceId::fresh(),
        provider_id: provider.id,
        vendor_model: vendor_model.to_owned(),
        input: facts.input,
        cached_read: facts.cached_read,
        cache_write: facts.cache_write,
        output: facts.output,
        reasoning: None,
        source: "table".to_owned(),
        effective_at: tx.now(),
    };
    price::Entity::insert(row.into_active_model()).exec_without_returning(tx).await?;
    Ok(())
}

fn amount(field: &'static str, price: Option<Nanos>) -> Result<Option<i64>> {
    match price {
        Some(Nanos(nanos)) if !(0..=Nanos::from_usd(100_000).0).contains(&nanos) => {
            Err(wrong(field, "US dollars for a million tokens, from 0 to 100000."))
        }
        Some(Nanos(nanos)) => Ok(Some(nanos)),
        None => Ok(None),
    }
}
