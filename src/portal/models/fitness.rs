//! Whether calls to a model would be answered now, said beside its name.

use crate::domain::supply::{ModelView, Switch, TargetView};
use crate::gateway::Gateway;
use crate::gateway::fitness::Obstacle;
use crate::portal::look::Choice;

/// What keeps every target of a model from answering, in words; none when one of them works.
pub fn obstacle(gateway: &Gateway, view: &ModelView) -> Option<&'static str> {
    if view.model.state != Switch::On {
        return Some("Switched off");
    }
    let mut first = Some("No target that is on");
    for (place, target) in view.targets.iter().filter(|target| TargetView::is_on(target)).enumerate() {
        let obstacle = gateway.obstacle(target.provider.id, &target.target.vendor_model)?;
        if place == 0 {
            first = Some(obstacle.label());
        }
    }
    first
}

/// How a model stands, as a badge, and in words where not all is well.
pub struct Standing {
    pub label: &'static str,
    pub tone: &'static str,
    pub why: String,
}

/// Reads it: "Ready" only when no vendor behind it is known to fail.
pub fn standing(gateway: &Gateway, view: &ModelView) -> Standing {
    if view.targets.is_empty() {
        return Standing { label: "No target", tone: "warn", why: String::new() };
    }
    if !view.is_ready() {
        return Standing { label: "Off", tone: "quiet", why: String::new() };
    }
    let on = view.targets.iter().filter(|target| target.is_on());
    let troubles: Vec<Option<String>> = on.map(|target| trouble(gateway, target)).collect();
    let (label, tone) = match (troubles.iter().any(Option::is_some), troubles.iter().all(Option::is_some)) {
        (false, _) => ("Ready", "ok"),
        (true, false) => ("Ready in part", "warn"),
        (true, true) => ("Failing", "bad"),
    };
    let mut told: Vec<String> = troubles.into_iter().flatten().collect();
    told.dedup();
    Standing { label, tone, why: told.join(" ") }
}

/// What is wrong at one target now, its vendor by name.
fn trouble(gateway: &Gateway, target: &TargetView) -> Option<String> {
    let what = match gateway.obstacle(target.provider.id, &target.target.vendor_model) {
        Some(Obstacle::Off) => "is switched off",
        Some(Obstacle::NoCredential) => "has no credential",
        Some(Obstacle::FailedTest) => "failed its last test",
        Some(Obstacle::Failing) => "fails or cools down now",
        None if gateway.fails_often(target.provider.id) => "fails often",
        None => return None,
    };
    Some(format!("{} {what}.", target.provider.name))
}

/// A model as one box of a form.
pub fn choice(gateway: &Gateway, view: &ModelView) -> Choice {
    let choice = Choice::new(view.model.id.to_string(), &view.model.name);
    match obstacle(gateway, view) {
        Some(why) => choice.warning(why),
        None => choice,
    }
}
