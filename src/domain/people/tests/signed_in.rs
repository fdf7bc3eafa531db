//! Sessions, and guesses at passwords.

use std::time::Duration;

use futures_util::future::join_all;
use futures_util::poll;

use super::super::passwords::Pool;
use super::super::sign_in::{Outcome, sign_in};
use super::super::*;
use super::{GOOD, actor_of, fresh, peer, person, with_password};
use crate::base::{Code, Secret};
use crate::domain::actor::Actor;
use crate::store::entity::states::Role;

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
async fn p21_who_leaves_frees_no_place_while_their_password_is_hashed() {
    let pool = Pool::with(1, 2);
    let typed = Secret::new("wrong");
    let mut left = Box::pin(pool.verify(None, &typed));
    assert!(poll!(&mut left).is_pending());
    drop(left);
    let mut next = Box::pin(pool.verify(None, &typed));
    assert!(poll!(&mut next).is_pending());
    assert_eq!(pool.runs(), 1, "the next one waits for the hash that nobody wants any more");
    assert!(!next.await.unwrap());
    assert_eq!(pool.runs(), 2);
}

#[actix_web::test]
async fn p21_a_line_that_is_too_long_is_told_to_come_back() {
    let pool = Pool::with(1, 2);
    let typed = Secret::new("wrong");
    let mut line: Vec<_> = (0..3).map(|_| Box::pin(pool.verify(None, &typed))).collect();
    for one in &mut line {
        assert!(poll!(one).is_pending());
    }
    let late = pool.verify(None, &typed).await.unwrap_err();
    assert_eq!((late.code(), late.retry_after()), (Code::Overloaded, Some(5)));
    line.pop();
    line.push(Box::pin(pool.verify(None, &typed)));
    for one in join_all(line).await {
        assert!(!one.expect("whoever gives up waiting leaves their place"));
    }
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
async fn b37_ten_wrong_tries_then_waiting_even_with_the_right_password() {
    let (_folder, db) = fresh().await;
    with_password(&db, "dana@example.com", Role::Member).await;
    for n in 0..10 {
        let from = Peer { ip: format!("192.0.2.{n}"), ..Peer::default() };
        let wrong = sign_in(&db, "dana@example.com", &Secret::new("wrong"), &from).await.unwrap();
        assert!(matches!(wrong, Outcome::Wrong));
    }
    let elsewhere = Peer { ip: "198.51.100.1".into(), ..Peer::default() };
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

fn from(device: Option<&Secret>) -> Peer {
    Peer { device: device.cloned(), ..peer() }
}

/// Uses up every try of the account, from one address each.
async fn exhaust(db: &crate::store::Db, email: &str) {
    for n in 0..10 {
        let stranger = Peer { ip: format!("198.51.100.{n}"), ..Peer::default() };
        sign_in(db, email, &Secret::new("guess"), &stranger).await.unwrap();
    }
}

#[actix_web::test]
async fn a_stranger_bars_no_browser_that_is_known() {
    let (_folder, db) = fresh().await;
    let dana = with_password(&db, "dana@example.com", Role::Member).await;
    let good = Secret::new(GOOD);
    let mark = devices::issue(&db, dana.id, dana.epoch, None).unwrap();
    let slowed = async |device: Option<&Secret>| {
        let done = sign_in(&db, "dana@example.com", &good, &from(device)).await;
        done.err().is_some_and(|error| error.code() == Code::RateLimitExceeded)
    };
    exhaust(&db, "dana@example.com").await;
    // Nor does one who shares the address.
    for n in 0..50 {
        throttle::count(&db, vec![throttle::account(&format!("u{n}@x.y")), throttle::peer(&peer().ip)])
            .await
            .unwrap();
    }
    assert!(slowed(None).await, "an unknown browser waits");
    assert!(!slowed(Some(&mark)).await, "the known browser signs in");

    // It has ten tries of its own, no more.
    for _ in 0..10 {
        sign_in(&db, " Dana@example.com", &Secret::new("guess"), &from(Some(&mark))).await.unwrap();
    }
    assert!(slowed(Some(&mark)).await, "a known browser guesses on and on");
    let again = devices::issue(&db, dana.id, dana.epoch, Some(&mark)).unwrap();
    assert!(slowed(Some(&again)).await, "the next mark of a browser has tries of its own");
}

#[actix_web::test]
async fn a_mark_of_another_account_forged_or_over_counts_as_none() {
    let (_folder, db) = fresh().await;
    let (_elsewhere, other_site) = fresh().await;
    let dana = with_password(&db, "dana@example.com", Role::Member).await;
    let omar = with_password(&db, "omar@example.com", Role::Member).await;
    let good = devices::issue(&db, dana.id, dana.epoch, None).unwrap();
    let (head, _) = good.expose().rsplit_once('.').unwrap();
    let bad = [
        devices::issue(&db, omar.id, omar.epoch, Some(&good)).unwrap(),
        devices::issue(&db, dana.id, dana.epoch - 1, None).unwrap(),
        devices::issue(&other_site, dana.id, dana.epoch, None).unwrap(),
        Secret::new(format!("{head}.AAAA")),
        Secret::new("nonsense"),
        Secret::new(""),
    ];
    let of = async |mark: &Secret| devices::subject(&db, "dana@example.com", Some(mark)).await.unwrap();
    for (n, mark) in bad.iter().enumerate() {
        assert_eq!(of(mark).await, None, "mark {n}");
    }
    assert!(of(&good).await.is_some_and(|subject| subject.starts_with("device:")));
    reset::replace(&db, &Actor::system("test"), dana.id).await.unwrap();
    assert_eq!(of(&good).await, None, "a mark outlives the epoch");
    let user = users::get_visible(&db, &Actor::system("test"), dana.id).await.unwrap();
    let fresh = devices::issue(&db, dana.id, user.epoch, None).unwrap();
    db.clock().forward(Duration::from_secs(366 * 86_400));
    assert_eq!(of(&fresh).await, None, "a mark has no end");
}
