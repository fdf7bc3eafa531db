//! The states of a subscription and the one function that changes them.

use serde_json::{Value, json};

use super::queries;
use crate::base::ids::SubscriptionEventId;
use crate::base::{Clash, Code, Result, Timestamp};
use crate::domain::actor::Actor;
use crate::domain::audit::{self, Act};
use crate::domain::changes::{self, Change};
use crate::store::Tx;
use crate::store::entity::states::SubscriptionState as State;
use crate::store::entity::{subscription, subscription_event};

/// What can happen to a subscription once it was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Approve,
    Deny,
    Withdraw,
    /// A denied request is made again, with its history.
    AskAgain,
    Suspend,
    Resume,
    End,
    /// Another plan that has to be approved anew.
    ChangePlan,
}

impl Step {
    pub const ALL: &[Self] = &[
        Self::Approve,
        Self::Deny,
        Self::Withdraw,
        Self::AskAgain,
        Self::Suspend,
        Self::Resume,
        Self::End,
        Self::ChangePlan,
    ];

    /// The word of its event.
    pub fn word(self) -> &'static str {
        match self {
            Self::Approve => "approved",
            Self::Deny => "denied",
            Self::Withdraw => "withdrawn",
            Self::AskAgain => "asked_again",
            Self::Suspend => "suspended",
            Self::Resume => "resumed",
            Self::End => "ended",
            Self::ChangePlan => "plan_requested",
        }
    }

    /// The word of its audit row.
    fn act(self) -> &'static str {
        match self {
            Self::Approve => "subscription_approved",
            Self::Deny => "subscription_denied",
            Self::Withdraw => "subscription_withdrawn",
            Self::AskAgain => "subscription_asked_again",
            Self::Suspend => "subscription_suspended",
            Self::Resume => "subscription_resumed",
            Self::End => "subscription_ended",
            Self::ChangePlan => "subscription_plan_requested",
        }
    }
}

/// Where a step leads from a state; none where it cannot be taken.
pub fn transition(from: State, step: Step) -> Option<State> {
    match (from, step) {
        (State::Requested, Step::Approve) | (State::Suspended, Step::Resume) => Some(State::Approved),
        (State::Requested, Step::Deny) => Some(State::Denied),
        (State::Requested, Step::Withdraw) => Some(State::Withdrawn),
        (State::Denied, Step::AskAgain) | (State::Approved, Step::ChangePlan) => Some(State::Requested),
        (State::Approved, Step::Suspend) => Some(State::Suspended),
        (State::Approved | State::Suspended, Step::End) => Some(State::Ended),
        _ => None,
    }
}

/// True while a subscription in this state keeps its application from having another one to the API.
pub fn is_live(state: State) -> bool {
    matches!(state, State::Requested | State::Approved | State::Suspended)
}

/// What a step writes beside the state.
#[derive(Default)]
pub(super) struct Note {
    /// Shown in the timeline.
    pub comment: Option<String>,
    /// Another word than the step's own for the audit.
    pub act: Option<&'static str>,
}

/// Takes a step: the row by compare-and-set, its event, its audit row and its change row.
///
/// # Errors
/// `conflict` where the state does not allow it or was changed meanwhile.
pub(super) async fn take(
    tx: &Tx,
    actor: &Actor,
    was: &subscription::Model,
    step: Step,
    mut edit: subscription::ActiveModel,
    note: Note,
) -> Result<subscription::Model> {
    use sea_orm::ActiveValue::Set;
    let Some(to) = transition(was.state, step) else {
        let message = format!("This request is {} already.", was.state.label());
        return Err(Clash::State.with(was.id).saying(message));
    };
    edit.state = Set(to);
    edit.live = Set(is_live(to).then(|| live_word(was)));
    edit.state_at = Set(tx.now());
    match step {
        Step::Approve | Step::Deny => {
            edit.decided_by = Set(actor.user_id());
            edit.decided_at = Set(Some(tx.now()));
            edit.comment = Set(note.comment.clone());
        }
        // It waits again: the decision before is history, which the timeline keeps.
        Step::AskAgain | Step::ChangePlan => {
            edit.decided_by = Set(None);
            edit.decided_at = Set(None);
            edit.comment = Set(None);
        }
        Step::Suspend | Step::Resume | Step::End => edit.comment = Set(note.comment.clone()),
        Step::Withdraw => {}
    }
    let now = queries::update(tx, was, edit).await?.ok_or_else(|| Code::Conflict.with(was.id))?;
    event(tx, actor, &now, step.word(), note.comment.clone()).await?;
    let act = Act::new(note.act.unwrap_or(step.act())).on("subscription", now.id.0);
    let act = act.touching(touched(&now)).noting(json!({ "comment": note.comment }));
    audit::record(tx, actor, act.changing(told(was), told(&now))).await?;
    changes::note(tx, Change::App(now.app_id)).await?;
    Ok(now)
}

/// What the audit tells of a subscription.
pub(super) fn told(row: &subscription::Model) -> Value {
    json!({ "state": row.state, "version": row.version_id, "plan": row.plan_id, "ends_at": row.ends_at })
}

/// What a subscription hangs between, for the change feeds.
pub(super) fn touched(row: &subscription::Model) -> [uuid::Uuid; 4] {
    [row.app_id.0, row.api_id.0, row.version_id.0, row.plan_id.0]
}

/// The value of the unique column that lets one subscription of an application to an API live.
pub(super) fn live_word(row: &subscription::Model) -> String {
    format!("{}:{}", row.app_id, row.api_id)
}

/// Writes a line of the timeline.
pub(super) async fn event(
    tx: &Tx,
    actor: &Actor,
    row: &subscription::Model,
    what: &'static str,
    comment: Option<String>,
) -> Result<()> {
    let event = subscription_event::Model {
        id: SubscriptionEventId::fresh(),
        subscription_id: row.id,
        at: tx.now(),
        actor_id: actor.user_id(),
        actor_label: actor.label().to_owned(),
        what: what.to_owned(),
        state: row.state,
        comment,
    };
    queries::insert_event(tx, event).await
}

/// True when the end date of a subscription has come, whatever its row still says.
pub fn is_over(row: &subscription::Model, now: Timestamp) -> bool {
    is_live(row.state) && row.ends_at.is_some_and(|at| at <= now)
}
