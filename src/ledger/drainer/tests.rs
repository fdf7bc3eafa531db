use sea_orm::PaginatorTrait;

use crate::base::clock::MINUTE;
use crate::base::limit::LimitScope;
use crate::base::{Code, Nanos};
use crate::ledger::Ledger;
use crate::ledger::record::{Begin, Refusal};
use crate::ledger::samples::{self, World};
use crate::store::entity::{attempt, budget_spent, call, refusal, usage_sum};
use sea_orm::EntityTrait;

impl World {
    async fn calls(&self) -> Vec<call::Model> {
        call::Entity::find().all(self.db.calls()).await.unwrap()
    }

    async fn spent(&self) -> (i64, i64) {
        let rows = budget_spent::Entity::find().all(self.db.calls()).await.unwrap();
        (rows.iter().map(|row| row.nanos.0).sum(), rows.iter().map(|row| row.tokens).sum())
    }
}

fn whole_call(ledger: &Ledger) -> Begin {
    let begin = samples::begin();
    ledger.begin(&begin).unwrap();
    ledger.end(&samples::end(&begin));
    begin
}

#[actix_web::test]
async fn p04_a_call_becomes_a_row_with_its_attempts_and_its_cost() {
    let world = World::fresh().await;
    let ledger = world.ledger();
    let begin = whole_call(&ledger);
    assert_eq!(ledger.drain_once(&world.db).await.unwrap(), 1);
    let row = world.calls().await.remove(0);
    assert_eq!((row.id, row.state.as_str(), row.status, row.attempts), (begin.id, "answered", 200, 2));
    assert_eq!(
        (row.cost_nanos, row.total_us, row.attempt_code.as_deref()),
        (Some(Nanos(1_200)), 1_000_000, Some("vendor_limit"))
    );
    let later = attempt::Entity::find().all(world.db.calls()).await.unwrap();
    assert_eq!((later.len(), later[0].number, later[0].after_us), (1, 2, 500));
    let spent = ledger.spent(&world.db).await.unwrap();
    assert_eq!(spent.len(), 1);
    assert_eq!((spent[0].scope, spent[0].nanos, spent[0].tokens), (LimitScope::Key, Nanos(1_200), 52));
    assert_eq!(spent[0].period, begin.at.month());
}

#[actix_web::test]
async fn a_backlog_is_posted_whole_and_its_segments_go() {
    let world = World::fresh().await;
    let ledger = world.ledger();
    for _ in 0..1_234 {
        whole_call(&ledger);
    }
    assert!(ledger.gauges().segments > 50);
    assert_eq!(ledger.drain_once(&world.db).await.unwrap(), 1_234);
    assert_eq!(ledger.gauges().segments, 1);
    assert_eq!(call::Entity::find().count(world.db.calls()).await.unwrap(), 1_234);
    assert_eq!(world.spent().await, (1_234 * 1_200, 1_234 * 52));
    let hours = usage_sum::Entity::find().all(world.db.calls()).await.unwrap();
    assert_eq!(hours.iter().map(|row| row.calls).sum::<i64>(), 1_234);
    assert_eq!(ledger.drain_once(&world.db).await.unwrap(), 0);
}

#[actix_web::test]
async fn p05_what_is_offered_again_counts_once() {
    let world = World::fresh().await;
    let mut ledger = world.ledger();
    for round in 1..4 {
        let cut = samples::begin();
        whole_call(&ledger);
        ledger.begin(&cut).unwrap();
        ledger.drain_once(&world.db).await.unwrap();
        drop(ledger);
        let _ = std::fs::remove_file(world.folder.path().join("journal/checkpoint"));
        ledger = world.ledger();
        ledger.drain_once(&world.db).await.unwrap();
        assert_eq!(world.calls().await.len(), 2 * round);
        let round = i64::try_from(round).unwrap();
        assert_eq!(world.spent().await, (round * (1_200 + 5_000), round * (52 + 900)));
    }
}

#[actix_web::test]
async fn f17_calls_of_a_killed_process_are_posted_by_the_next() {
    let world = World::fresh().await;
    let ledger = world.ledger();
    whole_call(&ledger);
    ledger.begin(&samples::begin()).unwrap();
    drop(ledger);
    let spent = world.ledger().spent(&world.db).await.unwrap();
    assert_eq!(spent.iter().map(|it| it.nanos.0).sum::<i64>(), 6_200);
    let states: Vec<String> = world.calls().await.into_iter().map(|row| row.state).collect();
    assert_eq!(states, ["answered", "lost"]);
}

#[actix_web::test]
async fn f09_while_the_database_refuses_the_journal_keeps_everything() {
    use sea_orm::ConnectionTrait;
    let world = World::fresh().await;
    let ledger = world.ledger();
    whole_call(&ledger);
    let writer = world.db.calls_writer();
    writer.execute_unprepared("ALTER TABLE calls RENAME TO gone").await.unwrap();
    assert!(ledger.drain_once(&world.db).await.is_err());
    whole_call(&ledger);
    assert!(ledger.drain_once(&world.db).await.is_err());
    writer.execute_unprepared("ALTER TABLE gone RENAME TO calls").await.unwrap();
    assert_eq!(ledger.drain_once(&world.db).await.unwrap(), 2);
    assert_eq!(world.spent().await.0, 2 * 1_200);
}

#[actix_web::test]
async fn b22_a_nul_in_a_text_is_stored_as_a_mark() {
    let world = World::fresh().await;
    let ledger = world.ledger();
    let mut begin = samples::begin();
    begin.who.agent = "a\0b".to_owned();
    ledger.begin(&begin).unwrap();
    ledger.end(&samples::end(&begin));
    ledger.drain_once(&world.db).await.unwrap();
    assert_eq!(world.calls().await[0].agent, "a\u{fffd}b");
}

#[actix_web::test]
async fn t29_every_refusal_of_a_stranger_is_a_row_or_in_a_count() {
    let world = World::fresh().await;
    let ledger = world.ledger();
    for _ in 0..70 {
        ledger.refuse(&samples::refusal(samples::IP, world.db.now()));
    }
    let proved =
        Refusal { proved: true, code: Code::KeyExpired, ..samples::refusal(samples::IP, world.db.now()) };
    ledger.refuse(&proved);
    ledger.flush_counts();
    ledger.drain_once(&world.db).await.unwrap();
    let counted = refusal::Entity::find().all(world.db.calls()).await.unwrap();
    let rows = world.calls().await;
    let counted: i64 = counted.iter().map(|row| row.n).sum();
    assert_eq!(i64::try_from(rows.len()).unwrap() + counted, 71);
    assert!(rows.iter().any(|row| row.code.as_deref() == Some("key_expired")));
}

#[actix_web::test]
async fn a_call_open_across_many_segments_is_posted_when_it_ends() {
    let world = World::fresh().await;
    let ledger = world.ledger();
    let long = samples::begin();
    ledger.begin(&long).unwrap();
    for _ in 0..3 {
        (0..100).for_each(|_| drop(whole_call(&ledger)));
        ledger.drain_once(&world.db).await.unwrap();
        assert!(ledger.gauges().segments <= 2, "the open call keeps nothing behind");
    }
    ledger.end(&samples::end(&long));
    assert_eq!(ledger.drain_once(&world.db).await.unwrap(), 1);
    world.db.clock().forward(std::time::Duration::from_micros(MINUTE.unsigned_abs()));
    assert_eq!(world.calls().await.len(), 301);
}
