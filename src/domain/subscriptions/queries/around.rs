//! What stands around a subscription: its API, version, plan, people, and all their names.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter};

use crate::base::ids::{ApiId, AppId, PlanId, TeamId, UserId, VersionId};
use crate::base::{Code, Result};
use crate::domain::catalogue;
use crate::domain::names::by_id;
use crate::store::Tx;
use crate::store::entity::states::{Role, UserState};
use crate::store::entity::{
    api, api_team, api_version, application, model, plan, plan_model, subscription, team, team_member, user,
};

pub async fn api<C: ConnectionTrait>(on: &C, id: ApiId) -> Result<Option<api::Model>> {
    Ok(api::Entity::find_by_id(id).one(on).await?)
}

pub async fn api_has_team<C: ConnectionTrait>(on: &C, api: ApiId, team: TeamId) -> Result<bool> {
    Ok(api_team::Entity::find_by_id((api, team)).one(on).await?.is_some())
}

pub async fn version<C: ConnectionTrait>(on: &C, id: VersionId) -> Result<Option<api_version::Model>> {
    Ok(api_version::Entity::find_by_id(id).one(on).await?)
}

/// A plan of this API.
pub async fn plan_of<C: ConnectionTrait>(on: &C, api: ApiId, id: PlanId) -> Result<plan::Model> {
    let row = plan::Entity::find_by_id(id).one(on).await?.filter(|plan| plan.api_id == api);
    row.ok_or_else(|| Code::FieldInvalid.with(id).saying("This API has no such plan.").on("plan"))
}

pub async fn email<C: ConnectionTrait>(on: &C, id: UserId) -> Result<Option<String>> {
    Ok(user::Entity::find_by_id(id).one(on).await?.map(|user| user.email))
}

/// The active people who decide for an API of this team.
pub async fn deciders<C: ConnectionTrait>(on: &C, owner: TeamId) -> Result<Vec<UserId>> {
    let members = team_member::Entity::find().filter(team_member::Column::TeamId.eq(owner)).all(on).await?;
    let publishers = Condition::all()
        .add(user::Column::Role.eq(Role::Publisher))
        .add(user::Column::Id.is_in(members.into_iter().map(|member| member.user_id)));
    let people = user::Entity::find()
        .filter(user::Column::State.eq(UserState::Active))
        .filter(Condition::any().add(user::Column::Role.eq(Role::Admin)).add(publishers))
        .all(on)
        .await?;
    Ok(people.into_iter().map(|user| user.id).collect())
}

/// The names that rows of subscriptions point to.
#[derive(Default)]
pub struct Names {
    pub apps: HashMap<AppId, application::Model>,
    pub apis: HashMap<ApiId, api::Model>,
    pub versions: HashMap<VersionId, api_version::Model>,
    pub plans: HashMap<PlanId, plan::Model>,
    pub users: HashMap<UserId, user::Model>,
    pub teams: HashMap<TeamId, team::Model>,
}

pub async fn names<C: ConnectionTrait>(on: &C, rows: &[subscription::Model]) -> Result<Names> {
    let people = rows.iter().map(|row| row.requested_by).chain(rows.iter().filter_map(|row| row.decided_by));
    Ok(Names {
        apps: by_id::<application::Entity, _>(on, rows.iter().map(|row| row.app_id)).await?,
        apis: by_id::<api::Entity, _>(on, rows.iter().map(|row| row.api_id)).await?,
        versions: by_id::<api_version::Entity, _>(on, rows.iter().map(|row| row.version_id)).await?,
        plans: by_id::<plan::Entity, _>(on, rows.iter().map(|row| row.plan_id)).await?,
        users: by_id::<user::Entity, _>(on, people).await?,
        teams: by_id::<team::Entity, _>(on, rows.iter().map(|row| row.team_id)).await?,
    })
}

/// What a move changed, for the timeline: `v1 → v2`.
pub async fn move_line(tx: &Tx, was: &subscription::Model, now: &subscription::Model) -> Result<String> {
    let names = names(tx, &[was.clone(), now.clone()]).await?;
    let mut parts = Vec::new();
    if was.version_id != now.version_id {
        let name = |id| names.versions.get(&id).map(|row| row.name.clone()).unwrap_or_default();
        parts.push(format!("{} → {}", name(was.version_id), name(now.version_id)));
    }
    if was.plan_id != now.plan_id {
        let name = |id| names.plans.get(&id).map(|row| row.name.clone()).unwrap_or_default();
        parts.push(format!("{} → {}", name(was.plan_id), name(now.plan_id)));
    }
    Ok(parts.join(", "))
}

/// The models that these subscriptions allow, each once, with their kinds.
pub async fn allowed_models<C: ConnectionTrait>(
    on: &C,
    rows: &[subscription::Model],
) -> Result<Vec<(String, String)>> {
    let versions: Vec<VersionId> = rows.iter().map(|row| row.version_id).collect();
    let offered = catalogue::queries::models_of(on, &versions).await?;
    let wanted = model::Column::Id.is_in(offered.iter().map(|row| row.model_id));
    let known = model::Entity::find().filter(wanted).all(on).await?;
    let plans = plan_model::Column::PlanId.is_in(rows.iter().map(|row| row.plan_id));
    let narrowed = plan_model::Entity::find().filter(plans).all(on).await?;
    let mut names: Vec<(String, String)> = Vec::new();
    for row in rows {
        let plan: Vec<&str> =
            narrowed.iter().filter(|one| one.plan_id == row.plan_id).map(|one| &*one.public_name).collect();
        for model in offered.iter().filter(|one| one.version_id == row.version_id) {
            let Some(kind) = known.iter().find(|one| one.id == model.model_id).map(|one| &one.kind) else {
                continue;
            };
            let allowed = plan.is_empty() || plan.contains(&&*model.public_name);
            if allowed && !names.iter().any(|(name, _)| *name == model.public_name) {
                names.push((model.public_name.clone(), kind.to_string()));
            }
        }
    }
    Ok(names)
}
