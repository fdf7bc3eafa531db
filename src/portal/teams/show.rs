//! The page of one team.

use askama::Template;
use serde::Deserialize;

use super::limits::LimitsForm;
use crate::base::ids::{TeamId, UserId};
use crate::base::{Result, Timestamp};
use crate::domain::actor::Actor;
use crate::domain::permit::{Right, may};
use crate::domain::teams;
use crate::portal::frame::Frame;
use crate::portal::look::Choice;
use crate::portal::meanwhile::Seen;
use crate::portal::returned::Returned;
use crate::portal::shell;
use crate::store::Db;
use crate::store::entity::states::{Standing, TeamRole};
use crate::web::{Data, Form, PageResult, Path, Visit, flash};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NameForm {
    #[serde(default)]
    name: String,
}

struct Row {
    id: UserId,
    name: String,
    email: String,
    state: &'static str,
    role: &'static str,
    is_owner: bool,
    since: Timestamp,
    keys: u64,
    me: bool,
}

#[derive(Template)]
#[template(path = "teams/show.html")]
struct TeamPage {
    frame: Frame,
    id: TeamId,
    name: String,
    personal: bool,
    suspended: bool,
    /// Gone for good; only its name is left.
    removed: bool,
    reason: String,
    created: Timestamp,
    members: Vec<Row>,
    my_keys: u64,
    can_manage: bool,
    can_leave: bool,
    /// Nobody else owns it: its owner can neither leave nor become a member.
    one_owner: bool,
    can_suspend: bool,
    can_limit: bool,
    /// In words; none where there is no limit.
    limits: Vec<String>,
    limit_values: LimitsForm,
    roles: Vec<Choice>,
    returned: Returned,
}

pub async fn show(visit: Visit, actor: Actor, db: Data<Db>, id: Path<TeamId>) -> PageResult {
    shell::html(&page(&db, &visit, &actor, *id, Returned::default()).await?)
}

pub async fn rename(
    visit: Visit,
    actor: Actor,
    db: Data<Db>,
    id: Path<TeamId>,
    form: Form<NameForm>,
) -> PageResult {
    match teams::rename(&db, &actor, *id, &form.name).await {
        Ok(()) => Ok(flash(&visit, &format!("/teams/{}", *id), "good", "The team's name is changed.")),
        Err(error) => {
            let returned = Returned::from_error("name", [("name", form.name.clone())], error)?;
            again(&db, &visit, &actor, *id, returned).await
        }
    }
}

/// The page, with the form that came back.
pub async fn again(db: &Db, visit: &Visit, actor: &Actor, id: TeamId, returned: Returned) -> PageResult {
    shell::html_422(&page(db, visit, actor, id, returned).await?)
}

async fn page(db: &Db, visit: &Visit, actor: &Actor, id: TeamId, returned: Returned) -> Result<TeamPage> {
    let seen = Seen::now(db).await?;
    let team = teams::get_visible(db, actor, id).await?;
    let members: Vec<Row> = teams::list_members(db, actor, id)
        .await?
        .into_iter()
        .map(|member| Row {
            me: actor.is(member.user.id),
            id: member.user.id,
            name: member.user.name,
            email: member.user.email,
            state: member.user.state.word(),
            role: member.role.label(),
            is_owner: member.role == TeamRole::Owner,
            since: member.since,
            keys: member.keys,
        })
        .collect();
    let personal = team.personal_of.is_some();
    let removed = team.removed_at.is_some();
    let limits = teams::limits_of(db, actor, id).await?;
    Ok(TeamPage {
        frame: shell::frame(db, visit).await?,
        id,
        name: team.name,
        personal,
        suspended: team.state == Standing::Suspended,
        removed,
        reason: team.reason.unwrap_or_default(),
        created: team.created_at,
        my_keys: members.iter().find(|row| row.me).map_or(0, |row| row.keys),
        one_owner: members.iter().filter(|row| row.is_owner).count() == 1,
        members,
        can_manage: !removed && teams::may_manage(actor, id),
        can_leave: !personal && !removed && actor.is_member(id),
        can_suspend: !removed && may(actor, Right::ManagePeople),
        can_limit: !removed && may(actor, Right::ManageAllAccess),
        limit_values: LimitsForm::of(&limits, seen),
        limits: limits.lines(),
        roles: vec![
            Choice::new(TeamRole::Member.word(), "Member").hint("Sees their own keys and calls"),
            Choice::new(TeamRole::Owner.word(), "Owner").hint("Sees all keys and calls, manages the team"),
        ],
        returned,
    })
}

impl TeamPage {
    /// True for the one owner a shared team has: first somebody else has to become one.
    fn is_held(&self, row: &Row) -> bool {
        row.is_owner && self.one_owner
    }

    /// The visitor is that owner.
    fn holds_me(&self) -> bool {
        self.members.iter().any(|row| row.me && self.is_held(row))
    }
}
