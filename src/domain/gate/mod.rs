//! What the call path reads: whole rows about one caller, and the whole catalogue. The one place
//! whose reads are not scoped by an actor; who may call is decided in `gateway`.

mod queries;

use ipnet::IpNet;

use crate::base::ids::{ApiId, AppId, KeyId, SessionId, TeamId, UserId};
use crate::base::limit::{Limit, LimitScope};
use crate::base::{Result, Secret, Timestamp, network};
use crate::domain::supply;

pub use crate::store::entity::states::{
    KeyReason, KeyState, PlanState, Scope, Standing, SubscriptionState, Switch, UserState, VersionState,
    Visibility,
};
pub use crate::store::entity::{
    api, api_team, api_version, api_version_model, application, credential, key, key_secret, limit, model,
    plan, plan_model, price, provider, subscription, target, team,
};
pub use crate::store::{Change, Db, Listener, Noted};

/// A key with the secret it was asked by. `secret` is absent when it was asked by its id.
#[derive(Clone, Debug)]
pub struct KeyCard {
    pub key: key::Model,
    pub secret: Option<key_secret::Model>,
    /// Endpoint classes; `None` is all.
    pub scopes: Option<Vec<String>>,
    /// `None` is all.
    pub apis: Option<Vec<ApiId>>,
    /// `None` is any address.
    pub networks: Option<Vec<IpNet>>,
    pub limits: Vec<Limit>,
}

/// An application with its team and its subscriptions in their order.
#[derive(Clone, Debug)]
pub struct AppCard {
    pub app: application::Model,
    pub team: team::Model,
    pub team_limits: Vec<Limit>,
    pub subscriptions: Vec<subscription::Model>,
}

/// A user's state and teams.
#[derive(Clone, Debug)]
pub struct UserCard {
    pub id: UserId,
    pub state: UserState,
    pub state_at: Timestamp,
    pub teams: Vec<TeamId>,
}

/// A user's session of the portal, as far as a call made from its pages asks.
#[derive(Clone, Copy, Debug)]
pub struct SessionCard {
    pub user: UserId,
    /// None when it is over, or was never there.
    pub ends_at: Option<Timestamp>,
}

impl SessionCard {
    pub fn lives(&self, now: Timestamp) -> bool {
        self.ends_at.is_some_and(|end| end > now)
    }
}

/// Every row of the catalogue.
#[derive(Default)]
pub struct CatalogueRows {
    pub apis: Vec<api::Model>,
    pub api_teams: Vec<api_team::Model>,
    /// The teams that own an API.
    pub owners: Vec<team::Model>,
    pub versions: Vec<api_version::Model>,
    pub version_models: Vec<api_version_model::Model>,
    pub plans: Vec<plan::Model>,
    pub plan_models: Vec<plan_model::Model>,
    pub plan_limits: Vec<limit::Model>,
    pub models: Vec<model::Model>,
    pub targets: Vec<target::Model>,
    pub providers: Vec<provider::Model>,
    pub credentials: Vec<credential::Model>,
    pub prices: Vec<price::Model>,
}

/// The newest change that is committed. Rows read after this call are at least as new.
///
/// # Errors
/// The database's own.
pub async fn newest_change(db: &Db) -> Result<i64> {
    queries::newest_change(db).await
}

/// The key that a digest (see `Vault::key_digest`) belongs to.
///
/// # Errors
/// The database's own.
pub async fn find_key(db: &Db, digest: &[u8; 32]) -> Result<Option<KeyCard>> {
    let Some(secret) = queries::secret(db, digest).await? else { return Ok(None) };
    let Some(key) = queries::key(db, secret.key_id).await? else { return Ok(None) };
    card(db, key, Some(secret)).await.map(Some)
}

/// A key by its id, for the playground and for dry runs.
///
/// # Errors
/// The database's own.
pub async fn find_key_by_id(db: &Db, id: KeyId) -> Result<Option<KeyCard>> {
    match queries::key(db, id).await? {
        Some(key) => card(db, key, None).await.map(Some),
        None => Ok(None),
    }
}

async fn card(db: &Db, key: key::Model, secret: Option<key_secret::Model>) -> Result<KeyCard> {
    let limits = limits(db, LimitScope::Key, key.id.0).await?;
    let words = |list: &str| -> Vec<String> {
        list.split(',').map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect()
    };
    let scopes = Some(words(&key.scopes)).filter(|words| !words.is_empty());
    let apis =
        key.api_ids.as_deref().map(|list| words(list).iter().filter_map(|id| id.parse().ok()).collect());
    // An entry that cannot be read matches nothing: a damaged list never opens a key to everyone.
    let networks = Some(words(&key.ip_list)).filter(|words| !words.is_empty());
    let networks = networks.map(|words| words.iter().filter_map(|word| network::read(word)).collect());
    Ok(KeyCard { key, secret, scopes, apis, networks, limits })
}

async fn limits(db: &Db, scope: LimitScope, subject: uuid::Uuid) -> Result<Vec<Limit>> {
    let rows = queries::limits(db, scope, subject).await?;
    Ok(rows.into_iter().map(|row| Limit { scope, subject, kind: row.kind, amount: row.amount }).collect())
}

/// # Errors
/// The database's own.
pub async fn find_app(db: &Db, id: AppId) -> Result<Option<AppCard>> {
    let Some(app) = queries::app(db, id).await? else { return Ok(None) };
    let Some(team) = queries::team(db, app.team_id).await? else { return Ok(None) };
    let team_limits = limits(db, LimitScope::Team, team.id.0).await?;
    let subscriptions = queries::subscriptions(db, id).await?;
    Ok(Some(AppCard { app, team, team_limits, subscriptions }))
}

/// # Errors
/// The database's own.
pub async fn find_user(db: &Db, id: UserId) -> Result<Option<UserCard>> {
    let Some(user) = queries::user(db, id).await? else { return Ok(None) };
    let teams = queries::teams_of(db, id).await?;
    Ok(Some(UserCard { id, state: user.state, state_at: user.state_at, teams }))
}

/// A session of this user. Whatever ends one notes a change of its user.
///
/// # Errors
/// The database's own.
pub async fn session(db: &Db, user: UserId, id: SessionId) -> Result<SessionCard> {
    let row = queries::session(db, id).await?;
    let account = queries::user(db, user).await?.filter(|account| account.state == UserState::Active);
    let ends_at = match (row, account) {
        (Some(row), Some(account)) if row.user_id == user && row.epoch == account.epoch => {
            Some(row.expires_at)
        }
        _ => None,
    };
    Ok(SessionCard { user, ends_at })
}

/// # Errors
/// The database's own.
pub async fn catalogue(db: &Db) -> Result<CatalogueRows> {
    queries::catalogue(db).await
}

/// Opens a credential's secret, for the provider's address it was typed for.
///
/// # Errors
/// `vendor_credential` when it does not open.
pub fn unseal(db: &Db, provider: &provider::Model, row: &credential::Model) -> Result<Secret> {
    supply::open_secret(db.vault(), provider, row)
}
