//! The events of a subscription as lines of a timeline.

use crate::base::ids::SubscriptionId;
use crate::base::{Result, Timestamp};
use crate::domain::actor::Actor;
use crate::domain::names::{self, Names, Wanted};
use crate::domain::subscriptions;
use crate::store::Db;
use crate::store::entity::subscription_event;

/// One line.
pub struct Line {
    pub tone: &'static str,
    pub icon: &'static str,
    pub title: String,
    /// The address of who did it; empty where the title has it, or a rule did it.
    pub address: String,
    pub at: Timestamp,
    /// What was said; empty when nothing was.
    pub text: String,
}

/// What happened to a subscription the actor may see, the newest first.
///
/// # Errors
/// `not_found` where they may not.
pub async fn of(db: &Db, actor: &Actor, id: SubscriptionId) -> Result<Vec<Line>> {
    let events = subscriptions::history(db, actor, id).await?;
    let users = events.iter().filter_map(|event| event.actor_id).collect();
    let names = names::of(db, Wanted { users, ..Wanted::default() }).await?;
    Ok(events.into_iter().rev().map(|event| line(event, &names)).collect())
}

fn line(event: subscription_event::Model, names: &Names) -> Line {
    let (tone, icon, words) = match event.what.as_str() {
        "requested" => ("info", "send", "Requested"),
        "asked_again" => ("info", "send", "Asked again"),
        "changed" => ("info", "send", "Request changed"),
        "plan_requested" => ("info", "send", "Another plan requested"),
        "approved" => ("ok", "check", "Approved"),
        "denied" => ("bad", "x", "Denied"),
        "withdrawn" => ("quiet", "minus", "Withdrawn"),
        "suspended" => ("bad", "pause", "Suspended"),
        "resumed" => ("ok", "play", "Resumed"),
        "ended" => ("quiet", "minus", "Ended"),
        "reminded" => ("info", "clock", "Reminder sent"),
        "moved" => ("info", "arrow-right", "Moved"),
        "plan_changed" => ("info", "arrow-right", "Plan changed"),
        _ => ("quiet", "info", "Changed"),
    };
    let (who, address) = names.doer(event.actor_id, &event.actor_label);
    let by = match who.as_str() {
        "rule:plan" => "at once, as the plan says".to_owned(),
        "rule:end_date" => "by its end date".to_owned(),
        who => format!("by {who}"),
    };
    let text = event.comment.unwrap_or_default();
    Line { tone, icon, title: format!("{words} {by}"), address, at: event.at, text }
}
