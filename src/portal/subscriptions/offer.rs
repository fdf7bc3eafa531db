//! What a plan gives in a version: the models that both have.

use crate::domain::catalogue::VersionView;
use crate::domain::plans::PlanView;
use crate::portal::look::Choice;

/// The public names that a subscription to this version on this plan may call.
pub fn models<'a>(version: &'a VersionView, plan: &PlanView) -> Vec<&'a str> {
    let names = version.models.iter().map(|offered| offered.public_name.as_str());
    names.filter(|name| plan.allows(name)).collect()
}

/// The card of a plan, with a word where it is empty in a version: not to be chosen where it is so in all.
pub fn marked(card: Choice, plan: &PlanView, versions: &[&VersionView]) -> Choice {
    let empty: Vec<&str> = versions
        .iter()
        .filter(|version| models(version, plan).is_empty())
        .map(|version| version.version.name.as_str())
        .collect();
    if empty.is_empty() {
        return card;
    }
    let hint = format!("{} · No model of this plan is in {}", card.hint, empty.join(" or "));
    let card = card.hint(hint);
    if empty.len() == versions.len() { card.disabled() } else { card }
}
