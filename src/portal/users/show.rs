//! The page of one account.

use askama::Template;

use super::invite;
use crate::base::Timestamp;
use crate::base::clock::DAY;
use crate::base::ids::{AppId, KeyId, TeamId, UserId};
use crate::domain::actor::Actor;
use crate::domain::keys::{self, KeyFilter, KeyLife, KeyOrder};
use crate::domain::people::users::{self, Reach};
use crate::domain::permit::{Right, may};
use crate::portal::frame::Frame;
use crate::portal::look::Choice;
use crate::portal::shell;
use crate::store::Db;
use crate::store::entity::states::{TeamRole, UserState};
use crate::store::entity::team;
use crate::web::{Data, FieldErrors, PageResult, Path, Visit};

struct KeyRow {
    id: KeyId,
    name: String,
    shown: String,
    state: &'static str,
    last_used: Option<Timestamp>,
}

struct AppRow {
    id: AppId,
    name: String,
}

struct TeamRow {
    id: TeamId,
    name: String,
    role: &'static str,
}

/// Teams that a dialog names.
const NAMED: usize = 5;

fn row((team, role): &(team::Model, TeamRole)) -> TeamRow {
    TeamRow { id: team.id, name: team.name.clone(), role: role.label() }
}

#[derive(Template)]
#[template(path = "users/show.html")]
struct UserPage {
    frame: Frame,
    id: UserId,
    name: String,
    email: String,
    state: &'static str,
    role: &'static str,
    role_word: &'static str,
    created: Timestamp,
    last_seen: Option<Timestamp>,
    state_at: Timestamp,
    keys: Vec<KeyRow>,
    used_today: usize,
    apps: Vec<AppRow>,
    teams: Vec<TeamRow>,
    /// Teams that nobody else owns, and how many more of them there are.
    alone: Vec<TeamRow>,
    more_alone: usize,
    roles: Vec<Choice>,
    can_manage: bool,
    can_deactivate: bool,
    /// The only admin: role and account stay.
    is_last_admin: bool,
    errors: FieldErrors,
}

pub async fn show(visit: Visit, actor: Actor, db: Data<Db>, id: Path<UserId>) -> PageResult {
    let user = users::get_visible(&db, &actor, *id).await?;
    let Reach { apps, mut teams, alone } = users::reach(&db, &actor, *id).await?;
    let living = KeyFilter {
        owner: Some(*id),
        life: Some(KeyLife::Living),
        order: KeyOrder::LastUsed,
        limit: 200,
        ..KeyFilter::default()
    };
    teams.sort_by_key(|(team, _)| team.name.to_lowercase());
    let keys = keys::list_visible(&db, &actor, &living).await?;
    let can_manage = may(&actor, Right::ManagePeople);
    let is_last_admin = can_manage && users::is_last_admin(&db, &actor, &user).await?;
    let since = db.now().minus(DAY);
    shell::html(&UserPage {
        frame: shell::frame(&db, &visit).await?,
        id: user.id,
        name: user.name,
        email: user.email,
        state: user.state.word(),
        role: user.role.label(),
        role_word: user.role.word(),
        created: user.created_at,
        last_seen: user.last_seen_at,
        state_at: user.state_at,
        used_today: keys.iter().filter(|key| key.row.last_used_at.is_some_and(|at| at > since)).count(),
        keys: keys
            .into_iter()
            .map(|key| KeyRow {
                id: key.row.id,
                name: key.row.name,
                shown: format!("{}…{}", key.row.prefix, key.row.last4),
                state: key.condition.word(),
                last_used: key.row.last_used_at,
            })
            .collect(),
        apps: apps.into_iter().map(|app| AppRow { id: app.id, name: app.name }).collect(),
        more_alone: alone.len().saturating_sub(NAMED),
        alone: teams.iter().filter(|(team, _)| alone.contains(&team.id)).take(NAMED).map(row).collect(),
        teams: teams.iter().map(row).collect(),
        roles: invite::roles(),
        can_manage,
        is_last_admin,
        can_deactivate: can_manage && user.state == UserState::Active && !actor.is(*id) && !is_last_admin,
        errors: FieldErrors::default(),
    })
}
