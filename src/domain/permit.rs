//! What each role may do: one enum, one table. Everything not in the table is refused.

use super::actor::{Actor, Via};
use crate::base::ids::TeamId;
use crate::base::{Code, Result};
use crate::store::entity::states::Role;

/// A system-wide right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Right {
    /// Users, roles, invitations, teams of others.
    ManagePeople,
    /// Providers, credentials, models, targets, prices.
    ManageSupply,
    /// See providers, models and prices when publishing.
    SeeSupply,
    /// See APIs as those do who make them, and the requests for them: those of one's own teams, and with
    /// [`Right::SeeEverything`] all.
    SeeApis,
    /// Make APIs and manage those of one's own teams.
    PublishApis,
    /// Manage every API and decide every request.
    ManageAllApis,
    /// See every team's applications, keys, requests and calls.
    SeeEverything,
    /// Change every team's applications, subscriptions and keys.
    ManageAllAccess,
    ManageSettings,
}

/// Role × right.
pub const TABLE: &[(Role, &[Right])] = &[
    (
        Role::Admin,
        &[
            Right::ManagePeople,
            Right::ManageSupply,
            Right::SeeSupply,
            Right::SeeApis,
            Right::PublishApis,
            Right::ManageAllApis,
            Right::SeeEverything,
            Right::ManageAllAccess,
            Right::ManageSettings,
        ],
    ),
    (Role::Publisher, &[Right::SeeApis, Right::PublishApis, Right::SeeSupply]),
    (Role::Auditor, &[Right::SeeEverything, Right::SeeSupply, Right::SeeApis]),
    (Role::Member, &[]),
];

/// True when the role of the actor carries the right.
pub fn may(actor: &Actor, right: Right) -> bool {
    TABLE.iter().any(|(role, rights)| *role == actor.role() && rights.contains(&right))
}

/// # Errors
/// `not_permitted` when the actor's role does not carry the right.
pub fn need(actor: &Actor, right: Right) -> Result<()> {
    if may(actor, right) { Ok(()) } else { Err(Code::NotPermitted.with(format!("{right:?}"))) }
}

/// Every change passes here first: a token that may only read is refused.
///
/// # Errors
/// `not_permitted` for a read-only token.
pub fn write(actor: &Actor) -> Result<()> {
    match actor.via() {
        Via::Token { write: false, .. } => Err(Code::NotPermitted.saying("This token may only read.")),
        _ => Ok(()),
    }
}

/// May the actor see what belongs to this team? Not seeing it means it is not there for them.
///
/// # Errors
/// `not_found`.
pub fn see_team(actor: &Actor, team: TeamId) -> Result<()> {
    let sees = actor.is_member(team) || may(actor, Right::SeeEverything);
    if sees { Ok(()) } else { Err(Code::NotFound.with(team)) }
}

/// May the actor change applications, subscriptions and keys of this team?
///
/// # Errors
/// `not_found` for strangers, `not_permitted` for those who may only look.
pub fn manage_team_access(actor: &Actor, team: TeamId) -> Result<()> {
    see_team(actor, team)?;
    write(actor)?;
    if actor.is_member(team) { Ok(()) } else { need(actor, Right::ManageAllAccess) }
}

/// Whose APIs the actor sees as their makers do; none inside means everybody's.
///
/// # Errors
/// `not_permitted` without [`Right::SeeApis`].
pub fn sees_apis_of(actor: &Actor) -> Result<Option<Vec<TeamId>>> {
    need(actor, Right::SeeApis)?;
    Ok((!may(actor, Right::SeeEverything)).then(|| actor.team_ids()))
}

/// May the actor see an API owned by this team as its makers do, its drafts and requests with it?
///
/// # Errors
/// `not_permitted`.
pub fn see_api(actor: &Actor, owner: TeamId) -> Result<()> {
    match sees_apis_of(actor)? {
        Some(teams) if !teams.contains(&owner) => Err(Code::NotPermitted.with(owner)),
        _ => Ok(()),
    }
}

/// May the actor manage an API owned by this team and decide its requests?
///
/// # Errors
/// `not_permitted`.
pub fn manage_api(actor: &Actor, owner: TeamId) -> Result<()> {
    write(actor)?;
    if may(actor, Right::ManageAllApis) {
        return Ok(());
    }
    need(actor, Right::PublishApis)?;
    if actor.is_member(owner) { Ok(()) } else { Err(Code::NotPermitted.with(owner)) }
}
