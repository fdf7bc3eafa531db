//! Applications: what a team's subscriptions and keys hang on.
//! It must not know what is subscribed to or which keys there are, beyond counting them.

mod queries;
mod view;

use serde_json::json;

use super::actor::{Actor, Who};
use super::audit::{self, Act};
use super::changes::{self, Change};
use super::fields;
use super::permit::{self, Right};
use crate::base::ids::{AppId, TeamId, UserId};
use crate::base::{Clash, Code, Result};
use crate::store::entity::states::Standing;
use crate::store::entity::{application, team};
use crate::store::{Db, Tx};

pub use view::{AppView, list_own, list_visible};

/// The name of an application that nobody named.
pub const OWN_NAME: &str = "My app";
/// Longest name of an application or key, in characters.
pub const NAME_MAX: usize = 80;
/// Longest comment or reason, in characters.
pub const TEXT_MAX: usize = 2_000;

/// What is needed to make an application.
#[derive(Clone, Debug)]
pub struct NewApp {
    /// None: the team that the person has from the start.
    pub team: Option<TeamId>,
    pub name: String,
    /// Who made it; only the system says so, everybody else is taken as themselves.
    pub maker: Option<UserId>,
}

/// Makes an application.
///
/// # Errors
/// `not_found` for a team that is not the actor's to see, `field_invalid` for a bad name.
pub async fn create(db: &Db, actor: &Actor, new: NewApp) -> Result<application::Model> {
    let actor = actor.clone();
    db.transact(async move |tx| create_in(&tx, &actor, new).await).await
}

pub(in crate::domain) async fn create_in(tx: &Tx, actor: &Actor, new: NewApp) -> Result<application::Model> {
    let maker = on_behalf(actor, new.maker)?;
    let team = match new.team {
        Some(id) => queries::team(tx, id).await?.ok_or_else(|| Code::NotFound.with(id))?,
        None => own_team(tx, maker).await?,
    };
    permit::manage_team_access(actor, team.id)?;
    let name = checked_name(&new.name, "name")?;
    let row = application::Model {
        id: AppId::fresh(),
        team_id: team.id,
        name,
        state: Standing::Active,
        reason: None,
        created_by: maker,
        created_at: tx.now(),
    };
    queries::insert(tx, row.clone()).await?;
    let act = Act::new("app_created").on("app", row.id.0).touching([team.id.0]);
    audit::record(tx, actor, act.noting(json!({ "name": row.name }))).await?;
    changes::note(tx, Change::App(row.id)).await?;
    Ok(row)
}

/// The application that a first subscription goes to when none was chosen: the oldest one of the
/// person's own team, made when there is none.
///
/// # Errors
/// The database's own.
pub(in crate::domain) async fn own_in(tx: &Tx, actor: &Actor, user: UserId) -> Result<application::Model> {
    let team = own_team(tx, user).await?;
    if let Some(app) = queries::oldest_active(tx, team.id).await? {
        permit::manage_team_access(actor, team.id)?;
        return Ok(app);
    }
    create_in(tx, actor, NewApp { team: Some(team.id), name: OWN_NAME.to_owned(), maker: Some(user) }).await
}

/// The application for somebody who chose none: their own, made when there is none.
///
/// # Errors
/// `field_invalid` for somebody who is in no team.
pub async fn own(db: &Db, actor: &Actor) -> Result<application::Model> {
    let actor = actor.clone();
    db.transact(async move |tx| {
        let user = on_behalf(&actor, None)?;
        own_in(&tx, &actor, user).await
    })
    .await
}

/// Gives an application another name.
///
/// # Errors
/// `not_found`, `not_permitted`, `field_invalid`.
pub async fn rename(db: &Db, actor: &Actor, id: AppId, name: String) -> Result<()> {
    let actor = actor.clone();
    db.transact(async move |tx| {
        let app = managed_in(&tx, &actor, id).await?;
        let name = checked_name(&name, "name")?;
        queries::rename(&tx, id, &name).await?;
        let act = Act::new("app_renamed").on("app", id.0);
        let act = act.changing(json!({ "name": app.name }), json!({ "name": name }));
        audit::record(&tx, &actor, act).await?;
        changes::note(&tx, Change::App(id)).await
    })
    .await
}

/// Stops all calls of an application, with a reason its team is shown.
///
/// # Errors
/// `not_permitted` without [`Right::ManageAllAccess`], `conflict` when it is suspended already.
pub async fn suspend(db: &Db, actor: &Actor, id: AppId, reason: String) -> Result<()> {
    let reason = checked_text(&reason, "reason")?;
    if reason.is_empty() {
        return Err(Code::FieldInvalid.saying("Say why: the team is shown this.").on("reason"));
    }
    stand(db, actor, id, Standing::Suspended, Some(reason)).await
}

/// Lets the calls of a suspended application through again.
///
/// # Errors
/// As [`suspend`].
pub async fn resume(db: &Db, actor: &Actor, id: AppId) -> Result<()> {
    stand(db, actor, id, Standing::Active, None).await
}

async fn stand(db: &Db, actor: &Actor, id: AppId, to: Standing, reason: Option<String>) -> Result<()> {
    let actor = actor.clone();
    db.transact(async move |tx| {
        let app = managed_in(&tx, &actor, id).await?;
        permit::need(&actor, Right::ManageAllAccess)?;
        if !queries::stand(&tx, id, to, reason.clone()).await? {
            return Err(Clash::State.saying(format!("This app is {} already.", to.label())));
        }
        let word = if to == Standing::Active { "app_resumed" } else { "app_suspended" };
        let act = Act::new(word).on("app", id.0).touching([app.team_id.0]);
        let told = |state: Standing, reason: &Option<String>| json!({ "state": state, "reason": reason });
        audit::record(&tx, &actor, act.changing(told(app.state, &app.reason), told(to, &reason))).await?;
        changes::note(&tx, Change::App(id)).await
    })
    .await
}

/// An application the actor may see.
///
/// # Errors
/// `not_found`.
pub async fn get_visible(db: &Db, actor: &Actor, id: AppId) -> Result<AppView> {
    view::get_visible(db, actor, id).await
}

/// True when the actor may change what belongs to this application.
pub fn may_manage(actor: &Actor, app: &application::Model) -> bool {
    permit::manage_team_access(actor, app.team_id).is_ok()
}

/// True when the actor may suspend and resume applications.
pub fn may_suspend(actor: &Actor) -> bool {
    permit::write(actor).is_ok() && permit::may(actor, Right::ManageAllAccess)
}

pub(in crate::domain) async fn managed_in(tx: &Tx, actor: &Actor, id: AppId) -> Result<application::Model> {
    let app = queries::find(tx, id).await?.ok_or_else(|| Code::NotFound.with(id))?;
    permit::manage_team_access(actor, app.team_id)?;
    // Nobody is in a team that was removed: only who manages everybody's access comes this far.
    if !actor.is_member(app.team_id) && queries::team(tx, app.team_id).await?.is_none() {
        return Err(Clash::State.saying("The team of this app was removed."));
    }
    Ok(app)
}

/// The person a deed is done for: the actor, or whom the system names.
pub(in crate::domain) fn on_behalf(actor: &Actor, named: Option<UserId>) -> Result<UserId> {
    match actor.who() {
        Who::User(id) => Ok(id),
        Who::Rule(_) | Who::System => {
            named.ok_or_else(|| Code::FieldInvalid.saying("Name the user this is done for.").on("user"))
        }
    }
}

/// The team a person has from the start, or the first one they joined.
async fn own_team(tx: &Tx, user: UserId) -> Result<team::Model> {
    if let Some(team) = queries::personal_team(tx, user).await? {
        return Ok(team);
    }
    let first = queries::first_team(tx, user).await?;
    first.ok_or_else(|| Code::FieldInvalid.saying("You are in no team yet: ask an admin.").on("app"))
}

/// A name for people: trimmed, one line, not empty and not too long.
pub(in crate::domain) fn checked_name(text: &str, field: &'static str) -> Result<String> {
    let name = text.trim();
    if name.is_empty() {
        return Err(Code::FieldInvalid.saying("Give it a name.").on(field));
    }
    if name.chars().count() > NAME_MAX || name.chars().any(char::is_control) {
        let message = format!("A name is one line of at most {NAME_MAX} characters.");
        return Err(Code::FieldInvalid.saying(message).on(field));
    }
    fields::seen(field, name)?;
    Ok(name.to_owned())
}

/// A free text: trimmed and not too long.
pub(in crate::domain) fn checked_text(text: &str, field: &'static str) -> Result<String> {
    let text = text.trim();
    let strange = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    if text.chars().count() > TEXT_MAX || text.chars().any(strange) {
        return Err(Code::FieldInvalid.saying(format!("At most {TEXT_MAX} characters of text.")).on(field));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests;
