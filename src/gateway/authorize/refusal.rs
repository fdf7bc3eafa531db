//! Which refusal helps most, and its words.

use std::sync::Arc;

use super::candidate::{Candidate, allowed, candidates, may_call, state};
use crate::base::{Code, Error, Timestamp};
use crate::domain::gate::{AppCard, KeyCard};
use crate::gateway::arrival::Door;
use crate::gateway::directory::{Api, Catalogue};
use crate::gateway::nearest;
use crate::ledger::record::What;

/// The best refusal, once no subscription fits: only then are there words to be made.
pub fn none_fits(key: &KeyCard, app: &AppCard, catalogue: &Catalogue, model: &str, now: Timestamp) -> Error {
    // Of subscriptions with the model, and of those without: the latter say nothing about the model.
    let (mut best, mut other): (Option<Error>, Option<Error>) = (None, None);
    let mut usable = Vec::new();
    for candidate in candidates(app, catalogue) {
        let serves = candidate.version.models.contains_key(model);
        let refusal = match state(&candidate, now) {
            Ok(()) if !may_call(key, candidate.api) => not_of_key(candidate.api).about(candidate.row.id.0),
            Ok(()) => {
                let refusal = serves.then(|| not_in_plan(model, &candidate));
                usable.push(candidate);
                let Some(refusal) = refusal else { continue };
                refusal
            }
            Err(refusal) => refusal,
        };
        let slot = if serves { &mut best } else { &mut other };
        if slot.as_ref().is_none_or(|other| rank(refusal.code()) < rank(other.code())) {
            *slot = Some(refusal);
        }
    }
    best.unwrap_or_else(|| nothing_serves(app, catalogue, model, &usable, other))
}

/// No subscription's version has the model: is there one elsewhere, or none at all?
fn nothing_serves(
    app: &AppCard,
    catalogue: &Catalogue,
    model: &str,
    usable: &[Candidate<'_>],
    other: Option<Error>,
) -> Error {
    let has_it = |api: &&Arc<Api>| {
        let live = api.versions.iter().any(|version| version.is_live() && version.models.contains_key(model));
        live && api.is_visible_to(app.team.id)
    };
    let name = &app.app.name;
    let mine = usable.iter().find(|one| has_it(&one.api));
    if let Some(candidate) = mine {
        let live = candidate.api.versions.iter().filter(|version| version.is_live());
        let theirs: Vec<&str> = live
            .filter(|version| version.models.contains_key(model))
            .map(|version| version.row.name.as_str())
            .collect();
        let asked = format!("which lacks model `{model}`; {} has it", theirs.join(", "));
        return other_version(app, candidate, &asked);
    }
    if let Some(api) = catalogue.apis().filter(has_it).min_by(|a, b| a.slug.cmp(&b.slug)) {
        let said =
            format!("Model `{}` belongs to API {}; app {name} is not subscribed to it.", model, api.slug);
        return Code::SubscriptionMissing.saying(said).about(api.id.0);
    }
    if let Some(first) = usable.first() {
        let unknown = unknown_model(model, usable.iter().flat_map(|one| allowed(one)));
        // Of several, none is the one that was meant.
        return if usable.len() == 1 { unknown.about(first.row.id.0) } else { unknown };
    }
    other.unwrap_or_else(|| without_any(app))
}

/// The application has the API, on another version than the one that would serve the call.
pub fn other_version(app: &AppCard, candidate: &Candidate<'_>, asked: &str) -> Error {
    let (name, theirs, api) = (&app.app.name, &candidate.version.row.name, &candidate.api.slug);
    let said = match candidate.version.is_live() {
        true => format!("App {name} is subscribed to {theirs} of API {api}, {asked}."),
        false => format!("App {name} is subscribed to {theirs} of API {api}, which was retired, {asked}."),
    };
    Code::SubscriptionMissing
        .saying(said)
        .then("Move the subscription to that version, then try again.")
        .about(candidate.row.id.0)
}

pub fn without_any(app: &AppCard) -> Error {
    Code::SubscriptionMissing.saying(format!("App {} has no subscription yet.", app.app.name))
}

pub fn not_of_key(api: &Api) -> Error {
    Code::ScopeMissing.saying(format!("This key may not call API {}: it is limited to other APIs.", api.slug))
}

pub fn not_in_plan(model: &str, candidate: &Candidate<'_>) -> Error {
    const SHOWN: usize = 8;
    let all: Vec<&str> = allowed(candidate).collect();
    let named: Vec<String> = all.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
    let names = match all.len().saturating_sub(SHOWN) {
        0 if named.is_empty() => "none".to_owned(),
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    };
    Code::ModelNotAllowed
        .saying(format!(
            "Model `{model}` is not in plan {} of API {}; allowed: {names}.",
            candidate.plan.name, candidate.api.slug
        ))
        .on("model")
        .about(candidate.row.id.0)
}

pub fn unknown_model<'n>(model: &str, names: impl Iterator<Item = &'n str>) -> Error {
    let hint = nearest::hint(model, names);
    Code::ModelNotFound.saying(format!("There is no model `{}`{hint}.", nearest::shown(model))).on("model")
}

/// Names in a record the rows its refusal speaks of: the subscription's, and what the address names.
pub fn name_rows(refusal: &Error, app: &AppCard, catalogue: &Catalogue, door: &Door, what: &mut What) {
    let addressed = match door {
        Door::Unified => None,
        Door::Api { slug, version } => super::place(app, catalogue, slug, version).ok(),
    };
    if let Some((api, version)) = addressed {
        (what.api, what.version) = (Some(api.id), Some(version.row.id));
    }
    let row = app.subscriptions.iter().find(|row| match (refusal.subject(), what.version) {
        (Some(subject), _) => row.id.0 == subject,
        (None, version) => version == Some(row.version_id),
    });
    if let Some(row) = row {
        what.subscription = Some(row.id);
        what.plan = Some(row.plan_id);
        what.api = what.api.or(Some(row.api_id));
        what.version = what.version.or(Some(row.version_id));
    }
}

/// Which refusal helps most, best first.
pub fn rank(code: Code) -> u8 {
    match code {
        Code::VersionRetired => 0,
        Code::SubscriptionSuspended => 1,
        Code::SubscriptionPending => 2,
        Code::SubscriptionEnded => 3,
        Code::SubscriptionDenied => 4,
        Code::ScopeMissing => 5,
        Code::ModelNotAllowed => 6,
        Code::SubscriptionMissing => 7,
        _ => 8,
    }
}
