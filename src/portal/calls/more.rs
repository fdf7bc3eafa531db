//! Filters that name a thing. What there is to choose is read only when somebody asks for them, so that the list
//! itself stays at its few queries.

use crate::base::Result;
use crate::domain::actor::Actor;
use crate::domain::apps;
use crate::domain::catalogue;
use crate::domain::keys::{self, KeyFilter};
use crate::domain::names::Names;
use crate::domain::people::users;
use crate::domain::permit::{Right, may};
use crate::domain::supply;
use crate::ledger::asked::Asked;
use crate::ledger::calls::{Filter, Sight};
use crate::portal::look::Choice;
use crate::store::Db;

/// The filters shown here.
pub const FIELDS: [&str; 5] = ["app", "key", "api", "user", "provider"];
/// Options of a select at most.
const MOST: u64 = 200;

/// The options of the selects; of what the reader may not see there is no select.
pub struct More {
    pub apps: Vec<Choice>,
    pub keys: Vec<Choice>,
    pub apis: Vec<Choice>,
    pub users: Vec<Choice>,
    pub providers: Vec<Choice>,
}

impl More {
    /// Reads what the actor may choose from, as far as the list itself reaches: everybody's things, or their own
    /// and those of the teams they own.
    ///
    /// # Errors
    /// The database's own.
    pub async fn of(
        db: &Db,
        actor: &Actor,
        sight: &Sight,
        asked: &Asked,
        filter: &Filter,
        names: &Names,
    ) -> Result<Self> {
        let all = *sight == Sight::Everything;
        let apps = apps::list_visible(db, actor, None, MOST).await?;
        let apps = apps.into_iter().filter(|view| all || actor.is_member(view.app.team_id));
        let keys = keys::list_visible(db, actor, &KeyFilter { limit: MOST, ..KeyFilter::default() }).await?;
        let keys: Vec<_> = keys
            .into_iter()
            .filter(|view| all || actor.is(view.row.owner_id) || actor.owns(view.row.team_id))
            .collect();
        let mut users: Vec<(String, String)> = if all {
            let people = users::Filter { limit: MOST, ..users::Filter::default() };
            let people = users::list(db, actor, people).await?;
            people.into_iter().map(|row| (row.id.to_string(), row.name)).collect()
        } else {
            keys.iter().map(|view| (view.row.owner_id.to_string(), view.owner.clone())).collect()
        };
        users.sort_by(|one, other| (&one.1, &one.0).cmp(&(&other.1, &other.0)));
        users.dedup();
        let apis = catalogue::page_of_visible(db, actor, "", None, MOST).await?.cards;
        let providers = match may(actor, Right::SeeSupply) {
            true => supply::list_providers(db, actor).await?,
            false => Vec::new(),
        };
        let owned = |id: &dyn ToString, name: &str| (id.to_string(), name.to_owned());
        let of_key =
            |view: &keys::KeyView| (view.row.id.to_string(), format!("{} of {}", view.row.name, view.app));
        Ok(Self {
            apps: choices(
                "Any app",
                apps.map(|view| owned(&view.app.id, &view.app.name)),
                (&asked.app, names.app(filter.app)),
            ),
            keys: choices("Any key", keys.iter().map(of_key), (&asked.key, names.key(filter.key))),
            apis: choices(
                "Any API",
                apis.iter().map(|card| owned(&card.api.id, &card.api.name)),
                (&asked.api, names.api(filter.api)),
            ),
            users: choices("Anybody", users.into_iter(), (&asked.user, names.user(filter.user))),
            providers: choices(
                "Any vendor",
                providers.iter().map(|row| owned(&row.id, &row.name)),
                (&asked.provider, names.provider(filter.provider)),
            ),
        })
    }
}

/// The options with one for all of them first. What is chosen stays an option, also where it is gone or is not
/// among the newest.
fn choices(
    any: &str,
    rows: impl Iterator<Item = (String, String)>,
    (chosen, name): (&str, String),
) -> Vec<Choice> {
    let mut choices = vec![Choice::new("", any)];
    choices.extend(rows.map(|(id, label)| Choice::new(id, label)));
    if choices.iter().all(|choice| choice.value != chosen) {
        choices.push(Choice::new(chosen, name));
    }
    choices
}
