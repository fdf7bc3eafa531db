//! For unit tests of this room: a fresh database and actors of each role.

use crate::base::Clock;
use crate::base::ids::{SessionId, TeamId, UserId};
use crate::config::{Flags, load};
use crate::store::Db;
use crate::store::entity::states::{Role, Standing, TeamRole};
use crate::store::entity::team;
use sea_orm::{EntityTrait, IntoActiveModel};

use super::actor::{Actor, Via};

pub async fn fresh() -> (tempfile::TempDir, Db) {
    let folder = tempfile::tempdir().unwrap();
    let config = load(&Flags { data_dir: Some(folder.path().to_owned()), ..Flags::default() }).unwrap();
    (folder, Db::open(&config, Clock::default()).await.unwrap())
}

pub async fn team(db: &Db, name: &str) -> TeamId {
    let id = TeamId::fresh();
    let row = team::Model {
        id,
        name: name.to_owned(),
        state: Standing::Active,
        reason: None,
        personal_of: None,
        created_at: db.now(),
        removed_at: None,
    };
    db.transact(async move |tx| {
        team::Entity::insert(row.into_active_model()).exec_without_returning(&tx).await?;
        Ok(())
    })
    .await
    .unwrap();
    id
}

pub fn publisher(teams: &[TeamId]) -> Actor {
    actor(Role::Publisher, teams)
}

pub fn member(teams: &[TeamId]) -> Actor {
    actor(Role::Member, teams)
}

fn actor(role: Role, teams: &[TeamId]) -> Actor {
    let teams = teams.iter().map(|team| (*team, TeamRole::Member)).collect();
    let via = Via::Session(SessionId::fresh());
    Actor::user(UserId::fresh(), "someone@example.com".to_owned(), role, teams, via, "127.0.0.1".to_owned())
}
