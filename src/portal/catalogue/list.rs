//! `/catalogue`: cards of the APIs somebody may see, found by words.

use std::collections::HashMap;

use askama::Template;

use crate::base::Timestamp;
use crate::base::clock::DAY;
use crate::base::ids::ApiId;
use crate::domain::actor::Actor;
use crate::domain::catalogue::{self, ApiCard};
use crate::domain::permit::{Right, may};
use crate::gateway::Gateway;
use crate::ledger::reports::{self, ApiOutcome};
use crate::portal::asking::{Asking, Pairs};
use crate::portal::frame::Frame;
use crate::portal::paging;
use crate::portal::{look, prices, shell};
use crate::store::Db;
use crate::store::entity::states::{Approval, VersionState, Visibility};
use crate::web::{Data, PageResult, Visit};

#[derive(Template)]
#[template(path = "catalogue/list.html")]
struct CataloguePage {
    frame: Frame,
    q: String,
    cards: Vec<Card>,
    next: String,
    /// True past the first page.
    continued: bool,
    can_publish: bool,
    can_connect: bool,
}

/// One tile.
struct Card {
    href: String,
    name: String,
    summary: String,
    owner: String,
    versions: Vec<(String, &'static str)>,
    plans: String,
    models: Vec<String>,
    more_models: usize,
    /// Not for everyone.
    limited: bool,
    /// "from $0.05 / 1M tokens"; empty where no model has a price.
    price: String,
    /// "99.2% answered in 30 days"; empty without a call.
    health: String,
}

/// What cards are told beside what the catalogue says of their APIs.
struct Beside<'a> {
    gateway: &'a Gateway,
    month: HashMap<ApiId, ApiOutcome>,
    now: Timestamp,
}

const MODELS_SHOWN: usize = 4;

pub async fn show(
    actor: Actor,
    db: Data<Db>,
    gateway: Data<Gateway>,
    visit: Visit,
    query: Pairs,
) -> PageResult {
    let mut asking = Asking::of(query);
    let (q, after) = (asking.text("q"), asking.text("after"));
    let place = Some(after.as_str()).filter(|after| !after.is_empty());
    let found = catalogue::list_visible(&db, &actor, &q, place).await?;
    let next = found.next.map(|next| paging::address("/catalogue", [("q", &*q), ("after", &next)]));
    let shown = found.cards.iter().map(|card| card.api.id);
    let month = reports::api_outcomes(&db, shown, db.now().minus(30 * DAY)).await?;
    let beside = Beside { gateway: &gateway, month, now: db.now() };
    asking.html(&CataloguePage {
        frame: asking.told(shell::frame(&db, &visit).await?),
        cards: found.cards.into_iter().map(|card| Card::new(found_first(card, &q), &beside)).collect(),
        next: next.unwrap_or_default(),
        continued: !after.is_empty(),
        can_publish: may(&actor, Right::PublishApis),
        can_connect: may(&actor, Right::ManageSupply),
        q,
    })
}

/// The models that were searched for come first: a card shows few.
fn found_first(mut card: ApiCard, q: &str) -> ApiCard {
    let text = q.trim().to_lowercase();
    card.models.sort_by_key(|model| text.is_empty() || !model.to_lowercase().contains(&text));
    card
}

impl Beside<'_> {
    /// The cheapest input of the models that are shown, each by the target that is tried first.
    fn price(&self, card: &ApiCard) -> String {
        let catalogue = self.gateway.directory().catalogue();
        let version = card.newest().and_then(|row| catalogue.version(row.id));
        let models = version.iter().flat_map(|version| version.models.values());
        let first = models.filter_map(|model| model.targets.first());
        let set = first.filter_map(|target| target.set_price(self.now)?.of(0).input);
        let set: Vec<i64> = set.collect();
        match (set.iter().min(), set.iter().max()) {
            (Some(0), Some(0)) => "free".to_owned(),
            (Some(least), _) => format!("from {} / 1M tokens", prices::shown(Some(*least))),
            _ => String::new(),
        }
    }

    fn health(&self, card: &ApiCard) -> String {
        let share = self.month.get(&card.api.id).and_then(look::answered);
        share.map(|share| format!("{share} answered in 30 days")).unwrap_or_default()
    }
}

impl Card {
    fn new(card: ApiCard, beside: &Beside<'_>) -> Self {
        let at_once = card.plans.iter().any(|plan| plan.approval == Approval::Auto);
        let plans = match (card.plans.len(), at_once) {
            (0, _) => "No open plan".to_owned(),
            (1, true) => "1 plan, approved at once".to_owned(),
            (1, false) => "1 plan".to_owned(),
            (n, true) => format!("{n} plans, one approved at once"),
            (n, false) => format!("{n} plans"),
        };
        let version = |row: &crate::store::entity::api_version::Model| {
            (row.name.clone(), if row.state == VersionState::Deprecated { "deprecated" } else { "" })
        };
        Self {
            price: beside.price(&card),
            health: beside.health(&card),
            href: format!("/catalogue/{}", card.api.slug),
            versions: card.versions.iter().map(version).collect(),
            plans,
            more_models: card.models.len().saturating_sub(MODELS_SHOWN),
            models: card.models.into_iter().take(MODELS_SHOWN).collect(),
            limited: card.api.visibility == Visibility::Teams,
            name: card.api.name,
            summary: card.api.summary,
            owner: card.owner_team,
        }
    }
}
