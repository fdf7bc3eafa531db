//! APIs as those see them who make them.

use std::collections::HashMap;

use super::cards::{self, VersionView};
use super::queries;
use crate::base::Result;
use crate::base::ids::{ApiId, TeamId, VersionId};
use crate::domain::actor::Actor;
use crate::domain::permit;
use crate::store::Db;
use crate::store::entity::{api, api_version};

/// One API of the list or the editor.
#[derive(Clone, Debug)]
pub struct ManagedApi {
    pub api: api::Model,
    pub owner_team: String,
    /// Newest first.
    pub versions: Vec<VersionView>,
    /// Teams that see it when it is not for everyone.
    pub teams: Vec<TeamId>,
    /// Live subscriptions to any version.
    pub subscribers: u64,
}

/// Who holds a live subscription to a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscriber {
    pub app: String,
    pub team: String,
    pub state: String,
}

/// The APIs that the actor sees as their makers do, by name.
///
/// # Errors
/// `not_permitted` for those who see none so.
pub async fn list_managed(db: &Db, actor: &Actor) -> Result<Vec<ManagedApi>> {
    let apis = queries::managed(db.read(), permit::sees_apis_of(actor)?).await?;
    views(db, apis).await
}

/// A page of them, the newest first.
///
/// # Errors
/// As [`list_managed`].
pub async fn page_of_managed(
    db: &Db,
    actor: &Actor,
    before: Option<ApiId>,
    limit: u64,
) -> Result<Vec<ManagedApi>> {
    let owners = permit::sees_apis_of(actor)?;
    let apis = queries::managed_before(db.read(), owners, before, limit).await?;
    views(db, apis).await
}

/// One of them.
///
/// # Errors
/// `not_permitted`, `not_found`.
pub async fn get_managed(db: &Db, actor: &Actor, id: ApiId) -> Result<ManagedApi> {
    let api = queries::find_seen_by_manager(db.read(), actor, id).await?;
    let mut views = views(db, vec![api]).await?;
    views.pop().ok_or_else(|| crate::base::Code::NotFound.with(id))
}

/// Who owns one of them: the names of its team's owners.
///
/// # Errors
/// `not_permitted`, `not_found`.
pub async fn owners(db: &Db, actor: &Actor, id: ApiId) -> Result<Vec<String>> {
    let api = queries::find_seen_by_manager(db.read(), actor, id).await?;
    queries::owner_names(db.read(), api.owner_team_id).await
}

async fn views(db: &Db, apis: Vec<api::Model>) -> Result<Vec<ManagedApi>> {
    let ids: Vec<ApiId> = apis.iter().map(|api| api.id).collect();
    let names = queries::team_names(db.read(), apis.iter().map(|api| api.owner_team_id)).await?;
    let rows = queries::versions_of(db.read(), &ids).await?;
    let versions = cards::version_views(db, rows.clone(), &rows).await?;
    let teams = queries::teams_of(db.read(), &ids).await?;
    let live: HashMap<ApiId, u64> = queries::live_subscriptions(db.read(), &ids).await?;
    let view = |api: api::Model| ManagedApi {
        owner_team: names.get(&api.owner_team_id).cloned().unwrap_or_default(),
        versions: versions.iter().filter(|view| view.version.api_id == api.id).cloned().collect(),
        teams: teams.iter().filter(|row| row.api_id == api.id).map(|row| row.team_id).collect(),
        subscribers: live.get(&api.id).copied().unwrap_or(0),
        api,
    };
    Ok(apis.into_iter().map(view).collect())
}

/// One version of an API that the actor manages.
///
/// # Errors
/// `not_permitted`, `not_found`.
pub async fn get_version(db: &Db, actor: &Actor, id: VersionId) -> Result<api_version::Model> {
    Ok(queries::find_managed_version(db.read(), actor, id).await?.1)
}

/// Who would be hit if this version ended now, at most 200.
///
/// # Errors
/// `not_permitted`, `not_found`.
pub async fn subscribers(db: &Db, actor: &Actor, id: VersionId) -> Result<Vec<Subscriber>> {
    queries::find_managed_version(db.read(), actor, id).await?;
    queries::subscribers(db.read(), id).await
}

/// `slug/version` of each version, for lists of calls and subscriptions.
///
/// # Errors
/// The database's own.
pub async fn version_names(db: &Db, ids: &[VersionId]) -> Result<HashMap<VersionId, String>> {
    queries::version_names(db.read(), ids).await
}
