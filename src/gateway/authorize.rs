//! May this caller use this model here, and through which subscription? Pure: the live path, the
//! dry run and the diagnose page ask the same functions.

mod candidate;
mod refusal;

use std::sync::Arc;

use crate::base::ids::SubscriptionId;
use crate::base::limit::{Limit, LimitScope};
use crate::base::{Code, Error, Result, Timestamp};
use crate::domain::gate::{AppCard, KeyCard, VersionState, subscription};
use crate::wire::Endpoint;

use super::arrival::Door;
use super::directory::{Api, Catalogue, Model, Plan, Version};
use super::nearest;
use candidate::{Bar, Candidate, allowed, candidates, in_force, may_call, retired, state};
pub use refusal::name_rows;
use refusal::{none_fits, not_in_plan, not_of_key, other_version, rank, unknown_model, without_any};

/// What is asked for.
#[derive(Clone, Copy)]
pub struct Wanted<'a> {
    pub endpoint: Endpoint,
    pub door: &'a Door,
    pub model: &'a str,
}

/// All that was decided for one call.
#[derive(Clone)]
pub struct Grant {
    pub api: Arc<Api>,
    pub version: Arc<Version>,
    pub plan: Arc<Plan>,
    pub subscription: SubscriptionId,
    pub model: Arc<Model>,
    /// All limits that apply: the plan's by subscription, the key's, the team's.
    pub limits: Vec<Limit>,
}

/// Decides.
///
/// # Errors
/// The refusal that helps most: see the order of `refusal::rank`.
pub fn authorize(
    key: &KeyCard,
    app: &AppCard,
    catalogue: &Catalogue,
    wanted: Wanted<'_>,
    now: Timestamp,
) -> Result<Grant> {
    let found = match wanted.door {
        Door::Unified => unified(key, app, catalogue, wanted, now),
        Door::Api { slug, version } => bound(key, app, catalogue, wanted, slug, version, now),
    };
    let model_refusal = |code| matches!(code, Code::ModelNotAllowed | Code::ModelNotFound);
    match found {
        // The scope comes before the model, so a refusal of the model waits for it.
        Err(error) if model_refusal(error.code()) => scope(key, wanted.endpoint).and(Err(error)),
        Err(error) => Err(error),
        Ok(candidate) => {
            let granted = scope(key, wanted.endpoint).and_then(|()| grant(key, app, &candidate, wanted));
            granted.map_err(|refusal| refusal.about(candidate.row.id.0))
        }
    }
}

fn grant(key: &KeyCard, app: &AppCard, candidate: &Candidate<'_>, wanted: Wanted<'_>) -> Result<Grant> {
    let Some(model) = candidate.version.models.get(wanted.model) else {
        return Err(Code::ModelNotFound.with("the version lost the model"));
    };
    let (kind, needs) = (model.kind.as_str(), kind_of(wanted.endpoint));
    if kind != needs {
        let said = format!("Model `{}` is for {kind}; this endpoint takes models for {needs}.", wanted.model);
        return Err(Code::FieldInvalid.saying(said).on("model"));
    }
    let mut limits =
        Vec::with_capacity(candidate.plan.limits.len() + key.limits.len() + app.team_limits.len());
    let subject = candidate.row.id.0;
    let of_plan =
        |(kind, amount): &(_, i64)| Limit { scope: LimitScope::Plan, subject, kind: *kind, amount: *amount };
    limits.extend(candidate.plan.limits.iter().map(of_plan));
    limits.extend_from_slice(&key.limits);
    limits.extend_from_slice(&app.team_limits);
    Ok(Grant {
        api: Arc::clone(candidate.api),
        version: Arc::clone(candidate.version),
        plan: Arc::clone(candidate.plan),
        subscription: candidate.row.id,
        model: Arc::clone(model),
        limits,
    })
}

/// The kind of models that an endpoint takes.
pub fn kind_of(endpoint: Endpoint) -> &'static str {
    match endpoint {
        Endpoint::Chat => "chat",
        Endpoint::Embeddings => "embedding",
    }
}

/// Does the key carry the scope of this endpoint class?
///
/// # Errors
/// `scope_missing`.
pub fn scope(key: &KeyCard, endpoint: Endpoint) -> Result<()> {
    scope_word(key, endpoint.word())
}

pub(super) fn scope_word(key: &KeyCard, needs: &str) -> Result<()> {
    let Some(has) = &key.scopes else { return Ok(()) };
    if has.iter().any(|scope| scope == needs) {
        return Ok(());
    }
    Err(Code::ScopeMissing
        .saying(format!("This endpoint needs the scope `{needs}`; this key has `{}`.", has.join("`, `"))))
}

/// Has the application any subscription in force that this key may use? As far as can be judged
/// before a model is named.
///
/// # Errors
/// The refusal that helps most, as for a call.
pub fn subscribed(key: &KeyCard, app: &AppCard, catalogue: &Catalogue, now: Timestamp) -> Result<()> {
    let mut best: Option<Error> = None;
    for candidate in candidates(app, catalogue) {
        let refusal = match state(&candidate, now) {
            Ok(()) if may_call(key, candidate.api) => return Ok(()),
            Ok(()) => not_of_key(candidate.api).about(candidate.row.id.0),
            Err(refusal) => refusal,
        };
        if best.as_ref().is_none_or(|other| rank(refusal.code()) < rank(other.code())) {
            best = Some(refusal);
        }
    }
    Err(best.unwrap_or_else(|| without_any(app)))
}

/// The first subscription that fits, by position. Never the next one because of a spent limit.
fn unified<'a>(
    key: &KeyCard,
    app: &'a AppCard,
    catalogue: &'a Catalogue,
    wanted: Wanted<'_>,
    now: Timestamp,
) -> Result<Candidate<'a>> {
    let fits = |candidate: &Candidate<'_>| {
        candidate.version.models.contains_key(wanted.model)
            && candidate.plan.has(wanted.model)
            && may_call(key, candidate.api)
            && in_force(candidate, now).is_ok()
    };
    match candidates(app, catalogue).find(fits) {
        Some(candidate) => Ok(candidate),
        None => Err(none_fits(key, app, catalogue, wanted.model, now)),
    }
}

/// One API's version by its address.
fn bound<'a>(
    key: &KeyCard,
    app: &'a AppCard,
    catalogue: &'a Catalogue,
    wanted: Wanted<'_>,
    slug: &str,
    name: &str,
    now: Timestamp,
) -> Result<Candidate<'a>> {
    let candidate = at_address(key, app, catalogue, slug, name, now)?;
    if !candidate.version.models.contains_key(wanted.model) {
        return Err(unknown_model(wanted.model, allowed(&candidate)));
    }
    if !candidate.plan.has(wanted.model) {
        return Err(not_in_plan(wanted.model, &candidate));
    }
    Ok(candidate)
}

/// The subscription in force to the API's version that an address names, whatever the model.
fn at_address<'a>(
    key: &KeyCard,
    app: &'a AppCard,
    catalogue: &'a Catalogue,
    slug: &str,
    name: &str,
    now: Timestamp,
) -> Result<Candidate<'a>> {
    let (api, version) = place(app, catalogue, slug, name)?;
    if version.row.state == VersionState::Retired {
        return Err(retired(api, version));
    }
    if !may_call(key, api) {
        return Err(not_of_key(api));
    }
    let app_name = &app.app.name;
    let mine = candidates(app, catalogue).filter(|candidate| candidate.api.id == api.id);
    // The live one first: an old, ended one may be there as well.
    let mine =
        mine.min_by_key(|candidate| in_force(candidate, now).map_or_else(|bar| 1 + rank(bar.code()), |()| 0));
    let Some(candidate) = mine else {
        let said = format!("App {app_name} is not subscribed to API {}.", api.slug);
        return Err(Code::SubscriptionMissing.saying(said).about(api.id.0));
    };
    let elsewhere = candidate.version.row.id != version.row.id;
    match in_force(&candidate, now) {
        // What was asked for is there: it is the subscription that stayed behind.
        Ok(()) | Err(Bar::Retired) if elsewhere => {
            return Err(other_version(app, &candidate, &format!("not to {name}")));
        }
        Ok(()) => {}
        Err(_) => state(&candidate, now)?,
    }
    Ok(candidate)
}

/// The API and the version that an address names.
///
/// # Errors
/// `api_unknown`, also for APIs the team may not see; `version_unknown`.
pub fn place<'a>(
    app: &AppCard,
    catalogue: &'a Catalogue,
    slug: &str,
    name: &str,
) -> Result<(&'a Arc<Api>, &'a Arc<Version>)> {
    let subscribed = |api: &Api| app.subscriptions.iter().any(|row| row.api_id == api.id);
    let visible = |api: &Api| api.is_visible_to(app.team.id) || subscribed(api);
    let Some(api) = catalogue.api_called(slug).filter(|api| visible(api)) else {
        let all: Vec<&str> =
            catalogue.apis().filter(|api| visible(api)).map(|api| api.slug.as_str()).collect();
        let hint = nearest::hint(slug, all.iter().copied());
        return Err(Code::ApiUnknown.saying(format!("There is no API of that name that you may see{hint}.")));
    };
    match api.versions.iter().find(|version| version.row.name == name) {
        Some(version) => Ok((api, version)),
        None => {
            let live = api.versions.iter().filter(|version| version.is_live());
            let names: Vec<&str> = live.map(|version| version.row.name.as_str()).collect();
            let slug = &api.slug;
            Err(match names.is_empty() {
                true => Code::VersionUnknown
                    .saying(format!("API {slug} has no live version."))
                    .then("Ask the API's owner when one will be published."),
                false => Code::VersionUnknown.saying(format!("API {slug} has {}.", names.join(", "))),
            })
        }
    }
}

/// A model a key may use, with the API version that serves it.
pub struct Listed {
    pub name: String,
    pub model: Arc<Model>,
    pub api: Arc<Api>,
    pub version: Arc<Version>,
}

/// Every model that a call of this key would be granted, each once, by the subscription that would serve it.
///
/// # Errors
/// `scope_missing`, or as for a call when the door names one API.
pub fn models(
    key: &KeyCard,
    app: &AppCard,
    catalogue: &Catalogue,
    door: &Door,
    now: Timestamp,
) -> Result<Vec<Listed>> {
    let only = match door {
        Door::Unified => None,
        Door::Api { slug, version } => Some(at_address(key, app, catalogue, slug, version, now)?.version),
    };
    scope_word(key, "models")?;
    Ok(granted(key, app, catalogue, only, now))
}

/// Every model that this key may call by its scopes, whether or not it may list them.
pub fn callable(key: &KeyCard, app: &AppCard, catalogue: &Catalogue, now: Timestamp) -> Vec<Listed> {
    let mut listed = granted(key, app, catalogue, None, now);
    listed.retain(|one| {
        let endpoint =
            [Endpoint::Chat, Endpoint::Embeddings].into_iter().find(|e| kind_of(*e) == one.model.kind);
        endpoint.is_some_and(|endpoint| scope(key, endpoint).is_ok())
    });
    listed
}

fn granted(
    key: &KeyCard,
    app: &AppCard,
    catalogue: &Catalogue,
    only: Option<&Arc<Version>>,
    now: Timestamp,
) -> Vec<Listed> {
    let mut listed: Vec<Listed> = Vec::new();
    for candidate in candidates(app, catalogue) {
        let here = only.is_none_or(|version| version.row.id == candidate.version.row.id);
        if !here || !may_call(key, candidate.api) || in_force(&candidate, now).is_err() {
            continue;
        }
        for name in allowed(&candidate) {
            let Some(model) = candidate.version.models.get(name).filter(|model| model.is_on) else {
                continue;
            };
            if listed.iter().any(|other| other.name == name) {
                continue;
            }
            let (api, version) = (Arc::clone(candidate.api), Arc::clone(candidate.version));
            listed.push(Listed { name: name.to_owned(), model: Arc::clone(model), api, version });
        }
    }
    listed
}

/// What keeps an approved subscription from being in force, in a word: its end, or its version's.
pub fn bar(row: &subscription::Model, catalogue: &Catalogue, now: Timestamp) -> Option<&'static str> {
    let candidate = Candidate {
        row,
        api: catalogue.api(row.api_id)?,
        version: catalogue.version(row.version_id)?,
        plan: catalogue.plan(row.plan_id)?,
    };
    match in_force(&candidate, now) {
        Err(Bar::Retired) => Some("retired"),
        Err(Bar::Ended(_)) => Some("ended"),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
