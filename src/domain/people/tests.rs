use std::time::Duration;

use super::passwords::Pool;
use super::sign_in::{Outcome, sign_in};
use super::*;
use crate::base::ids::UserId;
use crate::base::{Clock, Code, Secret, Timestamp};
use crate::config::{Flags, load};
use crate::domain::actor::{Actor, Via};
use crate::domain::settings::{self, SignUp, SignUpMode};
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
    Peer { ip: "192.0.2.7".into(), agent: "test".into() }
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
async fn p20_an_unknown_account_costs_one_hash_as_a_known_one_does() {
    let pool = Pool::default();
    let email = Email::parse("dana@example.com").unwrap();
    let stored = pool.hash(&Password::choose(&Secret::new(GOOD), &email).unwrap()).await.unwrap();
    assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    assert_eq!(pool.runs(), 1);
    assert!(pool.verify(Some(&stored), &Secret::new(GOOD)).await.unwrap());
    assert!(!pool.verify(Some(&stored), &Secret::new("wrong")).await.unwrap());
    assert!(!pool.verify(None, &Secret::new(GOOD)).await.unwrap());
    assert_eq!(pool.runs(), 4);
}

#[actix_web::test]
async fn a_session_lives_until_it_ends() {
    let (_folder, db) = fresh().await;
    let dana = person(&db, "dana@example.com", Role::Publisher).await;
    let one = sessions::start(&db, dana.id, &peer()).await.unwrap();
    let (actor, session, user) =
        sessions::find(&db, one.cookie.expose(), "192.0.2.7").await.unwrap().unwrap();
    assert_eq!((user.id, session.id), (dana.id, one.session.id));
    assert_eq!(actor.role(), Role::Publisher);
    assert_eq!(actor.teams().len(), 1);
    assert!(!session.digest.is_empty() && session.digest != one.cookie.expose().as_bytes());
    assert!(sessions::find(&db, "nonsense", "").await.unwrap().is_none());

    let two = sessions::start(&db, dana.id, &peer()).await.unwrap();
    assert_eq!(sessions::list_own(&db, &actor).await.unwrap().len(), 2);
    sessions::end_others(&db, &actor).await.unwrap();
    assert!(sessions::find(&db, two.cookie.expose(), "").await.unwrap().is_none());
    assert!(sessions::find(&db, one.cookie.expose(), "").await.unwrap().is_some());
    sessions::end(&db, &actor, session.id).await.unwrap();
    assert!(sessions::find(&db, one.cookie.expose(), "").await.unwrap().is_none());
}

#[actix_web::test]
async fn b45_nobody_ends_the_session_of_another() {
    let (_folder, db) = fresh().await;
    let dana = person(&db, "dana@example.com", Role::Member).await;
    let omar = person(&db, "omar@example.com", Role::Member).await;
    let hers = sessions::start(&db, dana.id, &peer()).await.unwrap();
    let his = actor_of(&db, &omar).await;
    assert_eq!(sessions::end(&db, &his, hers.session.id).await.unwrap_err().code(), Code::NotFound);
    assert!(sessions::find(&db, hers.cookie.expose(), "").await.unwrap().is_some());
}

#[actix_web::test]
async fn an_idle_session_dies() {
    let (_folder, db) = fresh().await;
    let dana = person(&db, "dana@example.com", Role::Member).await;
    let started = sessions::start(&db, dana.id, &peer()).await.unwrap();
    let day = Duration::from_secs(86_400);
    for _ in 0..4 {
        db.clock().forward(day * 6);
        assert!(sessions::find(&db, started.cookie.expose(), "").await.unwrap().is_some());
    }
    db.clock().forward(day * 8);
    assert!(sessions::find(&db, started.cookie.expose(), "").await.unwrap().is_none());
    let again = sessions::start(&db, dana.id, &peer()).await.unwrap();
    db.clock().forward(day * 31);
    assert_eq!(sessions::sweep(&db).await.unwrap(), 2);
    assert!(sessions::find(&db, again.cookie.expose(), "").await.unwrap().is_none());
}

#[actix_web::test]
async fn t17_role_password_and_state_end_all_sessions() {
    let (_folder, db) = fresh().await;
    let root = Actor::system("test");
    let dana = with_password(&db, "dana@example.com", Role::Member).await;
    let start = async || sessions::start(&db, dana.id, &peer()).await.unwrap().cookie;
    let alive = async |cookie: &Secret| sessions::find(&db, cookie.expose(), "").await.unwrap().is_some();

    let cookie = start().await;
    users::set_role(&db, &root, dana.id, Role::Auditor).await.unwrap();
    assert!(!alive(&cookie).await);

    let cookie = start().await;
    reset::replace(&db, &root, dana.id).await.unwrap();
    assert!(!alive(&cookie).await);

    let cookie = start().await;
    users::deactivate(&db, &root, dana.id).await.unwrap();
    assert!(!alive(&cookie).await);
    assert!(sessions::start(&db, dana.id, &peer()).await.is_err());
    users::reactivate(&db, &root, dana.id).await.unwrap();
    assert!(!alive(&cookie).await);
    assert!(alive(&start().await).await);
}

#[actix_web::test]
async fn changing_my_password_keeps_the_session_i_do_it_in() {
    let (_folder, db) = fresh().await;
    let dana = with_password(&db, "dana@example.com", Role::Member).await;
    let one = sessions::start(&db, dana.id, &peer()).await.unwrap();
    let two = sessions::start(&db, dana.id, &peer()).await.unwrap();
    let (actor, ..) = sessions::find(&db, one.cookie.expose(), "").await.unwrap().unwrap();
    let fresh = Secret::new("another fine passphrase");
    let wrong = profile::change_password(&db, &actor, &Secret::new("guess"), &fresh, profile::Tokens::Keep)
        .await
        .unwrap_err();
    assert_eq!(wrong.param(), Some("current"));
    profile::change_password(&db, &actor, &Secret::new(GOOD), &fresh, profile::Tokens::Keep).await.unwrap();
    assert!(sessions::find(&db, one.cookie.expose(), "").await.unwrap().is_some());
    assert!(sessions::find(&db, two.cookie.expose(), "").await.unwrap().is_none());
    assert!(matches!(sign_in(&db, "dana@example.com", &fresh, &peer()).await.unwrap(), Outcome::In(_)));
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
async fn b37_ten_wrong_tries_then_waiting_even_with_the_right_password() {
    let (_folder, db) = fresh().await;
    with_password(&db, "dana@example.com", Role::Member).await;
    for n in 0..10 {
        let from = Peer { ip: format!("192.0.2.{n}"), agent: String::new() };
        let wrong = sign_in(&db, "dana@example.com", &Secret::new("wrong"), &from).await.unwrap();
        assert!(matches!(wrong, Outcome::Wrong));
    }
    let elsewhere = Peer { ip: "198.51.100.1".into(), agent: String::new() };
    let slowed = sign_in(&db, "Dana@Example.com ", &Secret::new(GOOD), &elsewhere).await.err().unwrap();
    assert_eq!(slowed.code(), Code::RateLimitExceeded);
    assert!((1..=61).contains(&slowed.retry_after().unwrap()));
    db.clock().forward(Duration::from_secs(61));
    let now = sign_in(&db, "dana@example.com", &Secret::new(GOOD), &elsewhere).await.unwrap();
    assert!(matches!(now, Outcome::In(_)));
}

#[actix_web::test]
async fn b37_one_peer_that_tries_many_accounts_waits_too() {
    let (_folder, db) = fresh().await;
    for n in 0..50 {
        throttle::count(&db, vec![throttle::account(&format!("u{n}@x.y")), throttle::peer("192.0.2.7")])
            .await
            .unwrap();
    }
    let slowed = sign_in(&db, "new@example.com", &Secret::new("x"), &peer()).await.err().unwrap();
    assert_eq!(slowed.code(), Code::RateLimitExceeded);
    db.clock().forward(Duration::from_secs(11 * 60));
    assert!(throttle::sweep(&db).await.unwrap() >= 50);
}

#[test]
fn a_peer_is_its_address_or_its_ipv6_network() {
    assert_eq!(throttle::peer("2001:db8::1"), throttle::peer("2001:db8::2"));
    assert_ne!(throttle::peer("2001:db8::1"), throttle::peer("2001:db8:0:1::1"));
    assert_eq!(throttle::peer("::ffff:192.0.2.1"), throttle::peer("192.0.2.1"));
}

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
    let kept = change(SignUpMode::Domain, &[" @Example.com", "", "example.com", "a.example"]).await.unwrap();
    assert_eq!(kept.domains, ["example.com", "a.example"]);
    use sea_orm::EntityTrait;
    let audited = crate::store::entity::audit_event::Entity::find().all(db.read()).await.unwrap();
    let row = audited.iter().find(|row| row.act == "setting_changed").unwrap();
    let details: serde_json::Value = serde_json::from_str(&row.details).unwrap();
    assert_eq!((&details["before"]["mode"], &details["after"]["mode"]), (&"open".into(), &"domain".into()));
    for bad in [&["a b"][..], &["x@y"], &[".com"], &[]] {
        assert_eq!(change(SignUpMode::Domain, bad).await.unwrap_err().param(), Some("domains"), "{bad:?}");
    }
    assert_eq!(sign_up::rules(&db).await.unwrap(), kept, "a refused change changed something");
    let dana = person(&db, "dana@example.com", Role::Member).await;
    let dana = actor_of(&db, &dana).await;
    let refused = sign_up::change_rules(&db, &dana, SignUpMode::Open, &[]).await.unwrap_err();
    assert_eq!(refused.code(), Code::NotPermitted);
}

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
