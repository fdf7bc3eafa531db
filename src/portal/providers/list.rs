//! `/manage/vendors`: the connected vendors, and a tile for each one that can be.

use askama::Template;

use super::health::{self, Pulse};
use crate::domain::actor::Actor;
use crate::domain::permit::{Right, may};
use crate::domain::supply::{self, Preset};
use crate::gateway::Gateway;
use crate::portal::frame::Frame;
use crate::portal::shell;
use crate::store::Db;
use crate::store::entity::provider;
use crate::web::{Data, PageResult, Visit};

#[derive(Template)]
#[template(path = "providers/list.html")]
struct ProvidersPage {
    frame: Frame,
    providers: Vec<Row>,
    tiles: Vec<Tile>,
    can_manage: bool,
}

struct Row {
    provider: provider::Model,
    vendor: String,
    credentials: String,
    models: usize,
    /// A word for the badge.
    state: &'static str,
    /// Its worst credential, when one does not fare well.
    trouble: Option<Pulse>,
}

struct Tile {
    href: String,
    name: String,
    text: String,
    models: usize,
}

pub async fn show(actor: Actor, db: Data<Db>, gateway: Data<Gateway>, visit: Visit) -> PageResult {
    let mut providers = Vec::new();
    for provider in supply::list_providers(&db, &actor).await? {
        let view = supply::get_provider(&db, &actor, provider.id).await?;
        let trouble = health::trouble(&gateway, &view);
        providers.push(Row { trouble, ..Row::of(view) });
    }
    shell::html(&ProvidersPage {
        frame: shell::frame(&db, &visit).await?,
        providers,
        tiles: supply::presets().iter().map(Tile::from).collect(),
        can_manage: may(&actor, Right::ManageSupply),
    })
}

impl Row {
    fn of(view: supply::ProviderView) -> Self {
        let usable = view.credentials.iter().filter(|credential| credential.is_usable()).count();
        let needs_none = supply::needs_no_secret(&view.provider);
        Self {
            vendor: supply::preset(&view.provider.preset).map_or_else(|_| String::new(), |p| p.name.clone()),
            credentials: match (usable, view.credentials.len()) {
                (0, 0) if needs_none => "None needed".to_owned(),
                (0, 0) => "None".to_owned(),
                (usable, all) if usable == all => usable.to_string(),
                (usable, all) => format!("{usable} of {all}"),
            },
            models: view.targets.len(),
            trouble: None,
            state: match view.provider.state {
                supply::Switch::Off => "off",
                supply::Switch::On if usable == 0 && !needs_none => "no_credential",
                supply::Switch::On => "on",
            },
            provider: view.provider,
        }
    }
}

impl From<&Preset> for Tile {
    fn from(preset: &Preset) -> Self {
        let text = match preset.base_url.as_str() {
            _ if preset.is_demo() => "Answers by itself: to try everything without a key or a network.",
            "" => "Any address that speaks OpenAI's format.",
            address => address.split("://").last().unwrap_or(address),
        };
        Self {
            href: format!("/manage/vendors/new?preset={}", preset.id),
            name: preset.name.clone(),
            text: text.to_owned(),
            models: preset.models.len(),
        }
    }
}
