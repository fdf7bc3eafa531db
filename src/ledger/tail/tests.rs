use tempfile::TempDir;

use super::*;
use crate::base::Clock;
use crate::ledger::{Options, samples};

#[test]
fn what_was_posted_by_an_earlier_process_is_not_given_again() {
    let folder = TempDir::new().unwrap();
    let open = || Journal::open(&Options::new(folder.path()), Clock::default()).unwrap();
    let journal = open();
    let (a, b) = (samples::begin(), samples::begin());
    journal.begin(&a).unwrap();
    journal.begin(&b).unwrap();
    journal.end(&samples::end(&a));
    let mut tail = Tail::new(Place { segment: 0, offset: 0 });
    assert_eq!(tail.read(&journal, 10).unwrap().0.len(), 1);
    let posted = tail.place();
    journal.end(&samples::end(&b));
    drop(journal);
    let (settled, more) = Tail::new(posted).read(&open(), 10).unwrap();
    assert_eq!(settled, [Settled::Call(Box::new(b.clone()), Box::new(samples::end(&b)))]);
    assert!(!more);
}
