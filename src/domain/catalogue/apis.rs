//! Making and changing an API.

use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait, IntoActiveModel};
use serde_json::json;

use super::queries;
use crate::base::ids::{ApiId, TeamId};
use crate::base::{Clash, Result};
use crate::domain::actor::Actor;
use crate::domain::audit::{self, Act};
use crate::domain::changes::{self, Change};
use crate::domain::fields::{self, taken, wrong};
use crate::domain::permit;
use crate::store::entity::api;
use crate::store::entity::states::Visibility;
use crate::store::{Db, Tx};

const SLUG_TAKEN: &str = "There is an API at that address already.";

pub struct NewApi {
    /// Its word in addresses; it never changes.
    pub slug: String,
    pub name: String,
    pub summary: String,
    pub owner_team: TeamId,
    pub visibility: Visibility,
    /// Who sees it when `visibility` is `Teams`; the owner team always does.
    pub teams: Vec<TeamId>,
    /// Where to ask: an address or a sentence.
    pub contact: String,
}

/// What to change; `None` leaves it.
#[derive(Default)]
pub struct ApiChange {
    pub name: Option<String>,
    pub summary: Option<String>,
    pub contact: Option<String>,
    pub visibility: Option<(Visibility, Vec<TeamId>)>,
}

/// Makes an API without versions.
///
/// # Errors
/// `not_permitted`, or `field_invalid`.
pub async fn make_api(db: &Db, actor: &Actor, new: NewApi) -> Result<api::Model> {
    let actor = actor.clone();
    db.transact(async move |tx| make_in(&tx, &actor, new).await).await
}

/// The same inside a larger deed.
pub(in crate::domain) async fn make_in(tx: &Tx, actor: &Actor, new: NewApi) -> Result<api::Model> {
    permit::manage_api(actor, new.owner_team)?;
    if queries::find_team(tx, new.owner_team).await?.is_none() {
        return Err(wrong("owner_team", "There is no such team."));
    }
    let row = api::Model {
        id: ApiId::fresh(),
        slug: fields::slug("slug", &new.slug, 60)?,
        name: fields::line("name", &new.name, fields::NAME)?,
        summary: fields::optional_line("summary", &new.summary, fields::LINE)?,
        owner_team_id: new.owner_team,
        visibility: new.visibility,
        contact: fields::optional_line("contact", &new.contact, fields::LINE)?,
        created_at: tx.now(),
    };
    api::Entity::insert(row.clone().into_active_model())
        .exec_without_returning(tx)
        .await
        .map_err(taken("slug", SLUG_TAKEN))?;
    set_teams(tx, &row, &new.teams).await?;
    let details = json!({ "slug": row.slug, "name": row.name, "visibility": row.visibility });
    let act = Act::new("api_made").on("api", row.id.0).touching([row.owner_team_id.0]).noting(details);
    audit::record(tx, actor, act).await?;
    changes::note(tx, Change::Catalogue).await?;
    Ok(row)
}

async fn set_teams(tx: &Tx, api: &api::Model, teams: &[TeamId]) -> Result<()> {
    let teams = if api.visibility == Visibility::Teams { teams } else { &[] };
    if api.visibility == Visibility::Teams && teams.is_empty() {
        return Err(wrong("teams", "Name at least one team that sees it; the owner's own may be it."));
    }
    let known = queries::count_teams(tx, teams).await?;
    let mut distinct = teams.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    if known != distinct.len() as u64 {
        return Err(wrong("teams", "One of these teams does not exist."));
    }
    queries::replace_teams(tx, api.id, &distinct).await
}

/// # Errors
/// `not_permitted`, `not_found`, or `field_invalid`.
pub async fn change_api(db: &Db, actor: &Actor, id: ApiId, change: ApiChange) -> Result<api::Model> {
    let actor = actor.clone();
    db.transact(async move |tx| {
        let before = queries::find_managed(&tx, &actor, id).await?;
        let was = told(&tx, &before).await?;
        let mut row = before.clone().into_active_model();
        if let Some(name) = &change.name {
            row.name = Set(fields::line("name", name, fields::NAME)?);
        }
        if let Some(summary) = &change.summary {
            row.summary = Set(fields::optional_line("summary", summary, fields::LINE)?);
        }
        if let Some(contact) = &change.contact {
            row.contact = Set(fields::optional_line("contact", contact, fields::LINE)?);
        }
        if let Some((visibility, _)) = &change.visibility {
            row.visibility = Set(*visibility);
        }
        let after = if row.is_changed() { row.update(&tx).await? } else { before.clone() };
        if let Some((_, teams)) = &change.visibility {
            set_teams(&tx, &after, teams).await?;
        }
        let act = Act::new("api_changed").on("api", id.0).noting(json!({ "name": after.name }));
        audit::record(&tx, &actor, act.changing(was, told(&tx, &after).await?)).await?;
        changes::note(&tx, Change::Catalogue).await?;
        Ok(after)
    })
    .await
}

/// What the audit tells of an API, with the teams that see it as they are stored now.
async fn told(tx: &Tx, row: &api::Model) -> Result<serde_json::Value> {
    let teams = queries::teams_of(tx, &[row.id]).await?;
    let mut teams: Vec<TeamId> = teams.into_iter().map(|row| row.team_id).collect();
    teams.sort_unstable();
    Ok(json!({
        "name": row.name, "summary": row.summary, "contact": row.contact, "visibility": row.visibility,
        "teams": teams,
    }))
}

/// Removes an API that was never published.
///
/// # Errors
/// `not_permitted`, `not_found`; `conflict` once a version was published.
pub async fn remove_api(db: &Db, actor: &Actor, id: ApiId) -> Result<()> {
    let actor = actor.clone();
    db.transact(async move |tx| {
        let row = queries::find_managed(&tx, &actor, id).await?;
        if queries::versions_of(&tx, &[id]).await?.iter().any(|version| version.published_at.is_some()) {
            return Err(
                Clash::State.saying("It was published once: deprecate and retire its versions instead.")
            );
        }
        queries::delete_api(&tx, id).await?;
        let details = json!({ "slug": row.slug, "name": row.name });
        audit::record(&tx, &actor, Act::new("api_removed").on("api", id.0).noting(details)).await?;
        changes::note(&tx, Change::Catalogue).await
    })
    .await
}
