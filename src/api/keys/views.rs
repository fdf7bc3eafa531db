//! Keys as answers show them: never with their secret, but the one time it is told.

use ipnet::IpNet;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::limits::LimitsBody;
use crate::base::Timestamp;
use crate::base::ids::{ApiId, AppId, KeyId, KeySecretId, TeamId, UserId};
use crate::domain::keys::{self, KeyView};
use crate::domain::plans::Limits;
use crate::store::entity::states::Scope;

/// A key. Its secret is not part of it.
#[derive(Serialize, ToSchema)]
pub(super) struct Key {
    #[schema(value_type = Uuid)]
    id: KeyId,
    #[schema(value_type = Uuid)]
    team_id: TeamId,
    #[schema(value_type = Uuid)]
    app_id: AppId,
    /// The user who answers for it.
    #[schema(value_type = Uuid)]
    owner_id: UserId,
    name: String,
    /// `active`, `paused`, `expired`, `revoked` or `leaked`.
    state: &'static str,
    /// The first characters of the newest secret.
    prefix: String,
    /// The last four characters of the newest secret.
    last4: String,
    /// Of the newest secret; a rotation may name it as `expected_secret_id`.
    #[schema(value_type = Option<Uuid>)]
    secret_id: Option<KeySecretId>,
    /// Endpoint classes; null: all.
    scopes: Option<Vec<&'static str>>,
    /// Null: every API its app is subscribed to.
    #[schema(value_type = Option<Vec<Uuid>>)]
    api_ids: Option<Vec<ApiId>>,
    /// Networks it may be used from; null: anywhere.
    ips: Option<Vec<String>>,
    limits: LimitsBody,
    /// RFC 3339; null: it has no end.
    #[schema(format = DateTime)]
    expires_at: Option<String>,
    /// Until then an older secret works too.
    #[schema(format = DateTime)]
    overlap_until: Option<String>,
    /// RFC 3339.
    #[schema(format = DateTime)]
    created_at: String,
    /// RFC 3339; null: never.
    #[schema(format = DateTime)]
    last_used_at: Option<String>,
    /// The address of the last call.
    last_used_ip: Option<String>,
}

pub(super) fn shown(view: KeyView, limits: &Limits) -> Key {
    let row = view.row;
    let scopes = || keys::scopes(&row).into_iter().map(Scope::word).collect();
    let ips = || keys::networks(&row).iter().map(IpNet::to_string).collect();
    Key {
        id: row.id,
        team_id: row.team_id,
        app_id: row.app_id,
        owner_id: row.owner_id,
        state: view.condition.word(),
        secret_id: view.secrets.first().map(|secret| secret.id),
        scopes: (!row.scopes.is_empty()).then(scopes),
        api_ids: keys::api_ids(&row),
        ips: (!row.ip_list.is_empty()).then(ips),
        limits: LimitsBody::of(limits),
        expires_at: row.expires_at.map(Timestamp::rfc3339),
        overlap_until: view.overlap_until.map(Timestamp::rfc3339),
        created_at: row.created_at.rfc3339(),
        last_used_at: row.last_used_at.map(Timestamp::rfc3339),
        last_used_ip: row.last_used_ip,
        name: row.name,
        prefix: row.prefix,
        last4: row.last4,
    }
}

/// A key in a list: without its limits.
#[derive(Serialize, ToSchema)]
pub(super) struct KeyLine {
    #[schema(value_type = Uuid)]
    id: KeyId,
    #[schema(value_type = Uuid)]
    app_id: AppId,
    /// The user who answers for it.
    #[schema(value_type = Uuid)]
    owner_id: UserId,
    name: String,
    /// `active`, `paused`, `expired`, `revoked` or `leaked`.
    state: &'static str,
    /// The first characters of the secret.
    prefix: String,
    /// The last four characters of the secret.
    last4: String,
    /// RFC 3339; null: it has no end.
    #[schema(format = DateTime)]
    expires_at: Option<String>,
    /// RFC 3339; null: never.
    #[schema(format = DateTime)]
    last_used_at: Option<String>,
}

/// A page of keys, the newest first.
#[derive(Serialize, ToSchema)]
pub(super) struct Keys {
    pub(super) items: Vec<KeyLine>,
    /// Pass it as `before` for what follows.
    #[schema(value_type = Option<Uuid>)]
    pub(super) next: Option<KeyId>,
}

pub(super) fn line(view: KeyView) -> KeyLine {
    let row = view.row;
    KeyLine {
        id: row.id,
        app_id: row.app_id,
        owner_id: row.owner_id,
        name: row.name,
        state: view.condition.word(),
        prefix: row.prefix,
        last4: row.last4,
        expires_at: row.expires_at.map(Timestamp::rfc3339),
        last_used_at: row.last_used_at.map(Timestamp::rfc3339),
    }
}

/// A key with its secret, which is told this once.
#[derive(Serialize, ToSchema)]
pub(super) struct IssuedKey {
    /// Told this once: keep it now.
    pub(super) secret: String,
    pub(super) key: Key,
}
