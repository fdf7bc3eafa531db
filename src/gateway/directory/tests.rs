use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use futures_util::future::poll_immediate;

use super::*;
use crate::base::clock::{MINUTE, SECOND};

/// A row whose value is the sequence it was last written at.
struct Row {
    id: KeyId,
    value: i64,
}

impl Card for Row {
    fn changed_since(&self, log: &ChangeLog, seq: i64) -> bool {
        log.last(Change::Key(self.id)) > seq
    }

    fn weight(&self) -> usize {
        1
    }
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(work)
}

fn noted(id: KeyId, seq: i64) -> Vec<Noted> {
    vec![Noted { seq, change: Change::Key(id) }]
}

#[test]
fn p02_no_read_is_older_than_the_last_acknowledged_write() {
    const WRITES: i64 = 20_000;
    let (shelf, log) = (Shelf::<u8, Row>::new(Clock::default(), 1_000), ChangeLog::new());
    let id = KeyId::fresh();
    let (stored, acknowledged, over) = (AtomicI64::new(0), AtomicI64::new(0), AtomicBool::new(false));
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                block_on(async {
                    while !over.load(Ordering::SeqCst) {
                        let promised = acknowledged.load(Ordering::SeqCst);
                        let load = || async {
                            // As a real read: the sequence first, then the row, with time in between.
                            let seq = stored.load(Ordering::SeqCst);
                            tokio::task::yield_now().await;
                            let value = stored.load(Ordering::SeqCst);
                            Ok(Some((seq, Row { id, value })))
                        };
                        match shelf.get(1, &log, load).await {
                            Ok(held) => assert!(held.unwrap().card.value >= promised),
                            Err(error) => assert_eq!(error.code(), Code::AuthUnavailable),
                        }
                    }
                });
            });
        }
        for seq in 1..=WRITES {
            stored.store(seq, Ordering::SeqCst);
            log.record(&noted(id, seq));
            acknowledged.store(seq, Ordering::SeqCst);
        }
        over.store(true, Ordering::SeqCst);
    });
}

/// One schedule of two readers and a writer of two changes: every poll of a reader and every step of the
/// writer is one letter.
fn play(shelf: &Shelf<u64, Row>, key: u64, schedule: &[u8]) {
    let (log, id) = (ChangeLog::new(), KeyId::fresh());
    let (stored, acknowledged) = (AtomicI64::new(0), AtomicI64::new(0));
    let read = async || {
        let promised = acknowledged.load(Ordering::SeqCst);
        let load = || async {
            let seq = stored.load(Ordering::SeqCst);
            tokio::task::yield_now().await;
            let value = stored.load(Ordering::SeqCst);
            tokio::task::yield_now().await;
            Ok(Some((seq, Row { id, value })))
        };
        let held = shelf.get(key, &log, load).await.unwrap().unwrap();
        assert!(held.card.value >= promised, "{} after {promised}: {schedule:?}", held.card.value);
    };
    let mut readers = [Some(Box::pin(read())), Some(Box::pin(read()))];
    let mut step = 0;
    for who in schedule {
        match who {
            2 => {
                let seq = 1 + step / 3;
                match step % 3 {
                    0 => stored.store(seq, Ordering::SeqCst),
                    1 => log.record(&noted(id, seq)),
                    _ => acknowledged.store(seq, Ordering::SeqCst),
                }
                step += 1;
            }
            who => poll_once(&mut readers[usize::from(*who)]),
        }
    }
    for _ in 0..40 {
        readers.iter_mut().for_each(poll_once);
    }
    assert!(readers.iter().all(Option::is_none), "a reader never ends: {schedule:?}");
    // Whatever was put in last, from here on everybody reads the newest row.
    let newest = async {
        let held = shelf.get(key, &log, async || Ok(Some((2, Row { id, value: 2 })))).await;
        assert_eq!(held.unwrap().unwrap().card.value, 2, "{schedule:?}");
    };
    let mut last = Some(Box::pin(newest));
    poll_once(&mut last);
    assert!(last.is_none(), "the last reader never ends: {schedule:?}");
}

/// Lets a future go on to where it waits next; one that has ended is taken away.
fn poll_once<F: Future<Output = ()>>(future: &mut Option<std::pin::Pin<Box<F>>>) {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    if future.as_mut().is_some_and(|future| future.as_mut().poll(&mut context).is_ready()) {
        *future = None;
    }
}

/// Plays every order of these letters. Gives how many there are.
fn every(left: &mut [usize; 3], schedule: &mut Vec<u8>, play: &mut impl FnMut(&[u8])) -> u64 {
    if *left == [0; 3] {
        play(schedule);
        return 1;
    }
    let mut count = 0;
    for who in 0..3_u8 {
        let place = usize::from(who);
        if left[place] > 0 {
            left[place] -= 1;
            schedule.push(who);
            count += every(left, schedule, play);
            schedule.pop();
            left[place] += 1;
        }
    }
    count
}

#[test]
fn p02_in_every_order_of_reads_and_changes_nobody_reads_an_old_row() {
    let shelf = Shelf::<u64, Row>::new(Clock::default(), 1_000);
    let mut key = 0;
    let mut one = |schedule: &[u8]| {
        key += 1;
        play(&shelf, key, schedule);
    };
    let count = every(&mut [4, 3, 6], &mut Vec::new(), &mut one);
    assert_eq!(count, 60_060);
}

#[test]
fn p01_a_row_read_before_a_change_and_put_in_after_it_is_not_used() {
    let (shelf, log, id) = (Shelf::<u8, Row>::new(Clock::default(), 1_000), ChangeLog::new(), KeyId::fresh());
    block_on(async {
        let gate = tokio::sync::Notify::new();
        let slow = async || {
            gate.notified().await;
            Ok(Some((4, Row { id, value: 4 })))
        };
        let mut reading = Box::pin(shelf.get(1, &log, slow));
        assert!(poll_immediate(&mut reading).await.is_none(), "the read is under way");
        log.record(&noted(id, 5));
        gate.notify_one();
        assert!(poll_immediate(&mut reading).await.is_none(), "it was overtaken and reads again");
        drop(reading);
        assert!(shelf.fresh(&1, &log).await.is_none(), "what it brought is there and void");
        let again = shelf.get(1, &log, async || Ok(Some((5, Row { id, value: 5 })))).await.unwrap().unwrap();
        assert_eq!(again.card.value, 5);
    });
}

#[test]
fn p06_what_is_known_stays_good_for_its_time_while_the_database_is_away() {
    let (clock, log, id) = (Clock::default(), ChangeLog::new(), KeyId::fresh());
    let shelf = Shelf::<u8, Row>::new(clock.clone(), 1_000);
    let away = async || Err(Code::AuthUnavailable.into());
    block_on(async {
        shelf.get(1, &log, async || Ok(Some((1, Row { id, value: 1 })))).await.unwrap();
        clock.forward(Duration::from_secs(14 * 60));
        assert!(shelf.get(1, &log, away).await.is_ok());
        assert_eq!(shelf.get(2, &log, away).await.err().unwrap().code(), Code::AuthUnavailable);
        clock.forward(Duration::from_secs(2 * 60));
        assert!(shelf.get(1, &log, away).await.is_err(), "bounded");
        log.confirm(clock.now());
        assert!(shelf.get(1, &log, away).await.is_ok(), "nothing was told, and the feed is heard again");
        log.record(&noted(id, 2));
        assert!(shelf.get(1, &log, away).await.is_err(), "a row that is known to have changed is never used");
    });
    const { assert!(GOOD_FOR == 15 * MINUTE) };
}

#[test]
fn f26_many_who_ask_for_one_key_cause_one_read() {
    let (shelf, log, id) = (Shelf::<u8, Row>::new(Clock::default(), 1_000), ChangeLog::new(), KeyId::fresh());
    let reads = AtomicI64::new(0);
    block_on(async {
        let load = async || {
            reads.fetch_add(1, Ordering::SeqCst);
            tokio::task::yield_now().await;
            Ok(Some((1, Row { id, value: 1 })))
        };
        let all = futures_util::future::join_all((0..200).map(|_| shelf.get(1, &log, load))).await;
        assert!(all.into_iter().all(|held| held.unwrap().is_some()));
    });
    assert_eq!(reads.load(Ordering::SeqCst), 1);
}

#[test]
fn t25_an_unknown_key_is_remembered_for_a_second_and_not_past_a_change() {
    let (unknown, now) = (Unknown::new(), Timestamp(1_795_000_000_000_000));
    let digest = [7; 32];
    unknown.remember(&digest, 3, now);
    assert!(unknown.holds(&digest, 3, now));
    assert!(!unknown.holds(&digest, 4, now), "a change came: ask again");
    assert!(!unknown.holds(&digest, 3, now.plus(SECOND)));
    assert!(!unknown.holds(&digest, 3, now.minus(SECOND)), "f20: nor when the clock went back");
}

#[test]
fn a_price_of_the_table_knows_long_prompts_and_a_typed_one_holds_for_all() {
    use crate::domain::gate::{VersionState, price};
    use crate::gateway::fixtures::{NOW, World};

    let mut world = World::new();
    world.rows.providers[0].preset = "openai".into();
    let provider = world.rows.providers[0].id;
    world.rows.targets.clear();
    world.target("fast", "gpt-5.5", 1, 1);
    let row = |source: &str| price::Model {
        id: crate::base::ids::PriceId::fresh(),
        provider_id: provider,
        vendor_model: "gpt-5.5".into(),
        input: Some(5_000_000_000),
        cached_read: None,
        cache_write: None,
        output: Some(30_000_000_000),
        reasoning: None,
        source: source.to_owned(),
        effective_at: NOW,
    };
    for (source, long) in [("table", 10_000_000_000), ("admin", 5_000_000_000)] {
        world.rows.prices = vec![row(source)];
        let catalogue = world.catalogue();
        let live =
            |version: &&crate::domain::gate::api_version::Model| version.state == VersionState::Published;
        let version = world.rows.versions.iter().find(live).unwrap().id;
        let model = catalogue.version(version).unwrap().models["fast"].clone();
        let tariff = model.targets[0].price(NOW).unwrap();
        assert_eq!(tariff.of(272_000).input, Some(5_000_000_000), "{source}");
        assert_eq!(tariff.of(272_001).input, Some(long), "{source}");
    }
}

#[test]
fn a_cache_write_for_an_hour_has_the_tables_price_unless_an_admin_set_one() {
    use crate::domain::gate::{VersionState, price};
    use crate::gateway::fixtures::{NOW, World};

    let mut world = World::new();
    world.rows.providers[0].preset = "anthropic".into();
    let provider = world.rows.providers[0].id;
    world.rows.targets.clear();
    world.target("fast", "claude-opus-4-8", 1, 1);
    for (source, for_an_hour) in [("table", Some(10_000_000_000)), ("admin", None)] {
        world.rows.prices = vec![price::Model {
            id: crate::base::ids::PriceId::fresh(),
            provider_id: provider,
            vendor_model: "claude-opus-4-8".into(),
            input: Some(5_000_000_000),
            cached_read: None,
            cache_write: Some(6_250_000_000),
            output: Some(25_000_000_000),
            reasoning: None,
            source: source.to_owned(),
            effective_at: NOW,
        }];
        let catalogue = world.catalogue();
        let live =
            |version: &&crate::domain::gate::api_version::Model| version.state == VersionState::Published;
        let version = world.rows.versions.iter().find(live).unwrap().id;
        let model = catalogue.version(version).unwrap().models["fast"].clone();
        let prices = model.targets[0].price(NOW).unwrap().of(1_000);
        assert_eq!(
            (prices.cache_write, prices.cache_write_1h),
            (Some(6_250_000_000), for_an_hour),
            "{source}"
        );
    }
}
