//! Signing up.

use super::super::sign_in::{Outcome, sign_in};
use super::super::*;
use super::{GOOD, actor_of, fresh, peer, person};
use crate::base::{Code, Secret};
use crate::domain::actor::Actor;
use crate::domain::settings::{self, SignUp, SignUpMode};
use crate::store::entity::states::{Role, UserState};

#[actix_web::test]
async fn sign_up_waits_for_an_admin_and_never_says_who_is_here() {
    let (_folder, db) = fresh().await;
    let wish =
        |email: &str| sign_up::Wish { name: "Dana".into(), email: email.into(), password: Secret::new(GOOD) };
    sign_up::sign_up(&db, wish("dana@example.com"), &peer()).await.unwrap();
    sign_up::sign_up(&db, wish("dana@example.com"), &peer()).await.unwrap();
    let ada = person(&db, "ada@example.com", Role::Admin).await;
    let admin = actor_of(&db, &ada).await;
    let waiting = users::list_waiting(&db, &admin).await.unwrap();
    assert_eq!(waiting.len(), 1);

    let right = sign_in(&db, "dana@example.com", &Secret::new(GOOD), &peer()).await.unwrap();
    assert!(matches!(right, Outcome::NotActive(UserState::Waiting)));
    users::let_in(&db, &admin, waiting[0].id).await.unwrap();
    assert_eq!(users::let_in(&db, &admin, waiting[0].id).await.unwrap_err().code(), Code::Conflict);
    let right = sign_in(&db, "dana@example.com", &Secret::new(GOOD), &peer()).await.unwrap();
    assert!(matches!(right, Outcome::In(_)));
}

#[actix_web::test]
async fn who_was_turned_away_may_ask_again() {
    let (_folder, db) = fresh().await;
    let wish =
        || sign_up::Wish { name: "Dana".into(), email: "d@example.com".into(), password: Secret::new(GOOD) };
    sign_up::sign_up(&db, wish(), &peer()).await.unwrap();
    let admin = Actor::system("test");
    let waiting = users::list_waiting(&db, &admin).await.unwrap();
    users::turn_away(&db, &admin, waiting[0].id).await.unwrap();
    assert!(users::list_waiting(&db, &admin).await.unwrap().is_empty());
    sign_up::sign_up(&db, wish(), &peer()).await.unwrap();
    assert_eq!(users::list_waiting(&db, &admin).await.unwrap().len(), 1);
}

#[actix_web::test]
async fn sign_up_follows_its_setting() {
    let (_folder, db) = fresh().await;
    let set = async |mode, domains: &[&str]| {
        let value = SignUp { mode, domains: domains.iter().map(ToString::to_string).collect() };
        db.transact(async move |tx| settings::put(&tx, &Actor::system("test"), &value).await).await.unwrap();
    };
    let try_it = async |email: &str| {
        let wish = sign_up::Wish { name: "D".into(), email: email.into(), password: Secret::new(GOOD) };
        sign_up::sign_up(&db, wish, &peer()).await
    };
    set(SignUpMode::Domain, &["Example.com"]).await;
    assert!(try_it("a@example.com").await.is_ok());
    assert_eq!(try_it("a@evil.com").await.unwrap_err().param(), Some("email"));
    for mode in [SignUpMode::Invitation, SignUpMode::Off] {
        set(mode, &[]).await;
        assert_eq!(try_it("b@example.com").await.unwrap_err().code(), Code::NotPermitted);
    }
}

#[actix_web::test]
async fn the_rules_of_sign_up_are_checked_and_kept_as_they_are_used() {
    let (_folder, db) = fresh().await;
    let admin = Actor::system("test");
    let change = async |mode, typed: &[&str]| {
        let typed: Vec<String> = typed.iter().map(ToString::to_string).collect();
        sign_up::change_rules(&db, &admin, mode, &typed).await
    };
    let kept = change(SignUpMode::Domain, &[" @Example.com", "example.com", "a.example"]).await.unwrap();
    assert_eq!(kept.domains, ["example.com", "a.example"]);
    use sea_orm::EntityTrait;
    let audited = crate::store::entity::audit_event::Entity::find().all(db.read()).await.unwrap();
    let row = audited.iter().find(|row| row.act == "setting_changed").unwrap();
    let details: serde_json::Value = serde_json::from_str(&row.details).unwrap();
    assert_eq!((&details["before"]["mode"], &details["after"]["mode"]), (&"open".into(), &"domain".into()));
    let wrong: [(&[&str], &str); 6] = [
        (&["a b"], "domains.0"),
        (&["a.example", "x@y"], "domains.1"),
        (&[".com"], "domains.0"),
        (&[""], "domains.0"),
        (&["a.example", " "], "domains.1"),
        (&[], "domains"),
    ];
    for (bad, place) in wrong {
        assert_eq!(change(SignUpMode::Domain, bad).await.unwrap_err().param(), Some(place), "{bad:?}");
    }
    assert_eq!(sign_up::rules(&db).await.unwrap(), kept, "a refused change changed something");
    let dana = person(&db, "dana@example.com", Role::Member).await;
    let dana = actor_of(&db, &dana).await;
    let refused = sign_up::change_rules(&db, &dana, SignUpMode::Open, &[]).await.unwrap_err();
    assert_eq!(refused.code(), Code::NotPermitted);
}
