use std::fs;
use std::path::Path;

use tempfile::TempDir;

use super::*;
use crate::base::clock::SECOND;
use crate::base::{Nanos, Timestamp};
use crate::ledger::record::{CallState, UsageSource};
use crate::ledger::samples;
use crate::ledger::segment::Place;
use crate::ledger::tail::{Settled, Tail};

fn options(folder: &TempDir) -> Options {
    Options::new(folder.path())
}

fn open(options: &Options) -> Journal {
    Journal::open(options, Clock::default()).unwrap()
}

fn all(journal: &Journal) -> Vec<Settled> {
    let mut tail = Tail::new(Place { segment: 0, offset: 0 });
    let mut found = Vec::new();
    loop {
        let (some, more) = tail.read(journal, 100).unwrap();
        found.extend(some);
        if !more {
            return found;
        }
    }
}

fn ends(settled: Vec<Settled>) -> Vec<End> {
    settled
        .into_iter()
        .filter_map(|it| if let Settled::Call(_, end) = it { Some(*end) } else { None })
        .collect()
}

#[test]
fn p04_a_call_is_settled_when_it_ended() {
    let folder = TempDir::new().unwrap();
    let journal = open(&options(&folder));
    let (a, b) = (samples::begin(), samples::begin());
    journal.begin(&a).unwrap();
    journal.begin(&b).unwrap();
    journal.end(&samples::end(&b));
    assert_eq!(all(&journal), [Settled::Call(Box::new(b.clone()), Box::new(samples::end(&b)))]);
    journal.end(&samples::end(&a));
    journal.end(&samples::end(&a));
    assert_eq!(ends(all(&journal)).len(), 2, "a second end of the same call changes nothing");
    assert_eq!(journal.gauges().open, 0);
}

#[test]
fn p05_a_call_without_an_end_is_lost_and_its_reservation_is_spent() {
    let folder = TempDir::new().unwrap();
    let journal = open(&options(&folder));
    let (cut, whole) = (samples::begin(), samples::begin());
    journal.begin(&cut).unwrap();
    journal.begin(&whole).unwrap();
    journal.end(&samples::end(&whole));
    drop(journal);
    let found = ends(all(&open(&options(&folder))));
    assert_eq!(found[0], samples::end(&whole));
    let lost = &found[1];
    assert_eq!((lost.id, lost.state, lost.usage_source), (cut.id, CallState::Lost, UsageSource::Estimated));
    assert_eq!((lost.cost, lost.tokens.input, lost.tokens.output), (Some(Nanos(5_000)), Some(60), Some(840)));
    assert_eq!(lost.at, whole.at.plus(SECOND), "the newest time the journal knows");
    assert_eq!(ends(all(&open(&options(&folder)))).len(), 2, "a second start finds nothing new");
}

#[test]
fn p05_a_tail_torn_at_any_byte_costs_only_the_torn_record() {
    let folder = TempDir::new().unwrap();
    let journal = open(&options(&folder));
    let calls: Vec<Begin> = (0..3).map(|_| samples::begin()).collect();
    for call in &calls {
        journal.begin(call).unwrap();
        journal.end(&samples::end(call));
    }
    drop(journal);
    let bytes = fs::read(segment::path(&folder.path().join("journal"), 1)).unwrap();
    for cut in 0..bytes.len() {
        let copy = TempDir::new().unwrap();
        fs::create_dir(copy.path().join("journal")).unwrap();
        fs::write(segment::path(&copy.path().join("journal"), 1), &bytes[..cut]).unwrap();
        let whole = whole_records(&bytes[..cut]);
        let torn = [Segment { number: 1, bytes: cut as u64 }];
        let found = recovery::scan(&copy.path().join("journal"), &torn).unwrap();
        assert_eq!(found.open.len(), whole % 2, "cut at {cut}");
        if cut % 97 != 0 {
            continue;
        }
        let found = ends(all(&open(&options(&copy))));
        assert_eq!(found.len(), whole.div_ceil(2), "cut at {cut}: each begun call has one end");
        let good = found.iter().filter(|end| end.state == CallState::Answered).count();
        assert_eq!(good, whole / 2, "cut at {cut}");
    }
}

fn whole_records(bytes: &[u8]) -> usize {
    let mut place = frame::MAGIC.len();
    let mut count = 0;
    while let frame::Next::Frame { next, .. } = frame::at(bytes, place) {
        place = next;
        count += 1;
    }
    count
}

#[test]
fn f28_a_lost_page_in_the_middle_costs_only_what_was_on_it() {
    let folder = TempDir::new().unwrap();
    let journal = open(&options(&folder));
    for _ in 0..40 {
        journal.refuse(&Refusal { proved: true, ..samples::refusal(samples::IP, Timestamp(0)) });
    }
    let number = journal.segments()[0].number;
    drop(journal);
    let path = segment::path(&folder.path().join("journal"), number);
    let mut bytes = fs::read(&path).unwrap();
    let size = (bytes.len() - frame::MAGIC.len()) / 40;
    bytes[1_000..1_000 + size].fill(0);
    fs::write(&path, &bytes).unwrap();
    assert_eq!(all(&open(&options(&folder))).len(), 38);
}

#[test]
fn segments_rotate_and_calls_span_them() {
    let folder = TempDir::new().unwrap();
    let small = Options { segment_bytes: 1_000, ..options(&folder) };
    let journal = open(&small);
    let calls: Vec<Begin> = (0..50).map(|_| samples::begin()).collect();
    calls.iter().for_each(|call| journal.begin(call).unwrap());
    calls.iter().for_each(|call| journal.end(&samples::end(call)));
    assert!(journal.segments().len() > 10);
    assert_eq!(ends(all(&journal)).len(), 50);
    drop(journal);
    assert_eq!(ends(all(&open(&small))).len(), 50);
}

#[test]
fn a_carried_begin_lets_older_segments_go() {
    let folder = TempDir::new().unwrap();
    let small = Options { segment_bytes: 600, ..options(&folder) };
    let journal = open(&small);
    let long = samples::begin();
    journal.begin(&long).unwrap();
    for _ in 0..10 {
        let call = samples::begin();
        journal.begin(&call).unwrap();
        journal.end(&samples::end(&call));
    }
    let mut tail = Tail::new(Place { segment: 0, offset: 0 });
    let (settled, _) = tail.read(&journal, 1_000).unwrap();
    assert_eq!(settled.len(), 10);
    for (number, open) in tail.behind(&journal) {
        open.into_iter().for_each(|id| tail.carry(&journal, id).unwrap());
        journal.remove(number).unwrap();
    }
    assert!(journal.segments().len() <= 2);
    journal.end(&samples::end(&long));
    assert_eq!(ends(tail.read(&journal, 1_000).unwrap().0), [samples::end(&long)], "in this process");
    drop(journal);
    let again = ends(all(&open(&small)));
    assert!(again.contains(&samples::end(&long)), "and after a restart");
    assert!(again.iter().all(|end| end.state == CallState::Answered), "nothing is lost");
}

#[test]
fn an_end_before_its_carried_begin_still_settles() {
    let folder = TempDir::new().unwrap();
    let small = Options { segment_bytes: 150, ..options(&folder) };
    let journal = open(&small);
    let call = samples::begin();
    journal.begin(&call).unwrap();
    journal.refuse(&Refusal { proved: true, ..samples::refusal(samples::IP, Timestamp(0)) });
    let mut tail = Tail::new(Place { segment: 0, offset: 0 });
    tail.read(&journal, 10).unwrap();
    journal.end(&samples::end(&call));
    tail.carry(&journal, call.id).unwrap();
    journal.remove(1).unwrap();
    assert_eq!(ends(tail.read(&journal, 10).unwrap().0).len(), 1, "in this process, once");
    drop(journal);
    let found = ends(all(&open(&small)));
    assert_eq!(found, [samples::end(&call)], "after a restart");
}

fn free_of_budgets() -> Begin {
    let mut call = samples::begin();
    call.reserved.budgets.clear();
    call
}

#[test]
fn f13_a_full_journal_refuses_calls_with_a_budget_first() {
    let folder = TempDir::new().unwrap();
    let small = Options { segment_bytes: 500, max_bytes: 2_000, ..options(&folder) };
    let journal = open(&small);
    let mut admitted = Vec::new();
    let refused = loop {
        let call = samples::begin();
        match journal.begin(&call) {
            Ok(()) => admitted.push(call),
            Err(error) => break error,
        }
        assert!(admitted.len() < 100);
    };
    assert_eq!((refused.code(), refused.retry_after()), (Code::Overloaded, Some(5)));
    assert!(journal.gauges().full);
    let mut free = free_of_budgets();
    while journal.begin(&free).is_ok() {
        admitted.push(std::mem::replace(&mut free, free_of_budgets()));
        assert!(admitted.len() < 200, "above its room for calls without a budget it refuses them too");
    }
    for call in &admitted {
        journal.end(&samples::end(call));
    }
    journal.end(&samples::end(&free));
    assert_eq!(ends(all(&journal)).len(), admitted.len(), "ends always find room; the refused has no record");
    for segment in journal.segments() {
        journal.remove(segment.number).unwrap();
    }
    assert!(!journal.gauges().full);
    journal.begin(&samples::begin()).unwrap();
}

#[test]
fn f13_a_disk_that_takes_nothing_loses_nothing() {
    let folder = TempDir::new().unwrap();
    let journal = open(&options(&folder));
    let (before, refused) = (samples::begin(), samples::begin());
    journal.begin(&before).unwrap();
    journal.break_disk(true);
    journal.end(&samples::end(&before));
    assert!(journal.begin(&refused).is_err(), "a call with a budget is refused");
    let free = free_of_budgets();
    journal.begin(&free).unwrap();
    journal.end(&samples::end(&free));
    assert_eq!(journal.gauges().pending, 3);
    journal.break_disk(false);
    let after = samples::begin();
    journal.begin(&after).unwrap();
    journal.end(&samples::end(&after));
    drop(journal);
    let found = ends(all(&open(&options(&folder))));
    assert_eq!(found.len(), 3);
    assert!(found.iter().all(|end| end.state == CallState::Answered));
}

#[test]
fn two_processes_cannot_share_a_folder() {
    let folder = TempDir::new().unwrap();
    let journal = open(&options(&folder));
    let second = Journal::open(&options(&folder), Clock::default()).err().unwrap();
    assert_eq!(second.code(), Code::Conflict);
    drop(journal);
    open(&options(&folder));
}

#[test]
fn many_writers_do_not_tear_each_other() {
    let folder = TempDir::new().unwrap();
    let small = Options { segment_bytes: 20_000, ..options(&folder) };
    let journal = open(&small);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..250 {
                    let call = samples::begin();
                    journal.begin(&call).unwrap();
                    journal.end(&samples::end(&call));
                }
            });
        }
    });
    assert_eq!(ends(all(&journal)).len(), 2_000);
    drop(journal);
    assert_eq!(ends(all(&open(&small))).len(), 2_000);
}

#[test]
fn t29_refusals_of_strangers_are_kept_or_counted() {
    let folder = TempDir::new().unwrap();
    let journal = open(&options(&folder));
    let at = Clock::default().now();
    for _ in 0..100 {
        journal.refuse(&samples::refusal(samples::IP, at));
    }
    journal.flush_counts();
    let found = all(&journal);
    let rows = found.iter().filter(|it| matches!(it, Settled::Refusal(_))).count();
    let counted: i64 = found.iter().map(|it| if let Settled::Count(it) = it { it.count } else { 0 }).sum();
    assert_eq!((rows, counted), (20, 80));
}

#[test]
fn the_folder_and_its_files_are_private() {
    use std::os::unix::fs::PermissionsExt;
    let folder = TempDir::new().unwrap();
    let journal = open(&options(&folder));
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(journal.folder()), 0o700);
    assert_eq!(mode(&segment::path(journal.folder(), 1)), 0o600);
}
