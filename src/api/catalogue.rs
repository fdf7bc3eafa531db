//! The catalogue by script: what a developer may subscribe to. Everybody with a token may read it.

use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

use super::limits::LimitsBody;
use super::paging::Limit;
use crate::base::Timestamp;
use crate::base::ids::{ApiId, PlanId, VersionId};
use crate::domain::actor::Actor;
use crate::domain::catalogue::{self, ApiCard, VersionView};
use crate::domain::plans::{self, PlanView};
use crate::store::Db;
use crate::store::entity::states::PlanState;
use crate::web::{ApiNeed, ApiResult, Data, Method, Page, Path, Query, StatusCode, endpoint, json};

#[derive(OpenApi)]
#[openapi(paths(list, show))]
struct Part;

pub(super) fn document() -> utoipa::openapi::OpenApi {
    Part::openapi()
}

pub fn endpoints() -> Vec<Page> {
    vec![
        endpoint(Method::GET, "/api/v1/catalogue", ApiNeed::Read, list),
        endpoint(Method::GET, "/api/v1/catalogue/{slug}", ApiNeed::Read, show),
    ]
}

/// An API at a glance.
#[derive(Serialize, ToSchema)]
struct Card {
    #[schema(value_type = Uuid)]
    api_id: ApiId,
    /// Its word in addresses.
    slug: String,
    name: String,
    /// One line about it.
    summary: String,
    /// The name of the team that looks after it.
    owner_team: String,
    /// Names of the versions that answer, newest first.
    versions: Vec<String>,
    /// Names of the plans that take requests.
    plans: Vec<String>,
    /// Public names in the newest version.
    models: Vec<String>,
}

impl From<ApiCard> for Card {
    fn from(card: ApiCard) -> Self {
        Self {
            api_id: card.api.id,
            slug: card.api.slug,
            name: card.api.name,
            summary: card.api.summary,
            owner_team: card.owner_team,
            versions: card.versions.into_iter().map(|version| version.name).collect(),
            plans: card.plans.into_iter().map(|plan| plan.name).collect(),
            models: card.models,
        }
    }
}

/// A page of the catalogue.
#[derive(Serialize, ToSchema)]
struct Cards {
    items: Vec<Card>,
    /// Pass it as `after` for what follows.
    next: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    #[serde(default)]
    q: String,
    after: Option<String>,
    #[serde(default)]
    limit: Limit,
}

/// Search the catalogue.
///
/// For everybody: the APIs that they may see and that have a live version, by `slug`.
#[utoipa::path(get, path = "/api/v1/catalogue", tag = "Catalogue",
    params(("q" = Option<String>, Query, description = "in names, summaries and names of models; at most 200 characters"), ("after" = Option<String>, Query, description = "`next` of the page before"), ("limit" = Option<u64>, Query, minimum = 1, maximum = 200, description = "How many a page holds, 1 to 200; 50 when left out")),
    responses((status = 200, description = "APIs you may see, by address", body = Cards)))]
async fn list(db: Data<Db>, actor: Actor, asked: Query<Asked>) -> ApiResult {
    let found =
        catalogue::page_of_visible(&db, &actor, &asked.q, asked.after.as_deref(), asked.limit.0).await?;
    let items = found.cards.into_iter().map(Card::from).collect();
    Ok(json(StatusCode::OK, &Cards { items, next: found.next }))
}

/// An API with what a request for it has to name.
#[derive(Serialize, ToSchema)]
struct Listing {
    #[schema(value_type = Uuid)]
    api_id: ApiId,
    /// Its word in addresses.
    slug: String,
    name: String,
    /// One line about it.
    summary: String,
    /// The name of the team that looks after it.
    owner_team: String,
    versions: Vec<ListedVersion>,
    /// Those that take requests.
    plans: Vec<ListedPlan>,
}

/// A version as a reader of the catalogue sees it.
#[derive(Serialize, ToSchema)]
struct ListedVersion {
    #[schema(value_type = Uuid)]
    id: VersionId,
    name: String,
    /// `published`, `deprecated` or `retired`; `draft` for those who manage the API.
    state: &'static str,
    /// RFC 3339; null: not deprecated.
    #[schema(format = DateTime)]
    deprecated_at: Option<String>,
    /// From then on it may be gone; RFC 3339.
    #[schema(format = DateTime)]
    sunset_at: Option<String>,
    /// The name of the version to move to.
    successor: Option<String>,
    models: Vec<ListedModel>,
}

/// A model that a version offers.
#[derive(Serialize, ToSchema)]
struct ListedModel {
    /// As a call names it.
    name: String,
    /// `chat` or `embedding`.
    kind: String,
}

impl From<VersionView> for ListedVersion {
    fn from(view: VersionView) -> Self {
        let model = |offered: catalogue::Offered| ListedModel {
            name: offered.public_name,
            kind: offered.view.model.kind,
        };
        Self {
            id: view.version.id,
            name: view.version.name,
            state: view.version.state.word(),
            deprecated_at: view.version.deprecated_at.map(Timestamp::rfc3339),
            sunset_at: view.version.sunset_at.map(Timestamp::rfc3339),
            successor: view.successor,
            models: view.models.into_iter().map(model).collect(),
        }
    }
}

/// A plan that takes requests.
#[derive(Serialize, ToSchema)]
struct ListedPlan {
    #[schema(value_type = Uuid)]
    id: PlanId,
    name: String,
    /// One line about it.
    summary: String,
    /// `auto`: at once; `manual`: a person decides; `rule`: at once for some.
    approval: &'static str,
    /// Public names; none is all of the version.
    models: Option<Vec<String>>,
    limits: LimitsBody,
}

impl From<PlanView> for ListedPlan {
    fn from(view: PlanView) -> Self {
        Self {
            id: view.plan.id,
            name: view.plan.name,
            summary: view.plan.summary,
            approval: view.plan.approval.word(),
            models: view.models,
            limits: LimitsBody::of(&view.limits),
        }
    }
}

/// Show an API of the catalogue.
///
/// For everybody who may see it. Holds the ids of versions and plans that a request for it names. Drafts
/// are there for those who manage the API.
#[utoipa::path(get, path = "/api/v1/catalogue/{slug}", tag = "Catalogue", params(("slug" = String, Path, description = "The word of the API in addresses")),
    responses((status = 200, description = "the API with its versions and plans", body = Listing)))]
async fn show(db: Data<Db>, actor: Actor, slug: Path<String>) -> ApiResult {
    let page = catalogue::get_visible(&db, &actor, &slug).await?;
    let plans = plans::list_plans(&db, &actor, page.api.id).await?;
    let open = plans.into_iter().filter(|view| view.plan.state == PlanState::Open);
    let listing = Listing {
        api_id: page.api.id,
        slug: page.api.slug,
        name: page.api.name,
        summary: page.api.summary,
        owner_team: page.owner_team,
        versions: page.versions.into_iter().map(ListedVersion::from).collect(),
        plans: open.map(ListedPlan::from).collect(),
    };
    Ok(json(StatusCode::OK, &listing))
}
