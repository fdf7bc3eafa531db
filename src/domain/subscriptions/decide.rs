//! Approve, approve with changes, deny.

use sea_orm::ActiveValue::Set;

use super::step::{self, Note, Step};
use super::{Decider, approvers, queries};
use crate::base::ids::{PlanId, SubscriptionId};
use crate::base::{Code, Result, Timestamp};
use crate::domain::actor::Actor;
use crate::domain::apps;
use crate::store::entity::subscription;
use crate::store::{Db, Tx};

/// What an approval grants; none where it grants what was asked.
#[derive(Clone, Debug, Default)]
pub struct Decision {
    /// Another, usually smaller, plan of the same API.
    pub plan: Option<PlanId>,
    /// When the subscription ends.
    pub ends_at: Option<Timestamp>,
    pub comment: String,
}

/// Approves a request, as asked or with changes.
///
/// # Errors
/// `not_found` for those who may not see it or whose role decides nothing, `not_permitted` for those who
/// decide nothing here, and on one's own request while others could decide, `conflict` when it no longer
/// waits, `field_invalid` for a plan of another API or a past end.
pub async fn approve(
    db: &Db,
    actor: &Actor,
    id: SubscriptionId,
    decision: Decision,
) -> Result<subscription::Model> {
    let actor = actor.clone();
    db.transact(async move |tx| approve_in(&tx, &actor, id, decision).await).await
}

pub(in crate::domain) async fn approve_in(
    tx: &Tx,
    actor: &Actor,
    id: SubscriptionId,
    decision: Decision,
) -> Result<subscription::Model> {
    let was = queries::find(tx, id).await?.ok_or_else(|| Code::NotFound.with(id))?;
    let decider = may_decide(tx, actor, &was).await?;
    let comment = apps::checked_text(&decision.comment, "comment")?;
    let plan = match decision.plan.filter(|plan| *plan != was.plan_id) {
        Some(plan) => queries::plan_of(tx, was.api_id, plan).await?.id,
        None => was.plan_id,
    };
    let ends_at = decision.ends_at.or(was.ends_at);
    if ends_at.is_some_and(|at| at <= tx.now()) {
        return Err(Code::FieldInvalid.saying("The end date has passed already.").on("ends_at"));
    }
    let edit = subscription::ActiveModel { plan_id: Set(plan), ends_at: Set(ends_at), ..Default::default() };
    let note = Note {
        comment: Some(comment).filter(|text| !text.is_empty()),
        act: (decider == Decider::OnlyOne).then_some("self_approved"),
    };
    step::take(tx, actor, &was, Step::Approve, edit, note).await
}

/// Denies a request. The requester is shown the comment and may ask again.
///
/// # Errors
/// As [`approve`]; `field_invalid` without a comment.
pub async fn deny(
    db: &Db,
    actor: &Actor,
    id: SubscriptionId,
    comment: String,
) -> Result<subscription::Model> {
    let actor = actor.clone();
    db.transact(async move |tx| {
        let was = queries::find(&tx, id).await?.ok_or_else(|| Code::NotFound.with(id))?;
        may_decide(&tx, &actor, &was).await?;
        let comment = apps::checked_text(&comment, "comment")?;
        if comment.is_empty() {
            return Err(Code::FieldInvalid.saying("Say why: the requester is shown this.").on("comment"));
        }
        let note = Note { comment: Some(comment), ..Note::default() };
        step::take(&tx, &actor, &was, Step::Deny, subscription::ActiveModel::default(), note).await
    })
    .await
}

async fn may_decide(tx: &Tx, actor: &Actor, row: &subscription::Model) -> Result<Decider> {
    let api = queries::api(tx, row.api_id).await?.ok_or_else(|| Code::NotFound.with(row.api_id))?;
    approvers::check(tx, actor, row, api.owner_team_id).await
}
