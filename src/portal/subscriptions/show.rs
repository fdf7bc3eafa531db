//! `/requests/{id}`: where a request stands, its timeline, and what its people can do about it.

use askama::Template;
use serde::Deserialize;

use super::subscribe::plan_choice;
use super::timeline::{self, Line};
use super::{end_day, offer};
use crate::base::clock::DAY;
use crate::base::ids::{PlanId, SubscriptionId, VersionId};
use crate::base::{Code, Error, Result, Timestamp};
use crate::domain::actor::Actor;
use crate::domain::apps;
use crate::domain::catalogue::{self, ApiPage, VersionView};
use crate::domain::keys;
use crate::domain::plans::{self, PlanView};
use crate::domain::subscriptions::{self, AskAgain, SubscriptionView};
use crate::portal::frame::Frame;
use crate::portal::look::Choice;
use crate::portal::returned::Returned;
use crate::portal::shell;
use crate::store::Db;
use crate::store::entity::states::{SubscriptionState, VersionState};
use crate::web::{Data, FieldErrors, Form, PageResult, Path, Visit, flash};

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RepeatForm {
    plan: Option<PlanId>,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    volume: String,
    #[serde(default)]
    ends_on: String,
}

#[derive(Template)]
#[template(path = "subscriptions/show.html")]
struct RequestPage {
    frame: Frame,
    view: SubscriptionView,
    state: &'static str,
    lines: Vec<Line>,
    /// Who decides: the owner team; and its contact.
    owner_team: String,
    contact: String,
    /// Other versions to move to, the successor first.
    versions: Vec<Target>,
    plans: Vec<Choice>,
    plan: String,
    /// Its plan and version have no model in common.
    empty: bool,
    values: RepeatForm,
    errors: FieldErrors,
    /// Why an act could not be done any more; empty otherwise.
    overtaken: String,
    /// The form that ends the subscription, when it came back.
    returned: Returned,
    /// Working keys of the application, whoever owns them.
    keys: u64,
    can: Can,
}

/// A version to move to, and what is lost on the way.
struct Target {
    id: VersionId,
    name: String,
    successor: bool,
    /// Models that can be called now and could not be there.
    lost: Vec<String>,
    /// No model is left there.
    empty: bool,
}

/// What the visitor may do here now.
#[derive(Default)]
struct Can {
    withdraw: bool,
    remind: bool,
    ask_again: bool,
    move_on: bool,
    end: bool,
    make_key: bool,
    decide: bool,
}

pub async fn show(db: Data<Db>, visit: Visit, actor: Actor, id: Path<SubscriptionId>) -> PageResult {
    shell::html(&filled(&db, &visit, &actor, *id, None, FieldErrors::default()).await?)
}

pub async fn ask_again(
    db: Data<Db>,
    visit: Visit,
    actor: Actor,
    id: Path<SubscriptionId>,
    form: Form<RepeatForm>,
) -> PageResult {
    let values = form.into_inner();
    let mut errors = FieldErrors::default();
    let ends_at = end_day::read(&values.ends_on, &mut errors);
    if errors.is_empty() {
        let (reason, volume) = (values.reason.clone(), values.volume.clone());
        let again = AskAgain { plan: values.plan, reason, volume, ends_at };
        match subscriptions::ask_again(&db, &actor, *id, again).await {
            Ok(_) => return Ok(flash(&visit, &format!("/requests/{id}"), "good", "Asked again.")),
            Err(error) if error.code() == Code::Conflict && error.param().is_none() => {
                return overtaken(&db, &visit, &actor, *id, &error).await;
            }
            Err(error) => errors = end_day::mistakes(error)?,
        }
    }
    shell::html_422(&filled(&db, &visit, &actor, *id, Some(values), errors).await?)
}

/// The page with the form that ends the subscription, as typed.
pub(super) async fn again(
    db: &Db,
    visit: &Visit,
    actor: &Actor,
    id: SubscriptionId,
    returned: Returned,
) -> PageResult {
    let page = filled(db, visit, actor, id, None, FieldErrors::default()).await?;
    shell::html_422(&RequestPage { returned, ..page })
}

/// The request as it is now: somebody decided it or took it back while the page stood open.
pub(super) async fn overtaken(
    db: &Db,
    visit: &Visit,
    actor: &Actor,
    id: SubscriptionId,
    error: &Error,
) -> PageResult {
    let page = filled(db, visit, actor, id, None, FieldErrors::default()).await?;
    shell::html_409(&RequestPage { overtaken: error.message().to_owned(), ..page })
}

async fn filled(
    db: &Db,
    visit: &Visit,
    actor: &Actor,
    id: SubscriptionId,
    typed: Option<RepeatForm>,
    errors: FieldErrors,
) -> Result<RequestPage> {
    let view = subscriptions::get_visible(db, actor, id).await?;
    let api = seen_api(db, actor, &view.slug).await?;
    let manages = match apps::get_visible(db, actor, view.row.app_id).await {
        Ok(app) => apps::may_manage(actor, &app.app),
        Err(error) if error.code() == Code::NotFound => false,
        Err(error) => return Err(error),
    };
    let open = match &api {
        Some(api) => plans::list_plans(db, actor, api.api.id).await?,
        None => Vec::new(),
    };
    let version = api.as_ref().and_then(|api| version_of(api, &view));
    let plans: Vec<Choice> = open
        .iter()
        .filter(|plan| plan.is_open() || plan.plan.id == view.row.plan_id)
        .map(|plan| offer::marked(plan_choice(plan, actor, None), plan, version.as_slice()))
        .collect();
    let plan = open.iter().find(|plan| plan.plan.id == view.row.plan_id);
    let keys = keys::count_working(db, actor, id).await?;
    let values = typed.unwrap_or_else(|| RepeatForm {
        plan: Some(view.row.plan_id),
        reason: view.row.reason.clone(),
        volume: view.row.volume.clone(),
        ends_on: view.row.ends_at.map(Timestamp::day).unwrap_or_default(),
    });
    Ok(RequestPage {
        empty: version.zip(plan).is_some_and(|(version, plan)| offer::models(version, plan).is_empty()),
        frame: shell::frame(db, visit).await?,
        state: view.shown_state(),
        lines: timeline::of(db, actor, id).await?,
        owner_team: api.as_ref().map(|api| api.owner_team.clone()).unwrap_or_default(),
        contact: api.as_ref().map(|api| api.api.contact.clone()).unwrap_or_default(),
        versions: api
            .as_ref()
            .zip(plan)
            .map(|(api, plan)| other_versions(api, &view, plan))
            .unwrap_or_default(),
        plan: values.plan.map(|plan| plan.to_string()).unwrap_or_default(),
        can: can(&view, manages, api.as_ref().is_some_and(|api| api.can_manage), db.now()),
        keys,
        plans,
        values,
        errors,
        overtaken: String::new(),
        returned: Returned::default(),
        view,
    })
}

/// The API of the request; none when the visitor may no longer see it.
async fn seen_api(db: &Db, actor: &Actor, slug: &str) -> Result<Option<ApiPage>> {
    match catalogue::get_visible(db, actor, slug).await {
        Ok(page) => Ok(Some(page)),
        Err(error) if error.code() == Code::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn version_of<'a>(api: &'a ApiPage, view: &SubscriptionView) -> Option<&'a VersionView> {
    api.versions.iter().find(|other| other.version.id == view.row.version_id)
}

fn other_versions(api: &ApiPage, view: &SubscriptionView, plan: &PlanView) -> Vec<Target> {
    let has = version_of(api, view).map(|version| offer::models(version, plan)).unwrap_or_default();
    let others = api.versions.iter().filter(|other| {
        other.version.state == VersionState::Published && other.version.id != view.row.version_id
    });
    let mut targets: Vec<Target> = others
        .map(|other| {
            let then = offer::models(other, plan);
            let lost = has.iter().filter(|name| !then.contains(name)).map(|name| (*name).to_owned());
            Target {
                id: other.version.id,
                name: other.version.name.clone(),
                successor: view.successor == Some(other.version.id),
                lost: lost.collect(),
                empty: then.is_empty(),
            }
        })
        .collect();
    targets.sort_by_key(|target| !target.successor);
    targets
}

fn can(view: &SubscriptionView, manages: bool, decides: bool, now: Timestamp) -> Can {
    let state = view.row.state;
    let waits = state == SubscriptionState::Requested;
    let serves = state == SubscriptionState::Approved && !view.over;
    let reminded = view.row.reminded_at.is_some_and(|at| now.since(at) < DAY);
    Can {
        withdraw: manages && waits,
        remind: manages && waits && !reminded,
        ask_again: manages && state == SubscriptionState::Denied,
        move_on: manages && (serves || waits),
        end: (manages || decides)
            && matches!(state, SubscriptionState::Approved | SubscriptionState::Suspended),
        make_key: manages && serves,
        decide: decides,
    }
}
