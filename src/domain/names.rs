//! The names behind ids, for rows whose reader may see them already. It decides nothing.

use std::collections::HashMap;
use std::hash::Hash;

use sea_orm::{ColumnTrait, EntityTrait, PrimaryKeyToColumn, PrimaryKeyTrait, QueryFilter};

use crate::base::Result;
use crate::base::ids::{ApiId, AppId, CredentialId, KeyId, PlanId, ProviderId, TeamId, UserId, VersionId};
use crate::store::Db;
use crate::store::entity::{api, api_version, application, credential, key, plan, provider, team, user};

/// Which names are wanted. What is empty is not asked for.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    pub apps: Vec<AppId>,
    pub apis: Vec<ApiId>,
    pub keys: Vec<KeyId>,
    pub teams: Vec<TeamId>,
    pub users: Vec<UserId>,
    pub versions: Vec<VersionId>,
    pub plans: Vec<PlanId>,
    pub providers: Vec<ProviderId>,
    pub credentials: Vec<CredentialId>,
}

#[derive(Clone, Debug, Default)]
pub struct Names {
    apps: HashMap<AppId, String>,
    apis: HashMap<ApiId, String>,
    keys: HashMap<KeyId, String>,
    teams: HashMap<TeamId, String>,
    users: HashMap<UserId, String>,
    versions: HashMap<VersionId, String>,
    plans: HashMap<PlanId, String>,
    providers: HashMap<ProviderId, String>,
    credentials: HashMap<CredentialId, String>,
}

/// Reads the wanted names, one query a kind.
///
/// # Errors
/// The database's own.
pub async fn of(db: &Db, wanted: Wanted) -> Result<Names> {
    let mut names = Names::default();
    for row in rows::<application::Entity, _>(db, wanted.apps).await? {
        names.apps.insert(row.id, row.name);
    }
    for row in rows::<api::Entity, _>(db, wanted.apis).await? {
        names.apis.insert(row.id, row.name);
    }
    for row in rows::<key::Entity, _>(db, wanted.keys).await? {
        names.keys.insert(row.id, row.name);
    }
    for row in rows::<team::Entity, _>(db, wanted.teams).await? {
        names.teams.insert(row.id, row.name);
    }
    for row in rows::<user::Entity, _>(db, wanted.users).await? {
        names.users.insert(row.id, if row.name.is_empty() { row.email } else { row.name });
    }
    for row in rows::<plan::Entity, _>(db, wanted.plans).await? {
        names.plans.insert(row.id, row.name);
    }
    for row in rows::<provider::Entity, _>(db, wanted.providers).await? {
        names.providers.insert(row.id, row.name);
    }
    for row in rows::<credential::Entity, _>(db, wanted.credentials).await? {
        names.credentials.insert(row.id, row.name);
    }
    let versions = rows::<api_version::Entity, _>(db, wanted.versions).await?;
    let apis = rows::<api::Entity, _>(db, versions.iter().map(|row| row.api_id).collect()).await?;
    let slugs: HashMap<_, _> = apis.into_iter().map(|row| (row.id, row.slug)).collect();
    for row in versions {
        let slug = slugs.get(&row.api_id).map_or("", String::as_str);
        names.versions.insert(row.id, format!("{slug}/{}", row.name));
    }
    Ok(names)
}

async fn rows<E, I>(db: &Db, mut ids: Vec<I>) -> Result<Vec<E::Model>>
where
    E: EntityTrait,
    I: Ord + Into<sea_orm::Value>,
{
    ids.sort_unstable();
    ids.dedup();
    let Some(key) = <E::PrimaryKey as sea_orm::Iterable>::iter().next().filter(|_| !ids.is_empty()) else {
        return Ok(Vec::new());
    };
    debug_assert!(!E::PrimaryKey::auto_increment(), "ids are made in the domain");
    Ok(E::find().filter(key.into_column().is_in(ids)).all(db.read()).await?)
}

/// What is gone is shown by the start of its id.
fn name<I: Copy + Eq + Hash + std::fmt::Display>(of: &HashMap<I, String>, id: Option<I>) -> String {
    id.map_or_else(String::new, |id| {
        of.get(&id).cloned().unwrap_or_else(|| format!("{id}").chars().take(13).collect())
    })
}

impl Names {
    pub fn app(&self, id: Option<AppId>) -> String {
        name(&self.apps, id)
    }

    pub fn api(&self, id: Option<ApiId>) -> String {
        name(&self.apis, id)
    }

    pub fn key(&self, id: Option<KeyId>) -> String {
        name(&self.keys, id)
    }

    pub fn team(&self, id: Option<TeamId>) -> String {
        name(&self.teams, id)
    }

    pub fn user(&self, id: Option<UserId>) -> String {
        name(&self.users, id)
    }

    /// `slug/v1`.
    pub fn version(&self, id: Option<VersionId>) -> String {
        name(&self.versions, id)
    }

    pub fn plan(&self, id: Option<PlanId>) -> String {
        name(&self.plans, id)
    }

    pub fn provider(&self, id: Option<ProviderId>) -> String {
        name(&self.providers, id)
    }

    pub fn credential(&self, id: Option<CredentialId>) -> String {
        name(&self.credentials, id)
    }
}
