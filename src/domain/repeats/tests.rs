use std::time::Duration;

use super::*;
use crate::domain::people::tests::fresh;

fn once(name: &str, body: &str) -> Once {
    Once::new(AdminTokenId(Uuid::nil()), name, &[b"POST", b"/api/v1/keys", body.as_bytes()]).unwrap()
}

const HERE: Node = Node(Uuid::from_u128(1));

fn kept(body: &str) -> Kept {
    Kept::Answer(body.to_owned())
}

#[actix_web::test]
async fn a_repeat_is_answered_as_the_first_time_for_a_day() {
    let (_folder, db) = fresh().await;
    let first = once("one", "{}");
    assert_eq!(begin(&db, HERE, &first).await.unwrap(), None);
    let underway = begin(&db, HERE, &first).await.unwrap_err();
    assert_eq!((underway.clash(), underway.retry_after()), (Some(Clash::Underway), Some(1)));
    finish(&db, &first, 201, kept("made")).await.unwrap();
    let again = begin(&db, HERE, &once("\"one\"", "{}")).await.unwrap().unwrap();
    assert_eq!(again, Answer { status: 201, body: "made".to_owned() });
    let other = begin(&db, HERE, &once("one", "{ }")).await.unwrap_err();
    assert_eq!(
        (other.code(), other.status(), other.param()),
        (Code::FieldInvalid, 422, Some("Idempotency-Key"))
    );
    db.clock().forward(Duration::from_micros(KEPT as u64));
    assert_eq!(begin(&db, HERE, &once("one", "{ }")).await.unwrap(), None, "a day is over");
    db.clock().forward(Duration::from_micros(KEPT as u64));
    assert_eq!((sweep(&db).await.unwrap(), sweep(&db).await.unwrap()), (1, 0));
}

#[actix_web::test]
async fn what_was_refused_may_be_sent_again_and_what_broke_off_may_not() {
    let (_folder, db) = fresh().await;
    let refused = once("one", "{}");
    assert_eq!(begin(&db, HERE, &refused).await.unwrap(), None);
    forget(&db, &refused).await.unwrap();
    assert_eq!(begin(&db, HERE, &once("one", "{\"mended\":1}")).await.unwrap(), None);
    db.clock().forward(Duration::from_micros(LONGEST as u64));
    let broken = begin(&db, HERE, &once("one", "{\"mended\":1}")).await.unwrap_err();
    assert_eq!(broken.clash(), Some(Clash::Unknown));
}

#[actix_web::test]
async fn what_a_process_had_under_way_is_unknown_to_the_next_and_other_nodes_go_on() {
    let (_folder, db) = fresh().await;
    let there = Node(Uuid::from_u128(2));
    let (mine, theirs, done) = (once("mine", "{}"), once("theirs", "{}"), once("done", "{}"));
    for (node, request) in [(HERE, &mine), (there, &theirs), (HERE, &done)] {
        assert_eq!(begin(&db, node, request).await.unwrap(), None);
    }
    finish(&db, &done, 201, kept("made")).await.unwrap();
    assert_eq!((broke_off(&db, HERE).await.unwrap(), broke_off(&db, HERE).await.unwrap()), (1, 0));
    let clash = async |request| begin(&db, HERE, request).await.unwrap_err().clash();
    assert_eq!(clash(&mine).await, Some(Clash::Unknown));
    assert_eq!(clash(&theirs).await, Some(Clash::Underway));
    assert_eq!(begin(&db, HERE, &done).await.unwrap().unwrap().status, 201);
}

#[actix_web::test]
async fn a_secret_is_not_kept_and_its_repeat_names_what_was_made() {
    let (_folder, db) = fresh().await;
    let (first, made) = (once("one", "{}"), Uuid::from_u128(7));
    assert_eq!(begin(&db, HERE, &first).await.unwrap(), None);
    finish(&db, &first, 201, Kept::Secret(made)).await.unwrap();
    let told = begin(&db, HERE, &first).await.unwrap_err();
    assert_eq!((told.clash(), told.subject()), (Some(Clash::ToldOnce), Some(made)));
}

#[test]
fn a_name_is_short_and_visible() {
    for bad in ["", "\"\"", "a b", "ä", "a\u{7f}", &"x".repeat(LONGEST_NAME + 1)] {
        assert!(Once::new(AdminTokenId(Uuid::nil()), bad, &[]).is_err(), "{bad:?}");
    }
    let split = |parts: &[&[u8]]| Once::new(AdminTokenId(Uuid::nil()), "x", parts).unwrap().fingerprint;
    assert_ne!(split(&[b"ab", b"c"]), split(&[b"a", b"bc"]), "where a part ends counts");
}
