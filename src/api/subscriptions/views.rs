//! Subscriptions as answers show them.

use serde::Serialize;
use utoipa::ToSchema;

use crate::base::Timestamp;
use crate::base::ids::{ApiId, AppId, PlanId, SubscriptionId, TeamId, UserId, VersionId};
use crate::domain::subscriptions::SubscriptionView;

/// A subscription of an app to an API.
#[derive(Serialize, ToSchema)]
pub(super) struct Subscription {
    #[schema(value_type = Uuid)]
    id: SubscriptionId,
    #[schema(value_type = Uuid)]
    team_id: TeamId,
    #[schema(value_type = Uuid)]
    app_id: AppId,
    /// The name of the app.
    app: String,
    #[schema(value_type = Uuid)]
    api_id: ApiId,
    /// The API's address word.
    api: String,
    #[schema(value_type = Uuid)]
    version_id: VersionId,
    /// Its name.
    version: String,
    #[schema(value_type = Uuid)]
    plan_id: PlanId,
    /// Its name.
    plan: String,
    /// Lower serves first.
    position: i32,
    /// `requested`, `approved`, `denied`, `withdrawn`, `suspended` or `ended`.
    state: &'static str,
    /// Why it was asked for.
    reason: String,
    /// How many calls are expected, in words.
    volume: String,
    /// The user who asked.
    #[schema(value_type = Uuid)]
    requested_by: UserId,
    /// RFC 3339.
    #[schema(format = DateTime)]
    requested_at: String,
    /// Empty where a rule decided.
    #[schema(value_type = Option<Uuid>)]
    decided_by: Option<UserId>,
    /// RFC 3339; null while nobody decided.
    #[schema(format = DateTime)]
    decided_at: Option<String>,
    /// Of the last decision or suspension.
    comment: Option<String>,
    /// RFC 3339; null: no end.
    #[schema(format = DateTime)]
    ends_at: Option<String>,
}

impl From<SubscriptionView> for Subscription {
    fn from(view: SubscriptionView) -> Self {
        let state = view.shown_state();
        let row = view.row;
        Self {
            id: row.id,
            team_id: row.team_id,
            app_id: row.app_id,
            app: view.app,
            api_id: row.api_id,
            api: view.slug,
            version_id: row.version_id,
            version: view.version,
            plan_id: row.plan_id,
            plan: view.plan,
            position: row.position,
            state,
            reason: row.reason,
            volume: row.volume,
            requested_by: row.requested_by,
            requested_at: row.requested_at.rfc3339(),
            decided_by: row.decided_by,
            decided_at: row.decided_at.map(Timestamp::rfc3339),
            comment: row.comment,
            ends_at: row.ends_at.map(Timestamp::rfc3339),
        }
    }
}

/// A page of subscriptions, the newest first.
#[derive(Serialize, ToSchema)]
pub(super) struct Subscriptions {
    pub(super) items: Vec<Subscription>,
    /// Pass it as `before` for what follows.
    #[schema(value_type = Option<Uuid>)]
    pub(super) next: Option<SubscriptionId>,
}

/// A line of a subscription's timeline.
#[derive(Serialize, ToSchema)]
pub(super) struct SubscriptionEvent {
    /// RFC 3339.
    #[schema(format = DateTime)]
    pub(super) at: String,
    /// The e-mail address of who did it, or `rule:plan`.
    pub(super) by: String,
    /// `requested`, `approved`, `denied`, `asked_again`, `withdrawn`, `suspended`, `resumed`, `ended`, `moved`,
    /// `changed`, `plan_changed`, `plan_requested` or `reminded`.
    pub(super) what: String,
    /// After it.
    pub(super) state: &'static str,
    /// What was said with it.
    pub(super) comment: Option<String>,
}
