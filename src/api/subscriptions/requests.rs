//! What is asked of subscriptions.

use serde::Deserialize;
use utoipa::ToSchema;

use crate::api::paging::Limit;
use crate::base::ids::{AppId, PlanId, SubscriptionId, VersionId};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    pub(super) state: Option<String>,
    #[serde(default)]
    pub(super) inbox: bool,
    pub(super) before: Option<SubscriptionId>,
    #[serde(default)]
    pub(super) limit: Limit,
}

/// A request for an API.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewSubscription {
    /// None: your own app, made when there is none.
    #[schema(value_type = Option<Uuid>)]
    pub(super) app_id: Option<AppId>,
    #[schema(value_type = Uuid)]
    pub(super) version_id: VersionId,
    #[schema(value_type = Uuid)]
    pub(super) plan_id: PlanId,
    /// Why: the one who decides reads it.
    #[serde(default)]
    pub(super) reason: String,
    /// How many calls are expected, in words.
    #[serde(default)]
    pub(super) volume: String,
    /// RFC 3339, or a day.
    #[schema(example = "2027-03-31T12:00:00Z")]
    pub(super) ends_at: Option<String>,
}

/// An approval; what is left out is granted as asked.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Approval {
    /// Another plan of the same API.
    #[schema(value_type = Option<Uuid>)]
    pub(super) plan_id: Option<PlanId>,
    /// RFC 3339, or a day.
    #[schema(example = "2027-03-31T12:00:00Z")]
    pub(super) ends_at: Option<String>,
    /// The one who asked is shown this.
    #[serde(default)]
    pub(super) comment: String,
}

/// Why a request is denied.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Denial {
    /// The requester is shown this.
    pub(super) comment: String,
}

/// A denied request, asked again.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Repeat {
    /// None: the plan asked for before.
    #[schema(value_type = Option<Uuid>)]
    pub(super) plan_id: Option<PlanId>,
    /// Why: the one who decides reads it.
    #[serde(default)]
    pub(super) reason: String,
    /// How many calls are expected, in words.
    #[serde(default)]
    pub(super) volume: String,
    /// RFC 3339, or a day.
    #[schema(example = "2027-03-31T12:00:00Z")]
    pub(super) ends_at: Option<String>,
}

/// Why a subscription is suspended.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SubscriptionSuspension {
    /// Its team is shown this.
    pub(super) reason: String,
}

/// A word about the end.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct End {
    /// Both sides are shown this.
    #[serde(default)]
    pub(super) comment: String,
}

/// Where a subscription goes; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MoveBody {
    #[schema(value_type = Option<Uuid>)]
    pub(super) version_id: Option<VersionId>,
    #[schema(value_type = Option<Uuid>)]
    pub(super) plan_id: Option<PlanId>,
}
