//! The forms of a model's targets and of their prices.

use serde::Deserialize;

use super::show::{number, path};
use crate::base::ids::{ModelId, ProviderId, TargetId};
use crate::base::{Code, Error, Nanos, Result, Timestamp};
use crate::domain::actor::Actor;
use crate::domain::supply::{self, NewPrice, NewTarget, Switch, TargetChange, Timers};
use crate::portal::back::back;
use crate::portal::prices;
use crate::store::Db;
use crate::web::{Data, FieldErrors, Form, PageResult, Path, Visit, flash};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewForm {
    provider: ProviderId,
    vendor_model: String,
    #[serde(default)]
    position: Option<i32>,
    #[serde(default = "one")]
    weight: i32,
}

fn one() -> i32 {
    1
}

pub async fn create(
    actor: Actor,
    db: Data<Db>,
    visit: Visit,
    id: Path<ModelId>,
    form: Form<NewForm>,
) -> PageResult {
    let NewForm { provider, vendor_model, position, weight } = form.into_inner();
    let new = NewTarget { provider, vendor_model, position, weight, timers: Timers::default() };
    match supply::add_target(&db, &actor, *id, new).await {
        Ok(_) => Ok(flash(&visit, &path(*id), "good", "Target added.")),
        Err(error) => back(&visit, &path(*id), error),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeForm {
    model: ModelId,
    position: i32,
    weight: i32,
    state: String,
    #[serde(default)]
    connect_ms: String,
    #[serde(default)]
    first_byte_ms: String,
    #[serde(default)]
    idle_ms: String,
    #[serde(default)]
    total_ms: String,
}

impl ChangeForm {
    fn check(&self) -> Result<TargetChange> {
        let mut errors = FieldErrors::default();
        let timers = Timers {
            connect_ms: number(&mut errors, "connect_ms", &self.connect_ms),
            first_byte_ms: number(&mut errors, "first_byte_ms", &self.first_byte_ms),
            idle_ms: number(&mut errors, "idle_ms", &self.idle_ms),
            total_ms: number(&mut errors, "total_ms", &self.total_ms),
        };
        first(&errors)?;
        Ok(TargetChange {
            position: Some(self.position),
            weight: Some(self.weight),
            timers: Some(timers),
            state: Switch::parse(&self.state),
        })
    }
}

/// These forms show one message over the page, not one under each field.
fn first(errors: &FieldErrors) -> Result<()> {
    match errors.all().next() {
        Some((field, message)) => Err(wrong(field, message)),
        None => Ok(()),
    }
}

fn wrong(field: &str, message: &str) -> Error {
    Code::FieldInvalid.saying(message).on(field)
}

pub async fn save(
    actor: Actor,
    db: Data<Db>,
    visit: Visit,
    id: Path<TargetId>,
    form: Form<ChangeForm>,
) -> PageResult {
    let model = form.model;
    let saved = match form.check() {
        Ok(change) => supply::change_target(&db, &actor, *id, change).await,
        Err(error) => Err(error),
    };
    match saved {
        Ok(row) => Ok(flash(&visit, &path(row.model_id), "good", "Saved.")),
        Err(error) => back(&visit, &path(model), error),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemovalForm {
    model: ModelId,
}

pub async fn remove(
    actor: Actor,
    db: Data<Db>,
    visit: Visit,
    id: Path<TargetId>,
    form: Form<RemovalForm>,
) -> PageResult {
    supply::remove_target(&db, &actor, *id).await?;
    Ok(flash(&visit, &path(form.model), "good", "Target removed."))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceForm {
    model: ModelId,
    provider: ProviderId,
    vendor_model: String,
    #[serde(default)]
    input: String,
    #[serde(default)]
    cached_read: String,
    #[serde(default)]
    cache_write: String,
    #[serde(default)]
    output: String,
    /// A day; empty is now.
    #[serde(default)]
    effective_at: String,
}

impl PriceForm {
    fn check(self) -> Result<NewPrice> {
        let amount = |field: &str, typed: &str| -> Result<Option<Nanos>> {
            prices::read(typed).map_err(|message| wrong(field, message))
        };
        let day = self.effective_at.trim();
        let effective_at = match (day.is_empty(), Timestamp::from_day(day)) {
            (true, _) => None,
            (false, Some(at)) => Some(at),
            (false, None) => return Err(wrong("effective_at", "A day, such as 2027-01-31.")),
        };
        Ok(NewPrice {
            input: amount("input", &self.input)?,
            cached_read: amount("cached_read", &self.cached_read)?,
            cache_write: amount("cache_write", &self.cache_write)?,
            output: amount("output", &self.output)?,
            reasoning: None,
            effective_at,
            provider: self.provider,
            vendor_model: self.vendor_model,
        })
    }
}

pub async fn set_price(
    actor: Actor,
    db: Data<Db>,
    visit: Visit,
    _: Path<TargetId>,
    form: Form<PriceForm>,
) -> PageResult {
    let form = form.into_inner();
    let model = form.model;
    let saved = match form.check() {
        Ok(new) => supply::set_price(&db, &actor, new).await,
        Err(error) => Err(error),
    };
    match saved {
        Ok(price) => {
            let text = format!("The price holds from {} on.", price.effective_at.human());
            Ok(flash(&visit, &path(model), "good", &text))
        }
        Err(error) => back(&visit, &path(model), error),
    }
}
