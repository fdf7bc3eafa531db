//! `/keys`: the keys one sees, found by name, prefix or state.

use askama::Template;

use super::table::Spend;
use crate::base::ids::{AppId, KeyId};
use crate::domain::actor::Actor;
use crate::domain::keys::{self, KeyFilter, KeyLife, KeyOrder, KeyView};
use crate::domain::permit::{Right, may};
use crate::portal::asking::{Asking, Pairs};
use crate::portal::frame::Frame;
use crate::portal::look::Choice;
use crate::portal::paging;
use crate::portal::shell;
use crate::portal::sorting::{self, Column, Head, heads};
use crate::store::Db;
use crate::store::entity::states::KeyState;
use crate::web::{Data, FieldErrors, PageResult, Visit};

const COLUMNS: [Column; 3] = [
    Column { word: "name", label: "Key", way: "ascending" },
    Column { word: "used", label: "Last used", way: "descending" },
    Column { word: "expires", label: "Expires", way: "ascending" },
];

const STATES: [(&str, &str); 5] = [
    ("", "Any state"),
    ("active", "Active"),
    ("paused", "Paused"),
    ("expired", "Expired"),
    ("revoked", "Revoked"),
];

struct Asked {
    q: String,
    state: String,
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

pub async fn show(db: Data<Db>, visit: Visit, actor: Actor, query: Pairs) -> PageResult {
    let mut asking = Asking::of(query);
    let asked = Asked::of(&mut asking);
    let page = paging::size(asked.limit);
    let mut keys = keys::list_visible(&db, &actor, &filter(&asked, page + 1)).await?;
    let last = paging::cut(&mut keys, page).map(|last| last.row.id);
    let next = last.map(|last| address(&asked, &asked.sort, Some(last))).unwrap_or_default();
    asking.html(&KeysPage {
        frame: asking.told(shell::frame(&db, &visit).await?),
        narrowed: !asked.q.is_empty()
            || !asked.state.is_empty()
            || asked.app.is_some()
            || asked.before.is_some(),
        q: asked.q.clone(),
        state: asked.state.clone(),
        sort: asked.sort.clone(),
        heads: heads(&COLUMNS, &asked.sort, |sort| address(&asked, sort, None)),
        states: STATES.into_iter().map(|(value, label)| Choice::new(value, label)).collect(),
        none: FieldErrors::default(),
        spend: Spend::this_month(&db, &keys).await?,
        sees_all: may(&actor, Right::SeeEverything),
        keys,
        next,
    })
}

impl Asked {
    fn of(asking: &mut Asking) -> Self {
        Self {
            q: asking.text("q"),
            state: asking.word("state", STATES.map(|(word, _)| word)),
            sort: sorting::order(&COLUMNS, asking),
            app: asking.parsed("app"),
            before: asking.parsed("before"),
            limit: asking.parsed("limit"),
        }
    }
}

fn filter(asked: &Asked, limit: u64) -> KeyFilter {
    let (state, life) = match asked.state.as_str() {
        "active" => (Some(KeyState::Active), Some(KeyLife::Living)),
        "paused" => (Some(KeyState::Paused), Some(KeyLife::Living)),
        "expired" => (None, Some(KeyLife::Expired)),
        "revoked" => (Some(KeyState::Revoked), None),
        _ => (None, None),
    };
    let order = match asked.sort.as_str() {
        "name" => KeyOrder::Name,
        "used" => KeyOrder::LastUsed,
        "expires" => KeyOrder::Expiry,
        _ => KeyOrder::Made,
    };
    let text = asked.q.trim().to_owned();
    let before = asked.before;
    KeyFilter { app: asked.app, text, state, life, order, before, limit, ..KeyFilter::default() }
}

/// The address of the list with the same filter in some order, from behind that key on.
fn address(asked: &Asked, sort: &str, last: Option<KeyId>) -> String {
    let text = |id: Option<String>| id.unwrap_or_default();
    let app = text(asked.app.map(|app| app.to_string()));
    let (last, limit) =
        (text(last.map(|last| last.to_string())), text(asked.limit.map(|limit| limit.to_string())));
    let pairs = [
        ("q", &*asked.q),
        ("state", &asked.state),
        ("sort", sort),
        ("app", &app),
        ("limit", &limit),
        ("before", &last),
    ];
    paging::address("/keys", pairs)
}
