//! Subscriptions as pages and scripts see them.

use std::collections::HashMap;

use super::queries::{self, Filter, Names};
use crate::base::ids::{ApiId, AppId, PlanId, SubscriptionId, VersionId};
use crate::base::{Code, Result, Timestamp};
use crate::domain::actor::Actor;
use crate::domain::catalogue;
use crate::domain::permit::{self, Right};
use crate::store::Db;
use crate::store::entity::states::{SubscriptionState, VersionState};
use crate::store::entity::{subscription, subscription_event};

/// A subscription with the names around it.
#[derive(Clone, Debug)]
pub struct SubscriptionView {
    pub row: subscription::Model,
    pub app: String,
    pub api: String,
    pub slug: String,
    pub version: String,
    pub version_state: Option<VersionState>,
    /// When its version goes away, once that is known.
    pub sunset_at: Option<Timestamp>,
    /// When its version was retired.
    pub retired_at: Option<Timestamp>,
    /// Since when its version is deprecated.
    pub deprecated_at: Option<Timestamp>,
    /// The version that its callers are led to.
    pub successor: Option<VersionId>,
    pub plan: String,
    pub team: String,
    /// The one who asked: name and e-mail address.
    pub requester: String,
    pub requester_email: String,
    /// The one who decided; empty while nobody did, `rule:plan` where a rule did.
    pub decider: String,
    /// True when its end date has come.
    pub over: bool,
}

impl SubscriptionView {
    /// The word of its state, with its clock.
    pub fn shown_state(&self) -> &'static str {
        if self.over { SubscriptionState::Ended.word() } else { self.row.state.word() }
    }

    /// When it was over without a decision, and how: a state's word.
    pub fn undecided_since(&self) -> Option<(&'static str, Timestamp)> {
        let state = self.row.state;
        let gone = state == SubscriptionState::Withdrawn
            || state == SubscriptionState::Ended && self.row.decided_at.is_none();
        gone.then_some((state.word(), self.row.state_at))
    }

    /// Since when its calls are refused although it is approved: its version is retired.
    pub fn refused_since(&self) -> Option<Timestamp> {
        let serves = self.row.state == SubscriptionState::Approved && !self.over;
        self.retired_at.filter(|_| serves && self.version_state == Some(VersionState::Retired))
    }

    /// The day its version goes away, while that is still to come.
    pub fn retires_at(&self) -> Option<Timestamp> {
        self.sunset_at.filter(|_| self.version_state != Some(VersionState::Retired))
    }
}

/// One that the actor may see: of their teams, or of an API they see as its makers do.
///
/// # Errors
/// `not_found`.
pub async fn get_visible(db: &Db, actor: &Actor, id: SubscriptionId) -> Result<SubscriptionView> {
    let row = queries::find(db.read(), id).await?.ok_or_else(|| Code::NotFound.with(id))?;
    if permit::see_team(actor, row.team_id).is_err() {
        let api = queries::api(db.read(), row.api_id).await?.ok_or_else(|| Code::NotFound.with(id))?;
        permit::see_api(actor, api.owner_team_id).map_err(|_| Code::NotFound.with(id))?;
    }
    let view = with_names(db, vec![row]).await?.pop();
    view.ok_or_else(|| Code::NotFound.with(id))
}

/// The timeline of a subscription that the actor may see, oldest first.
///
/// # Errors
/// `not_found`.
pub async fn history(db: &Db, actor: &Actor, id: SubscriptionId) -> Result<Vec<subscription_event::Model>> {
    get_visible(db, actor, id).await?;
    queries::events(db.read(), id).await
}

/// The subscriptions and requests of the actor's own teams, the newest first.
///
/// # Errors
/// The database's own.
pub async fn list_visible(
    db: &Db,
    actor: &Actor,
    before: Option<SubscriptionId>,
    limit: u64,
) -> Result<Vec<SubscriptionView>> {
    let filter = Filter { teams: Some(actor.team_ids()), before, limit, ..Filter::default() };
    with_names(db, queries::list(db.read(), &filter).await?).await
}

/// What happened since then to subscriptions of the actor's own teams: decisions of people, suspensions,
/// and versions that were deprecated or retired.
///
/// # Errors
/// The database's own.
pub async fn list_news(db: &Db, actor: &Actor, since: Timestamp) -> Result<Vec<SubscriptionView>> {
    with_names(db, queries::list_news(db.read(), actor.team_ids(), since).await?).await
}

/// How many subscriptions of the actor's own teams are in a state.
///
/// # Errors
/// The database's own.
pub async fn count_own(db: &Db, actor: &Actor, state: SubscriptionState) -> Result<u64> {
    let filter = Filter { teams: Some(actor.team_ids()), state: Some(state), ..Filter::default() };
    queries::count(db.read(), &filter).await
}

/// The live subscriptions to an API, the newest first, for those who manage it or see everything.
///
/// # Errors
/// `not_permitted`, `not_found`.
pub async fn list_of_api(
    db: &Db,
    actor: &Actor,
    api: ApiId,
    before: Option<SubscriptionId>,
    limit: u64,
) -> Result<Vec<SubscriptionView>> {
    catalogue::queries::find_seen_by_manager(db.read(), actor, api).await?;
    let filter = Filter { api: Some(api), live: true, before, limit, ..Filter::default() };
    with_names(db, queries::list(db.read(), &filter).await?).await
}

/// All that a script may list: of the actor's teams, or everything for those who may see it.
///
/// # Errors
/// The database's own.
pub async fn list_all_visible(
    db: &Db,
    actor: &Actor,
    state: Option<SubscriptionState>,
    before: Option<SubscriptionId>,
    limit: u64,
) -> Result<Vec<SubscriptionView>> {
    let teams = (!permit::may(actor, Right::SeeEverything)).then(|| actor.team_ids());
    let filter = Filter { teams, state, before, limit, ..Filter::default() };
    with_names(db, queries::list(db.read(), &filter).await?).await
}

/// The subscriptions of an application in the order in which they serve.
///
/// # Errors
/// `not_found`.
pub async fn list_of_app(db: &Db, actor: &Actor, app: AppId) -> Result<Vec<SubscriptionView>> {
    crate::domain::apps::get_visible(db, actor, app).await?;
    with_names(db, queries::list_by_position(db.read(), app).await?).await
}

/// What an application may call now.
#[derive(Clone, Debug, Default)]
pub struct Callable {
    /// The public names of its chat models, in the order of its subscriptions: for a first call from a page.
    pub chat: Vec<String>,
    /// It has an approved subscription.
    pub approved: bool,
    /// Some model of any kind is in both a version and its plan.
    pub any: bool,
}

/// The models that an application may call now.
///
/// # Errors
/// `not_found`.
pub async fn callable_models(db: &Db, actor: &Actor, app: AppId) -> Result<Callable> {
    let views = list_of_app(db, actor, app).await?;
    let approved = views.iter().filter(|view| view.row.state == SubscriptionState::Approved && !view.over);
    let (mut rows, mut is_approved) = (Vec::new(), false);
    for view in approved {
        is_approved = true;
        if view.refused_since().is_none() {
            rows.push(view.row.clone());
        }
    }
    let models = queries::allowed_models(db.read(), &rows).await?;
    let any = !models.is_empty();
    let chat = models.into_iter().filter(|(_, kind)| kind == "chat").map(|(name, _)| name).collect();
    Ok(Callable { chat, approved: is_approved, any })
}

const WAITING: Option<SubscriptionState> = Some(SubscriptionState::Requested);

/// What waits for the decision of the actor, or of others where the actor sees everything; the oldest
/// first.
///
/// # Errors
/// `field_invalid` where `after` names no subscription.
pub async fn list_inbox(
    db: &Db,
    actor: &Actor,
    after: Option<SubscriptionId>,
    limit: u64,
) -> Result<Vec<SubscriptionView>> {
    let Ok(owners) = permit::sees_apis_of(actor) else { return Ok(Vec::new()) };
    let after = match after {
        Some(id) => {
            let unknown = || Code::FieldInvalid.saying("There is no such subscription.").on("before");
            Some(queries::find(db.read(), id).await?.ok_or_else(unknown)?)
        }
        None => None,
    };
    let filter = Filter { owners, state: WAITING, limit, ..Filter::default() };
    with_names(db, queries::list_waiting(db.read(), &filter, after.as_ref()).await?).await
}

/// How many wait for the actor's own decision: none for those who only look.
///
/// # Errors
/// The database's own.
pub async fn count_inbox(db: &Db, actor: &Actor) -> Result<u64> {
    if !permit::may(actor, Right::PublishApis) {
        return Ok(0);
    }
    let owners = permit::sees_apis_of(actor)?;
    queries::count(db.read(), &Filter { owners, state: WAITING, ..Filter::default() }).await
}

/// The last decisions on APIs the actor sees as their makers do.
///
/// # Errors
/// The database's own.
pub async fn list_decided(db: &Db, actor: &Actor, limit: u64) -> Result<Vec<SubscriptionView>> {
    let Ok(owners) = permit::sees_apis_of(actor) else { return Ok(Vec::new()) };
    let filter = Filter { owners, limit, ..Filter::default() };
    with_names(db, queries::list_decided(db.read(), &filter).await?).await
}

async fn with_names(db: &Db, rows: Vec<subscription::Model>) -> Result<Vec<SubscriptionView>> {
    let names = queries::names(db.read(), &rows).await?;
    let now = db.now();
    Ok(rows.into_iter().map(|row| named(row, &names, now)).collect())
}

fn named(row: subscription::Model, names: &Names, now: Timestamp) -> SubscriptionView {
    let api = names.apis.get(&row.api_id);
    let version = names.versions.get(&row.version_id);
    let requester = names.users.get(&row.requested_by);
    let decider = match row.decided_by {
        Some(id) => names.users.get(&id).map(|user| user.name.clone()).unwrap_or_default(),
        None if row.decided_at.is_some() => "rule:plan".to_owned(),
        None => String::new(),
    };
    SubscriptionView {
        app: names.apps.get(&row.app_id).map(|app| app.name.clone()).unwrap_or_default(),
        api: api.map(|api| api.name.clone()).unwrap_or_default(),
        slug: api.map(|api| api.slug.clone()).unwrap_or_default(),
        version: version.map(|version| version.name.clone()).unwrap_or_default(),
        version_state: version.map(|version| version.state),
        sunset_at: version.and_then(|version| version.sunset_at),
        retired_at: version.and_then(|version| version.retired_at),
        deprecated_at: version.and_then(|version| version.deprecated_at),
        successor: version.and_then(|version| version.successor_id),
        plan: names.plans.get(&row.plan_id).map(|plan| plan.name.clone()).unwrap_or_default(),
        team: names.teams.get(&row.team_id).map(|team| team.name.clone()).unwrap_or_default(),
        requester: requester.map(|user| user.name.clone()).unwrap_or_default(),
        requester_email: requester.map(|user| user.email.clone()).unwrap_or_default(),
        decider,
        over: super::is_over(&row, now),
        row,
    }
}

/// Decisions of people that the usual wait is made of, and as many as are needed to call it usual.
const LATEST: usize = 20;
const ENOUGH: usize = 3;

/// How long requests for these plans usually waited for the decision of a person, in microseconds: the
/// median of the last ones. Plans with too few decisions are left out.
///
/// # Errors
/// The database's own.
pub async fn usual_waits(db: &Db, plans: &[PlanId]) -> Result<HashMap<PlanId, i64>> {
    let mut waits: HashMap<PlanId, Vec<i64>> = HashMap::new();
    for (plan, asked, decided) in queries::decisions_of(db.read(), plans).await? {
        let of_plan = waits.entry(plan).or_default();
        if of_plan.len() < LATEST {
            of_plan.push(decided.since(asked).max(0));
        }
    }
    let median = |(plan, mut waits): (PlanId, Vec<i64>)| {
        waits.sort_unstable();
        let middle = waits.get(waits.len() / 2).copied().filter(|_| waits.len() >= ENOUGH)?;
        Some((plan, middle))
    };
    Ok(waits.into_iter().filter_map(median).collect())
}

/// The other subscriptions that serve on the plan of a request, for whoever sees it in the inbox; at
/// most 500.
///
/// # Errors
/// `not_found`.
pub async fn peers(db: &Db, actor: &Actor, id: SubscriptionId) -> Result<Vec<SubscriptionId>> {
    let row = queries::find(db.read(), id).await?.ok_or_else(|| Code::NotFound.with(id))?;
    let api = queries::api(db.read(), row.api_id).await?.ok_or_else(|| Code::NotFound.with(id))?;
    permit::see_api(actor, api.owner_team_id).map_err(|_| Code::NotFound.with(id))?;
    let peers = queries::approved_of_plan(db.read(), row.plan_id).await?;
    Ok(peers.into_iter().filter(|peer| *peer != id).collect())
}
