//! `/manage/models/{id}`: what is known of a model, its targets in order, their prices.

use askama::Template;
use serde::Deserialize;

use super::fitness::{self, Standing};
use crate::base::Result;
use crate::base::ids::ModelId;
use crate::domain::actor::Actor;
use crate::domain::names::{self, Wanted};
use crate::domain::permit::{Right, may};
use crate::domain::supply::{self, ModelChange, ModelView, Switch};
use crate::gateway::Gateway;
use crate::portal::back::back;
use crate::portal::frame::Frame;
use crate::portal::look::Choice;
use crate::portal::meanwhile::Seen;
use crate::portal::prices;
use crate::portal::returned::Returned;
use crate::portal::shell;
use crate::store::Db;
use crate::store::entity::price;
use crate::web::{Data, FieldErrors, Form, PageResult, Path, Visit, flash};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelForm {
    #[serde(default)]
    seen: Seen,
    name: String,
    #[serde(default)]
    context_window: String,
    #[serde(default)]
    max_output: String,
    #[serde(default)]
    reasoning: bool,
    state: String,
}

#[derive(Template)]
#[template(path = "models/show.html")]
struct ModelPage {
    frame: Frame,
    view: ModelView,
    standing: Standing,
    /// Prices that begin later, the next one first.
    coming: Vec<price::Model>,
    values: ModelForm,
    providers: Vec<Choice>,
    switches: Vec<Choice>,
    errors: FieldErrors,
    /// One of the forms of a target that came back.
    returned: Returned,
    can_manage: bool,
    /// The versions that offer it, which keep it from being removed.
    offered_by: Vec<String>,
}

pub async fn show(
    actor: Actor,
    db: Data<Db>,
    gateway: Data<Gateway>,
    visit: Visit,
    id: Path<ModelId>,
) -> PageResult {
    shell::html(&stored(&db, &gateway, &actor, &visit, *id).await?)
}

/// The page with a form of a target that could not be taken.
pub(super) async fn again(
    db: &Db,
    gateway: &Gateway,
    actor: &Actor,
    visit: &Visit,
    id: ModelId,
    returned: Returned,
) -> PageResult {
    shell::html_422(&ModelPage { returned, ..stored(db, gateway, actor, visit, id).await? })
}

async fn stored(db: &Db, gateway: &Gateway, actor: &Actor, visit: &Visit, id: ModelId) -> Result<ModelPage> {
    let seen = Seen::now(db).await?;
    let view = supply::get_model(db, actor, id).await?;
    let amount = |amount: Option<i64>| amount.map(|amount| amount.to_string()).unwrap_or_default();
    let values = ModelForm {
        seen,
        name: view.model.name.clone(),
        context_window: amount(view.model.context_window),
        max_output: amount(view.model.max_output),
        reasoning: view.model.reasoning,
        state: view.model.state.word().to_owned(),
    };
    page(db, gateway, actor, visit, view, values, FieldErrors::default()).await
}

async fn page(
    db: &Db,
    gateway: &Gateway,
    actor: &Actor,
    visit: &Visit,
    view: ModelView,
    values: ModelForm,
    errors: FieldErrors,
) -> Result<ModelPage> {
    let providers = supply::list_providers(db, actor).await?;
    let mut coming = Vec::new();
    for target in &view.targets {
        let prices = supply::list_prices(db, actor, target.provider.id, &target.target.vendor_model).await?;
        coming.extend(prices.into_iter().rev().filter(|price| price.effective_at > db.now()));
    }
    let offering = supply::offered_by(db, actor, view.model.id).await?;
    let names = names::of(db, Wanted { versions: offering.clone(), ..Wanted::default() }).await?;
    Ok(ModelPage {
        offered_by: offering.into_iter().map(|id| names.version(Some(id))).collect(),
        frame: shell::frame(db, visit).await?,
        providers: providers.iter().map(|row| Choice::new(row.id.to_string(), &row.name)).collect(),
        switches: vec![Choice::new("on", "On"), Choice::new("off", "Off")],
        returned: Returned::default(),
        can_manage: may(actor, Right::ManageSupply),
        standing: fitness::standing(gateway, &view),
        view,
        coming,
        values,
        errors,
    })
}

pub async fn save(
    actor: Actor,
    db: Data<Db>,
    gateway: Data<Gateway>,
    visit: Visit,
    id: Path<ModelId>,
    form: Form<ModelForm>,
) -> PageResult {
    let mut form = form.into_inner();
    let errors = match form.check() {
        Ok(change) => match supply::change_model(&db, &form.seen.by(&actor), *id, change).await {
            Ok(_) => return Ok(flash(&visit, &path(*id), "good", "Saved.")),
            Err(error) => FieldErrors::from_error(form.seen.told(&db, error).await?)?,
        },
        Err(errors) => errors,
    };
    let view = supply::get_model(&db, &actor, *id).await?;
    shell::html_422(&page(&db, &gateway, &actor, &visit, view, form, errors).await?)
}

impl ModelForm {
    fn check(&self) -> std::result::Result<ModelChange, FieldErrors> {
        let mut errors = FieldErrors::default();
        let change = ModelChange {
            name: Some(self.name.clone()),
            reasoning: Some(self.reasoning),
            context_window: Some(number(&mut errors, "context_window", &self.context_window)),
            max_output: Some(number(&mut errors, "max_output", &self.max_output)),
            state: Switch::parse(&self.state),
        };
        if errors.is_empty() { Ok(change) } else { Err(errors) }
    }
}

impl ModelPage {
    fn coming<'p>(&'p self, target: &supply::TargetView) -> Vec<&'p price::Model> {
        let (vendor, name) = (target.provider.id, &target.target.vendor_model);
        let is_its = |price: &&price::Model| price.provider_id == vendor && price.vendor_model == *name;
        self.coming.iter().filter(is_its).collect()
    }

    /// The price of a field as it is now, to start from.
    fn was(&self, target: &supply::TargetView, field: &str) -> String {
        let Some(price) = &target.price else { return String::new() };
        prices::typed(match field {
            "input" => price.input,
            "output" => price.output,
            "cached_read" => price.cached_read,
            _ => price.cache_write,
        })
    }

    fn ms(&self, timer: &Option<i64>) -> String {
        timer.map(|timer| timer.to_string()).unwrap_or_default()
    }
}

/// An optional whole number; a mistake is noted under its field.
pub fn number(errors: &mut FieldErrors, field: &str, typed: &str) -> Option<i64> {
    let typed = typed.trim();
    if typed.is_empty() {
        return None;
    }
    let read = typed.parse().ok();
    if read.is_none() {
        errors.add(field, "A whole number.");
    }
    read
}

pub async fn remove(actor: Actor, db: Data<Db>, visit: Visit, id: Path<ModelId>) -> PageResult {
    match supply::remove_model(&db, &actor, *id).await {
        Ok(()) => Ok(flash(&visit, "/manage/models", "good", "Model removed.")),
        Err(error) => back(&visit, &path(*id), error),
    }
}

pub(super) fn path(id: ModelId) -> String {
    format!("/manage/models/{id}")
}
