//! The list of people.

use askama::Template;

use super::inbox::{self, People};
use crate::base::Timestamp;
use crate::base::ids::UserId;
use crate::domain::actor::Actor;
use crate::domain::keys;
use crate::domain::people::users::{self, Filter};
use crate::domain::permit::{Right, may};
use crate::portal::asking::{Asking, Pairs};
use crate::portal::frame::Frame;
use crate::portal::look::Choice;
use crate::portal::paging;
use crate::portal::shell;
use crate::store::Db;
use crate::store::entity::states::UserState;
use crate::web::{Data, FieldErrors, PageResult, Visit};

const STATES: [UserState; 5] =
    [UserState::Active, UserState::Waiting, UserState::Invited, UserState::Deactivated, UserState::Deleted];

struct Row {
    id: UserId,
    name: String,
    email: String,
    role: &'static str,
    state: &'static str,
    last_seen: Option<Timestamp>,
    /// Living ones that they own.
    keys: i64,
}

#[derive(Template)]
#[template(path = "users/list.html")]
struct UsersPage {
    frame: Frame,
    rows: Vec<Row>,
    q: String,
    state: String,
    states: Vec<Choice>,
    filtered: bool,
    next: String,
    can_manage: bool,
    people: People,
    errors: FieldErrors,
}

pub async fn show(visit: Visit, actor: Actor, db: Data<Db>, query: Pairs) -> PageResult {
    let mut asking = Asking::of(query);
    let q = asking.text("q");
    let state = asking.word("state", STATES.map(|state| state.word()));
    let after: Option<UserId> = asking.parsed("after");
    let limit = paging::PAGE + 1;
    let filter = Filter { search: q.clone(), state: UserState::parse(&state), after, limit };
    let mut found = users::list(&db, &actor, filter).await?;
    let last = paging::cut(&mut found, paging::PAGE).map(|last| last.id.to_string());
    let next = last.map(|last| {
        let pairs = [("q", &*q), ("state", &state), ("after", &last)];
        paging::address("/users", pairs)
    });
    let next = next.unwrap_or_default();
    let ids: Vec<UserId> = found.iter().map(|user| user.id).collect();
    let keys = keys::count_owned(&db, &actor, &ids).await?;
    let rows = found.into_iter().map(|user| Row {
        id: user.id,
        name: user.name,
        email: user.email,
        role: user.role.label(),
        state: user.state.word(),
        last_seen: user.last_seen_at,
        keys: keys.get(&user.id).copied().unwrap_or(0),
    });
    let mut states = vec![Choice::new("", "Any state")];
    states.extend(STATES.map(|state| Choice::new(state.word(), crate::portal::look::words(state.word()))));
    asking.html(&UsersPage {
        rows: rows.collect(),
        filtered: !q.is_empty() || !state.is_empty() || after.is_some(),
        q,
        state,
        states,
        next,
        can_manage: may(&actor, Right::ManagePeople),
        people: inbox::people(&db, &actor).await?,
        frame: asking.told(shell::frame(&db, &visit).await?),
        errors: FieldErrors::default(),
    })
}
