//! One-time links and management tokens.

use std::time::Duration;

use super::super::*;
use super::{GOOD, actor_of, fresh, peer, person, with_password};
use crate::base::{Code, Secret, Timestamp};
use crate::domain::actor::{Actor, Via};
use crate::store::entity::states::Role;

#[actix_web::test]
async fn an_invitation_works_once_and_for_a_week() {
    let (_folder, db) = fresh().await;
    let admin = Actor::system("test");
    let email = Email::parse("dana@example.com").unwrap();
    let first = invitations::invite(&db, &admin, email.clone(), Role::Publisher).await.unwrap();
    assert_eq!(
        invitations::invite(&db, &admin, email, Role::Member).await.err().unwrap().param(),
        Some("email")
    );
    let second = invitations::renew(&db, &admin, first.user.id).await.unwrap();
    let accept = async |link: &Secret| {
        invitations::accept(&db, link.expose(), "Dana", &Secret::new(GOOD), &peer()).await
    };
    assert_eq!(accept(&first.link).await.err().unwrap().code(), Code::NotFound);
    let started = accept(&second.link).await.unwrap();
    let (actor, _, user) = sessions::find(&db, started.cookie.expose(), "").await.unwrap().unwrap();
    assert_eq!((actor.role(), user.name.as_str()), (Role::Publisher, "Dana"));
    assert_eq!(accept(&second.link).await.err().unwrap().code(), Code::NotFound);

    let late = Email::parse("late@example.com").unwrap();
    let late = invitations::invite(&db, &admin, late, Role::Member).await.unwrap();
    db.clock().forward(Duration::from_secs(8 * 86_400));
    assert_eq!(accept(&late.link).await.err().unwrap().code(), Code::NotFound);
}

#[actix_web::test]
async fn b43_a_reset_link_ends_with_the_password_and_with_the_account() {
    let (_folder, db) = fresh().await;
    let admin = Actor::system("test");
    let dana = with_password(&db, "dana@example.com", Role::Member).await;
    let own = actor_of(&db, &dana).await;
    let (now, next) = (Secret::new(GOOD), Secret::new("brand new passphrase"));
    let link = reset::link(&db, &admin, dana.id).await.unwrap();
    profile::change_password(&db, &own, &now, &next, profile::Tokens::Keep).await.unwrap();
    let over = reset::finish(&db, link.expose(), &now).await.unwrap_err();
    assert_eq!(over.code(), Code::NotFound);

    let link = reset::link(&db, &admin, dana.id).await.unwrap();
    users::deactivate(&db, &admin, dana.id).await.unwrap();
    assert_eq!(reset::open(&db, link.expose()).await.unwrap_err().code(), Code::NotFound);
    users::reactivate(&db, &admin, dana.id).await.unwrap();
    let over = reset::finish(&db, link.expose(), &now).await.unwrap_err();
    assert_eq!(over.code(), Code::NotFound, "nor does it come back");
}

#[actix_web::test]
async fn whoever_is_signed_in_may_change_their_password_while_a_stranger_guesses_at_it() {
    let (_folder, db) = fresh().await;
    let dana = with_password(&db, "dana@example.com", Role::Member).await;
    for n in 0..throttle::BURST {
        let from = Peer { ip: format!("192.0.2.{n}"), ..peer() };
        sign_in::sign_in(&db, &dana.email, &Secret::new("a wrong passphrase"), &from).await.unwrap();
    }
    let barred = sign_in::sign_in(&db, &dana.email, &Secret::new(GOOD), &peer()).await;
    assert_eq!(barred.err().unwrap().code(), Code::RateLimitExceeded);
    let own = actor_of(&db, &dana).await;
    let (now, next) = (Secret::new(GOOD), Secret::new("brand new passphrase"));
    profile::change_password(&db, &own, &now, &next, profile::Tokens::Keep).await.unwrap();
    for _ in 0..throttle::BURST {
        let tried = profile::change_password(&db, &own, &now, &next, profile::Tokens::Keep).await;
        assert_eq!(tried.unwrap_err().code(), Code::FieldInvalid);
    }
    let tried = profile::change_password(&db, &own, &now, &next, profile::Tokens::Keep).await;
    assert_eq!(tried.unwrap_err().code(), Code::RateLimitExceeded, "there it is counted, too");
}

#[actix_web::test]
async fn b43_a_reset_link_works_once_and_for_ten_minutes() {
    let (_folder, db) = fresh().await;
    let admin = Actor::system("test");
    let dana = with_password(&db, "dana@example.com", Role::Member).await;
    let cookie = sessions::start(&db, dana.id, &peer()).await.unwrap().cookie;
    reset::ask(&db, "nobody@example.com", &peer()).await.unwrap();
    reset::ask(&db, "Dana@example.com", &peer()).await.unwrap();
    assert_eq!(reset::list_wishes(&db, &admin).await.unwrap().len(), 1);
    let link = reset::link(&db, &admin, dana.id).await.unwrap();
    assert!(reset::list_wishes(&db, &admin).await.unwrap().is_empty());
    let fresh_password = Secret::new("brand new passphrase");
    reset::finish(&db, link.expose(), &fresh_password).await.unwrap();
    assert!(sessions::find(&db, cookie.expose(), "").await.unwrap().is_none());
    let again = reset::finish(&db, link.expose(), &fresh_password).await.unwrap_err();
    assert_eq!(again.code(), Code::NotFound);

    let link = reset::link(&db, &admin, dana.id).await.unwrap();
    db.clock().forward(Duration::from_secs(11 * 60));
    let late = reset::finish(&db, link.expose(), &fresh_password).await.unwrap_err();
    assert_eq!(late.code(), Code::NotFound);
    let other_kind = reset::link(&db, &admin, dana.id).await.unwrap();
    assert!(invitations::open(&db, other_kind.expose()).await.is_err());
}

#[actix_web::test]
async fn a_first_password_has_the_time_of_an_invitation() {
    let (_folder, db) = fresh().await;
    let admin = Actor::system("command");
    let email = Email::parse("new@example.com").unwrap();
    let new = users::NewUser { email, name: "New".into(), role: Role::Member, password: None };
    let user = users::create(&db, &admin, new).await.unwrap();
    let link = reset::link(&db, &admin, user.id).await.unwrap();
    db.clock().forward(Duration::from_secs(6 * 24 * 3_600));
    reset::finish(&db, link.expose(), &Secret::new(GOOD)).await.unwrap();
    let second = reset::link(&db, &admin, user.id).await.unwrap();
    db.clock().forward(Duration::from_secs(11 * 60));
    assert!(reset::open(&db, second.expose()).await.is_err(), "there is a password now");
}

#[actix_web::test]
async fn t21_set_up_happens_once() {
    let (_folder, db) = fresh().await;
    let cli = Actor::system("cli");
    let old = setup::link(&db, &cli).await.unwrap();
    let link = setup::link(&db, &cli).await.unwrap();
    let first = |email: &str| setup::FirstAdmin {
        name: "Ada".into(),
        email: email.into(),
        password: Secret::new(GOOD),
    };
    let over = setup::create_admin(&db, old.expose(), first("a@example.com"), &peer()).await.err().unwrap();
    assert_eq!(over.code(), Code::NotFound);
    let started = setup::create_admin(&db, link.expose(), first("a@example.com"), &peer()).await.unwrap();
    let (actor, ..) = sessions::find(&db, started.cookie.expose(), "").await.unwrap().unwrap();
    assert_eq!(actor.role(), Role::Admin);
    assert!(setup::is_done(&db).await.unwrap());
    let twice = setup::create_admin(&db, link.expose(), first("b@example.com"), &peer()).await.err().unwrap();
    assert_eq!(twice.code(), Code::NotFound);
    assert_eq!(setup::link(&db, &cli).await.err().unwrap().code(), Code::Conflict);
}

#[actix_web::test]
async fn a_set_up_link_lives_an_hour_and_a_command_can_stand_in_for_it() {
    let (_folder, db) = fresh().await;
    let cli = Actor::system("cli");
    let link = setup::link(&db, &cli).await.unwrap();
    setup::open(&db, link.expose()).await.unwrap();
    db.clock().forward(Duration::from_secs(3_601));
    assert!(setup::open(&db, link.expose()).await.is_err());
    assert!(!setup::finish_if_admin(&db, &cli).await.unwrap());
    person(&db, "ada@example.com", Role::Admin).await;
    assert!(setup::finish_if_admin(&db, &cli).await.unwrap());
    assert!(setup::is_done(&db).await.unwrap());
}

#[actix_web::test]
async fn a_management_token_acts_as_its_user_and_no_longer_than_it() {
    let (_folder, db) = fresh().await;
    let ada = person(&db, "ada@example.com", Role::Admin).await;
    let admin = actor_of(&db, &ada).await;
    let new = |reach, user, expires_at| admin_tokens::NewToken { name: "ci".into(), user, reach, expires_at };
    let made = admin_tokens::create(&db, &admin, new(admin_tokens::Reach::Read, None, None)).await.unwrap();
    assert!(made.secret.expose().starts_with("ptc-adm-"));
    assert_eq!(made.secret.expose().len(), 51);
    let found = admin_tokens::find(&db, made.secret.expose(), "").await.unwrap().unwrap();
    assert_eq!(found.via(), Via::Token { id: made.token.id, write: false });
    assert!(admin_tokens::find(&db, "ptc-adm-nonsense", "").await.unwrap().is_none());

    let by_cli = new(admin_tokens::Reach::ReadAndWrite, None, Some(db.now().plus(60_000_000)));
    let short = admin_tokens::create(&db, &Actor::system("cli"), by_cli).await.unwrap();
    assert_eq!(short.token.user_id, ada.id);
    assert!(admin_tokens::find(&db, short.secret.expose(), "").await.unwrap().is_some());
    db.clock().forward(Duration::from_secs(61));
    assert!(admin_tokens::find(&db, short.secret.expose(), "").await.unwrap().is_none());

    let dana = person(&db, "dana@example.com", Role::Member).await;
    let member = actor_of(&db, &dana).await;
    let for_ada = new(admin_tokens::Reach::ReadAndWrite, Some(ada.id), None);
    let refused = admin_tokens::create(&db, &member, for_ada).await.err().unwrap();
    assert_eq!(refused.code(), Code::NotPermitted);
    assert!(admin_tokens::list(&db, &member, None, 50).await.unwrap().is_empty());
    assert_eq!(admin_tokens::revoke(&db, &member, made.token.id).await.unwrap_err().code(), Code::NotFound);
    let past = new(admin_tokens::Reach::Read, None, Some(Timestamp(1)));
    assert_eq!(admin_tokens::create(&db, &admin, past).await.err().unwrap().param(), Some("expires_at"));

    let own = admin_tokens::create(&db, &member, new(admin_tokens::Reach::Read, None, None)).await.unwrap();
    users::deactivate(&db, &admin, dana.id).await.unwrap();
    assert!(admin_tokens::find(&db, own.secret.expose(), "").await.unwrap().is_none());
    admin_tokens::revoke(&db, &admin, made.token.id).await.unwrap();
    assert!(admin_tokens::find(&db, made.secret.expose(), "").await.unwrap().is_none());
    assert_eq!(admin_tokens::revoke(&db, &admin, made.token.id).await.unwrap_err().code(), Code::Conflict);
}
