//! What happens to a subscription beside its decision: withdraw, remind, suspend, resume, end, order.

use sea_orm::ActiveValue::Set;
use serde_json::json;

use super::step::{self, Note, Step, is_over};
use super::{approvers, queries};
use crate::base::clock::DAY;
use crate::base::ids::SubscriptionId;
use crate::base::{Clash, Code, Result};
use crate::domain::actor::Actor;
use crate::domain::apps;
use crate::domain::audit::{self, Act};
use crate::domain::changes::{self, Change};
use crate::domain::permit;
use crate::store::entity::states::SubscriptionState;
use crate::store::entity::subscription;
use crate::store::{Db, Tx};

/// Takes a request back before it is decided.
///
/// # Errors
/// `not_found`, `not_permitted`, or `conflict` when it no longer waits.
pub async fn withdraw(db: &Db, actor: &Actor, id: SubscriptionId) -> Result<subscription::Model> {
    let actor = actor.clone();
    db.transact(async move |tx| {
        let was = managed_in(&tx, &actor, id).await?;
        plain(&tx, &actor, &was, Step::Withdraw, None).await
    })
    .await
}

/// Asks those who decide to look, at most once a day.
///
/// # Errors
/// `conflict` when it no longer waits or was reminded of within a day.
pub async fn remind(db: &Db, actor: &Actor, id: SubscriptionId) -> Result<()> {
    let actor = actor.clone();
    db.transact(async move |tx| {
        let was = managed_in(&tx, &actor, id).await?;
        if was.state != SubscriptionState::Requested {
            return Err(Clash::State.saying(format!("This request is {} already.", was.state.label())));
        }
        let last = was.reminded_at.unwrap_or(was.requested_at);
        if was.reminded_at.is_some() && tx.now().since(last) < DAY {
            return Err(Clash::TooSoon.saying("One reminder a day; the last one was less than a day ago."));
        }
        let edit = subscription::ActiveModel { reminded_at: Set(Some(tx.now())), ..Default::default() };
        let now = queries::update(&tx, &was, edit).await?.ok_or_else(|| Code::Conflict.with(id))?;
        step::event(&tx, &actor, &now, "reminded", None).await?;
        let act = Act::new("subscription_reminded").on("subscription", id.0).touching(step::touched(&now));
        audit::record(&tx, &actor, act).await
    })
    .await
}

/// Stops an approved subscription for now, with a reason its team is shown.
///
/// # Errors
/// `not_found` for those who decide nothing here, `conflict`, `field_invalid` without a reason.
pub async fn suspend(
    db: &Db,
    actor: &Actor,
    id: SubscriptionId,
    reason: String,
) -> Result<subscription::Model> {
    let actor = actor.clone();
    db.transact(async move |tx| {
        let was = decided_in(&tx, &actor, id).await?;
        let reason = apps::checked_text(&reason, "reason")?;
        if reason.is_empty() {
            return Err(Code::FieldInvalid.saying("Say why: the team is shown this.").on("reason"));
        }
        plain(&tx, &actor, &was, Step::Suspend, Some(reason)).await
    })
    .await
}

/// Lets a suspended subscription serve again.
///
/// # Errors
/// As [`suspend`].
pub async fn resume(db: &Db, actor: &Actor, id: SubscriptionId) -> Result<subscription::Model> {
    let actor = actor.clone();
    db.transact(async move |tx| {
        let was = decided_in(&tx, &actor, id).await?;
        plain(&tx, &actor, &was, Step::Resume, None).await
    })
    .await
}

/// Ends a subscription for good. Its own team may, and those who decide for the API.
///
/// # Errors
/// `not_found`, `conflict`.
pub async fn end(db: &Db, actor: &Actor, id: SubscriptionId, comment: String) -> Result<subscription::Model> {
    let actor = actor.clone();
    db.transact(async move |tx| {
        let was = match managed_in(&tx, &actor, id).await {
            Ok(row) => row,
            Err(_) => decided_in(&tx, &actor, id).await?,
        };
        let comment = apps::checked_text(&comment, "comment")?;
        plain(&tx, &actor, &was, Step::End, Some(comment).filter(|text| !text.is_empty())).await
    })
    .await
}

/// Ends what has come to its end date. The gateway judges the date by itself; this keeps the rows
/// true. Gives how many were ended.
///
/// # Errors
/// The database's own.
pub async fn end_due(db: &Db) -> Result<usize> {
    let due = queries::due(db.read(), db.now()).await?;
    let count = due.len();
    for id in due {
        db.transact(async move |tx| match queries::find(&tx, id).await? {
            Some(row) if is_over(&row, tx.now()) => end_over_in(&tx, &row).await,
            _ => Ok(()),
        })
        .await?;
    }
    Ok(count)
}

/// A request whose end date passed while it waited is withdrawn, anything else ends.
pub(super) async fn end_over_in(tx: &Tx, row: &subscription::Model) -> Result<()> {
    let step = if row.state == SubscriptionState::Requested { Step::Withdraw } else { Step::End };
    plain(tx, &Actor::rule("end_date"), row, step, Some("Its end date has come.".to_owned())).await?;
    Ok(())
}

/// Puts a subscription one place higher in its application: the first that has a model serves it.
///
/// # Errors
/// `not_found`, `not_permitted`; `conflict` when it is the first already.
pub async fn raise(db: &Db, actor: &Actor, id: SubscriptionId) -> Result<()> {
    let actor = actor.clone();
    db.transact(async move |tx| {
        let row = managed_in(&tx, &actor, id).await?;
        let mut order = queries::live_of_app(&tx, row.app_id).await?;
        let place = order.iter().position(|other| other.id == id);
        let Some(above) = place.and_then(|place| place.checked_sub(1)) else {
            return Err(Clash::State.saying("It is the first already."));
        };
        order.swap(above, above + 1);
        for (place, other) in (0_i32..).zip(&order) {
            queries::place(&tx, other.id, place).await?;
        }
        let act = Act::new("subscription_raised").on("subscription", id.0).touching(step::touched(&row));
        let place = |place: usize| json!({ "place": place });
        audit::record(&tx, &actor, act.changing(place(above + 1), place(above))).await?;
        changes::note(&tx, Change::App(row.app_id)).await
    })
    .await
}

async fn plain(
    tx: &Tx,
    actor: &Actor,
    was: &subscription::Model,
    step: Step,
    comment: Option<String>,
) -> Result<subscription::Model> {
    let note = Note { comment, ..Note::default() };
    step::take(tx, actor, was, step, subscription::ActiveModel::default(), note).await
}

/// One of a team whose access the actor manages.
pub(super) async fn managed_in(tx: &Tx, actor: &Actor, id: SubscriptionId) -> Result<subscription::Model> {
    let row = queries::find(tx, id).await?.ok_or_else(|| Code::NotFound.with(id))?;
    permit::manage_team_access(actor, row.team_id)?;
    Ok(row)
}

/// One of an API the actor decides for.
async fn decided_in(tx: &Tx, actor: &Actor, id: SubscriptionId) -> Result<subscription::Model> {
    let row = queries::find(tx, id).await?.ok_or_else(|| Code::NotFound.with(id))?;
    let api = queries::api(tx, row.api_id).await?.ok_or_else(|| Code::NotFound.with(row.api_id))?;
    if approvers::may_decide(actor, &api) {
        return Ok(row);
    }
    permit::see_team(actor, row.team_id)?;
    Err(Code::NotPermitted.with(id))
}
