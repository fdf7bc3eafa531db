//! The button that mends a cause, by what the person may do.

use crate::base::ids::{AppId, KeyId, SubscriptionId, TeamId, UserId};
use crate::base::{Code, Error};
use crate::domain::actor::Actor;
use crate::domain::keys;
use crate::domain::permit::{Right, may};
use crate::store::entity::key;

/// What the cause is about, as far as it is known.
#[derive(Clone, Debug, Default)]
pub struct About {
    pub key: Option<KeyId>,
    pub app: Option<AppId>,
    pub team: Option<TeamId>,
    pub user: Option<UserId>,
    pub subscription: Option<SubscriptionId>,
    /// An operator paused the key, and only an operator may enable it.
    pub held: bool,
    /// The address of the API in the catalogue.
    pub api: Option<String>,
}

/// Where the fix is done, and in what words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    pub label: &'static str,
    pub href: String,
    pub way: Way,
}

/// How the button works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// It opens the page where the fix is.
    Open,
    /// It is the fix.
    Act,
}

/// The one thing to do about a cause; none where only waiting or somebody else helps.
pub fn fix(actor: &Actor, code: Code, about: &About) -> Option<Fix> {
    let to = |label: &'static str, href: String| Some(Fix { label, href, way: Way::Open });
    let key = |label: &'static str, tail: &str| {
        about
            .key
            .and_then(|id| to(label, format!("/keys/{id}{tail}")))
            .or_else(|| to("My keys", "/keys".to_owned()))
    };
    match code {
        Code::KeyExpired => key("Extend or rotate the key", ""),
        Code::KeyRotated => key("See who still uses the old secret", "/rotation"),
        Code::KeyPaused if looks_after(actor, about) && !about.held => about.key.map(|id| Fix {
            label: "Enable the key",
            href: format!("/keys/{id}/enablement"),
            way: Way::Act,
        }),
        Code::KeyPaused => key("Open the key", ""),
        Code::IpNotAllowed => key("Add this address", "/settings"),
        Code::ScopeMissing => key("Change the key's scopes", "/settings"),
        Code::RateLimitExceeded | Code::ConcurrencyLimited | Code::InsufficientQuota => {
            key("See the limits", "")
        }
        Code::AuthInUrl if about.key.is_some() => key("Stop the leak", "/leak"),
        Code::KeyMalformed if about.key.is_some() => key("Open the key it looks like", ""),
        Code::KeyRevoked => match about.app {
            Some(app) => to("Make a new key", format!("/keys/new?app={app}")),
            None => to("Make a new key", "/keys/new".to_owned()),
        },
        Code::AuthMissing
        | Code::AuthScheme
        | Code::AuthInUrl
        | Code::KeyForeign
        | Code::KeyMalformed
        | Code::KeyUnknown => to("My keys", "/keys".to_owned()),
        Code::OwnerDeactivated | Code::OwnerDeleted => match about.user {
            Some(user) if may(actor, Right::ManagePeople) => to("Open the user", format!("/users/{user}")),
            _ => key("Hand the key to somebody else", ""),
        },
        Code::OwnerNotMember => match about.team {
            Some(team) if actor.owns(team) || may(actor, Right::ManagePeople) => {
                to("Open the team", format!("/teams/{team}"))
            }
            _ => key("Hand the key to somebody else", ""),
        },
        Code::AppSuspended => about.app.and_then(|app| to("Read the reason", format!("/apps/{app}"))),
        Code::TeamSuspended => about.team.and_then(|team| to("Read the reason", format!("/teams/{team}"))),
        // It has one, on another version.
        Code::SubscriptionMissing if about.subscription.is_some() => request(about, "Move the subscription"),
        Code::SubscriptionMissing => match (&about.api, about.app) {
            (Some(slug), Some(app)) => to("Subscribe", format!("/subscribe/{slug}?app={app}")),
            (Some(slug), None) => to("Subscribe", format!("/subscribe/{slug}")),
            (None, _) => to("Find an API to subscribe to", "/catalogue".to_owned()),
        },
        Code::SubscriptionPending => request(about, "Open the request"),
        Code::SubscriptionDenied => request(about, "Read the comment and ask again"),
        Code::SubscriptionSuspended => request(about, "Read the reason"),
        Code::SubscriptionEnded => request(about, "Renew it"),
        Code::VersionRetired => request(about, "Move to the successor"),
        Code::ModelNotAllowed => request(about, "Change the plan"),
        Code::ModelUnpriced if may(actor, Right::ManageSupply) => {
            to("Set the model's price", "/manage/models".to_owned())
        }
        Code::ModelNotFound | Code::ApiUnknown | Code::VersionUnknown => {
            to("Look it up in the catalogue", "/catalogue".to_owned())
        }
        Code::VendorCredential
        | Code::VendorLimit
        | Code::VendorOverloaded
        | Code::VendorUnreachable
        | Code::VendorTls
        | Code::VendorError
        | Code::VendorTimeout
        | Code::NoTarget
            if may(actor, Right::ManageSupply) =>
        {
            to("Open the vendors", "/manage/vendors".to_owned())
        }
        _ => None,
    }
}

/// The same for a key that would be refused now.
pub fn for_key(actor: &Actor, row: &key::Model, error: &Error) -> Option<Fix> {
    let subscription = error.subject().filter(|_| error.code() != Code::SubscriptionMissing);
    let about = About {
        key: Some(row.id),
        app: Some(row.app_id),
        team: Some(row.team_id),
        user: Some(row.owner_id),
        subscription: subscription.map(SubscriptionId),
        held: !keys::may_enable(actor, row),
        api: None,
    };
    fix(actor, error.code(), &about)
}

/// The owner of the key, an owner of its team, or an admin.
fn looks_after(actor: &Actor, about: &About) -> bool {
    let own = about.user.is_some() && about.user == actor.user_id();
    own || about.team.is_some_and(|team| actor.owns(team)) || may(actor, Right::ManagePeople)
}

fn request(about: &About, label: &'static str) -> Option<Fix> {
    let href = match (about.subscription, about.app) {
        (Some(id), _) => format!("/requests/{id}"),
        (None, Some(app)) => format!("/apps/{app}"),
        (None, None) => "/requests".to_owned(),
    };
    Some(Fix { label, href, way: Way::Open })
}

#[cfg(test)]
mod tests;
