//! What the tests of this room and of later nouns start from.

use super::{Email, sessions, users};
use crate::base::Clock;
use crate::config::{Flags, load};
use crate::domain::actor::{Actor, Via};
use crate::store::Db;
use crate::store::entity::states::Role;
use crate::store::entity::user;

/// A fresh database in a temporary folder.
pub async fn fresh() -> (tempfile::TempDir, Db) {
    let folder = tempfile::tempdir().unwrap();
    let config = load(&Flags { data_dir: Some(folder.path().to_owned()), ..Flags::default() }).unwrap();
    let db = Db::open(&config, Clock::default()).await.unwrap();
    (folder, db)
}

/// An active account without a password.
pub async fn person(db: &Db, email: &str, role: Role) -> user::Model {
    let email = Email::parse(email).unwrap();
    let name = email.local_part().to_owned();
    let new = users::NewUser { email, name, role, password: None };
    users::create(db, &Actor::system("test"), new).await.unwrap()
}

/// The actor that the account is right now.
pub async fn actor_of(db: &Db, user: &user::Model) -> Actor {
    sessions::actor(db, user, Via::Inside, "192.0.2.1").await.unwrap()
}
