//! Asking for an API, and asking again.

use sea_orm::ActiveValue::Set;
use serde_json::json;

use super::step::{self, Note, Step};
use super::{Decision, decide, is_over, queries};
use crate::base::ids::{AppId, PlanId, SubscriptionId, UserId, VersionId};
use crate::base::{Clash, Code, Result, Timestamp};
use crate::domain::actor::Actor;
use crate::domain::apps;
use crate::domain::audit::{self, Act};
use crate::domain::changes::{self, Change};
use crate::domain::permit::{self, Right};
use crate::domain::plans::{self, Applicant};
use crate::store::entity::states::{PlanState, SubscriptionState, VersionState, Visibility};
use crate::store::entity::{api, api_version, application, plan, subscription};
use crate::store::{Db, Tx};

/// What somebody asks for.
#[derive(Clone, Debug)]
pub struct NewRequest {
    /// None: the requester's own application, made when there is none.
    pub app: Option<AppId>,
    pub version: VersionId,
    pub plan: PlanId,
    /// Why; the one who decides reads it.
    pub reason: String,
    /// What the requester expects to use.
    pub volume: String,
    pub ends_at: Option<Timestamp>,
    /// Who asks; only the system says so, everybody else is taken as themselves.
    pub requester: Option<UserId>,
}

/// What is changed when asking again.
#[derive(Clone, Debug)]
pub struct AskAgain {
    /// None: the plan asked for before.
    pub plan: Option<PlanId>,
    pub reason: String,
    pub volume: String,
    pub ends_at: Option<Timestamp>,
}

/// Asks for an API. A plan that approves at once, or whose rule fits the requester, is approved by
/// `rule:plan` in the same transaction; a denied request to the same API is asked again with its
/// history.
///
/// # Errors
/// `not_found` for what the requester may not see, `conflict` when the application has a live
/// subscription to this API, `field_invalid` for a plan or version that takes no requests.
pub async fn request(db: &Db, actor: &Actor, new: NewRequest) -> Result<subscription::Model> {
    let actor = actor.clone();
    db.transact(async move |tx| request_in(&tx, &actor, new).await).await
}

pub(in crate::domain) async fn request_in(
    tx: &Tx,
    actor: &Actor,
    new: NewRequest,
) -> Result<subscription::Model> {
    permit::write(actor)?;
    let requester = apps::on_behalf(actor, new.requester)?;
    let app = match new.app {
        Some(id) => apps::managed_in(tx, actor, id).await?,
        None => apps::own_in(tx, actor, requester).await?,
    };
    let (api, version) = offered(tx, actor, &app, new.version).await?;
    let plan = queries::plan_of(tx, api.id, new.plan).await?;
    takes_requests(&plan)?;
    let again =
        AskAgain { plan: Some(plan.id), reason: new.reason, volume: new.volume, ends_at: new.ends_at };
    let words = Words::check(tx, &again)?;
    for old in queries::of_app_and_api(tx, app.id, api.id).await? {
        if is_over(&old, tx.now()) {
            super::care::end_over_in(tx, &old).await?;
        } else if step::is_live(old.state) {
            let message = format!(
                "{} has a subscription to {} already; it is {}.",
                app.name,
                api.name,
                old.state.label()
            );
            return Err(Clash::Exists.with(old.id).about(old.id.0).saying(message).on("app"));
        } else if old.state == SubscriptionState::Denied {
            return again_in(tx, actor, &old, &version, &plan, words, requester).await;
        }
    }
    let row = subscription::Model {
        id: SubscriptionId::fresh(),
        team_id: app.team_id,
        app_id: app.id,
        api_id: api.id,
        version_id: version.id,
        plan_id: plan.id,
        position: queries::next_position(tx, app.id).await?,
        state: SubscriptionState::Requested,
        live: None,
        reason: words.reason,
        volume: words.volume,
        requested_by: requester,
        requested_at: tx.now(),
        decided_by: None,
        decided_at: None,
        comment: None,
        ends_at: words.ends_at,
        reminded_at: None,
        state_at: tx.now(),
    };
    let row = subscription::Model { live: Some(step::live_word(&row)), ..row };
    queries::insert(tx, row.clone()).await?;
    step::event(tx, actor, &row, "requested", Some(row.reason.clone()).filter(|text| !text.is_empty()))
        .await?;
    let act = Act::new("subscription_requested").on("subscription", row.id.0).touching(step::touched(&row));
    audit::record(tx, actor, act.noting(json!({ "reason": row.reason, "ends_at": row.ends_at }))).await?;
    changes::note(tx, Change::App(app.id)).await?;
    decided_by_rule(tx, row, &plan).await
}

/// Asks again after a denial; its history stays.
///
/// # Errors
/// As [`request`]; `conflict` when it was not denied.
pub async fn ask_again(
    db: &Db,
    actor: &Actor,
    id: SubscriptionId,
    again: AskAgain,
) -> Result<subscription::Model> {
    let actor = actor.clone();
    db.transact(async move |tx| {
        let was = super::care::managed_in(&tx, &actor, id).await?;
        let app = apps::managed_in(&tx, &actor, was.app_id).await?;
        let (api, version) = offered(&tx, &actor, &app, was.version_id).await?;
        let plan = queries::plan_of(&tx, api.id, again.plan.unwrap_or(was.plan_id)).await?;
        takes_requests(&plan)?;
        let words = Words::check(&tx, &again)?;
        let requester = apps::on_behalf(&actor, Some(was.requested_by))?;
        again_in(&tx, &actor, &was, &version, &plan, words, requester).await
    })
    .await
}

async fn again_in(
    tx: &Tx,
    actor: &Actor,
    was: &subscription::Model,
    version: &api_version::Model,
    plan: &plan::Model,
    words: Words,
    requester: UserId,
) -> Result<subscription::Model> {
    let note = Note { comment: Some(words.reason.clone()).filter(|text| !text.is_empty()), act: None };
    let edit = subscription::ActiveModel {
        version_id: Set(version.id),
        plan_id: Set(plan.id),
        reason: Set(words.reason),
        volume: Set(words.volume),
        requested_by: Set(requester),
        requested_at: Set(tx.now()),
        ends_at: Set(words.ends_at),
        reminded_at: Set(None),
        ..Default::default()
    };
    let row = step::take(tx, actor, was, Step::AskAgain, edit, note).await?;
    decided_by_rule(tx, row, plan).await
}

/// Approves at once where the plan says so.
pub(super) async fn decided_by_rule(
    tx: &Tx,
    row: subscription::Model,
    plan: &plan::Model,
) -> Result<subscription::Model> {
    if !lets_in(tx, plan, &row).await? {
        return Ok(row);
    }
    decide::approve_in(tx, &Actor::rule("plan"), row.id, Decision::default()).await
}

/// Does the plan let this request in without anybody's yes?
pub(super) async fn lets_in(tx: &Tx, plan: &plan::Model, row: &subscription::Model) -> Result<bool> {
    let email = queries::email(tx, row.requested_by).await?.unwrap_or_default();
    Ok(plans::decides_at_once(plan, &Applicant { email: &email, team: row.team_id }))
}

/// The API and version, when this application's team may see them and they take requests.
pub(super) async fn offered(
    tx: &Tx,
    actor: &Actor,
    app: &application::Model,
    version: VersionId,
) -> Result<(api::Model, api_version::Model)> {
    let missing = || Code::NotFound.with(version);
    let version = queries::version(tx, version).await?.ok_or_else(missing)?;
    let api = queries::api(tx, version.api_id).await?.ok_or_else(|| Code::NotFound.with(version.id))?;
    let seen = api.visibility == Visibility::Everyone
        || api.owner_team_id == app.team_id
        || permit::may(actor, Right::ManageAllApis)
        || queries::api_has_team(tx, api.id, app.team_id).await?;
    if !seen || version.state == VersionState::Draft {
        return Err(Code::NotFound.with(version.id));
    }
    if version.state != VersionState::Published {
        let message =
            format!("{} of {} is {}: choose a newer version.", version.name, api.name, version.state.label());
        return Err(Code::FieldInvalid.saying(message).on("version"));
    }
    Ok((api, version))
}

fn takes_requests(plan: &plan::Model) -> Result<()> {
    if plan.state == PlanState::Open {
        return Ok(());
    }
    Err(Code::FieldInvalid.saying(format!("The plan {} is {}.", plan.name, plan.state.label())).on("plan"))
}

struct Words {
    reason: String,
    volume: String,
    ends_at: Option<Timestamp>,
}

impl Words {
    fn check(tx: &Tx, from: &AskAgain) -> Result<Self> {
        if from.ends_at.is_some_and(|at| at <= tx.now()) {
            return Err(Code::FieldInvalid.saying("The end date has passed already.").on("ends_at"));
        }
        Ok(Self {
            reason: apps::checked_text(&from.reason, "reason")?,
            volume: apps::checked_text(&from.volume, "volume")?,
            ends_at: from.ends_at,
        })
    }
}
