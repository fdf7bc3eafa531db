//! `/catalogue/{slug}` and its tabs: what an API offers, how to call it, what it costs, its plans and
//! its versions.

use askama::Template;
use serde::Deserialize;

use super::changelog::{self, Entry};
use super::samples::{self, Sample};
use crate::base::ids::{ApiId, KeyId, VersionId};
use crate::base::{Code, Result};
use crate::config::Config;
use crate::domain::actor::Actor;
use crate::domain::apps;
use crate::domain::catalogue::{self, ApiPage, Offered, VersionView};
use crate::domain::keys::{self, KeyFilter, KeyLife, KeyView};
use crate::domain::plans::{self, PlanView};
use crate::domain::subscriptions::{self, SubscriptionView};
use crate::portal::frame::Frame;
use crate::portal::markdown::Markdown;
use crate::portal::prices;
use crate::portal::shell;
use crate::portal::subscriptions::subscribe::let_in;
use crate::store::Db;
use crate::store::entity::application;
use crate::store::entity::states::{Approval, KeyState, Scope, SubscriptionState, VersionState, Visibility};
use crate::web::{Data, PageResult, Path, Query, Visit};

#[derive(Debug, Default, Deserialize)]
pub struct Chosen {
    /// The name of a version; the newest published one when it is left out.
    version: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Tab {
    Overview,
    Endpoints,
    Models,
    Plans,
    Versions,
    Changelog,
    Try,
}

#[derive(Template)]
#[template(path = "catalogue/show.html")]
struct ShowPage {
    frame: Frame,
    /// The visitor.
    actor: Actor,
    page: ApiPage,
    tab: Tab,
    /// The version shown, by name; empty when there is none yet.
    version: String,
    shown: Option<VersionView>,
    docs: Markdown,
    plans: Vec<PlanView>,
    /// Live subscriptions of the visitor's teams to this API.
    own: Vec<SubscriptionView>,
    /// A key of the visitor's that may call this API.
    own_key: Option<OwnKey>,
    /// The visitor's subscription to another version, where none is to the shown one.
    elsewhere: Option<SubscriptionView>,
    /// One of the visitor's, when every app of theirs has this API already.
    settled: Option<SubscriptionView>,
    /// The unified address and that of the shown version alone.
    unified: String,
    bound: String,
    chat: Vec<Sample>,
    embeddings: Vec<Sample>,
}

/// A key to try the API with.
struct OwnKey {
    id: KeyId,
    name: String,
    /// Chat models of the shown version that it may call.
    models: Vec<String>,
}

impl OwnKey {
    fn models(&self) -> &[String] {
        &self.models
    }
}

pub async fn overview(
    actor: Actor,
    db: Data<Db>,
    config: Data<Config>,
    visit: Visit,
    slug: Path<String>,
    chosen: Query<Chosen>,
) -> PageResult {
    draw(&actor, &db, &config, &visit, &slug, Tab::Overview, chosen.into_inner()).await
}

pub async fn tab(
    actor: Actor,
    db: Data<Db>,
    config: Data<Config>,
    visit: Visit,
    place: Path<(String, String)>,
    chosen: Query<Chosen>,
) -> PageResult {
    let (slug, tab) = place.into_inner();
    let tab = match tab.as_str() {
        "endpoints" => Tab::Endpoints,
        "models" => Tab::Models,
        "plans" => Tab::Plans,
        "versions" => Tab::Versions,
        "changelog" => Tab::Changelog,
        "try" => Tab::Try,
        _ => return Err(Code::NotFound.with(tab).into()),
    };
    draw(&actor, &db, &config, &visit, &slug, tab, chosen.into_inner()).await
}

async fn draw(
    actor: &Actor,
    db: &Db,
    config: &Config,
    visit: &Visit,
    slug: &str,
    tab: Tab,
    chosen: Chosen,
) -> PageResult {
    let page = catalogue::get_visible(db, actor, slug).await?;
    let shown = page.version(chosen.version.as_deref()).cloned();
    if let (Some(name), None) = (&chosen.version, &shown) {
        return Err(Code::NotFound.with(name).into());
    }
    let plans = plans::list_plans(db, actor, page.api.id).await?;
    let own = own(db, actor, page.api.id).await?;
    let own_key = match &shown {
        Some(shown) if tab == Tab::Try => own_key(db, actor, &own, shown).await?,
        _ => None,
    };
    let elsewhere = shown.as_ref().and_then(|shown| elsewhere(&own, shown.version.id)).cloned();
    let apps = if own.is_empty() { Vec::new() } else { apps::list_own(db, actor).await? };
    let has_it = |app: &application::Model| own.iter().any(|view| view.row.app_id == app.id);
    let settled = if apps.iter().all(has_it) { own.first().cloned() } else { None };
    let version = shown.as_ref().map(|view| view.version.name.clone()).unwrap_or_default();
    let base = config.public_url();
    let unified = format!("{base}/v1");
    let first = |kind: &str| {
        let models = shown.iter().flat_map(|view| &view.models);
        models.into_iter().find(|offered| offered.view.model.kind == kind).map(|m| m.public_name.clone())
    };
    shell::html(&ShowPage {
        frame: shell::frame(db, visit).await?,
        actor: actor.clone(),
        tab,
        docs: Markdown::of(shown.as_ref().map_or("", |view| view.version.docs.as_str())),
        plans: plans.into_iter().filter(PlanView::is_open).collect(),
        bound: format!("{base}/apis/{}/{version}", page.api.slug),
        chat: first("chat").map(|model| samples::chat(&unified, &model)).unwrap_or_default(),
        embeddings: first("embedding").map(|m| samples::embeddings(&unified, &m)).unwrap_or_default(),
        own,
        own_key,
        elsewhere,
        settled,
        unified,
        version,
        shown,
        page,
    })
}

/// Live subscriptions of the visitor's teams to an API.
pub(in crate::portal) async fn own(db: &Db, actor: &Actor, api: ApiId) -> Result<Vec<SubscriptionView>> {
    let mut own = subscriptions::list_visible(db, actor, None, 200).await?;
    own.retain(|view| view.row.api_id == api && subscriptions::is_live(view.row.state) && !view.over);
    Ok(own)
}

/// The newest working key of the visitor whose app has an approved subscription to this version.
async fn own_key(
    db: &Db,
    actor: &Actor,
    own: &[SubscriptionView],
    shown: &VersionView,
) -> Result<Option<OwnKey>> {
    let version = &shown.version;
    let serves = |view: &&SubscriptionView| {
        view.row.version_id == version.id && view.row.state == SubscriptionState::Approved
    };
    let held: Vec<&SubscriptionView> = own.iter().filter(serves).collect();
    let filter = KeyFilter {
        owner: actor.user_id(),
        state: Some(KeyState::Active),
        life: Some(KeyLife::Living),
        limit: 200,
        ..KeyFilter::default()
    };
    let may = |key: &KeyView| {
        let bound = keys::api_ids(&key.row).is_none_or(|apis| apis.contains(&version.api_id));
        bound && held.iter().any(|view| view.row.app_id == key.row.app_id)
    };
    let Some(key) = keys::list_visible(db, actor, &filter).await?.into_iter().find(may) else {
        return Ok(None);
    };
    let chats = keys::scopes(&key.row).contains(&Scope::Chat);
    let callable = subscriptions::callable_models(db, actor, key.row.app_id).await?.chat;
    let offers = |name: &String| shown.models.iter().any(|offered| offered.public_name == *name);
    let models = callable.into_iter().filter(|name| chats && offers(name)).collect();
    Ok(Some(OwnKey { id: key.row.id, name: key.row.name, models }))
}

/// An approved subscription to another version; none where there is any to this one.
fn elsewhere(own: &[SubscriptionView], shown: VersionId) -> Option<&SubscriptionView> {
    if own.iter().any(|view| view.row.version_id == shown) {
        return None;
    }
    own.iter().find(|view| view.row.state == SubscriptionState::Approved)
}

impl ShowPage {
    fn changelog(&self) -> Vec<Entry> {
        changelog::entries(&self.page.versions)
    }

    /// The visitor's own subscriptions to a plan.
    fn held<'p>(&'p self, plan: &PlanView) -> Vec<&'p SubscriptionView> {
        self.own.iter().filter(|view| view.row.plan_id == plan.plan.id).collect()
    }

    /// The address of a tab, for the shown version.
    fn href(&self, tab: &str) -> String {
        let tab = if tab.is_empty() { String::new() } else { format!("/{tab}") };
        format!("/catalogue/{}{tab}?version={}", self.page.api.slug, self.version)
    }

    fn is(&self, tab: &str) -> bool {
        let word = match self.tab {
            Tab::Overview => "",
            Tab::Endpoints => "endpoints",
            Tab::Models => "models",
            Tab::Plans => "plans",
            Tab::Versions => "versions",
            Tab::Changelog => "changelog",
            Tab::Try => "try",
        };
        word == tab
    }

    fn models(&self) -> &[Offered] {
        self.shown.as_ref().map_or(&[], |view| view.models.as_slice())
    }

    fn limited(&self) -> bool {
        self.page.api.visibility == Visibility::Teams
    }

    /// What to say over the page when the shown version has not long to live, or is not out yet.
    fn warning(&self) -> Option<(&'static str, String)> {
        let view = self.shown.as_ref()?;
        let row = &view.version;
        let instead = view.successor.as_ref().map(|next| format!(" Use {next} instead.")).unwrap_or_default();
        match row.state {
            VersionState::Draft => {
                Some(("info", format!("{} is a draft: only its makers see it.", row.name)))
            }
            VersionState::Published => None,
            VersionState::Deprecated => {
                let day = row.sunset_at.map_or_else(|| "soon".to_owned(), |at| format!("on {}", at.day()));
                Some(("warn", format!("{} is deprecated and ends {day}.{instead}", row.name)))
            }
            VersionState::Retired => {
                let day = row.retired_at.map(|at| format!(" on {}", at.day())).unwrap_or_default();
                Some(("bad", format!("{} was retired{day}: its calls are answered 410.{instead}", row.name)))
            }
        }
    }

    /// Retired versions and drafts take no requests.
    fn takes_requests(&self) -> bool {
        let state = self.shown.as_ref().map(|view| view.version.state);
        matches!(state, Some(VersionState::Published | VersionState::Deprecated))
    }

    fn subscribe(&self, plan: &PlanView) -> String {
        format!("/subscribe/{}?version={}&plan={}", self.page.api.slug, self.version, plan.plan.id)
    }

    fn decided(&self, plan: &PlanView) -> String {
        match plan.plan.approval {
            Approval::Auto => "Approved at once".to_owned(),
            Approval::Manual => "A person decides".to_owned(),
            Approval::Rule => format!("At once for {}; a person decides else", let_in(plan, &self.actor)),
        }
    }
}
