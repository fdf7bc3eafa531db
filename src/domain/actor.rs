//! Who acts: a person signed in, a script with a management token, a rule, or the system itself.

use std::sync::Arc;

use crate::base::ids::{AdminTokenId, SessionId, TeamId, UserId};
use crate::store::entity::states::{Role, TeamRole};

/// The one who acts, with all that rights are decided from. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Actor(Arc<Inner>);

#[derive(Clone, Debug)]
struct Inner {
    who: Who,
    label: String,
    role: Role,
    teams: Vec<(TeamId, TeamRole)>,
    via: Via,
    ip: String,
    seen: Option<i64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    User(UserId),
    /// A rule of the site, such as `plan`.
    Rule(&'static str),
    /// A command on the server or a background job.
    System,
}

/// How the actor came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Via {
    Session(SessionId),
    /// `write` is false for a token that may only read.
    Token {
        id: AdminTokenId,
        write: bool,
    },
    Inside,
}

impl Actor {
    /// A user with their role and teams. `label` is what the audit shows: the e-mail address.
    pub fn user(
        id: UserId,
        label: String,
        role: Role,
        teams: Vec<(TeamId, TeamRole)>,
        via: Via,
        ip: String,
    ) -> Self {
        Self(Arc::new(Inner { who: Who::User(id), label, role, teams, via, ip, seen: None }))
    }

    /// A command run on the server, or a background job: it may do everything.
    pub fn system(label: &'static str) -> Self {
        Self::inside(Who::System, label.to_owned())
    }

    /// A rule of the site that decides in place of a person.
    pub fn rule(name: &'static str) -> Self {
        Self::inside(Who::Rule(name), format!("rule:{name}"))
    }

    fn inside(who: Who, label: String) -> Self {
        Self(Arc::new(Inner {
            who,
            label,
            role: Role::Admin,
            teams: Vec::new(),
            via: Via::Inside,
            ip: String::new(),
            seen: None,
        }))
    }

    /// The same one, who decided by what the audit told up to this row: what they do is refused where the
    /// same was done to the same thing after it, and nobody writes over what they have not seen.
    pub fn having_seen(&self, seq: i64) -> Self {
        Self(Arc::new(Inner { seen: Some(seq), ..Inner::clone(&self.0) }))
    }

    /// How far they have seen, where that matters.
    pub fn seen(&self) -> Option<i64> {
        self.0.seen
    }

    pub fn who(&self) -> Who {
        self.0.who
    }

    pub fn user_id(&self) -> Option<UserId> {
        match self.0.who {
            Who::User(id) => Some(id),
            Who::Rule(_) | Who::System => None,
        }
    }

    pub fn is(&self, user: UserId) -> bool {
        self.user_id() == Some(user)
    }

    pub fn label(&self) -> &str {
        &self.0.label
    }

    pub fn role(&self) -> Role {
        self.0.role
    }

    pub fn via(&self) -> Via {
        self.0.via
    }

    pub fn ip(&self) -> &str {
        &self.0.ip
    }

    pub fn team_ids(&self) -> Vec<TeamId> {
        self.0.teams.iter().map(|(id, _)| *id).collect()
    }

    pub fn teams(&self) -> &[(TeamId, TeamRole)] {
        &self.0.teams
    }

    pub fn is_member(&self, team: TeamId) -> bool {
        self.0.teams.iter().any(|(id, _)| *id == team)
    }

    pub fn owns(&self, team: TeamId) -> bool {
        self.0.teams.iter().any(|(id, role)| *id == team && *role == TeamRole::Owner)
    }
}
