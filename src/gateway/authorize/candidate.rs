//! The subscriptions of an application, and which of them are in force.

use std::sync::Arc;

use crate::base::{Code, Error, Result, Timestamp};
use crate::domain::gate::{AppCard, KeyCard, SubscriptionState, VersionState, subscription};
use crate::gateway::directory::{Api, Catalogue, Plan, Version};

/// One subscription with the rows it hangs on.
pub struct Candidate<'a> {
    pub row: &'a subscription::Model,
    pub api: &'a Arc<Api>,
    pub version: &'a Arc<Version>,
    pub plan: &'a Arc<Plan>,
}

/// Every subscription of the application whose rows are all there, in their order.
pub fn candidates<'a>(app: &'a AppCard, catalogue: &'a Catalogue) -> impl Iterator<Item = Candidate<'a>> {
    app.subscriptions.iter().filter(|row| row.state != SubscriptionState::Withdrawn).filter_map(|row| {
        let (api, version, plan) =
            (catalogue.api(row.api_id)?, catalogue.version(row.version_id)?, catalogue.plan(row.plan_id)?);
        Some(Candidate { row, api, version, plan })
    })
}

pub fn may_call(key: &KeyCard, api: &Api) -> bool {
    key.apis.as_ref().is_none_or(|apis| apis.contains(&api.id))
}

/// The names a subscription may use, in the version's order.
pub fn allowed<'c>(candidate: &Candidate<'c>) -> impl Iterator<Item = &'c str> + use<'c> {
    let (version, plan) = (candidate.version, candidate.plan);
    version.names.iter().map(String::as_str).filter(|name| plan.has(name))
}

/// Is the subscription in force, on a version that still answers?
pub fn state(candidate: &Candidate<'_>, now: Timestamp) -> Result<()> {
    in_force(candidate, now).map_err(|bar| bar.error(candidate).about(candidate.row.id.0))
}

/// Why a subscription is not in force, before there are words for it.
#[derive(Clone, Copy)]
pub enum Bar {
    Pending,
    Denied,
    Suspended,
    Ended(Timestamp),
    Withdrawn,
    Retired,
    Draft,
}

pub fn in_force(candidate: &Candidate<'_>, now: Timestamp) -> Result<(), Bar> {
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
    pub fn code(self) -> Code {
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

    pub fn error(self, candidate: &Candidate<'_>) -> Error {
        let (row, version) = (candidate.row, &candidate.version.row.name);
        let (api, since) = (&candidate.api.slug, row.state_at);
        let said = match self {
            Self::Pending => {
                let owner = candidate.api.owner.as_ref();
                let owner =
                    owner.map_or_else(|| "its owner".to_owned(), |team| format!("its owner, team {team}"));
                format!(
                    "The subscription to {api} was requested on {} and waits for the decision of {owner}.",
                    row.requested_at.human()
                )
            }
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

pub fn retired(api: &Api, version: &Version) -> Error {
    let row = &version.row;
    let on = row.retired_at.map(|at| format!(" on {}", at.day())).unwrap_or_default();
    let next = row.successor_id.and_then(|id| api.versions.iter().find(|version| version.row.id == id));
    let next = next.map(|version| format!("; use {}", version.row.name)).unwrap_or_default();
    let guide = row.guide_url.as_ref().map(|url| format!(" Guide: {url}")).unwrap_or_default();
    Code::VersionRetired
        .saying(format!("Version {} of API {} was retired{on}{next}.{guide}", row.name, api.slug))
}
