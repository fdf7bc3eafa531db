use std::sync::Arc;

use super::*;

const NOW: Timestamp = Timestamp(1_000_000_000);

#[test]
fn a_thing_is_there_until_its_time_is_over() {
    let keep = Keep::new(2, 10);
    keep.put("a".to_owned(), 1, NOW);
    assert_eq!(keep.with("a", NOW.plus(2 * MINUTE - 1), |value| std::mem::replace(value, 5)), Some(1));
    assert_eq!(keep.with("a", NOW, |value| *value), Some(5));
    assert_eq!(keep.with("a", NOW.plus(2 * MINUTE), |value| *value), None);
    assert_eq!(keep.get_or_put("a".to_owned(), 7, NOW), 5);
    assert_eq!(keep.get_or_put("a".to_owned(), 7, NOW.plus(2 * MINUTE)), 7);
    assert_eq!(keep.get_or_put("a".to_owned(), 8, NOW.plus(3 * MINUTE)), 7);
}

#[test]
fn the_oldest_makes_room_and_time_takes_the_rest() {
    let keep = Keep::new(2, 3);
    for n in 0..4 {
        keep.put(n, n, NOW.plus(n));
    }
    assert_eq!(keep.len(), 3);
    assert_eq!(keep.with(&0, NOW.plus(4), |value| *value), None);
    assert_eq!(keep.with(&1, NOW.plus(4), |value| *value), Some(1));
    keep.put(9, 9, NOW.plus(3 * MINUTE));
    assert_eq!(keep.len(), 1);
}

#[test]
fn what_is_in_use_stays() {
    let keep: Keep<i64, Arc<()>> = Keep::new(2, 3).sparing(|value| Arc::strong_count(value) > 1);
    let held = keep.get_or_put(0, Arc::default(), NOW);
    for n in 1..10 {
        keep.put(n, Arc::default(), NOW.plus(n));
    }
    assert!(Arc::ptr_eq(&held, &keep.get_or_put(0, Arc::default(), NOW.plus(9))));
    assert!(Arc::ptr_eq(&held, &keep.get_or_put(0, Arc::default(), NOW.plus(3 * MINUTE))), "however old");
    assert!(keep.len() <= 3);
    drop(held);
    keep.put(10, Arc::default(), NOW.plus(4 * MINUTE));
    assert_eq!(keep.len(), 1);
}
