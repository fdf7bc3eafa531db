//! Applications as pages and scripts see them.

use super::queries;
use crate::base::ids::AppId;
use crate::base::{Code, Result};
use crate::domain::actor::Actor;
use crate::domain::permit::{self, Right};
use crate::store::Db;
use crate::store::entity::application;
use crate::store::entity::states::Standing;

/// An application with the names around it.
#[derive(Clone, Debug)]
pub struct AppView {
    pub app: application::Model,
    pub team: String,
    /// Keys that are not revoked.
    pub keys: i64,
    /// Approved subscriptions.
    pub subscriptions: i64,
}

/// The applications of the actor's teams, newest first; all of them for those who may see everything.
///
/// # Errors
/// The database's own.
pub async fn list_visible(db: &Db, actor: &Actor, before: Option<AppId>, limit: u64) -> Result<Vec<AppView>> {
    let teams = (!permit::may(actor, Right::SeeEverything)).then(|| actor.team_ids());
    let apps = queries::list(db.read(), teams, before, limit).await?;
    with_names(db, apps).await
}

/// The applications of the actor's own teams, the oldest first: those to choose from in a form.
///
/// # Errors
/// The database's own.
pub async fn list_own(db: &Db, actor: &Actor) -> Result<Vec<application::Model>> {
    let mut apps = queries::list(db.read(), Some(actor.team_ids()), None, 200).await?;
    apps.retain(|app| app.state == Standing::Active);
    apps.reverse();
    Ok(apps)
}

pub(super) async fn get_visible(db: &Db, actor: &Actor, id: AppId) -> Result<AppView> {
    let app = queries::find(db.read(), id).await?.ok_or_else(|| Code::NotFound.with(id))?;
    permit::see_team(actor, app.team_id)?;
    let view = with_names(db, vec![app]).await?.pop();
    view.ok_or_else(|| Code::NotFound.with(id))
}

async fn with_names(db: &Db, apps: Vec<application::Model>) -> Result<Vec<AppView>> {
    let ids: Vec<AppId> = apps.iter().map(|app| app.id).collect();
    let teams = queries::teams(db.read(), apps.iter().map(|app| app.team_id).collect()).await?;
    let keys = queries::count_keys(db.read(), ids.clone()).await?;
    let subscriptions = queries::count_subscriptions(db.read(), ids).await?;
    let view = |app: application::Model| AppView {
        team: teams.get(&app.team_id).map(|team| team.name.clone()).unwrap_or_default(),
        keys: keys.get(&app.id).copied().unwrap_or(0),
        subscriptions: subscriptions.get(&app.id).copied().unwrap_or(0),
        app,
    };
    Ok(apps.into_iter().map(view).collect())
}
