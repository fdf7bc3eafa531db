//! The events of a subscription as lines of a timeline.

use crate::base::Timestamp;
use crate::store::entity::subscription_event;

/// One line.
pub struct Line {
    pub tone: &'static str,
    pub icon: &'static str,
    pub title: String,
    pub at: Timestamp,
    /// What was said; empty when nothing was.
    pub text: String,
}

/// The newest first.
pub fn lines(events: Vec<subscription_event::Model>) -> Vec<Line> {
    events.into_iter().rev().map(line).collect()
}

fn line(event: subscription_event::Model) -> Line {
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
    let by = match event.actor_label.as_str() {
        "rule:plan" => "at once, as the plan says".to_owned(),
        "rule:end_date" => "by its end date".to_owned(),
        who => format!("by {who}"),
    };
    Line { tone, icon, title: format!("{words} {by}"), at: event.at, text: event.comment.unwrap_or_default() }
}
