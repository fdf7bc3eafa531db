use super::*;
use crate::base::clock::{DAY, HOUR, MINUTE, SECOND};
use crate::base::{Nanos, Timestamp};

const NOW: Timestamp = Timestamp(1_764_000_000_000_000);

#[test]
fn times_read_the_way_people_speak() {
    let past = |gap| relative(NOW.minus(gap), NOW);
    assert_eq!(past(3 * SECOND), "just now");
    assert_eq!(past(5 * MINUTE), "5 min ago");
    assert_eq!(past(89 * MINUTE), "89 min ago");
    assert_eq!(past(3 * HOUR), "3 h ago");
    assert_eq!(past(4 * DAY), "4 days ago");
    assert_eq!(past(90 * DAY), NOW.minus(90 * DAY).day());
    assert_eq!(relative(NOW.plus(4 * DAY), NOW), "in 4 days");
    assert_eq!(relative(None::<Timestamp>, NOW), "");
    // What happened while the page was made is not ahead of it; what is really ahead is.
    assert_eq!(relative(NOW.plus(SECOND), NOW), "just now");
    assert_eq!(relative(NOW.plus(30 * SECOND), NOW), "in a moment");
    assert_eq!(relative(NOW.plus(50 * SECOND), NOW), "in 1 min");
    assert_eq!(relative(NOW.plus(3 * HOUR), NOW), "in 3 h");
    assert!(is_past(NOW, NOW) && is_past(NOW.minus(1), NOW));
    assert!(!is_past(NOW.plus(1), NOW) && !is_past(None::<Timestamp>, NOW));
}

#[test]
fn every_state_has_a_tone_and_the_unknown_is_quiet() {
    assert_eq!(tone("approved"), "ok");
    assert_eq!(tone("denied"), "bad");
    assert_eq!(tone("something else"), "quiet");
    assert_eq!(words("self_approved"), "Self approved");
    assert_eq!(words(""), "");
}

#[test]
fn the_end_of_a_call_reads_as_its_state_is_labelled() {
    assert_eq!(ended("cut_client"), "Caller left");
    assert_eq!(ended("lost"), "Lost in a crash");
    assert_eq!(ended("key_expired"), "Key expired");
}

#[test]
fn numbers_are_grouped_by_thousands() {
    assert_eq!(grouped(7), "7");
    assert_eq!(grouped(1_234_567), "1,234,567");
    assert_eq!(grouped(-1234), "-1,234");
    assert_eq!(grouped(123), "123");
    assert_eq!(count(0_i64, "call"), "0 calls");
    assert_eq!(count(1_u64, "call"), "1 call");
    assert_eq!(count(1_234_usize, "call"), "1,234 calls");
}

#[test]
fn durations_take_the_unit_that_fits() {
    assert_eq!(duration(0), "0 ms");
    assert_eq!(duration(840), "<1 ms");
    assert_eq!(duration(12_400), "12 ms");
    assert_eq!(duration(1_240_000), "1.24 s");
    assert_eq!(duration(125_000_000), "2 min 5 s");
    assert_eq!(fine(840), "840 µs");
    assert_eq!(fine(12_460), "12.4 ms");
    assert_eq!(fine(840_000), "840 ms");
}

#[test]
fn small_amounts_of_money_stay_short_and_large_ones_readable() {
    let short = |nanos| money(Nanos(nanos));
    assert_eq!(short(0), "$0.00");
    assert_eq!(short(5_850), "<$0.0001");
    assert_eq!(short(100_000), "$0.0001");
    assert_eq!(short(421_000), "$0.0004");
    assert_eq!(short(123_456_789), "$0.1235");
    assert_eq!(short(500_000_000), "$0.50");
    assert_eq!(short(999_990_000), "$1.00");
    assert_eq!(short(12_345_678_900), "$12.35");
    assert_eq!(short(1_234_500_000_000), "$1,234.50");
    assert_eq!(short(-2_500_000_000), "-$2.50");
}

#[test]
fn an_amount_that_was_cut_short_is_told_whole_beside_it() {
    assert_eq!(cost(None::<Nanos>), "—");
    assert_eq!(exact_cost(None::<Nanos>), "");
    assert_eq!(exact_cost(Nanos(5_850)), "$0.00000585");
    assert_eq!(exact_cost(Nanos(12_500_000_000)), "");
}

#[test]
fn meters_never_leave_their_track() {
    assert_eq!(percent(5, 0), 0);
    assert_eq!(percent(-5, 10), 0);
    assert_eq!(percent(15, 10), 100);
    assert_eq!(percent(i64::MAX, i64::MAX), 100);
    assert_eq!(fullness(74, 100), "ok");
    assert_eq!(fullness(100, 100), "bad");
}

#[test]
fn a_line_of_points_fills_its_box() {
    assert_eq!(polyline(&[0, 5, 10], 100, 20), "0,20 50,10 100,0");
    assert_eq!(polyline(&[], 100, 20), "");
    assert_eq!(polyline(&[4], 100, 20), "0,0");
}

#[test]
fn a_share_is_whole_only_when_it_is() {
    assert_eq!(share(0, 0), "—");
    assert_eq!((share(0, 9), share(9, 9)), ("0%".to_owned(), "100%".to_owned()));
    assert_eq!((share(1, 3), share(1, 5_000)), ("33.3%".to_owned(), "<0.1%".to_owned()));
    assert_eq!(share(9_999, 10_000), "99.9%", "not quite all");
}

#[test]
fn a_wait_is_told_roughly() {
    for (micros, words) in [
        (0, "a minute"),
        (90 * 1_000_000, "2 minutes"),
        (3_600_000_000, "1 hour"),
        (5 * 3_600_000_000, "5 hours"),
        (50 * 3_600_000_000, "2 days"),
    ] {
        assert_eq!(rough(micros), words);
    }
}

#[test]
fn what_only_a_system_says_is_left_out_of_a_sentence() {
    let said = "Provider `x`: Connection refused (os error 111).";
    assert_eq!(spoken(said), "Provider `x`: Connection refused.");
    assert_eq!(spoken("nothing (os error"), "nothing (os error");
    assert_eq!(plain("Run `portico setup-link`."), "Run portico setup-link.");
    assert_eq!(
        (deed("key_created"), deed("plan_changed")),
        ("Key made".to_owned(), "Plan changed".to_owned())
    );
}
