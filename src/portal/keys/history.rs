//! What was done to a key, from the audit, as lines of a timeline.

use serde_json::Value;

use crate::base::{Result, Timestamp};
use crate::domain::audit;
use crate::domain::names::{self, Names, Wanted};
use crate::store::Db;
use crate::store::entity::{audit_event, key};

/// One line.
pub struct Line {
    pub tone: &'static str,
    pub icon: &'static str,
    pub title: String,
    /// The address of who did it; empty where the title has it.
    pub address: String,
    pub at: Timestamp,
    pub text: String,
}

/// The newest first, 50 at most.
pub async fn lines(db: &Db, key: &key::Model) -> Result<Vec<Line>> {
    let mut events = audit::list_touching(db, &[key.id.0], key.created_at).await?;
    events.retain(|event| event.subject_id == Some(key.id.0));
    let users = events.iter().filter_map(|event| event.actor_id).collect();
    let names = names::of(db, Wanted { users, ..Wanted::default() }).await?;
    Ok(events.into_iter().map(|event| line(event, &names)).collect())
}

fn line(event: audit_event::Model, names: &Names) -> Line {
    let details: Value = serde_json::from_str(&event.details).unwrap_or_default();
    let leaked = details["leaked"] == true || details["reason"] == "leaked";
    let (tone, icon, words) = match event.act.as_str() {
        "key_created" => ("ok", "plus", "Made"),
        "key_rotated" if leaked => ("bad", "refresh", "Replaced after a leak"),
        "key_rotated" => ("info", "refresh", "Rotated"),
        "key_overlap_ended" => ("info", "minus", "Overlap ended"),
        "key_paused" => ("bad", "pause", "Paused"),
        "key_enabled" => ("ok", "play", "Enabled"),
        "key_revoked" if leaked => ("bad", "x", "Revoked as leaked"),
        "key_revoked" => ("bad", "x", "Revoked"),
        "key_extended" => ("info", "clock", "Expiry changed"),
        "key_renamed" => ("info", "tag", "Renamed"),
        "key_changed" => ("info", "settings", "Settings changed"),
        "key_transferred" => ("info", "user", "Handed over"),
        _ => ("quiet", "info", "Changed"),
    };
    let text = match event.act.as_str() {
        "key_rotated" => overlap(&details),
        "key_extended" => side(&details, "after", "expires_at").map_or_else(String::new, day),
        "key_renamed" => match (word(&details, "before", "name"), word(&details, "after", "name")) {
            ("", "") => String::new(),
            (before, after) => format!("{before} → {after}"),
        },
        _ => String::new(),
    };
    let (who, address) = names.doer(event.actor_id, &event.actor_label);
    Line { tone, icon, title: format!("{words} by {who}"), address, at: event.at, text }
}

fn overlap(details: &Value) -> String {
    match details["older_ends_at"].as_i64() {
        Some(at) => {
            format!(
                "The one before, {}…, until {}.",
                word(details, "before", "prefix"),
                Timestamp(at).human()
            )
        }
        None => String::new(),
    }
}

fn day(value: &Value) -> String {
    value.as_i64().map_or_else(|| "Never ends.".to_owned(), |at| format!("Ends {}.", Timestamp(at).human()))
}

/// What a field was or is. An older row has the value itself where newer ones name the fields.
fn side<'a>(details: &'a Value, side: &str, field: &str) -> Option<&'a Value> {
    match details.get(side)? {
        Value::Object(fields) => fields.get(field),
        alone => Some(alone),
    }
}

fn word<'a>(details: &'a Value, at: &str, field: &str) -> &'a str {
    side(details, at, field).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests;
