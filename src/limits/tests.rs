use std::sync::Barrier;
use std::sync::atomic::AtomicUsize;

use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::base::Code;
use crate::base::clock::DAY;

const NOW: Timestamp = Timestamp(1_795_000_000_000_000);
const MIB: u64 = 1 << 20;

fn limit(kind: LimitKind, amount: i64) -> Limit {
    Limit { scope: LimitScope::Key, subject: Uuid::from_u128(7), kind, amount }
}

fn tokens(tokens: i64) -> Ask {
    Ask { tokens, ..Ask::default() }
}

fn nanos(nanos: i64) -> Ask {
    Ask { nanos: Nanos(nanos), ..Ask::default() }
}

/// Plays every order in which four calls can be taken and ended, each ended by a settlement or by being
/// dropped, and compares each step with what a ledger on paper would say.
#[test]
fn p03_in_every_order_of_takes_and_ends_the_money_is_right() {
    const CALLS: usize = 4;
    const WORST: i64 = 100;
    fn orders(left: [u8; CALLS], order: &mut Vec<usize>, play: &mut impl FnMut(&[usize])) -> u64 {
        if left == [0; CALLS] {
            play(order);
            return 1;
        }
        let mut count = 0;
        for call in (0..CALLS).filter(|call| left[*call] > 0) {
            let mut rest = left;
            rest[call] -= 1;
            order.push(call);
            count += orders(rest, order, play);
            order.pop();
        }
        count
    }
    let of =
        |scope, subject: u128, kind, amount| Limit { scope, subject: Uuid::from_u128(subject), kind, amount };
    // The key has money for two at once, the team for three; three may be open.
    let limits = [
        of(LimitScope::Team, 1, LimitKind::UsdPerMonth, 3 * WORST + 50),
        of(LimitScope::Team, 1, LimitKind::ConcurrentCalls, 3),
        of(LimitScope::Key, 3, LimitKind::UsdPerMonth, 2 * WORST + 50),
    ];
    let mut played = 0_u64;
    for ends in 0..1_u8 << CALLS {
        let mut play = |order: &[usize]| {
            let counters = Limits::new(MIB);
            let mut open: [Option<Option<Reservation>>; CALLS] = Default::default();
            let (mut held, mut spent, mut running) = (0, 0, 0);
            for call in order {
                match open[*call].take() {
                    None => {
                        let fits = held + spent + WORST <= 2 * WORST + 50 && running < 3;
                        let got = counters.reserve(&limits, &nanos(WORST), NOW);
                        assert_eq!(got.is_ok(), fits, "{order:?} {ends:b}: {held} held, {spent} spent");
                        held += i64::from(fits) * WORST;
                        running += i64::from(fits);
                        open[*call] = Some(got.ok());
                    }
                    Some(None) => {}
                    Some(Some(mut taken)) => {
                        held -= WORST;
                        running -= 1;
                        if ends >> call & 1 == 1 {
                            // More than the worst case, too: a vendor may report what it likes.
                            let nanos = 30 + 90 * i64::try_from(*call % 2).unwrap();
                            taken.settle(Spent { tokens: 0, nanos: Nanos(nanos) });
                            spent += nanos;
                        }
                        drop(taken);
                    }
                }
                let gauges = counters.gauges(&limits, NOW);
                let used = (gauges[0].used, gauges[1].used, gauges[2].used);
                assert_eq!(used, (held + spent, running, held + spent), "{order:?} {ends:b}");
            }
            assert_eq!((held, running), (0, 0));
        };
        played += orders([2; CALLS], &mut Vec::new(), &mut play);
    }
    assert_eq!(played, 2_520 * 16);
}

#[test]
fn p03_sixty_four_at_once_with_room_for_ten_admit_exactly_ten() {
    let of =
        |scope, subject: u128, kind, amount| Limit { scope, subject: Uuid::from_u128(subject), kind, amount };
    let sets = [
        vec![limit(LimitKind::UsdPerMonth, 1_000)],
        vec![limit(LimitKind::ConcurrentCalls, 10)],
        vec![limit(LimitKind::RequestsPerMinute, 10)],
        vec![limit(LimitKind::TokensPerMinute, 1_009)],
        vec![
            of(LimitScope::Team, 1, LimitKind::UsdPerMonth, 5_000),
            of(LimitScope::Plan, 2, LimitKind::UsdPerMonth, 1_099),
            of(LimitScope::Key, 3, LimitKind::RequestsPerMinute, 40),
            of(LimitScope::Team, 1, LimitKind::ConcurrentCalls, 30),
        ],
    ];
    for limits in sets {
        let counters = Limits::new(MIB);
        let (barrier, admitted) = (Barrier::new(64), AtomicUsize::new(0));
        let ask = Ask { tokens: 100, nanos: Nanos(100), ..Ask::default() };
        std::thread::scope(|scope| {
            for _ in 0..64 {
                scope.spawn(|| {
                    barrier.wait();
                    let got = counters.reserve(&limits, &ask, NOW);
                    admitted.fetch_add(usize::from(got.is_ok()), Ordering::SeqCst);
                    barrier.wait();
                    if let Ok(mut got) = got {
                        got.settle(Spent { tokens: 3, nanos: Nanos(7) });
                    }
                });
            }
        });
        assert_eq!(admitted.load(Ordering::SeqCst), 10, "{limits:?}");
        for gauge in counters.gauges(&limits, NOW) {
            let left = match gauge.limit.kind {
                LimitKind::UsdPerMonth => 70,
                LimitKind::TokensPerMinute => 30,
                LimitKind::RequestsPerMinute => 10,
                LimitKind::ConcurrentCalls => 0,
            };
            assert_eq!(gauge.used, left, "what stays is the sum of what was spent: {gauge:?}");
        }
    }
}

#[test]
fn a_refusal_takes_nothing_and_names_its_limit() {
    let counters = Limits::new(MIB);
    let all = [limit(LimitKind::RequestsPerMinute, 5), limit(LimitKind::ConcurrentCalls, 1)];
    let _open = counters.reserve(&all, &Ask::default(), NOW).unwrap();
    for _ in 0..20 {
        let refused = counters.reserve(&all, &Ask::default(), NOW).err().unwrap();
        assert_eq!(refused.code(), Code::ConcurrencyLimited);
        assert_eq!(refused.limit.amount, 1);
    }
    assert_eq!(counters.gauges(&all, NOW)[0].used, 1);
}

#[test]
fn the_window_slides_and_retry_after_is_true() {
    let counters = Limits::new(MIB);
    let rate = [limit(LimitKind::RequestsPerMinute, 3)];
    for _ in 0..3 {
        counters.reserve(&rate, &Ask::default(), NOW).unwrap();
        counters.forward(Duration::from_secs(10));
    }
    let refused = counters.reserve(&rate, &Ask::default(), NOW).err().unwrap();
    let wait = refused.retry_after_s.unwrap();
    assert!((30..=31).contains(&wait), "{wait}");
    assert_eq!(refused.error().retry_after(), Some(wait));
    counters.forward(Duration::from_secs(u64::from(wait)));
    counters.reserve(&rate, &Ask::default(), NOW).unwrap();
    assert!(counters.reserve(&rate, &Ask::default(), NOW).is_err());
}

#[test]
fn p30_no_sixty_seconds_hold_more_than_the_limit() {
    let counters = Limits::new(MIB);
    let rate = [limit(LimitKind::RequestsPerMinute, 100)];
    let mut admitted = Vec::new();
    for second in 0..300_u64 {
        for _ in 0..7 {
            if counters.reserve(&rate, &Ask::default(), NOW).is_ok() {
                admitted.push(second);
            }
        }
        counters.forward(Duration::from_secs(1));
    }
    for start in 0..240 {
        let inside = admitted.iter().filter(|at| (start..=start + 60).contains(*at)).count();
        assert!(inside <= 100, "{inside} from {start}");
    }
    assert!(admitted.len() >= 480, "{}", admitted.len());
}

#[test]
fn tokens_are_settled_to_what_was_used() {
    let counters = Limits::new(MIB);
    let rate = [limit(LimitKind::TokensPerMinute, 1_000)];
    let mut call = counters.reserve(&rate, &tokens(900), NOW).unwrap();
    assert!(counters.reserve(&rate, &tokens(200), NOW).is_err());
    call.settle(Spent { tokens: 50, nanos: Nanos::ZERO });
    call.settle(Spent { tokens: 999, nanos: Nanos::ZERO });
    assert_eq!(counters.gauges(&rate, NOW)[0].used, 50);
    let refused = counters.reserve(&rate, &tokens(1_001), NOW).err().unwrap();
    assert_eq!(refused.retry_after_s, None, "it can never fit");
}

/// What a call asks whose caller named no bound.
fn open_ended(least: i64, worst: i64) -> Ask {
    let least = Least { tokens: least, nanos: Nanos(least) };
    Ask { tokens: worst, nanos: Nanos(worst), least: Some(least), ..Ask::default() }
}

#[test]
fn a_call_without_a_bound_comes_in_on_what_is_left_of_a_rate_and_alone() {
    let counters = Limits::new(MIB);
    let rate = [limit(LimitKind::TokensPerMinute, 1_000)];
    let mut first = counters.reserve(&rate, &open_ended(600, 128_000), NOW).unwrap();
    assert_eq!(first.rates().tokens.unwrap().remaining, 0);
    assert!(counters.reserve(&rate, &tokens(1), NOW).is_err(), "it holds the whole minute");
    first.settle(Spent { tokens: 50, nanos: Nanos::ZERO });
    let mut next = counters.reserve(&rate, &open_ended(600, 128_000), NOW).unwrap();
    next.settle(Spent { tokens: 500, nanos: Nanos::ZERO });
    let refused = counters.reserve(&rate, &open_ended(600, 128_000), NOW).err().unwrap();
    assert!(refused.retry_after_s.is_some(), "450 are left, and there is room again soon");
    assert_eq!(counters.gauges(&rate, NOW)[0].used, 550);
    counters.forward(Duration::from_secs(61));
    drop(counters.reserve(&rate, &open_ended(5_000, 128_000), NOW).unwrap());
    assert!(counters.gauges(&rate, NOW)[0].used == 0, "even one that can never fit is not refused for good");
    let too_long = Ask { prompt: 1_001, ..open_ended(1_513, 128_000) };
    let refused = counters.reserve(&rate, &too_long, NOW).err().unwrap();
    assert_eq!(refused.retry_after_s, None, "a prompt over the whole rate never fits");
    let long = Ask { prompt: 990, ..open_ended(1_502, 128_000) };
    drop(counters.reserve(&rate, &long, NOW).unwrap());
}

#[test]
fn p03_of_calls_without_a_bound_one_at_most_may_pass_the_end_of_a_budget() {
    const WORST: i64 = 100;
    const LEAST: i64 = 30;
    for (amount, due) in [(1_050, 11), (1_029, 10), (1_000, 10), (LEAST, 1), (LEAST - 1, 0)] {
        let counters = Limits::new(MIB);
        let budget = [limit(LimitKind::UsdPerMonth, amount)];
        let (barrier, admitted) = (Barrier::new(64), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..64 {
                scope.spawn(|| {
                    barrier.wait();
                    let got = counters.reserve(&budget, &open_ended(LEAST, WORST), NOW);
                    admitted.fetch_add(usize::from(got.is_ok()), Ordering::SeqCst);
                    barrier.wait();
                    if let Ok(mut got) = got {
                        got.settle(Spent { tokens: 0, nanos: Nanos(WORST) });
                    }
                });
            }
        });
        assert_eq!(admitted.load(Ordering::SeqCst), due, "of {amount}");
        let spent = counters.gauges(&budget, NOW)[0].used;
        assert!(spent <= amount + WORST - LEAST, "{spent} of {amount}");
    }
}

#[test]
fn p03_room_that_an_open_call_may_use_up_is_given_to_nobody() {
    let counters = Limits::new(MIB);
    let budget = [limit(LimitKind::UsdPerMonth, 150)];
    let mut bounded = counters.reserve(&budget, &nanos(100), NOW).unwrap();
    let mut open = counters.reserve(&budget, &open_ended(30, 100), NOW).unwrap();
    bounded.settle(Spent { tokens: 0, nanos: Nanos(40) });
    let refused = counters.reserve(&budget, &nanos(20), NOW).err().unwrap();
    assert!(refused.error().message().contains("may cost up to"), "{}", refused.error().message());
    let refused = counters.reserve(&budget, &open_ended(20, 100), NOW).err().unwrap();
    assert!(refused.error().message().contains("room for at least"), "{}", refused.error().message());
    open.settle(Spent { tokens: 0, nanos: Nanos(100) });
    assert_eq!(counters.gauges(&budget, NOW)[0].used, 140);
    assert!(counters.reserve(&budget, &nanos(10), NOW).is_ok());
}

#[test]
fn a_dropped_reservation_gives_everything_back() {
    let counters = Limits::new(MIB);
    let all = [
        limit(LimitKind::TokensPerMinute, 100),
        limit(LimitKind::ConcurrentCalls, 1),
        limit(LimitKind::UsdPerMonth, 100),
    ];
    drop(counters.reserve(&all, &Ask { tokens: 100, nanos: Nanos(100), ..Ask::default() }, NOW).unwrap());
    assert!(counters.gauges(&all, NOW).iter().all(|gauge| gauge.used == 0));
    counters.forward(Duration::from_secs(61));
    assert_eq!(counters.sweep(), 0);
}

#[test]
fn a_budget_is_seeded_and_counts_by_month() {
    let counters = Limits::new(MIB);
    let budget = [limit(LimitKind::UsdPerMonth, 100)];
    counters.seed(LimitScope::Key, Uuid::from_u128(7), &NOW.month(), Nanos(95));
    let refused = counters.reserve(&budget, &nanos(6), NOW).err().unwrap();
    assert_eq!(refused.code(), Code::InsufficientQuota);
    assert!(refused.error().message().contains(&NOW.next_month().day()), "{}", refused.error().message());
    let mut call = counters.reserve(&budget, &nanos(5), NOW).unwrap();
    call.settle(Spent { tokens: 0, nanos: Nanos(5) });
    assert!(counters.reserve(&budget, &nanos(0), NOW).is_err(), "a spent budget refuses free calls too");
    let later = NOW.next_month();
    assert!(counters.reserve(&budget, &nanos(100), later).is_ok());
    assert!(
        counters.reserve(&budget, &nanos(1), NOW).is_err(),
        "f20: a clock that jumps back finds it still spent"
    );
}

#[test]
fn months_are_those_of_the_calendar() {
    for days in (0..40_000).step_by(13) {
        let at = Timestamp(days * DAY);
        assert_eq!(Some(Month::of(at)), Month::parse(&at.month()), "{}", at.day());
    }
    assert_eq!(Month::parse("2026-13"), None);
}

#[test]
fn p09_memory_is_refused_before_it_runs_out() {
    let counters = Limits::new(1_000);
    let mut first = counters.memory().take(600).unwrap();
    assert_eq!(counters.memory().take(500).err().unwrap().code(), Code::Overloaded);
    assert!(first.grow(401).is_err());
    first.shrink_to(100);
    assert_eq!(counters.memory().used(), 100);
    drop(first);
    assert_eq!(counters.memory().used(), 0);
}

#[derive(Clone, Debug)]
enum Step {
    Reserve { tokens: i64, nanos: i64 },
    Settle { which: usize, tokens: i64, nanos: i64 },
    Drop { which: usize },
    Wait { seconds: u64 },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (0..60_i64, 0..60_i64).prop_map(|(tokens, nanos)| Step::Reserve { tokens, nanos }),
        2 => (0..8_usize, 0..80_i64, 0..60_i64).prop_map(|(which, tokens, nanos)| Step::Settle { which, tokens, nanos }),
        1 => (0..8_usize).prop_map(|which| Step::Drop { which }),
        2 => (0..40_u64).prop_map(|seconds| Step::Wait { seconds }),
    ];
    proptest::collection::vec(step, 1..80)
}

/// The slow, obvious limiter: a list of everything that happened.
#[derive(Default)]
struct Model {
    second: u64,
    calls: Vec<ModelCall>,
}

struct ModelCall {
    second: u64,
    tokens: i64,
    nanos: i64,
    open: bool,
}

impl Model {
    fn admits(&self, tokens: i64, nanos: i64) -> bool {
        let recent = || self.calls.iter().filter(|call| call.second + 61 > self.second);
        let budget: i64 = self.calls.iter().map(|call| call.nanos).sum();
        recent().count() < 6
            && recent().map(|call| call.tokens).sum::<i64>() + tokens <= 150
            && self.calls.iter().filter(|call| call.open).count() < 4
            && budget + nanos <= 900
            && budget < 900
    }
}

proptest! {
    #[test]
    fn limits_agree_with_the_reference_model(steps in steps()) {
        let counters = Limits::new(MIB);
        let all = [
            limit(LimitKind::RequestsPerMinute, 6), limit(LimitKind::TokensPerMinute, 150),
            limit(LimitKind::ConcurrentCalls, 4), limit(LimitKind::UsdPerMonth, 900),
        ];
        // Real seconds may pass during the run: the model reads the same clock.
        let base = counters.second();
        let mut model = Model::default();
        let mut open: Vec<(usize, Reservation)> = Vec::new();
        for step in steps {
            match step {
                Step::Reserve { tokens, nanos } => {
                    let before = counters.second();
                    let got = counters.reserve(&all, &Ask { tokens, nanos: Nanos(nanos), ..Ask::default() }, NOW);
                    if counters.second() != before { return Ok(()); }
                    model.second = before - base;
                    prop_assert_eq!(got.is_ok(), model.admits(tokens, nanos));
                    if let Ok(got) = got {
                        model.calls.push(ModelCall { second: model.second, tokens, nanos, open: true });
                        open.push((model.calls.len() - 1, got));
                    }
                }
                Step::Settle { which, tokens, nanos } if which < open.len() => {
                    let (at, mut call) = open.remove(which);
                    call.settle(Spent { tokens, nanos: Nanos(nanos) });
                    let known = &mut model.calls[at];
                    (known.tokens, known.nanos, known.open) = (tokens, nanos, false);
                }
                Step::Drop { which } if which < open.len() => {
                    let (at, _) = open.remove(which);
                    let known = &mut model.calls[at];
                    (known.tokens, known.nanos, known.open) = (0, 0, false);
                }
                Step::Wait { seconds } => counters.forward(Duration::from_secs(seconds)),
                Step::Settle { .. } | Step::Drop { .. } => {}
            }
        }
        let held: i64 = model.calls.iter().map(|call| call.nanos).sum();
        prop_assert_eq!(counters.gauges(&all, NOW)[3].used, held);
        prop_assert_eq!(counters.gauges(&all, NOW)[2].used, open.len() as i64);
    }
}

#[test]
fn what_can_never_fit_is_not_to_be_sent_again_and_nobody_waits_longer_than_a_minute() {
    let counters = Limits::new(MIB);
    let rate = [limit(LimitKind::TokensPerMinute, 1_000)];
    let never = counters.reserve(&rate, &tokens(1_001), NOW).err().unwrap().error();
    assert_eq!((never.retry(), never.retry_after()), (false, None));
    assert!(never.next().contains("max_tokens") && !never.next().contains("Retry-After"), "{}", never.next());
    let _held = counters.reserve(&rate, &tokens(1_000), NOW).unwrap();
    let later = counters.reserve(&rate, &tokens(1_000), NOW).err().unwrap().error();
    assert_eq!((later.retry(), later.retry_after()), (true, Some(60)));
}

#[test]
fn p29_a_rate_that_has_room_left_is_not_called_used_up() {
    let counters = Limits::new(MIB);
    let rate = [limit(LimitKind::TokensPerMinute, 500)];
    let _held = counters.reserve(&rate, &tokens(220), NOW).unwrap();
    let refused = counters.reserve(&rate, &tokens(300), NOW).err().unwrap().error();
    let said = refused.message();
    assert!(
        said.contains("220 are used") && said.contains("may use 300") && !said.contains("used up"),
        "{said}"
    );
    let _rest = counters.reserve(&rate, &tokens(280), NOW).unwrap();
    let refused = counters.reserve(&rate, &tokens(1), NOW).err().unwrap().error();
    assert!(refused.message().contains("is used up"), "{}", refused.message());
}
