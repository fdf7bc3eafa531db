//! `/subscribe/{slug}`: compare the plans, choose an application, say why. A plan that decides at
//! once leads straight to a key.

use askama::Template;
use serde::Deserialize;

use super::{end_day, offer};
use crate::base::ids::{AppId, PlanId, VersionId};
use crate::base::{Clash, Error, Result};
use crate::domain::actor::Actor;
use crate::domain::apps;
use crate::domain::catalogue::{self, ApiPage, VersionView};
use crate::domain::keys::{self, NewKey};
use crate::domain::plans::{self, PlanView};
use crate::domain::subscriptions::{self, NewRequest, SubscriptionView};
use crate::gateway::Gateway;
use crate::portal::catalogue::show::own;
use crate::portal::frame::Frame;
use crate::portal::keys::secret;
use crate::portal::look::{self, Choice};
use crate::portal::shell;
use crate::store::Db;
use crate::store::entity::states::{Approval, SubscriptionState, VersionState};
use crate::store::entity::{application, subscription};
use crate::web::shown::ShownOnce;
use crate::web::{Data, FieldErrors, Form, PageResult, Path, Query, Visit, flash};

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubscribeForm {
    version: Option<VersionId>,
    plan: Option<PlanId>,
    /// Empty: one's own, made when there is none.
    #[serde(default)]
    app: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    volume: String,
    #[serde(default)]
    ends_on: String,
    make_key: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// The name of a version.
    version: Option<String>,
    plan: Option<PlanId>,
    app: Option<AppId>,
}

#[derive(Template)]
#[template(path = "subscriptions/subscribe.html")]
struct SubscribePage {
    frame: Frame,
    page: ApiPage,
    plans: Vec<Choice>,
    versions: Vec<Choice>,
    apps: Vec<Choice>,
    /// Subscriptions and requests that apps of the visitor have to this API.
    held: Vec<SubscriptionView>,
    version: String,
    plan: String,
    values: SubscribeForm,
    errors: FieldErrors,
    make_key: bool,
    /// Some plan here may approve at once.
    may_be_quick: bool,
    /// Every app of the visitor has this API already: there is nothing to subscribe.
    all_hold_it: bool,
}

pub async fn show(
    db: Data<Db>,
    visit: Visit,
    actor: Actor,
    slug: Path<String>,
    asked: Query<Asked>,
) -> PageResult {
    let page = catalogue::get_visible(&db, &actor, &slug).await?;
    let version = page.version(asked.version.as_deref()).map(|view| view.version.id);
    let values = SubscribeForm {
        version,
        plan: asked.plan,
        app: asked.app.map(|app| app.to_string()).unwrap_or_default(),
        make_key: Some("true".to_owned()),
        ..SubscribeForm::default()
    };
    shell::html(&filled(&db, &visit, &actor, page, values, FieldErrors::default()).await?)
}

pub async fn create(
    db: Data<Db>,
    gateway: Data<Gateway>,
    once: Data<ShownOnce>,
    visit: Visit,
    actor: Actor,
    slug: Path<String>,
    form: Form<SubscribeForm>,
) -> PageResult {
    let page = catalogue::get_visible(&db, &actor, &slug).await?;
    let values = form.into_inner();
    let open = plans::list_plans(&db, &actor, page.api.id).await?;
    let new = match check(&page, &open, &values) {
        Ok(new) => new,
        Err(errors) => return again(&db, &visit, &actor, page, values, errors).await,
    };
    let row = match subscriptions::request(&db, &actor, new).await {
        Ok(row) => row,
        Err(error) => {
            let errors = mistakes(error)?;
            return again(&db, &visit, &actor, page, values, errors).await;
        }
    };
    if row.state == SubscriptionState::Approved && values.make_key.is_some() {
        let issued = keys::issue(&db, &actor, NewKey::usual(row.app_id, key_name(&page.api.name))).await?;
        return secret::page(&db, &once, &gateway, &visit, &actor, issued, secret::Story::Subscribed).await;
    }
    Ok(flash(&visit, &format!("/requests/{}", row.id), "good", sent(&row)))
}

/// An app that has this API already is a wrong choice like any other: the form comes back.
fn mistakes(error: Error) -> Result<FieldErrors> {
    match (error.clash(), error.param()) {
        (Some(Clash::Exists), Some("app")) => {
            let mut errors = FieldErrors::default();
            errors.add("app", error.message());
            Ok(errors)
        }
        _ => end_day::mistakes(error),
    }
}

fn sent(row: &subscription::Model) -> &'static str {
    match row.state {
        SubscriptionState::Approved => "Approved at once. Make a key and call it.",
        _ => "Sent. You will see the decision here.",
    }
}

/// A name for the key that comes with a subscription.
fn key_name(api: &str) -> String {
    format!("{} key", api.chars().take(70).collect::<String>())
}

fn check(
    page: &ApiPage,
    open: &[PlanView],
    values: &SubscribeForm,
) -> std::result::Result<NewRequest, FieldErrors> {
    let mut errors = FieldErrors::default();
    let version = values.version.or_else(|| page.version(None).map(|view| view.version.id));
    let known = version.is_some_and(|id| page.versions.iter().any(|view| view.version.id == id));
    if !known {
        errors.add("version", "Choose a version of this API.");
    }
    if values.plan.is_none() {
        errors.add("plan", "Choose a plan.");
    }
    let chosen = page.versions.iter().find(|view| Some(view.version.id) == version);
    let plan = open.iter().find(|plan| Some(plan.plan.id) == values.plan);
    if let Some((view, plan)) = chosen.zip(plan).filter(|(view, plan)| offer::models(view, plan).is_empty()) {
        let text =
            format!("No model of {} is in {}: choose another plan.", plan.plan.name, view.version.name);
        errors.add("plan", text);
    }
    let app = match values.app.as_str() {
        "" => None,
        id => id.parse::<AppId>().map(Some).unwrap_or_else(|_| {
            errors.add("app", "Choose an app of the list.");
            None
        }),
    };
    let ends_at = end_day::read(&values.ends_on, &mut errors);
    let (Some(version), Some(plan), true) = (version, values.plan, errors.is_empty()) else {
        return Err(errors);
    };
    let (reason, volume) = (values.reason.clone(), values.volume.clone());
    Ok(NewRequest { app, version, plan, reason, volume, ends_at, requester: None })
}

async fn again(
    db: &Db,
    visit: &Visit,
    actor: &Actor,
    page: ApiPage,
    values: SubscribeForm,
    errors: FieldErrors,
) -> PageResult {
    shell::html_422(&filled(db, visit, actor, page, values, errors).await?)
}

async fn filled(
    db: &Db,
    visit: &Visit,
    actor: &Actor,
    page: ApiPage,
    values: SubscribeForm,
    errors: FieldErrors,
) -> Result<SubscribePage> {
    let mut open = plans::list_plans(db, actor, page.api.id).await?;
    open.retain(PlanView::is_open);
    let published: Vec<&VersionView> =
        page.versions.iter().filter(|view| view.version.state == VersionState::Published).collect();
    let versions: Vec<Choice> =
        published.iter().map(|view| Choice::new(view.version.id.to_string(), &*view.version.name)).collect();
    let apps = apps::list_own(db, actor).await?;
    let held = own(db, actor, page.api.id).await?;
    let first = |choices: &[Choice]| {
        choices.iter().find(|one| !one.disabled).map(|one| one.value.clone()).unwrap_or_default()
    };
    let asked: Vec<PlanId> = open.iter().map(|plan| plan.plan.id).collect();
    let waits = subscriptions::usual_waits(db, &asked).await?;
    let card = |plan: &PlanView| plan_choice(plan, actor, waits.get(&plan.plan.id).copied());
    let plans: Vec<Choice> = open.iter().map(|plan| offer::marked(card(plan), plan, &published)).collect();
    let apps: Vec<Choice> = apps.iter().map(|app| app_choice(app, &held)).collect();
    let mut values = values;
    // One that cannot be chosen would not be sent, and its owner's first app taken instead.
    if !apps.iter().any(|app| app.value == values.app && !app.disabled) {
        values.app = first(&apps);
    }
    Ok(SubscribePage {
        frame: shell::frame(db, visit).await?,
        version: values.version.map_or_else(|| first(&versions), |id| id.to_string()),
        plan: values.plan.map_or_else(|| first(&plans), |id| id.to_string()),
        make_key: values.make_key.is_some(),
        may_be_quick: open.iter().any(|plan| plan.plan.approval != Approval::Manual),
        all_hold_it: !apps.is_empty() && apps.iter().all(|app| app.disabled),
        page,
        plans,
        versions,
        apps,
        held,
        values,
        errors,
    })
}

/// An app to choose, unless it has this API already.
fn app_choice(app: &application::Model, held: &[SubscriptionView]) -> Choice {
    match held.iter().find(|view| view.row.app_id == app.id) {
        None => Choice::new(app.id.to_string(), &*app.name),
        Some(view) => {
            Choice::new(app.id.to_string(), format!("{} (already on {})", app.name, view.plan)).disabled()
        }
    }
}

/// A plan as a card: what it allows, who decides, and how long that usually takes.
pub fn plan_choice(view: &PlanView, actor: &Actor, wait: Option<i64>) -> Choice {
    let mut parts = Vec::new();
    if !view.plan.summary.is_empty() {
        parts.push(view.plan.summary.trim_end_matches('.').to_owned());
    }
    parts.push(match &view.models {
        None => "All models".to_owned(),
        Some(models) => models.join(", "),
    });
    let lines = view.limits.lines();
    parts.extend(if lines.is_empty() { vec!["No limits".to_owned()] } else { lines });
    parts.push(decided(view, actor));
    if let Some(wait) = wait.filter(|_| view.plan.approval != Approval::Auto) {
        parts.push(format!("Usually decided within {}", look::rough(wait)));
    }
    let is_quick = view.plan.approval != Approval::Manual;
    Choice::new(view.plan.id.to_string(), &*view.plan.name).hint(parts.join(" · ")).opens(is_quick)
}

fn decided(view: &PlanView, actor: &Actor) -> String {
    match view.plan.approval {
        Approval::Auto => "Approved at once".to_owned(),
        Approval::Manual => "A person approves".to_owned(),
        Approval::Rule => format!("At once for {}, otherwise a person approves", let_in(view, actor)),
    }
}

/// Whom the rule of a plan lets in at once, as far as the reader is meant to know.
pub(in crate::portal) fn let_in(view: &PlanView, actor: &Actor) -> String {
    let mut who = view.domains().join(", ");
    if let Some(team) = view.plan.rule_team_id {
        let or = if who.is_empty() { "" } else { " or " };
        let team = if actor.is_member(team) { "your team" } else { "some teams" };
        who = format!("{who}{or}{team}");
    }
    who
}
