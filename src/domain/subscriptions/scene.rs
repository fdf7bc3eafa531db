//! People, teams and an API for the tests of access, written straight into the tables.

use sea_orm::{EntityTrait, IntoActiveModel};

use crate::base::Clock;
use crate::base::ids::{ApiId, PlanId, SessionId, TeamId, UserId, VersionId};
use crate::domain::actor::{Actor, Via};
use crate::store::Db;
use crate::store::entity::states::{
    Approval, PlanState, Role, Standing, TeamRole, UserKind, UserState, VersionState, Visibility,
};
use crate::store::entity::{api, api_version, plan, team, team_member, user};

pub struct Scene {
    _folder: tempfile::TempDir,
    pub db: Db,
    pub clock: Clock,
}

/// An API with two versions and three plans.
pub struct Shop {
    pub v1: VersionId,
    pub v2: VersionId,
    pub auto: PlanId,
    pub manual: PlanId,
    /// Lets example.com in.
    pub rule: PlanId,
}

pub async fn scene() -> Scene {
    let (folder, db) = crate::domain::tests::fresh().await;
    Scene { _folder: folder, clock: db.clock().clone(), db }
}

impl Scene {
    /// A person with a team of their own.
    pub async fn person(&self, email: &str, role: Role) -> Actor {
        self.joined(email, role, &[]).await
    }

    /// A person with a team of their own who is a member of others too.
    pub async fn joined(&self, email: &str, role: Role, others: &[(TeamId, TeamRole)]) -> Actor {
        let (id, now) = (UserId::fresh(), self.db.now());
        let row = user::Model {
            id,
            kind: UserKind::Person,
            email: email.to_owned(),
            name: email.split('@').next().unwrap().to_owned(),
            role,
            state: UserState::Active,
            password_hash: None,
            epoch: 0,
            theme: "auto".to_owned(),
            created_at: now,
            last_seen_at: None,
            state_at: now,
        };
        self.put(user::Entity::insert(row.into_active_model())).await;
        let own = self.team(email, Some(id)).await;
        let mut teams = vec![(own, TeamRole::Owner)];
        teams.extend_from_slice(others);
        for (team, role) in &teams {
            let row = team_member::Model { team_id: *team, user_id: id, role: *role, created_at: now };
            self.put(team_member::Entity::insert(row.into_active_model())).await;
        }
        Actor::user(
            id,
            email.to_owned(),
            role,
            teams,
            Via::Session(SessionId::fresh()),
            "127.0.0.1".to_owned(),
        )
    }

    pub async fn team(&self, name: &str, personal_of: Option<UserId>) -> TeamId {
        let row = team::Model {
            id: TeamId::fresh(),
            name: name.to_owned(),
            state: Standing::Active,
            reason: None,
            personal_of,
            created_at: self.db.now(),
            removed_at: None,
        };
        let id = row.id;
        self.put(team::Entity::insert(row.into_active_model())).await;
        id
    }

    pub async fn shop(&self, owner: TeamId) -> Shop {
        let (id, now) = (ApiId::fresh(), self.db.now());
        let row = api::Model {
            id,
            slug: format!("shop-{id}"),
            name: "Shop".to_owned(),
            summary: String::new(),
            owner_team_id: owner,
            visibility: Visibility::Everyone,
            contact: String::new(),
            created_at: now,
        };
        self.put(api::Entity::insert(row.into_active_model())).await;
        Shop {
            v1: self.version(id, "v1").await,
            v2: self.version(id, "v2").await,
            auto: self.plan(id, "Free", Approval::Auto).await,
            manual: self.plan(id, "Team", Approval::Manual).await,
            rule: self.plan(id, "Staff", Approval::Rule).await,
        }
    }

    async fn version(&self, api: ApiId, name: &str) -> VersionId {
        let row = api_version::Model {
            id: VersionId::fresh(),
            api_id: api,
            name: name.to_owned(),
            state: VersionState::Published,
            docs: String::new(),
            created_at: self.db.now(),
            published_at: Some(self.db.now()),
            deprecated_at: None,
            sunset_at: None,
            retired_at: None,
            successor_id: None,
            guide_url: None,
        };
        let id = row.id;
        self.put(api_version::Entity::insert(row.into_active_model())).await;
        id
    }

    async fn plan(&self, api: ApiId, name: &str, approval: Approval) -> PlanId {
        let row = plan::Model {
            id: PlanId::fresh(),
            api_id: api,
            name: name.to_owned(),
            summary: String::new(),
            approval,
            rule_domains: "example.com,example.net".to_owned(),
            rule_team_id: None,
            state: PlanState::Open,
            position: 0,
            created_at: self.db.now(),
        };
        let id = row.id;
        self.put(plan::Entity::insert(row.into_active_model())).await;
        id
    }

    async fn put<A: sea_orm::ActiveModelTrait>(&self, row: sea_orm::Insert<A>) {
        row.exec_without_returning(self.db.state_writer()).await.unwrap();
    }

    /// The audit's words about one thing, oldest first.
    pub async fn acts(&self, id: uuid::Uuid) -> Vec<String> {
        use crate::base::Timestamp;
        let mut rows = crate::domain::audit::list_touching(&self.db, &[id], Timestamp(0)).await.unwrap();
        rows.retain(|row| row.subject_id == Some(id));
        rows.reverse();
        rows.into_iter().map(|row| row.act).collect()
    }
}

/// The team a person has from the start.
pub fn own(actor: &Actor) -> TeamId {
    actor.teams()[0].0
}
