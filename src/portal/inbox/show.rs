//! `/inbox/{id}`: who asks for what and why, what was decided before, and the decision.

use askama::Template;
use serde::Deserialize;

use super::forecast;
use crate::base::ids::{PlanId, SubscriptionId};
use crate::base::{Code, Error, Result, Timestamp};
use crate::domain::actor::Actor;
use crate::domain::catalogue;
use crate::domain::permit;
use crate::domain::plans;
use crate::domain::subscriptions::{self, Decision, SubscriptionView};
use crate::portal::frame::Frame;
use crate::portal::look::Choice;
use crate::portal::shell;
use crate::portal::subscriptions::end_day;
use crate::portal::subscriptions::subscribe::plan_choice;
use crate::portal::subscriptions::timeline::{self, Line};
use crate::store::Db;
use crate::store::entity::states::SubscriptionState;
use crate::web::{Data, FieldErrors, Form, PageResult, Path, Visit, flash};

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecisionForm {
    plan: Option<PlanId>,
    #[serde(default)]
    ends_on: String,
    #[serde(default)]
    comment: String,
}

#[derive(Template)]
#[template(path = "inbox/show.html")]
struct DecisionPage {
    frame: Frame,
    view: SubscriptionView,
    state: &'static str,
    lines: Vec<Line>,
    /// The plan asked for, as a card.
    asked: Choice,
    plans: Vec<Choice>,
    plan: String,
    ends_on: String,
    comment: String,
    errors: FieldErrors,
    /// The form that came back is the denial.
    denying: bool,
    /// Why the decision could not be made any more; empty otherwise.
    overtaken: String,
    /// What it may cost; empty once it is decided.
    forecast: Vec<String>,
    waits: bool,
    serves: bool,
    /// It is the visitor's own request, and others could decide it.
    own: bool,
    /// False: the page has no form, and says who decides.
    can_decide: bool,
    owner_team: String,
}

pub async fn show(db: Data<Db>, visit: Visit, actor: Actor, id: Path<SubscriptionId>) -> PageResult {
    shell::html(&filled(&db, &visit, &actor, *id, None, FieldErrors::default()).await?)
}

pub async fn approve(
    db: Data<Db>,
    visit: Visit,
    actor: Actor,
    id: Path<SubscriptionId>,
    form: Form<DecisionForm>,
) -> PageResult {
    let values = form.into_inner();
    let mut errors = FieldErrors::default();
    let ends_at = end_day::read(&values.ends_on, &mut errors);
    if !errors.is_empty() {
        return answer(&filled(&db, &visit, &actor, *id, Some(values), errors).await?);
    }
    let decision = Decision { plan: values.plan, ends_at, comment: values.comment.clone() };
    match subscriptions::approve(&db, &actor, *id, decision).await {
        Ok(_) => Ok(flash(&visit, "/inbox", "good", "Approved. Calls go through from now on.")),
        Err(error) => answer(&refused(&db, &visit, &actor, *id, values, error).await?),
    }
}

pub async fn deny(
    db: Data<Db>,
    visit: Visit,
    actor: Actor,
    id: Path<SubscriptionId>,
    form: Form<DecisionForm>,
) -> PageResult {
    let values = form.into_inner();
    match subscriptions::deny(&db, &actor, *id, values.comment.clone()).await {
        Ok(_) => Ok(flash(&visit, "/inbox", "good", "Denied. The requester is shown your comment.")),
        Err(error) => {
            let page = refused(&db, &visit, &actor, *id, values, error).await?;
            answer(&DecisionPage { denying: page.overtaken.is_empty(), ..page })
        }
    }
}

pub async fn suspend(
    db: Data<Db>,
    visit: Visit,
    actor: Actor,
    id: Path<SubscriptionId>,
    form: Form<DecisionForm>,
) -> PageResult {
    let values = form.into_inner();
    match subscriptions::suspend(&db, &actor, *id, values.comment.clone()).await {
        Ok(_) => {
            let text = "Suspended. Its calls are refused from now on.";
            Ok(flash(&visit, &format!("/inbox/{id}"), "good", text))
        }
        Err(error) => answer(&refused(&db, &visit, &actor, *id, values, error).await?),
    }
}

pub async fn resume(db: Data<Db>, visit: Visit, actor: Actor, id: Path<SubscriptionId>) -> PageResult {
    match subscriptions::resume(&db, &actor, *id).await {
        Ok(_) => Ok(flash(&visit, &format!("/inbox/{id}"), "good", "Its calls go through again.")),
        Err(error) => answer(&refused(&db, &visit, &actor, *id, DecisionForm::default(), error).await?),
    }
}

/// The page of a decision that was not taken. Come too late, because somebody withdrew or decided the request
/// while the page stood open: the request as it is now. Otherwise the form as typed, with its mistakes.
async fn refused(
    db: &Db,
    visit: &Visit,
    actor: &Actor,
    id: SubscriptionId,
    values: DecisionForm,
    error: Error,
) -> Result<DecisionPage> {
    if error.code() == Code::Conflict {
        let page = filled(db, visit, actor, id, None, FieldErrors::default()).await?;
        return Ok(DecisionPage { overtaken: error.message().to_owned(), ..page });
    }
    // A suspension has a reason where the form has a comment.
    let errors = end_day::mistakes(error)?.renamed("reason", "comment");
    filled(db, visit, actor, id, Some(values), errors).await
}

fn answer(page: &DecisionPage) -> PageResult {
    if page.overtaken.is_empty() { shell::html_422(page) } else { shell::html_409(page) }
}

async fn filled(
    db: &Db,
    visit: &Visit,
    actor: &Actor,
    id: SubscriptionId,
    typed: Option<DecisionForm>,
    errors: FieldErrors,
) -> Result<DecisionPage> {
    let view = subscriptions::get_visible(db, actor, id).await?;
    let api = catalogue::get_visible(db, actor, &view.slug).await?;
    permit::see_api(actor, api.api.owner_team_id).map_err(|_| Code::NotFound.with(id))?;
    let plans = plans::list_plans(db, actor, api.api.id).await?;
    let waits = view.row.state == SubscriptionState::Requested;
    let forecast = match waits {
        true => {
            let asked = plans.iter().find(|plan| plan.plan.id == view.row.plan_id);
            forecast::lines(db, actor, &view, asked).await?
        }
        false => Vec::new(),
    };
    let plans: Vec<Choice> = plans.iter().map(|plan| plan_choice(plan, actor, None)).collect();
    let wanted = view.row.plan_id.to_string();
    let values = typed.unwrap_or_default();
    Ok(DecisionPage {
        frame: shell::frame(db, visit).await?,
        state: view.shown_state(),
        lines: timeline::of(db, actor, id).await?,
        asked: plans.iter().find(|plan| plan.value == wanted).cloned().unwrap_or_default(),
        plan: values.plan.map_or(wanted, |plan| plan.to_string()),
        ends_on: match values.ends_on.is_empty() {
            true => view.row.ends_at.map(Timestamp::day).unwrap_or_default(),
            false => values.ends_on,
        },
        comment: values.comment,
        forecast,
        waits,
        serves: view.row.state == SubscriptionState::Approved && !view.over,
        own: actor.is(view.row.requested_by),
        can_decide: api.can_manage,
        owner_team: api.owner_team,
        plans,
        errors,
        denying: false,
        overtaken: String::new(),
        view,
    })
}
