//! Making and changing plans.

use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait, IntoActiveModel};
use serde_json::json;

use super::limits::{self, Limits};
use super::{approval, queries};
use crate::base::ids::{ApiId, PlanId, TeamId};
use crate::base::limit::LimitScope;
use crate::base::{Clash, Code, Result};
use crate::domain::actor::Actor;
use crate::domain::audit::{self, Act};
use crate::domain::catalogue;
use crate::domain::changes::{self, Change};
use crate::domain::fields::{self, taken, wrong};
use crate::store::entity::states::{Approval, PlanState};
use crate::store::entity::{api, plan};
use crate::store::{Db, Tx};

const NAME_TAKEN: &str = "This API has a plan of that name already.";

#[derive(Clone)]
pub struct NewPlan {
    pub name: String,
    pub summary: String,
    pub approval: Approval,
    /// E-mail domains that a rule lets in.
    pub rule_domains: Vec<String>,
    /// The team that a rule lets in.
    pub rule_team: Option<TeamId>,
    /// Public names; `None`: all models of the version.
    pub models: Option<Vec<String>>,
    pub limits: Limits,
}

/// What to change; `None` leaves it.
#[derive(Default)]
pub struct PlanChange {
    pub name: Option<String>,
    pub summary: Option<String>,
    pub approval: Option<(Approval, Vec<String>, Option<TeamId>)>,
    pub models: Option<Option<Vec<String>>>,
    pub limits: Option<Limits>,
    pub state: Option<PlanState>,
}

/// A plan with all it says.
#[derive(Clone, Debug)]
pub struct PlanView {
    pub plan: plan::Model,
    /// `None`: all models of the version.
    pub models: Option<Vec<String>>,
    pub limits: Limits,
}

impl PlanView {
    pub fn is_open(&self) -> bool {
        self.plan.state == PlanState::Open
    }

    pub fn domains(&self) -> Vec<String> {
        approval::domains(&self.plan).map(str::to_owned).collect()
    }

    pub fn allows(&self, public_name: &str) -> bool {
        self.models.as_ref().is_none_or(|models| models.iter().any(|name| name == public_name))
    }
}

/// All plans of an API that the actor may see, in order, closed ones included.
///
/// # Errors
/// `not_found` when the API is not there for the actor.
pub async fn list_plans(db: &Db, actor: &Actor, api: ApiId) -> Result<Vec<PlanView>> {
    queries::find_seen_api(db.read(), actor, api).await?;
    let plans = queries::plans_of(db.read(), api).await?;
    queries::views(db.read(), plans).await
}

/// # Errors
/// `not_found`, also when its API is not there for the actor.
pub async fn get_plan(db: &Db, actor: &Actor, id: PlanId) -> Result<PlanView> {
    let plan = queries::find_plan(db.read(), id).await?.ok_or_else(|| Code::NotFound.with(id))?;
    queries::find_seen_api(db.read(), actor, plan.api_id).await?;
    let mut views = queries::views(db.read(), vec![plan]).await?;
    views.pop().ok_or_else(|| Code::NotFound.with(id))
}

/// Adds a plan, open at once.
///
/// # Errors
/// `not_permitted`, `not_found`, or `field_invalid`.
pub async fn make_plan(db: &Db, actor: &Actor, api: ApiId, new: NewPlan) -> Result<plan::Model> {
    let actor = actor.clone();
    db.transact(async move |tx| {
        let api = catalogue::queries::find_managed(&tx, &actor, api).await?;
        make_in(&tx, &actor, &api, new).await
    })
    .await
}

/// The same inside a larger deed, where the right was checked.
pub(super) async fn make_in(tx: &Tx, actor: &Actor, api: &api::Model, new: NewPlan) -> Result<plan::Model> {
    let there = queries::plans_of(tx, api.id).await?;
    let last = there.iter().map(|plan| plan.position).max().unwrap_or(0);
    let mut row = plan::Model {
        id: PlanId::fresh(),
        api_id: api.id,
        name: fields::line("name", &new.name, fields::NAME)?,
        summary: fields::optional_line("summary", &new.summary, fields::LINE)?,
        approval: new.approval,
        rule_domains: String::new(),
        rule_team_id: None,
        state: PlanState::Open,
        position: last.saturating_add(1),
        created_at: tx.now(),
    };
    (row.rule_domains, row.rule_team_id) = rule(tx, new.approval, &new.rule_domains, new.rule_team).await?;
    plan::Entity::insert(row.clone().into_active_model())
        .exec_without_returning(tx)
        .await
        .map_err(taken("name", NAME_TAKEN))?;
    set_models(tx, &row, new.models.as_deref()).await?;
    limits::change_limits(tx, LimitScope::Plan, row.id.0, &new.limits).await?;
    let act = Act::new("plan_made").noting(facts(tx, &row).await?);
    note(tx, actor, act, &row).await?;
    Ok(row)
}

/// # Errors
/// `not_permitted`, `not_found`, or `field_invalid`.
pub async fn change_plan(db: &Db, actor: &Actor, id: PlanId, change: PlanChange) -> Result<plan::Model> {
    let actor = actor.clone();
    db.transact(async move |tx| {
        let before = mine(&tx, &actor, id).await?;
        let was = facts(&tx, &before).await?;
        let mut row = before.clone().into_active_model();
        if let Some(name) = &change.name {
            row.name = Set(fields::line("name", name, fields::NAME)?);
        }
        if let Some(summary) = &change.summary {
            row.summary = Set(fields::optional_line("summary", summary, fields::LINE)?);
        }
        if let Some((approval, domains, team)) = &change.approval {
            let (domains, team) = rule(&tx, *approval, domains, *team).await?;
            row.approval = Set(*approval);
            row.rule_domains = Set(domains);
            row.rule_team_id = Set(team);
        }
        if let Some(state) = change.state {
            row.state = Set(state);
        }
        let after =
            if row.is_changed() { row.update(&tx).await.map_err(taken("name", NAME_TAKEN))? } else { before };
        if let Some(models) = &change.models {
            set_models(&tx, &after, models.as_deref()).await?;
        }
        if let Some(limits) = &change.limits {
            limits::change_limits(&tx, LimitScope::Plan, id.0, limits).await?;
        }
        let named = Act::new("plan_changed").noting(json!({ "name": after.name }));
        note(&tx, &actor, named.changing(was, facts(&tx, &after).await?), &after).await?;
        Ok(after)
    })
    .await
}

/// Removes a plan that nobody ever subscribed to.
///
/// # Errors
/// `not_permitted`, `not_found`; `conflict` when somebody did: close it instead.
pub async fn remove_plan(db: &Db, actor: &Actor, id: PlanId) -> Result<()> {
    let actor = actor.clone();
    db.transact(async move |tx| {
        let row = mine(&tx, &actor, id).await?;
        if queries::was_used(&tx, id).await? {
            return Err(Clash::InUse.saying("Subscriptions name this plan: close it instead."));
        }
        let act = Act::new("plan_removed").noting(facts(&tx, &row).await?);
        queries::delete_limits(&tx, LimitScope::Plan, id.0).await?;
        queries::delete_plan(&tx, id).await?;
        note(&tx, &actor, act, &row).await
    })
    .await
}

async fn mine(tx: &Tx, actor: &Actor, id: PlanId) -> Result<plan::Model> {
    let plan = queries::find_plan(tx, id).await?.ok_or_else(|| Code::NotFound.with(id))?;
    catalogue::queries::find_managed(tx, actor, plan.api_id).await?;
    Ok(plan)
}

/// The stored form of a rule; nothing for plans without one.
async fn rule(
    tx: &Tx,
    approval: Approval,
    domains: &[String],
    team: Option<TeamId>,
) -> Result<(String, Option<TeamId>)> {
    if approval != Approval::Rule {
        return Ok((String::new(), None));
    }
    let mut kept: Vec<String> = Vec::with_capacity(domains.len());
    for (at, domain) in domains.iter().enumerate() {
        let domain = domain.trim().trim_start_matches('@').to_lowercase();
        let plain = domain.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.');
        if !plain || !domain.contains('.') || domain.len() > 200 {
            let sentence = "An e-mail domain such as example.com.";
            return Err(Code::FieldInvalid.saying(sentence).on(format!("rule_domains.{at}")));
        }
        kept.push(domain);
    }
    if kept.is_empty() && team.is_none() {
        return Err(wrong("rule_domains", "A rule needs an e-mail domain or a team."));
    }
    if let Some(id) = team
        && catalogue::queries::find_team(tx, id).await?.is_none()
    {
        return Err(wrong("rule_team", "There is no such team."));
    }
    Ok((kept.join(","), team))
}

async fn set_models(tx: &Tx, plan: &plan::Model, models: Option<&[String]>) -> Result<()> {
    let mut names: Vec<String> = Vec::new();
    for model in models.unwrap_or_default() {
        let name = fields::model_name("models", model)?;
        if !names.contains(&name) {
            names.push(name);
        }
    }
    if models.is_some() && names.is_empty() {
        return Err(wrong("models", "Name at least one model, or allow all of them."));
    }
    known(tx, plan.api_id, &names).await?;
    queries::replace_models(tx, plan.id, names).await
}

/// A name that no version of the API offers would let nothing through. An API without versions may be
/// given its plans first.
async fn known(tx: &Tx, api: ApiId, names: &[String]) -> Result<()> {
    let versions: Vec<_> =
        catalogue::queries::versions_of(tx, &[api]).await?.iter().map(|row| row.id).collect();
    let offered = catalogue::queries::models_of(tx, &versions).await?;
    let missing = names.iter().find(|name| offered.iter().all(|row| row.public_name != **name));
    match missing {
        Some(name) if !offered.is_empty() => {
            Err(wrong("models", format!("No version of this API offers the model `{name}`.")))
        }
        _ => Ok(()),
    }
}

/// What the audit tells of a plan, with its limits and models as they are stored now.
async fn facts(tx: &Tx, row: &plan::Model) -> Result<serde_json::Value> {
    let limits = limits::limits_of(tx, LimitScope::Plan, row.id.0).await?;
    let models = queries::views(tx, vec![row.clone()]).await?.pop().and_then(|view| view.models);
    Ok(json!({
        "name": row.name, "summary": row.summary, "approval": row.approval, "rule_domains": row.rule_domains,
        "rule_team": row.rule_team_id, "state": row.state, "models": models, "limits": limits.lines(),
    }))
}

async fn note(tx: &Tx, actor: &Actor, act: Act, row: &plan::Model) -> Result<()> {
    audit::record(tx, actor, act.on("plan", row.id.0).touching([row.api_id.0])).await?;
    changes::note(tx, Change::Catalogue).await
}
