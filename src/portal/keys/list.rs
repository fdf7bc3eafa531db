//! `/keys`: the keys one sees, found by name, prefix or state.

use askama::Template;
use serde::Deserialize;
use url::form_urlencoded::Serializer;

use super::table::Spend;
use crate::base::ids::{AppId, KeyId};
use crate::base::{Code, Result};
use crate::domain::actor::Actor;
use crate::domain::keys::{self, KeyFilter, KeyOrder, KeyView};
use crate::domain::permit::{Right, may};
use crate::portal::frame::Frame;
use crate::portal::look::Choice;
use crate::portal::shell;
use crate::portal::sorting::{Column, Head, heads};
use crate::store::Db;
use crate::store::entity::states::KeyState;
use crate::web::{Data, FieldErrors, PageResult, Query, Visit};

const PAGE: u64 = 50;
const COLUMNS: [Column; 3] = [
    Column { word: "name", label: "Key", way: "ascending" },
    Column { word: "used", label: "Last used", way: "descending" },
    Column { word: "expires", label: "Expires", way: "ascending" },
];

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    sort: String,
    app: Option<AppId>,
    before: Option<KeyId>,
    limit: Option<u64>,
}

#[derive(Template)]
#[template(path = "keys/list.html")]
struct KeysPage {
    frame: Frame,
    keys: Vec<KeyView>,
    spend: Spend,
    q: String,
    state: String,
    sort: String,
    /// Name, last use and expiry.
    heads: Vec<Head>,
    states: Vec<Choice>,
    none: FieldErrors,
    /// Those of other teams are among them.
    sees_all: bool,
    /// A filter is set, or this is not the first page.
    narrowed: bool,
    next: String,
}

pub async fn show(db: Data<Db>, visit: Visit, actor: Actor, asked: Query<Asked>) -> PageResult {
    let limit = asked.limit.unwrap_or(PAGE).clamp(1, 200);
    let keys = keys::list_visible(&db, &actor, &filter(&asked, limit)?).await?;
    let next = match keys.last() {
        Some(last) if keys.len() as u64 == limit => address(&asked, &asked.sort, Some(last.row.id)),
        _ => String::new(),
    };
    let states = [
        ("", "Any state"),
        ("active", "Active"),
        ("paused", "Paused"),
        ("expired", "Expired"),
        ("revoked", "Revoked"),
    ];
    shell::html(&KeysPage {
        frame: shell::frame(&db, &visit).await?,
        narrowed: !asked.q.is_empty()
            || !asked.state.is_empty()
            || asked.app.is_some()
            || asked.before.is_some(),
        q: asked.q.clone(),
        state: asked.state.clone(),
        sort: asked.sort.clone(),
        heads: heads(&COLUMNS, &asked.sort, |sort| address(&asked, sort, None)),
        states: states.into_iter().map(|(value, label)| Choice::new(value, label)).collect(),
        none: FieldErrors::default(),
        spend: Spend::this_month(&db, &keys).await?,
        sees_all: may(&actor, Right::SeeEverything),
        keys,
        next,
    })
}

fn filter(asked: &Asked, limit: u64) -> Result<KeyFilter> {
    let (state, expired) = match asked.state.as_str() {
        "" => (None, None),
        "active" => (Some(KeyState::Active), Some(false)),
        "paused" => (Some(KeyState::Paused), Some(false)),
        "expired" => (None, Some(true)),
        "revoked" => (Some(KeyState::Revoked), None),
        _ => return Err(Code::FieldInvalid.saying("There is no such state.").on("state")),
    };
    let order = match asked.sort.as_str() {
        "" => KeyOrder::Made,
        "name" => KeyOrder::Name,
        "used" => KeyOrder::LastUsed,
        "expires" => KeyOrder::Expiry,
        _ => return Err(Code::FieldInvalid.saying("The list cannot be sorted by that.").on("sort")),
    };
    let text = asked.q.trim().to_owned();
    let before = asked.before;
    Ok(KeyFilter { app: asked.app, text, state, expired, order, before, limit, ..KeyFilter::default() })
}

/// The address of the list with the same filter in some order, from behind that key on.
fn address(asked: &Asked, sort: &str, last: Option<KeyId>) -> String {
    let mut query = Serializer::new(String::new());
    for (name, value) in [("q", &*asked.q), ("state", &*asked.state), ("sort", sort)] {
        if !value.is_empty() {
            query.append_pair(name, value);
        }
    }
    if let Some(app) = asked.app {
        query.append_pair("app", &app.to_string());
    }
    if let Some(last) = last {
        query.append_pair("before", &last.to_string());
    }
    let query = query.finish();
    if query.is_empty() { "/keys".to_owned() } else { format!("/keys?{query}") }
}
