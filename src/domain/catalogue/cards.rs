//! The catalogue as a reader sees it: only what is published, only what they may see.

use std::collections::HashMap;

use super::queries;
use crate::base::ids::{ApiId, ModelId, VersionId};
use crate::base::{Code, Result};
use crate::domain::actor::Actor;
use crate::domain::fields;
use crate::domain::permit;
use crate::domain::supply::{self, ModelView};
use crate::store::Db;
use crate::store::entity::states::VersionState;
use crate::store::entity::{api, api_version, plan};

/// How many cards a page holds.
pub const PAGE: u64 = 24;

/// What is known of an API at a glance.
#[derive(Clone, Debug)]
pub struct ApiCard {
    pub api: api::Model,
    pub owner_team: String,
    /// Published and deprecated ones, newest first.
    pub versions: Vec<api_version::Model>,
    /// The open ones, in order.
    pub plans: Vec<plan::Model>,
    /// Public names of the newest version, in order.
    pub models: Vec<String>,
}

impl ApiCard {
    /// The version whose models are shown: the newest published one, else the newest.
    pub fn newest(&self) -> Option<&api_version::Model> {
        let live = self.versions.iter().find(|row| row.state == VersionState::Published);
        live.or_else(|| self.versions.first())
    }
}

/// A page of the catalogue.
#[derive(Clone, Debug)]
pub struct Found {
    pub cards: Vec<ApiCard>,
    /// Pass it to see what follows.
    pub next: Option<String>,
}

/// One API, whole.
#[derive(Clone, Debug)]
pub struct ApiPage {
    pub api: api::Model,
    pub owner_team: String,
    /// Newest first; drafts only for those who see the API as its makers do.
    pub versions: Vec<VersionView>,
    pub can_manage: bool,
}

impl ApiPage {
    /// The version of that name; without a name the newest published one, else the newest.
    pub fn version(&self, name: Option<&str>) -> Option<&VersionView> {
        let Some(name) = name else {
            let live = self.versions.iter().find(|view| view.version.state == VersionState::Published);
            return live.or_else(|| self.versions.first());
        };
        self.versions.iter().find(|view| view.version.name == name)
    }
}

#[derive(Clone, Debug)]
pub struct VersionView {
    pub version: api_version::Model,
    pub models: Vec<Offered>,
    pub successor: Option<String>,
}

/// A model under its public name in a version.
#[derive(Clone, Debug)]
pub struct Offered {
    pub public_name: String,
    pub view: ModelView,
}

/// APIs with a live version that the actor may see, by address. A search text may stand in their
/// name, address or summary, or in a model's public name in a live version.
///
/// # Errors
/// `field_invalid` when the search text is over 200 characters.
pub async fn list_visible(db: &Db, actor: &Actor, search: &str, after: Option<&str>) -> Result<Found> {
    page_of_visible(db, actor, search, after, PAGE).await
}

/// The same, as many on a page as is wished.
///
/// # Errors
/// As [`list_visible`].
pub async fn page_of_visible(
    db: &Db,
    actor: &Actor,
    search: &str,
    after: Option<&str>,
    limit: u64,
) -> Result<Found> {
    let search = fields::pattern("q", search)?;
    let mut apis =
        queries::visible(db.read(), actor, search.as_deref(), after, limit.saturating_add(1)).await?;
    let more = apis.len() as u64 > limit;
    apis.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let next = if more { apis.last().map(|api| api.slug.clone()) } else { None };
    Ok(Found { cards: cards(db, apis).await?, next })
}

async fn cards(db: &Db, apis: Vec<api::Model>) -> Result<Vec<ApiCard>> {
    let ids: Vec<_> = apis.iter().map(|api| api.id).collect();
    let teams = queries::team_names(db.read(), apis.iter().map(|api| api.owner_team_id)).await?;
    let versions = queries::versions_of(db.read(), &ids).await?;
    let plans = queries::open_plans_of(db.read(), &ids).await?;
    let newest = |api: &api::Model| {
        let mut live = versions.iter().filter(|row| row.api_id == api.id && is_live(row));
        live.find(|row| row.state == VersionState::Published)
            .or_else(|| versions.iter().find(|row| row.api_id == api.id && is_live(row)))
    };
    let shown: Vec<VersionId> = apis.iter().filter_map(newest).map(|row| row.id).collect();
    let models = queries::models_of(db.read(), &shown).await?;
    let card = |api: &api::Model| ApiCard {
        owner_team: teams.get(&api.owner_team_id).cloned().unwrap_or_default(),
        versions: versions.iter().filter(|row| row.api_id == api.id && is_live(row)).cloned().collect(),
        plans: plans.iter().filter(|plan| plan.api_id == api.id).cloned().collect(),
        models: models
            .iter()
            .filter(|row| newest(api).is_some_and(|version| version.id == row.version_id))
            .map(|row| row.public_name.clone())
            .collect(),
        api: api.clone(),
    };
    Ok(apis.iter().map(card).collect())
}

pub(super) fn is_live(version: &api_version::Model) -> bool {
    matches!(version.state, VersionState::Published | VersionState::Deprecated)
}

/// One API with its versions, their models and prices.
///
/// # Errors
/// `not_found` when there is none, when the actor may not see it, or when nothing of it is published
/// yet and the actor does not see it as its makers do.
pub async fn get_visible(db: &Db, actor: &Actor, slug: &str) -> Result<ApiPage> {
    let api =
        queries::find_visible(db.read(), actor, slug).await?.ok_or_else(|| Code::NotFound.with(slug))?;
    let can_manage = permit::manage_api(actor, api.owner_team_id).is_ok();
    let versions = queries::versions_of(db.read(), &[api.id]).await?;
    let ever = versions.iter().any(|row| row.state != VersionState::Draft);
    let sees_drafts = permit::see_api(actor, api.owner_team_id).is_ok();
    if !ever && !sees_drafts {
        return Err(Code::NotFound.with(slug));
    }
    let shown = versions.iter().filter(|row| sees_drafts || row.state != VersionState::Draft);
    let shown: Vec<api_version::Model> = shown.cloned().collect();
    let teams = queries::team_names(db.read(), [api.owner_team_id]).await?;
    let owner_team = teams.get(&api.owner_team_id).cloned().unwrap_or_default();
    let versions = version_views(db, shown, &versions).await?;
    Ok(ApiPage { api, owner_team, versions, can_manage })
}

/// The address of an API in the catalogue; none when the actor may not see it.
///
/// # Errors
/// The database's own.
pub async fn address_of(db: &Db, actor: &Actor, id: ApiId) -> Result<Option<String>> {
    Ok(queries::find_visible_by_id(db.read(), actor, id).await?.map(|row| row.slug))
}

/// Versions with their models; `all` names the successors.
pub(super) async fn version_views(
    db: &Db,
    shown: Vec<api_version::Model>,
    all: &[api_version::Model],
) -> Result<Vec<VersionView>> {
    let ids: Vec<VersionId> = shown.iter().map(|row| row.id).collect();
    let offered = queries::models_of(db.read(), &ids).await?;
    let model_ids: Vec<ModelId> = offered.iter().map(|row| row.model_id).collect();
    let models = supply::queries::model_views(db.read(), Some(&model_ids), db.now()).await?;
    let models: HashMap<ModelId, ModelView> = models.into_iter().map(|view| (view.model.id, view)).collect();
    let view = |version: api_version::Model| VersionView {
        models: offered
            .iter()
            .filter(|row| row.version_id == version.id)
            .filter_map(|row| {
                let view = models.get(&row.model_id)?.clone();
                Some(Offered { public_name: row.public_name.clone(), view })
            })
            .collect(),
        successor: version
            .successor_id
            .and_then(|id| all.iter().find(|row| row.id == id))
            .map(|row| row.name.clone()),
        version,
    };
    Ok(shown.into_iter().map(view).collect())
}
