mod by_link;
mod signed_in;
mod signing_up;

use super::*;
use crate::base::ids::UserId;
use crate::base::{Clock, Code, Secret};
use crate::config::{Flags, load};
use crate::domain::actor::{Actor, Via};
use crate::store::Db;
use crate::store::entity::states::{Role, UserState};
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

const GOOD: &str = "a long fine passphrase";

fn peer() -> Peer {
    Peer { ip: "192.0.2.7".into(), agent: "test".into(), device: None }
}

async fn with_password(db: &Db, email: &str, role: Role) -> user::Model {
    let email = Email::parse(email).unwrap();
    let password = Some(Password::choose(&Secret::new(GOOD), &email).unwrap());
    let new = users::NewUser { name: email.local_part().to_owned(), email, role, password };
    users::create(db, &Actor::system("test"), new).await.unwrap()
}

async fn state_of(db: &Db, id: UserId) -> UserState {
    users::get_visible(db, &Actor::system("test"), id).await.unwrap().state
}

#[test]
fn an_address_is_taken_in_lower_case_or_not_at_all() {
    assert_eq!(Email::parse(" Dana.O@Example.COM ").unwrap().as_str(), "dana.o@example.com");
    let long = format!("{}@example.com", "a".repeat(300));
    for bad in ["", "dana", "@x", "a@", "a@b@c", "a b@c.d", "a@b..c", "<a>@b.c", "a\n@b.c", &long] {
        assert_eq!(Email::parse(bad).unwrap_err().param(), Some("email"), "{bad}");
    }
}

#[test]
fn b40_passwords_that_are_easily_guessed_are_refused() {
    let email = Email::parse("dana@example.com").unwrap();
    let choose = |text: &str| Password::choose(&Secret::new(text), &email);
    for bad in ["short7!", "password", "Password1", "1234567890", "zzzzzzzzzz", "dana@example.com"] {
        assert!(choose(bad).is_err(), "{bad}");
    }
    assert!(choose(&"x1".repeat(65)).is_err());
    let emoji = "🦀".repeat(64);
    assert_eq!(choose(&emoji).unwrap().secret().expose(), emoji);
    assert!(choose("  spaces are kept  ").unwrap().secret().expose().starts_with("  "));
    assert!(Password::choose(Password::random().secret(), &email).is_ok());
}

#[test]
fn every_step_of_an_account_is_decided() {
    use UserState::{Active, Deactivated, Deleted, Invited, Waiting};
    let allowed = [
        (Invited, Step::Accept, Active),
        (Waiting, Step::LetIn, Active),
        (Active, Step::Deactivate, Deactivated),
        (Deactivated, Step::Reactivate, Active),
        (Deactivated, Step::Delete, Deleted),
    ];
    for from in UserState::ALL {
        for step in Step::ALL {
            let to = allowed.iter().find(|row| row.0 == *from && row.1 == *step).map(|row| row.2);
            assert_eq!(next(*from, *step), to, "{from:?} {step:?}");
        }
    }
}

#[actix_web::test]
async fn the_last_admin_stays() {
    let (_folder, db) = fresh().await;
    let root = Actor::system("test");
    let ada = person(&db, "ada@example.com", Role::Admin).await;
    let demote = users::set_role(&db, &root, ada.id, Role::Member).await.unwrap_err();
    assert_eq!(demote.code(), Code::Conflict);
    assert_eq!(users::deactivate(&db, &root, ada.id).await.unwrap_err().code(), Code::Conflict);

    let bob = person(&db, "bob@example.com", Role::Admin).await;
    users::deactivate(&db, &actor_of(&db, &bob).await, ada.id).await.unwrap();
    assert_eq!(state_of(&db, ada.id).await, UserState::Deactivated);
    let alone = users::set_role(&db, &root, bob.id, Role::Member).await.unwrap_err();
    assert_eq!(alone.code(), Code::Conflict);
}

#[actix_web::test]
async fn only_who_manages_people_changes_them() {
    let (_folder, db) = fresh().await;
    let target = person(&db, "omar@example.com", Role::Member).await;
    for role in [Role::Publisher, Role::Auditor, Role::Member] {
        let user = person(&db, &format!("{role}@example.com"), role).await;
        let actor = actor_of(&db, &user).await;
        for done in [
            users::set_role(&db, &actor, user.id, Role::Admin).await,
            users::deactivate(&db, &actor, target.id).await,
            users::let_in(&db, &actor, target.id).await,
            reset::link(&db, &actor, target.id).await.map(|_| ()),
            invitations::invite(&db, &actor, Email::parse("x@example.com").unwrap(), Role::Admin)
                .await
                .map(|_| ()),
        ] {
            assert_eq!(done.unwrap_err().code(), Code::NotPermitted, "{role}");
        }
    }
    let token = Via::Token { id: crate::base::ids::AdminTokenId::fresh(), write: false };
    let ada = person(&db, "ada@example.com", Role::Admin).await;
    let reader = sessions::actor(&db, &ada, token, "").await.unwrap();
    assert_eq!(users::deactivate(&db, &reader, target.id).await.unwrap_err().code(), Code::NotPermitted);
}

#[actix_web::test]
async fn b48_a_search_takes_its_signs_as_they_are() {
    let (_folder, db) = fresh().await;
    person(&db, "dana@example.com", Role::Member).await;
    person(&db, "per_cent@example.com", Role::Member).await;
    let admin = Actor::system("test");
    let found = async |search: &str| {
        let filter = users::Filter { search: search.into(), ..users::Filter::default() };
        users::list(&db, &admin, filter).await
    };
    assert_eq!(found("DANA").await.unwrap().len(), 1);
    assert_eq!(found("_").await.unwrap().len(), 1);
    assert_eq!(found(&"%_".repeat(100)).await.unwrap().len(), 0);
    assert_eq!(found(&"%_".repeat(101)).await.unwrap_err().code(), Code::FieldInvalid);
    let filter = users::Filter { limit: 1, ..users::Filter::default() };
    let first = users::list(&db, &admin, filter.clone()).await.unwrap();
    let rest = users::list(&db, &admin, users::Filter { after: Some(first[0].id), ..filter }).await.unwrap();
    assert_eq!((first.len(), rest.len()), (1, 1));
    assert_ne!(first[0].id, rest[0].id);
}
