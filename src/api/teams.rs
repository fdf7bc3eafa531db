//! Teams by script.

use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};
use uuid::Uuid;

use super::gone;
use super::limits::LimitsBody;
use super::paging::{self, Paging};
use crate::base::ids::{TeamId, UserId};
use crate::base::{Code, Result};
use crate::domain::actor::Actor;
use crate::domain::teams;
use crate::store::Db;
use crate::store::entity::states::TeamRole;
use crate::store::entity::team;
use crate::web::{ApiNeed, ApiResult, Body, Data, Method, Page, Path, Query, StatusCode, endpoint, json};

#[derive(OpenApi)]
#[openapi(paths(
    list,
    create,
    show,
    rename,
    remove_team,
    limits,
    set_limits,
    members,
    add,
    change_member,
    remove,
    suspend,
    resume
))]
struct Part;

pub(super) fn document() -> utoipa::openapi::OpenApi {
    Part::openapi()
}

pub fn endpoints() -> Vec<Page> {
    vec![
        endpoint(Method::GET, "/api/v1/teams", ApiNeed::Read, list),
        endpoint(Method::POST, "/api/v1/teams", ApiNeed::Write, create),
        endpoint(Method::GET, "/api/v1/teams/{id}", ApiNeed::Read, show),
        endpoint(Method::PATCH, "/api/v1/teams/{id}", ApiNeed::Write, rename),
        endpoint(Method::DELETE, "/api/v1/teams/{id}", ApiNeed::Write, remove_team),
        endpoint(Method::GET, "/api/v1/teams/{id}/limits", ApiNeed::Read, limits),
        endpoint(Method::PUT, "/api/v1/teams/{id}/limits", ApiNeed::Write, set_limits),
        endpoint(Method::GET, "/api/v1/teams/{id}/members", ApiNeed::Read, members),
        endpoint(Method::POST, "/api/v1/teams/{id}/members", ApiNeed::Write, add),
        endpoint(Method::PATCH, "/api/v1/teams/{id}/members/{user}", ApiNeed::Write, change_member),
        endpoint(Method::DELETE, "/api/v1/teams/{id}/members/{user}", ApiNeed::Write, remove),
        endpoint(Method::POST, "/api/v1/teams/{id}/suspension", ApiNeed::Write, suspend),
        endpoint(Method::POST, "/api/v1/teams/{id}/resumption", ApiNeed::Write, resume),
    ]
}

/// A team.
#[derive(Serialize, ToSchema)]
struct Team {
    #[schema(value_type = Uuid)]
    id: TeamId,
    name: String,
    /// `active`, `suspended` or `removed`.
    state: &'static str,
    /// Why it is suspended.
    reason: Option<String>,
    /// The user whose own team it is.
    #[schema(value_type = Option<Uuid>)]
    personal_of: Option<UserId>,
    /// RFC 3339.
    #[schema(format = DateTime)]
    created_at: String,
}

impl From<team::Model> for Team {
    fn from(row: team::Model) -> Self {
        Self {
            id: row.id,
            name: row.name,
            state: if row.removed_at.is_some() { "removed" } else { row.state.word() },
            reason: row.reason,
            personal_of: row.personal_of,
            created_at: row.created_at.rfc3339(),
        }
    }
}

/// A page of teams.
#[derive(Serialize, ToSchema)]
struct Teams {
    items: Vec<Team>,
    /// Pass it as `before` for what follows.
    next: Option<Uuid>,
}

/// List your own teams.
///
/// Your personal team first, then by name.
#[utoipa::path(get, path = "/api/v1/teams", tag = "People", params(Paging),
    responses((status = 200, description = "a page of your teams", body = Teams)))]
async fn list(db: Data<Db>, actor: Actor, asked: Query<Paging>) -> ApiResult {
    let rows = teams::list_own(&db, &actor).await?;
    let (rows, next) = paging::cut(rows, &asked, |listed| listed.team.id.0)?;
    let items = rows.into_iter().map(|listed| listed.team.into()).collect();
    Ok(json(StatusCode::OK, &Teams { items, next }))
}

/// A team's name.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TeamBody {
    name: String,
}

/// Make a team.
///
/// For everybody; you own it.
#[utoipa::path(post, path = "/api/v1/teams", tag = "People", request_body = TeamBody,
    responses((status = 201, description = "the team, which you own", body = Team)))]
async fn create(db: Data<Db>, actor: Actor, body: Body<TeamBody>) -> ApiResult {
    let team = teams::create(&db, &actor, &body.name).await?;
    Ok(json(StatusCode::CREATED, &Team::from(team)))
}

/// Show a team.
///
/// For its members, admins and auditors.
#[utoipa::path(get, path = "/api/v1/teams/{id}", tag = "People", params(("id" = Uuid, Path, description = "The team")),
    responses((status = 200, description = "the team", body = Team)))]
async fn show(db: Data<Db>, actor: Actor, id: Path<TeamId>) -> ApiResult {
    seen(&db, &actor, *id).await
}

/// Rename a team.
///
/// For its owners, and admins.
#[utoipa::path(patch, path = "/api/v1/teams/{id}", tag = "People", params(("id" = Uuid, Path, description = "The team")), request_body = TeamBody,
    responses((status = 200, description = "the team, changed", body = Team)))]
async fn rename(db: Data<Db>, actor: Actor, id: Path<TeamId>, body: Body<TeamBody>) -> ApiResult {
    teams::rename(&db, &actor, *id, &body.name).await?;
    seen(&db, &actor, *id).await
}

/// Remove a team.
///
/// For its owners, and admins. For good: nobody is in it any more, and its name stays where it stood, as
/// with its calls. `conflict` for a personal team, and, with the id of the first as `subject`, while a key
/// of the team is not revoked, a subscription is not over, or the team owns an API.
#[utoipa::path(delete, path = "/api/v1/teams/{id}", tag = "People", params(("id" = Uuid, Path, description = "The team")),
    responses((status = 204, description = "removed"), (status = 409, description = "it is personal, or something still needs it")))]
async fn remove_team(db: Data<Db>, actor: Actor, id: Path<TeamId>) -> ApiResult {
    teams::delete(&db, &actor, *id).await?;
    Ok(gone())
}

/// Show the limits of a team.
///
/// For its members, admins and auditors. They hold for all keys of the team together, whatever their
/// plans allow.
#[utoipa::path(get, path = "/api/v1/teams/{id}/limits", tag = "People", params(("id" = Uuid, Path, description = "The team")),
    responses((status = 200, description = "what all keys of the team together may do", body = LimitsBody)))]
async fn limits(db: Data<Db>, actor: Actor, id: Path<TeamId>) -> ApiResult {
    limited(&db, &actor, *id).await
}

/// Set the limits of a team.
///
/// For admins. Replaces all four: what is left out has no limit.
#[utoipa::path(put, path = "/api/v1/teams/{id}/limits", tag = "People", params(("id" = Uuid, Path, description = "The team")), request_body = LimitsBody,
    responses((status = 200, description = "the limits, all four replaced", body = LimitsBody)))]
async fn set_limits(db: Data<Db>, actor: Actor, id: Path<TeamId>, body: Body<LimitsBody>) -> ApiResult {
    teams::set_limits(&db, &actor, *id, body.into_inner().check()?).await?;
    limited(&db, &actor, *id).await
}

async fn limited(db: &Db, actor: &Actor, id: TeamId) -> ApiResult {
    Ok(json(StatusCode::OK, &LimitsBody::of(&teams::limits_of(db, actor, id).await?)))
}

/// One person of a team.
#[derive(Serialize, ToSchema)]
struct TeamMember {
    #[schema(value_type = Uuid)]
    user_id: UserId,
    email: String,
    name: String,
    /// `owner` or `member`.
    role: &'static str,
    /// RFC 3339.
    #[schema(format = DateTime)]
    since: String,
    /// Keys of the team that the person owns.
    keys: u64,
}

/// A page of a team's members.
#[derive(Serialize, ToSchema)]
struct TeamMembers {
    items: Vec<TeamMember>,
    /// Pass it as `before` for what follows.
    next: Option<Uuid>,
}

/// List the members of a team.
///
/// For its members, admins and auditors. Owners first, then by name.
#[utoipa::path(get, path = "/api/v1/teams/{id}/members", tag = "People", params(("id" = Uuid, Path, description = "The team"), Paging),
    responses((status = 200, description = "a page of who is in the team; `before` is a `user_id`", body = TeamMembers)))]
async fn members(db: Data<Db>, actor: Actor, id: Path<TeamId>, asked: Query<Paging>) -> ApiResult {
    listed(&db, &actor, *id, &asked, StatusCode::OK).await
}

/// Somebody to add.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewMember {
    /// Of an active person.
    email: String,
    /// `owner` or `member`; `member` when left out.
    role: Option<String>,
}

/// Add somebody to a team.
///
/// For its owners, and admins. An active person, by e-mail address. `conflict` for a personal team.
#[utoipa::path(post, path = "/api/v1/teams/{id}/members", tag = "People", params(("id" = Uuid, Path, description = "The team")), request_body = NewMember,
    responses((status = 201, description = "who is in the team now", body = TeamMembers)))]
async fn add(db: Data<Db>, actor: Actor, id: Path<TeamId>, body: Body<NewMember>) -> ApiResult {
    let role = role(body.role.as_deref().unwrap_or("member"))?;
    teams::add(&db, &actor, *id, &body.email, role).await?;
    listed(&db, &actor, *id, &Paging::default(), StatusCode::CREATED).await
}

/// Another role in the team.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MemberChange {
    /// `owner` or `member`.
    role: String,
}

/// Make a member an owner, or an owner a member.
///
/// For owners of the team, and admins. `conflict` for its last owner.
#[utoipa::path(patch, path = "/api/v1/teams/{id}/members/{user}", tag = "People", params(("id" = Uuid, Path, description = "The team"), ("user" = Uuid, Path, description = "The member")), request_body = MemberChange,
    responses((status = 200, description = "who is in the team now", body = TeamMembers)))]
async fn change_member(
    db: Data<Db>,
    actor: Actor,
    path: Path<(TeamId, UserId)>,
    body: Body<MemberChange>,
) -> ApiResult {
    let (id, user) = path.into_inner();
    teams::set_role(&db, &actor, id, user, role(&body.role)?).await?;
    listed(&db, &actor, id, &Paging::default(), StatusCode::OK).await
}

/// Take somebody out of a team, or leave it.
///
/// For owners of the team, and admins; everybody may take themselves out. Their keys in the team are
/// refused with `owner_not_member`. `conflict` for its last owner and for a personal team.
#[utoipa::path(delete, path = "/api/v1/teams/{id}/members/{user}", tag = "People", params(("id" = Uuid, Path, description = "The team"), ("user" = Uuid, Path, description = "The member")),
    responses((status = 200, description = "taken out; their keys in the team are refused", body = Team)))]
async fn remove(db: Data<Db>, actor: Actor, path: Path<(TeamId, UserId)>) -> ApiResult {
    let (id, user) = path.into_inner();
    let team = teams::get_visible(&db, &actor, id).await?;
    match actor.is(user) {
        true => teams::leave(&db, &actor, id).await?,
        false => teams::remove(&db, &actor, id, user).await?,
    }
    Ok(json(StatusCode::OK, &Team::from(team)))
}

/// Why a team is suspended.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TeamSuspension {
    /// Its members are shown this.
    reason: String,
}

/// Suspend a team.
///
/// For admins. All its calls are refused with `team_suspended` from the next one on.
#[utoipa::path(post, path = "/api/v1/teams/{id}/suspension", tag = "People", params(("id" = Uuid, Path, description = "The team")), request_body = TeamSuspension,
    responses((status = 200, description = "suspended: its keys are refused", body = Team)))]
async fn suspend(db: Data<Db>, actor: Actor, id: Path<TeamId>, body: Body<TeamSuspension>) -> ApiResult {
    teams::suspend(&db, &actor, *id, &body.reason).await?;
    seen(&db, &actor, *id).await
}

/// Let a suspended team call again.
///
/// For admins.
#[utoipa::path(post, path = "/api/v1/teams/{id}/resumption", tag = "People", params(("id" = Uuid, Path, description = "The team")),
    responses((status = 200, description = "its keys work again", body = Team)))]
async fn resume(db: Data<Db>, actor: Actor, id: Path<TeamId>) -> ApiResult {
    teams::resume(&db, &actor, *id).await?;
    seen(&db, &actor, *id).await
}

fn role(word: &str) -> Result<TeamRole> {
    TeamRole::parse(word).ok_or_else(|| Code::FieldInvalid.saying("Choose owner or member.").on("role"))
}

async fn seen(db: &Db, actor: &Actor, id: TeamId) -> ApiResult {
    Ok(json(StatusCode::OK, &Team::from(teams::get_visible(db, actor, id).await?)))
}

async fn listed(db: &Db, actor: &Actor, id: TeamId, asked: &Paging, status: StatusCode) -> ApiResult {
    let members = teams::list_members(db, actor, id).await?;
    let (members, next) = paging::cut(members, asked, |member| member.user.id.0)?;
    let items = members.into_iter().map(|member| TeamMember {
        user_id: member.user.id,
        email: member.user.email,
        name: member.user.name,
        role: member.role.word(),
        since: member.since.rfc3339(),
        keys: member.keys,
    });
    Ok(json(status, &TeamMembers { items: items.collect(), next }))
}
