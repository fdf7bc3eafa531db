//! May this caller use this model here, and through which subscription? Pure: the live path, the
//! dry run and the diagnose page ask the same functions.

use std::sync::Arc;

use crate::base::ids::SubscriptionId;
use crate::base::limit::{Limit, LimitScope};
use crate::base::{Code, Error, Result, Timestamp};
use crate::domain::gate::{AppCard, KeyCard, SubscriptionState, VersionState, subscription};
use crate::wire::Endpoint;

use super::arrival::Door;
use super::directory::{Api, Catalogue, Model, Plan, Version};
use super::nearest;

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

/// One subscription with the rows it hangs on.
struct Candidate<'a> {
    row: &'a subscription::Model,
    api: &'a Arc<Api>,
    version: &'a Arc<Version>,
    plan: &'a Arc<Plan>,
}

/// Decides.
///
/// # Errors
/// The refusal that helps most: see the order of [`rank`].
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
            scope(key, wanted.endpoint)?;
            grant(key, app, &candidate, wanted)
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

fn kind_of(endpoint: Endpoint) -> &'static str {
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
            Ok(()) => not_of_key(candidate.api),
            Err(refusal) => refusal,
        };
        if best.as_ref().is_none_or(|other| rank(refusal.code()) < rank(other.code())) {
            best = Some(refusal);
        }
    }
    Err(best.unwrap_or_else(|| without_any(app)))
}

fn without_any(app: &AppCard) -> Error {
    Code::SubscriptionMissing.saying(format!("Application {} has no subscription yet.", app.app.name))
}

/// Every subscription of the application whose rows are all there, in their order.
fn candidates<'a>(app: &'a AppCard, catalogue: &'a Catalogue) -> impl Iterator<Item = Candidate<'a>> {
    app.subscriptions.iter().filter(|row| row.state != SubscriptionState::Withdrawn).filter_map(|row| {
        let (api, version, plan) =
            (catalogue.api(row.api_id)?, catalogue.version(row.version_id)?, catalogue.plan(row.plan_id)?);
        Some(Candidate { row, api, version, plan })
    })
}

fn may_call(key: &KeyCard, api: &Api) -> bool {
    key.apis.as_ref().is_none_or(|apis| apis.contains(&api.id))
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
        None => Err(none_fits(key, app, catalogue, wanted, now)),
    }
}

/// The best refusal, once no subscription fits: only then are there words to be made.
fn none_fits(
    key: &KeyCard,
    app: &AppCard,
    catalogue: &Catalogue,
    wanted: Wanted<'_>,
    now: Timestamp,
) -> Error {
    // Of subscriptions with the model, and of those without: the latter say nothing about the model.
    let (mut best, mut other): (Option<Error>, Option<Error>) = (None, None);
    let mut usable = Vec::new();
    for candidate in candidates(app, catalogue) {
        let serves = candidate.version.models.contains_key(wanted.model);
        let refusal = match state(&candidate, now) {
            Ok(()) if !may_call(key, candidate.api) => not_of_key(candidate.api),
            Ok(()) => {
                let refusal = serves.then(|| not_in_plan(wanted.model, &candidate));
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
    best.unwrap_or_else(|| nothing_serves(app, catalogue, wanted, &usable, other))
}

/// No subscription's version has the model: is there one elsewhere, or none at all?
fn nothing_serves(
    app: &AppCard,
    catalogue: &Catalogue,
    wanted: Wanted<'_>,
    usable: &[Candidate<'_>],
    other: Option<Error>,
) -> Error {
    let has_it = |api: &&Arc<Api>| {
        let live =
            api.versions.iter().any(|version| version.is_live() && version.models.contains_key(wanted.model));
        live && api.is_visible_to(app.team.id)
    };
    let name = &app.app.name;
    if let Some(api) = catalogue.apis().filter(has_it).min_by(|a, b| a.slug.cmp(&b.slug)) {
        let said = format!(
            "Model `{}` belongs to API {}; application {name} is not subscribed to it.",
            wanted.model, api.slug
        );
        return Code::SubscriptionMissing.saying(said).about(api.id.0);
    }
    if !usable.is_empty() {
        let names = usable.iter().flat_map(|one| allowed(one));
        return unknown_model(wanted.model, names);
    }
    other.unwrap_or_else(|| without_any(app))
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
        let said = format!("Application {app_name} is not subscribed to API {}.", api.slug);
        return Err(Code::SubscriptionMissing.saying(said).about(api.id.0));
    };
    state(&candidate, now)?;
    if candidate.version.row.id != version.row.id {
        let theirs = &candidate.version.row.name;
        return Err(Code::SubscriptionMissing.saying(format!(
            "Application {app_name} is subscribed to {theirs} of API {}, not to {name}; move the subscription or call {theirs}.",
            api.slug
        )));
    }
    if !version.models.contains_key(wanted.model) {
        return Err(unknown_model(wanted.model, allowed(&candidate)));
    }
    if !candidate.plan.has(wanted.model) {
        return Err(not_in_plan(wanted.model, &candidate));
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
            let has = if names.is_empty() { "no live version".to_owned() } else { names.join(", ") };
            Err(Code::VersionUnknown.saying(format!("API {} has {has}.", api.slug)))
        }
    }
}

/// Is the subscription in force, on a version that still answers?
fn state(candidate: &Candidate<'_>, now: Timestamp) -> Result<()> {
    in_force(candidate, now).map_err(|bar| bar.error(candidate).about(candidate.row.id.0))
}

/// Why a subscription is not in force, before there are words for it.
#[derive(Clone, Copy)]
enum Bar {
    Pending,
    Denied,
    Suspended,
    Ended(Timestamp),
    Withdrawn,
    Retired,
    Draft,
}

fn in_force(candidate: &Candidate<'_>, now: Timestamp) -> Result<(), Bar> {
    let row = candidate.row;
    match row.state {
        SubscriptionState::Approved => {}
        SubscriptionState::Requested => return Err(Bar::Pending),
        SubscriptionState::Denied => return Err(Bar::Denied),
        SubscriptionState::Suspended => return Err(Bar::Suspended),
        SubscriptionState::Ended => return Err(Bar::Ended(row.ends_at.unwrap_or(row.state_at))),
        SubscriptionState::Withdrawn => return Err(Bar::Withdrawn),
    }
    if let Some(end) = row.ends_at.filter(|end| *end <= now) {
        return Err(Bar::Ended(end));
    }
    match candidate.version.row.state {
        VersionState::Published | VersionState::Deprecated => Ok(()),
        VersionState::Retired => Err(Bar::Retired),
        VersionState::Draft => Err(Bar::Draft),
    }
}

impl Bar {
    fn code(self) -> Code {
        match self {
            Self::Pending => Code::SubscriptionPending,
            Self::Denied => Code::SubscriptionDenied,
            Self::Suspended => Code::SubscriptionSuspended,
            Self::Ended(_) => Code::SubscriptionEnded,
            Self::Withdrawn => Code::SubscriptionMissing,
            Self::Retired => Code::VersionRetired,
            Self::Draft => Code::VersionUnknown,
        }
    }

    fn error(self, candidate: &Candidate<'_>) -> Error {
        let (row, version) = (candidate.row, &candidate.version.row.name);
        let (api, since) = (&candidate.api.slug, row.state_at);
        let said = match self {
            Self::Pending => format!(
                "The subscription to {api} was requested on {} and waits for a decision.",
                row.requested_at.human()
            ),
            Self::Denied => format!("The subscription to {api} was denied on {}.", since.human()),
            Self::Suspended => {
                format!("The subscription to {api} has been suspended since {}.", since.human())
            }
            Self::Ended(at) => format!("The subscription to {api} ended on {}.", at.human()),
            Self::Draft => format!("Version {version} of API {api} is not published."),
            Self::Withdrawn => return self.code().into(),
            Self::Retired => return retired(candidate.api, candidate.version),
        };
        self.code().saying(said)
    }
}

fn retired(api: &Api, version: &Version) -> Error {
    let row = &version.row;
    let on = row.retired_at.map(|at| format!(" on {}", at.day())).unwrap_or_default();
    let next = row.successor_id.and_then(|id| api.versions.iter().find(|version| version.row.id == id));
    let next = next.map(|version| format!("; use {}", version.row.name)).unwrap_or_default();
    let guide = row.guide_url.as_ref().map(|url| format!(" Guide: {url}")).unwrap_or_default();
    Code::VersionRetired
        .saying(format!("Version {} of API {} was retired{on}{next}.{guide}", row.name, api.slug))
}

fn not_of_key(api: &Api) -> Error {
    Code::ScopeMissing.saying(format!("This key may not call API {}: it is limited to other APIs.", api.slug))
}

fn not_in_plan(model: &str, candidate: &Candidate<'_>) -> Error {
    let names: Vec<String> = allowed(candidate).map(|name| format!("`{name}`")).take(8).collect();
    let names = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    Code::ModelNotAllowed
        .saying(format!(
            "Model `{model}` is not in plan {} of API {}; allowed: {names}.",
            candidate.plan.name, candidate.api.slug
        ))
        .on("model")
        .about(candidate.row.id.0)
}

fn unknown_model<'n>(model: &str, names: impl Iterator<Item = &'n str>) -> Error {
    let hint = nearest::hint(model, names);
    Code::ModelNotFound.saying(format!("There is no model `{}`{hint}.", nearest::shown(model))).on("model")
}

/// The names a subscription may use, in the version's order.
fn allowed<'c>(candidate: &Candidate<'c>) -> impl Iterator<Item = &'c str> + use<'c> {
    let (version, plan) = (candidate.version, candidate.plan);
    version.names.iter().map(String::as_str).filter(|name| plan.has(name))
}

/// Which refusal helps most, best first.
fn rank(code: Code) -> u8 {
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
        Door::Api { slug, version } => Some(place(app, catalogue, slug, version)?),
    };
    if let Some((api, version)) = only.filter(|(_, version)| version.row.state == VersionState::Retired) {
        return Err(retired(api, version));
    }
    scope_word(key, "models")?;
    let mut listed: Vec<Listed> = Vec::new();
    for candidate in candidates(app, catalogue) {
        let here = only.is_none_or(|(_, version)| version.row.id == candidate.version.row.id);
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
    Ok(listed)
}

#[cfg(test)]
mod tests;
