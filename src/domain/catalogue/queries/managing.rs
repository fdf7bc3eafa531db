//! What those who manage an API see and change.

use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait,
};

use super::reading::{seen_by, team_names};
use super::versions::{delete_draft, find_version, versions_of};
use crate::base::ids::{ApiId, TeamId, VersionId};
use crate::base::{Code, Error, Result};
use crate::domain::actor::Actor;
use crate::domain::permit::{self, Right};
use crate::store::Tx;
use crate::store::entity::states::{TeamRole, UserState, VersionState};
use crate::store::entity::{api, api_team, api_version, plan, plan_model, team, team_member, user};

/// Those of these teams; none: of all.
pub(in crate::domain) async fn managed(
    on: &impl ConnectionTrait,
    owners: Option<Vec<TeamId>>,
) -> Result<Vec<api::Model>> {
    let find = api::Entity::find().filter(owned_by(owners));
    let find = find.order_by_asc(api::Column::Name).order_by_asc(api::Column::Slug);
    Ok(find.limit(500).all(on).await?)
}

/// The newest first.
pub(in crate::domain) async fn managed_before(
    on: &impl ConnectionTrait,
    owners: Option<Vec<TeamId>>,
    before: Option<ApiId>,
    limit: u64,
) -> Result<Vec<api::Model>> {
    let older = owned_by(owners).add_option(before.map(|id| api::Column::Id.lt(id)));
    let find = api::Entity::find().filter(older).order_by_desc(api::Column::Id);
    Ok(find.limit(limit).all(on).await?)
}

fn owned_by(owners: Option<Vec<TeamId>>) -> Condition {
    Condition::all().add_option(owners.map(|teams| api::Column::OwnerTeamId.is_in(teams)))
}

/// For changes: `not_found` for those who may not see it, `not_permitted` for those who only look.
pub(in crate::domain) async fn find_managed(
    on: &impl ConnectionTrait,
    actor: &Actor,
    id: ApiId,
) -> Result<api::Model> {
    let row = find_seen_by_manager(on, actor, id).await?;
    match permit::manage_api(actor, row.owner_team_id) {
        Ok(()) => Ok(row),
        Err(refused) => Err(told(on, actor, &row, refused).await?),
    }
}

/// For the editor: those who manage it, and those who may see everything.
pub(in crate::domain) async fn find_seen_by_manager(
    on: &impl ConnectionTrait,
    actor: &Actor,
    id: ApiId,
) -> Result<api::Model> {
    let row = api::Entity::find_by_id(id).filter(seen_by(actor)).one(on).await?;
    let row = row.ok_or_else(|| Code::NotFound.with(id))?;
    match permit::see_api(actor, row.owner_team_id) {
        Ok(()) => Ok(row),
        Err(refused) => Err(told(on, actor, &row, refused).await?),
    }
}

/// For a publisher it is not the role that is missing: whose API it is, and whom to ask.
async fn told(on: &impl ConnectionTrait, actor: &Actor, row: &api::Model, refused: Error) -> Result<Error> {
    if permit::write(actor).is_err() || !permit::may(actor, Right::PublishApis) {
        return Ok(refused);
    }
    let names = team_names(on, [row.owner_team_id]).await?;
    let team = names.get(&row.owner_team_id).map_or("another team", String::as_str);
    let owners = owner_names(on, row.owner_team_id).await?;
    let ask = match owners.as_slice() {
        [] => "It has no owner now: ask an admin.".to_owned(),
        [one] => format!("Ask its owner, {one}, or an admin."),
        all => format!("Ask one of its owners ({}), or an admin.", all.join(", ")),
    };
    Ok(refused.saying(format!("This API belongs to {team}.")).then(ask))
}

/// The names of a team's owners who may sign in, at most 10.
pub(in crate::domain) async fn owner_names(on: &impl ConnectionTrait, id: TeamId) -> Result<Vec<String>> {
    let owners = team_member::Entity::find()
        .select_only()
        .column(team_member::Column::UserId)
        .filter(team_member::Column::TeamId.eq(id))
        .filter(team_member::Column::Role.eq(TeamRole::Owner));
    let find = user::Entity::find()
        .select_only()
        .column(user::Column::Name)
        .filter(user::Column::Id.in_subquery(owners.into_query()))
        .filter(user::Column::State.eq(UserState::Active));
    Ok(find.order_by_asc(user::Column::Name).limit(10).into_tuple().all(on).await?)
}

/// A version with its API, for those who manage it. To others a draft is like a version that does not exist.
pub(in crate::domain) async fn find_managed_version(
    on: &impl ConnectionTrait,
    actor: &Actor,
    id: VersionId,
) -> Result<(api::Model, api_version::Model)> {
    let (api, version) = find_seen_version(on, actor, id).await?;
    permit::manage_api(actor, api.owner_team_id)?;
    Ok((api, version))
}

/// The same for those who see its API as its makers do.
pub(in crate::domain) async fn find_seen_version(
    on: &impl ConnectionTrait,
    actor: &Actor,
    id: VersionId,
) -> Result<(api::Model, api_version::Model)> {
    let version = find_version(on, id).await?.ok_or_else(|| Code::NotFound.with(id))?;
    match find_seen_by_manager(on, actor, version.api_id).await {
        Ok(api) => Ok((api, version)),
        Err(refused) if refused.code() == Code::NotPermitted && version.state == VersionState::Draft => {
            Err(Code::NotFound.with(id))
        }
        Err(refused) => Err(refused),
    }
}

pub(in crate::domain) async fn delete_api(tx: &Tx, id: ApiId) -> Result<()> {
    for version in versions_of(tx, &[id]).await? {
        delete_draft(tx, version.id).await?;
    }
    let plans = plan::Entity::find().filter(plan::Column::ApiId.eq(id)).all(tx).await?;
    let ids: Vec<_> = plans.iter().map(|plan| plan.id).collect();
    plan_model::Entity::delete_many().filter(plan_model::Column::PlanId.is_in(ids)).exec(tx).await?;
    plan::Entity::delete_many().filter(plan::Column::ApiId.eq(id)).exec(tx).await?;
    api_team::Entity::delete_many().filter(api_team::Column::ApiId.eq(id)).exec(tx).await?;
    api::Entity::delete_by_id(id).exec(tx).await?;
    Ok(())
}

pub(in crate::domain) async fn find_team(
    on: &impl ConnectionTrait,
    id: TeamId,
) -> Result<Option<team::Model>> {
    Ok(team::Entity::find_by_id(id).filter(team::Column::RemovedAt.is_null()).one(on).await?)
}

/// How many different ones of these teams there are.
pub(in crate::domain) async fn count_teams(on: &impl ConnectionTrait, teams: &[TeamId]) -> Result<u64> {
    let find = team::Entity::find().filter(team::Column::Id.is_in(teams.iter().copied()));
    Ok(find.filter(team::Column::RemovedAt.is_null()).count(on).await?)
}

pub(in crate::domain) async fn replace_teams(tx: &Tx, api: ApiId, teams: &[TeamId]) -> Result<()> {
    api_team::Entity::delete_many().filter(api_team::Column::ApiId.eq(api)).exec(tx).await?;
    let rows: Vec<_> = teams
        .iter()
        .map(|team| api_team::Model { api_id: api, team_id: *team }.into_active_model())
        .collect();
    if !rows.is_empty() {
        api_team::Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    Ok(())
}

pub(in crate::domain) async fn teams_of(
    on: &impl ConnectionTrait,
    apis: &[ApiId],
) -> Result<Vec<api_team::Model>> {
    Ok(api_team::Entity::find().filter(api_team::Column::ApiId.is_in(apis.iter().copied())).all(on).await?)
}
