//! The forms of a model's targets and of their prices.

use serde::Deserialize;

use super::show::{self, number, path};
use crate::base::ids::{ModelId, ProviderId, TargetId};
use crate::base::{Error, Nanos, Timestamp};
use crate::domain::actor::Actor;
use crate::domain::supply::{self, NewPrice, NewTarget, Switch, TargetChange, Timers};
use crate::gateway::Gateway;
use crate::portal::back::answer;
use crate::portal::meanwhile::Seen;
use crate::portal::prices;
use crate::portal::returned::Returned;
use crate::store::Db;
use crate::web::{Data, FieldErrors, Form, PageResult, Path, Visit, flash, see_other};

/// Why a form was not taken: mistakes seen here, or the domain's error.
enum Refusal {
    Fields(FieldErrors),
    Domain(Error),
}

async fn again(
    (db, gateway, actor, visit): (&Db, &Gateway, &Actor, &Visit),
    model: ModelId,
    form: String,
    typed: Vec<(&'static str, String)>,
    refusal: Refusal,
) -> PageResult {
    let returned = match refusal {
        Refusal::Fields(errors) => Returned::new(form, typed, errors),
        Refusal::Domain(error) => Returned::from_error(form, typed, error)?,
    };
    show::again(db, gateway, actor, visit, model, returned).await
}

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
    gateway: Data<Gateway>,
    visit: Visit,
    id: Path<ModelId>,
    form: Form<NewForm>,
) -> PageResult {
    let NewForm { provider, vendor_model, position, weight } = form.into_inner();
    let typed = vec![("provider", provider.to_string()), ("vendor_model", vendor_model.clone())];
    let new = NewTarget { provider, vendor_model, position, weight, timers: Timers::default() };
    match supply::add_target(&db, &actor, *id, new).await {
        Ok(_) => Ok(flash(&visit, &path(*id), "good", "Target added.")),
        Err(error) => {
            let form = "add-target".to_owned();
            again((&db, &gateway, &actor, &visit), *id, form, typed, Refusal::Domain(error)).await
        }
    }
}

/// To the page that shows a target.
pub async fn find(actor: Actor, db: Data<Db>, id: Path<TargetId>) -> PageResult {
    Ok(see_other(path(supply::model_of_target(&db, &actor, *id).await?)))
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeForm {
    #[serde(default)]
    seen: Seen,
    model: ModelId,
    position: String,
    weight: String,
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
    fn check(&self) -> Result<TargetChange, FieldErrors> {
        let mut errors = FieldErrors::default();
        let mut place = |field: &str, typed: &str| {
            let read = typed.trim().parse().ok();
            if read.is_none() {
                errors.add(field, "A number from 1 to 1000.");
            }
            read
        };
        let (position, weight) = (place("position", &self.position), place("weight", &self.weight));
        let timers = Timers {
            connect_ms: number(&mut errors, "connect_ms", &self.connect_ms),
            first_byte_ms: number(&mut errors, "first_byte_ms", &self.first_byte_ms),
            idle_ms: number(&mut errors, "idle_ms", &self.idle_ms),
            total_ms: number(&mut errors, "total_ms", &self.total_ms),
        };
        let state = Switch::parse(&self.state);
        let change = TargetChange { position, weight, timers: Some(timers), state };
        if errors.is_empty() { Ok(change) } else { Err(errors) }
    }

    fn typed(self) -> Vec<(&'static str, String)> {
        vec![
            ("seen", self.seen.to_string()),
            ("position", self.position),
            ("weight", self.weight),
            ("state", self.state),
            ("connect_ms", self.connect_ms),
            ("first_byte_ms", self.first_byte_ms),
            ("idle_ms", self.idle_ms),
            ("total_ms", self.total_ms),
        ]
    }
}

pub async fn save(
    actor: Actor,
    db: Data<Db>,
    gateway: Data<Gateway>,
    visit: Visit,
    id: Path<TargetId>,
    form: Form<ChangeForm>,
) -> PageResult {
    let mut form = form.into_inner();
    let model = form.model;
    let saved = match form.check() {
        Ok(change) => match supply::change_target(&db, &form.seen.by(&actor), *id, change).await {
            Ok(row) => Ok(row),
            Err(error) => Err(Refusal::Domain(form.seen.told(&db, error).await?)),
        },
        Err(errors) => Err(Refusal::Fields(errors)),
    };
    match saved {
        Ok(row) => Ok(flash(&visit, &path(row.model_id), "good", "Saved.")),
        Err(refusal) => {
            again((&db, &gateway, &actor, &visit), model, format!("t{}-change", *id), form.typed(), refusal)
                .await
        }
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
    let done = supply::remove_target(&db, &actor, *id).await;
    answer(&visit, &path(form.model), "Target removed.", done)
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
    fn check(&self) -> Result<NewPrice, FieldErrors> {
        let mut errors = FieldErrors::default();
        let mut amount = |field: &str, typed: &str| -> Option<Nanos> {
            prices::read(typed).unwrap_or_else(|message| {
                errors.add(field, message);
                None
            })
        };
        let (input, output) = (amount("input", &self.input), amount("output", &self.output));
        let cached_read = amount("cached_read", &self.cached_read);
        let cache_write = amount("cache_write", &self.cache_write);
        let day = self.effective_at.trim();
        let effective_at = Timestamp::from_day(day);
        if effective_at.is_none() && !day.is_empty() {
            errors.add("effective_at", "A day, such as 2027-01-31.");
        }
        let (provider, vendor_model) = (self.provider, self.vendor_model.clone());
        let new = NewPrice {
            provider,
            vendor_model,
            input,
            cached_read,
            cache_write,
            output,
            reasoning: None,
            effective_at,
        };
        if errors.is_empty() { Ok(new) } else { Err(errors) }
    }

    fn typed(self) -> Vec<(&'static str, String)> {
        vec![
            ("input", self.input),
            ("cached_read", self.cached_read),
            ("cache_write", self.cache_write),
            ("output", self.output),
            ("effective_at", self.effective_at),
        ]
    }
}

pub async fn set_price(
    actor: Actor,
    db: Data<Db>,
    gateway: Data<Gateway>,
    visit: Visit,
    id: Path<TargetId>,
    form: Form<PriceForm>,
) -> PageResult {
    let form = form.into_inner();
    let model = form.model;
    let saved = match form.check() {
        Ok(new) => supply::set_price(&db, &actor, new).await.map_err(Refusal::Domain),
        Err(errors) => Err(Refusal::Fields(errors)),
    };
    match saved {
        Ok(price) => {
            let text = format!("The price holds from {} on.", price.effective_at.human());
            Ok(flash(&visit, &path(model), "good", &text))
        }
        Err(refusal) => {
            again((&db, &gateway, &actor, &visit), model, format!("t{}-price", *id), form.typed(), refusal)
                .await
        }
    }
}
