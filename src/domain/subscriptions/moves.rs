//! Moving to another version, or plan, of the same API.

use sea_orm::ActiveValue::Set;

use super::request::{decided_by_rule, lets_in, offered};
use super::step::{self, Note, Step};
use super::{care, queries};
use crate::base::ids::{PlanId, SubscriptionId, VersionId};
use crate::base::{Clash, Code, Result};
use crate::domain::actor::Actor;
use crate::domain::apps;
use crate::domain::audit::{self, Act};
use crate::domain::changes::{self, Change};
use crate::store::entity::states::{PlanState, SubscriptionState};
use crate::store::entity::{plan, subscription};
use crate::store::{Db, Tx};

/// Where a subscription goes; none where it stays as it is.
#[derive(Clone, Copy, Debug, Default)]
pub struct Move {
    pub version: Option<VersionId>,
    pub plan: Option<PlanId>,
}

/// Moves a subscription to another version of its API. The approval is kept, unless the plan changes
/// to one that somebody has to approve: then it waits again.
///
/// # Errors
/// `not_found`, `conflict` when it is not live, `field_invalid` for a version or plan that takes no
/// requests.
pub async fn move_to(db: &Db, actor: &Actor, id: SubscriptionId, to: Move) -> Result<subscription::Model> {
    let actor = actor.clone();
    db.transact(async move |tx| {
        let was = care::managed_in(&tx, &actor, id).await?;
        if !step::is_live(was.state) {
            return Err(Clash::State.saying(format!("This subscription is {}.", was.state.label())));
        }
        let version = version_for(&tx, &actor, &was, to.version).await?;
        let plan = queries::plan_of(&tx, was.api_id, to.plan.unwrap_or(was.plan_id)).await?;
        if version == was.version_id && plan.id == was.plan_id {
            return Err(Clash::State.saying("It is there already."));
        }
        if plan.id == was.plan_id {
            return keep(&tx, &actor, &was, version, &plan, "moved").await;
        }
        change_plan(&tx, &actor, &was, version, &plan).await
    })
    .await
}

async fn version_for(
    tx: &Tx,
    actor: &Actor,
    was: &subscription::Model,
    to: Option<VersionId>,
) -> Result<VersionId> {
    let Some(to) = to.filter(|to| *to != was.version_id) else { return Ok(was.version_id) };
    let app = apps::managed_in(tx, actor, was.app_id).await?;
    let (api, version) = offered(tx, actor, &app, to).await?;
    if api.id == was.api_id {
        return Ok(version.id);
    }
    Err(Code::FieldInvalid.saying("That version is of another API.").on("version"))
}

async fn change_plan(
    tx: &Tx,
    actor: &Actor,
    was: &subscription::Model,
    version: VersionId,
    plan: &plan::Model,
) -> Result<subscription::Model> {
    if plan.state != PlanState::Open {
        let message = format!("The plan {} is {}.", plan.name, plan.state.label());
        return Err(Code::FieldInvalid.saying(message).on("plan"));
    }
    let requester = apps::on_behalf(actor, Some(was.requested_by))?;
    let asker = subscription::Model { requested_by: requester, ..was.clone() };
    match was.state {
        // Nothing was decided yet: the request itself is changed, and a rule may let it in now.
        SubscriptionState::Requested => {
            let row = keep(tx, actor, was, version, plan, "changed").await?;
            decided_by_rule(tx, row, plan).await
        }
        SubscriptionState::Approved if lets_in(tx, plan, &asker).await? => {
            keep(tx, actor, was, version, plan, "plan_changed").await
        }
        SubscriptionState::Approved => {
            let edit = subscription::ActiveModel {
                version_id: Set(version),
                plan_id: Set(plan.id),
                requested_by: Set(requester),
                requested_at: Set(tx.now()),
                reminded_at: Set(None),
                ..Default::default()
            };
            step::take(tx, actor, was, Step::ChangePlan, edit, Note::default()).await
        }
        _ => Err(Clash::State.saying("A suspended subscription keeps its plan.")),
    }
}

/// Changes what it points to and keeps its state.
async fn keep(
    tx: &Tx,
    actor: &Actor,
    was: &subscription::Model,
    version: VersionId,
    plan: &plan::Model,
    what: &'static str,
) -> Result<subscription::Model> {
    let edit =
        subscription::ActiveModel { version_id: Set(version), plan_id: Set(plan.id), ..Default::default() };
    let now = queries::update(tx, was, edit).await?.ok_or_else(|| Code::Conflict.with(was.id))?;
    let line = queries::move_line(tx, was, &now).await?;
    step::event(tx, actor, &now, what, Some(line)).await?;
    let act = Act::new("subscription_moved").on("subscription", now.id.0).touching(step::touched(&now));
    audit::record(tx, actor, act.changing(step::told(was), step::told(&now))).await?;
    changes::note(tx, Change::App(now.app_id)).await?;
    Ok(now)
}
