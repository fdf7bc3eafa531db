//! The names behind ids, for rows whose reader may see them already. It decides nothing.

use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;

use sea_orm::sea_query::ValueType;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, ModelTrait, PrimaryKeyToColumn, PrimaryKeyTrait, QueryFilter,
};

use crate::base::ids::{ApiId, AppId, CredentialId, KeyId, PlanId, ProviderId, TeamId, UserId, VersionId};
use crate::base::{Code, OrCode, Result};
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
    let db = db.read();
    let users = by_id::<user::Entity, _>(db, wanted.users).await?;
    let versions = by_id::<api_version::Entity, _>(db, wanted.versions).await?;
    let slugs = by_id::<api::Entity, _>(db, versions.values().map(|row| row.api_id)).await?;
    let version = |row: api_version::Model| {
        let slug = slugs.get(&row.api_id).map_or("", |api| api.slug.as_str());
        format!("{slug}/{}", row.name)
    };
    Ok(Names {
        apps: named(by_id::<application::Entity, _>(db, wanted.apps).await?, |row| row.name),
        apis: named(by_id::<api::Entity, _>(db, wanted.apis).await?, |row| row.name),
        keys: named(by_id::<key::Entity, _>(db, wanted.keys).await?, |row| row.name),
        teams: named(by_id::<team::Entity, _>(db, wanted.teams).await?, |row| row.name),
        users: named(users, |row| if row.name.is_empty() { row.email } else { row.name }),
        versions: named(versions, version),
        plans: named(by_id::<plan::Entity, _>(db, wanted.plans).await?, |row| row.name),
        providers: named(by_id::<provider::Entity, _>(db, wanted.providers).await?, |row| row.name),
        credentials: named(by_id::<credential::Entity, _>(db, wanted.credentials).await?, |row| row.name),
    })
}

fn named<I: Eq + Hash, M>(rows: HashMap<I, M>, name: impl Fn(M) -> String) -> HashMap<I, String> {
    rows.into_iter().map(|(id, row)| (id, name(row))).collect()
}

/// The rows of these ids by their id, each once. Nothing is asked when there are none.
pub(in crate::domain) async fn by_id<E, I>(
    on: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = I>,
) -> Result<HashMap<I, E::Model>>
where
    E: EntityTrait,
    I: Ord + Hash + ValueType + Into<sea_orm::Value>,
{
    debug_assert!(!E::PrimaryKey::auto_increment(), "ids are made in the domain");
    let ids: BTreeSet<I> = ids.into_iter().collect();
    let mut keys = <E::PrimaryKey as sea_orm::Iterable>::iter();
    let Some(key) = keys.next().filter(|_| !ids.is_empty()).map(PrimaryKeyToColumn::into_column) else {
        return Ok(HashMap::new());
    };
    let mut found = HashMap::with_capacity(ids.len());
    for row in E::find().filter(key.is_in(ids)).all(on).await? {
        found.insert(I::try_from(row.get(key)).or_code(Code::Internal)?, row);
    }
    Ok(found)
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

    /// Who did what a trail tells: their name with their address beside it; the bare `label` of the trail where
    /// nobody has a name.
    pub fn doer(&self, id: Option<UserId>, label: &str) -> (String, String) {
        match id.and_then(|id| self.users.get(&id)) {
            Some(name) if name != label => (name.clone(), label.to_owned()),
            _ => (label.to_owned(), String::new()),
        }
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
