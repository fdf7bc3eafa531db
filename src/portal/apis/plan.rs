//! `/manage/plans/{id}` and its empty twin: what a plan allows and who decides.

use askama::Template;
use serde::Deserialize;

use super::show::path;
use crate::base::Nanos;
use crate::base::ids::{ApiId, PlanId, TeamId};
use crate::domain::actor::Actor;
use crate::domain::catalogue::{self, ManagedApi};
use crate::domain::plans::{self, Limits, NewPlan, PlanChange};
use crate::portal::back::back;
use crate::portal::frame::Frame;
use crate::portal::look::Choice;
use crate::portal::meanwhile::Seen;
use crate::portal::models::number;
use crate::portal::prices;
use crate::portal::shell;
use crate::store::Db;
use crate::store::entity::states::{Approval, PlanState};
use crate::web::{Data, FieldErrors, Form, PageResult, Path, Visit, flash};

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanForm {
    #[serde(default)]
    seen: Seen,
    name: String,
    #[serde(default)]
    summary: String,
    approval: String,
    #[serde(default)]
    rule_domains: String,
    #[serde(default)]
    rule_team: String,
    /// None ticked: all models of the version.
    #[serde(default)]
    models: Vec<String>,
    #[serde(default)]
    requests_per_minute: String,
    #[serde(default)]
    tokens_per_minute: String,
    #[serde(default)]
    concurrent_calls: String,
    #[serde(default)]
    usd_per_month: String,
    /// Only of a plan that exists.
    #[serde(default)]
    state: String,
}

#[derive(Template)]
#[template(path = "apis/plan.html")]
struct PlanPage {
    frame: Frame,
    managed: ManagedApi,
    /// None for a new plan.
    id: Option<PlanId>,
    values: PlanForm,
    approvals: Vec<Choice>,
    teams: Vec<Choice>,
    models: Vec<Choice>,
    states: Vec<Choice>,
    /// What a budget does to models without a price; empty when each has one.
    unpriced: String,
    errors: FieldErrors,
}

pub async fn new(actor: Actor, db: Data<Db>, visit: Visit, id: Path<ApiId>) -> PageResult {
    let values = PlanForm {
        approval: Approval::Manual.word().to_owned(),
        requests_per_minute: "60".to_owned(),
        concurrent_calls: "10".to_owned(),
        ..PlanForm::default()
    };
    shell::html(&page(&db, &actor, &visit, (*id, None), values, FieldErrors::default()).await?)
}

pub async fn create(
    actor: Actor,
    db: Data<Db>,
    visit: Visit,
    id: Path<ApiId>,
    form: Form<PlanForm>,
) -> PageResult {
    let form = form.into_inner();
    let errors = match form.check() {
        Err(errors) => errors,
        Ok(new) => match plans::make_plan(&db, &actor, *id, new).await {
            Ok(_) => return Ok(flash(&visit, &path(*id), "good", "Plan added; it is open.")),
            Err(error) => FieldErrors::from_error(error)?,
        },
    };
    shell::html_422(&page(&db, &actor, &visit, (*id, None), form, errors).await?)
}

pub async fn show(actor: Actor, db: Data<Db>, visit: Visit, id: Path<PlanId>) -> PageResult {
    let seen = Seen::now(&db).await?;
    let view = plans::get_plan(&db, &actor, *id).await?;
    let amount = |amount: Option<i64>| amount.map(|amount| amount.to_string()).unwrap_or_default();
    let values = PlanForm {
        seen,
        name: view.plan.name.clone(),
        summary: view.plan.summary.clone(),
        approval: view.plan.approval.word().to_owned(),
        rule_domains: view.domains().join(", "),
        rule_team: view.plan.rule_team_id.map(|team| team.to_string()).unwrap_or_default(),
        models: view.models.clone().unwrap_or_default(),
        requests_per_minute: amount(view.limits.requests_per_minute),
        tokens_per_minute: amount(view.limits.tokens_per_minute),
        concurrent_calls: amount(view.limits.concurrent_calls),
        usd_per_month: prices::typed(view.limits.usd_per_month.map(|usd| usd.0)),
        state: view.plan.state.word().to_owned(),
    };
    let place = (view.plan.api_id, Some(*id));
    shell::html(&page(&db, &actor, &visit, place, values, FieldErrors::default()).await?)
}

pub async fn save(
    actor: Actor,
    db: Data<Db>,
    visit: Visit,
    id: Path<PlanId>,
    form: Form<PlanForm>,
) -> PageResult {
    let mut form = form.into_inner();
    let api = plans::get_plan(&db, &actor, *id).await?.plan.api_id;
    let errors = match form.check() {
        Err(errors) => errors,
        Ok(new) => match plans::change_plan(&db, &form.seen.by(&actor), *id, form.change(new)).await {
            Ok(_) => {
                return Ok(flash(&visit, &path(api), "good", "Plan saved; calls follow it within a second."));
            }
            Err(error) => FieldErrors::from_error(form.seen.told(&db, error).await?)?,
        },
    };
    shell::html_422(&page(&db, &actor, &visit, (api, Some(*id)), form, errors).await?)
}

pub async fn remove(actor: Actor, db: Data<Db>, visit: Visit, id: Path<PlanId>) -> PageResult {
    let api = plans::get_plan(&db, &actor, *id).await?.plan.api_id;
    match plans::remove_plan(&db, &actor, *id).await {
        Ok(()) => Ok(flash(&visit, &path(api), "good", "Plan removed.")),
        Err(error) => back(&visit, &format!("/manage/plans/{}", *id), error),
    }
}

async fn page(
    db: &Db,
    actor: &Actor,
    visit: &Visit,
    (api, id): (ApiId, Option<PlanId>),
    values: PlanForm,
    errors: FieldErrors,
) -> crate::base::Result<PlanPage> {
    let managed = catalogue::get_managed(db, actor, api).await?;
    let mut names: Vec<&str> =
        managed.versions.iter().flat_map(|v| &v.models).map(|m| m.public_name.as_str()).collect();
    names.extend(values.models.iter().map(String::as_str));
    names.sort_unstable();
    names.dedup();
    let unpriced = unpriced(&managed, &values, &names);
    let models = names.into_iter().map(|name| Choice::new(name, name)).collect();
    let mut teams = vec![Choice::new("", "No team")];
    teams.extend(
        super::teams::audience(db, actor, &values.rule_team.parse().into_iter().collect::<Vec<TeamId>>())
            .await?,
    );
    Ok(PlanPage {
        frame: shell::frame(db, visit).await?,
        managed,
        id,
        approvals: vec![
            Choice::new("manual", "A person decides").hint("Requests wait in the inbox of the owner team."),
            Choice::new("auto", "At once").hint("Whoever sees the API gets in."),
            Choice::new("rule", "By a rule")
                .hint("At once for the domains or the team below; a person decides else."),
        ],
        teams,
        models,
        states: vec![
            Choice::new("open", "Open").hint("It takes new subscriptions."),
            Choice::new("closed", "Closed").hint("Those who have it keep it."),
        ],
        unpriced,
        values,
        errors,
    })
}

impl PlanPage {
    /// The same, under the field, before a budget is set.
    fn budget_hint(&self) -> &str {
        if self.values.usd_per_month.is_empty() { &self.unpriced } else { "" }
    }
}

/// "2 of 7 models have no price", of those that the plan allows.
fn unpriced(managed: &ManagedApi, values: &PlanForm, names: &[&str]) -> String {
    let offered: Vec<_> = managed.versions.iter().flat_map(|version| &version.models).collect();
    let allowed = |name: &&&str| values.models.is_empty() || values.models.iter().any(|one| one == *name);
    let lacks = |name: &&&str| offered.iter().any(|one| one.public_name == **name && !one.view.is_priced());
    let (all, without) =
        (names.iter().filter(allowed).count(), names.iter().filter(allowed).filter(lacks).count());
    let (have, them) = if without == 1 { ("has", "it") } else { ("have", "them") };
    let budget = if values.usd_per_month.is_empty() { "with a budget, this plan" } else { "this plan" };
    match without {
        0 => String::new(),
        _ => format!("{without} of {all} models {have} no price: {budget} would refuse {them}."),
    }
}

impl PlanForm {
    fn check(&self) -> Result<NewPlan, FieldErrors> {
        let mut errors = FieldErrors::default();
        let limits = Limits {
            requests_per_minute: number(&mut errors, "requests_per_minute", &self.requests_per_minute),
            tokens_per_minute: number(&mut errors, "tokens_per_minute", &self.tokens_per_minute),
            concurrent_calls: number(&mut errors, "concurrent_calls", &self.concurrent_calls),
            usd_per_month: self.budget(&mut errors),
        };
        let Some(approval) = Approval::parse(&self.approval) else {
            errors.add("approval", "Choose who decides.");
            return Err(errors);
        };
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(NewPlan {
            name: self.name.clone(),
            summary: self.summary.clone(),
            approval,
            rule_domains: self
                .rule_domains
                .split([',', ' '])
                .filter(|domain| !domain.is_empty())
                .map(str::to_owned)
                .collect(),
            rule_team: self.rule_team.parse().ok(),
            models: if self.models.is_empty() { None } else { Some(self.models.clone()) },
            limits,
        })
    }

    fn budget(&self, errors: &mut FieldErrors) -> Option<Nanos> {
        match prices::read(&self.usd_per_month) {
            Ok(budget) => budget,
            Err(message) => {
                errors.add("usd_per_month", message);
                None
            }
        }
    }

    fn change(&self, new: NewPlan) -> PlanChange {
        PlanChange {
            name: Some(new.name),
            summary: Some(new.summary),
            approval: Some((new.approval, new.rule_domains, new.rule_team)),
            models: Some(new.models),
            limits: Some(new.limits),
            state: PlanState::parse(&self.state),
        }
    }
}
