use super::*;

const MODEL: &str = "large";
const OTHER: &str = "small";

fn id() -> Uuid {
    Uuid::from_u128(9)
}

fn fail(health: &Health, times: usize) {
    for _ in 0..times {
        health.note(id(), MODEL, Outcome::Failed);
    }
}

#[test]
fn f07_a_cooldown_lasts_as_long_as_the_vendor_asked() {
    let health = Health::new();
    health.note(id(), MODEL, Outcome::Limited(Some(Duration::from_secs(30))));
    let Standing::Cooling { wait, why } = health.standing(id(), MODEL) else { panic!("not cooling") };
    assert_eq!(why, Why::Limited);
    assert!(wait > Duration::from_secs(29) && wait <= Duration::from_secs(33), "{wait:?}");
    assert!(!health.claim(id(), MODEL));
    health.forward(Duration::from_secs(29));
    assert!(!health.claim(id(), MODEL));
    health.forward(Duration::from_secs(5));
    assert!(health.claim(id(), MODEL));
    health.note(Uuid::from_u128(10), MODEL, Outcome::Limited(Some(Duration::MAX)));
    assert!(
        matches!(health.standing(Uuid::from_u128(10), MODEL), Standing::Cooling { wait, .. } if wait < Duration::from_secs(700))
    );
}

#[test]
fn f08_the_breaker_opens_at_half_of_twenty() {
    let health = Health::new();
    for _ in 0..9 {
        health.note(id(), MODEL, Outcome::Good);
        health.note(id(), MODEL, Outcome::Failed);
    }
    health.note(id(), MODEL, Outcome::Good);
    assert_eq!(health.standing(id(), MODEL), Standing::Ready, "nineteen calls are too few to judge");
    health.note(id(), MODEL, Outcome::Failed);
    assert_eq!(health.standing(id(), MODEL), Standing::Shaky, "some calls work: still better than nothing");
    assert!(health.claim(id(), MODEL));
}

#[test]
fn f01_a_dead_vendor_is_left_alone_but_for_one_probe() {
    let health = Health::new();
    fail(&health, 20);
    assert!(matches!(health.standing(id(), MODEL), Standing::Cooling { why: Why::Failing, .. }));
    health.forward(Duration::from_secs(6));
    assert!(health.claim(id(), MODEL), "half open: one probe");
    assert!(!health.claim(id(), MODEL), "and no second one beside it");
    fail(&health, 1);
    health.forward(Duration::from_secs(6));
    assert!(!health.claim(id(), MODEL), "it waits longer now");
    health.forward(Duration::from_secs(6));
    assert!(health.claim(id(), MODEL));
    health.note(id(), MODEL, Outcome::Good);
    assert_eq!(health.standing(id(), MODEL), Standing::Ready);
}

#[test]
fn a_probe_whose_caller_left_does_not_block_the_next() {
    let health = Health::new();
    fail(&health, 20);
    health.forward(Duration::from_secs(6));
    assert!(health.claim(id(), MODEL));
    health.note(id(), MODEL, Outcome::Neutral);
    assert!(health.claim(id(), MODEL));
}

#[test]
fn p13_second_tries_stay_under_a_fifth() {
    let health = Health::new();
    let (mut first, mut second) = (0_u32, 0_u32);
    for _ in 0..1_000 {
        health.note(id(), MODEL, Outcome::Good);
        first += u32::from(health.claim(id(), MODEL));
        second += u32::from(health.claim_again(id()));
    }
    assert_eq!(first, 1_000);
    assert!(second <= 202, "{second}");
}

#[test]
fn a_mended_credential_starts_anew() {
    let health = Health::new();
    health.note(id(), MODEL, Outcome::Credential);
    assert!(matches!(health.standing(id(), MODEL), Standing::Cooling { why: Why::Credential, .. }));
    health.forget(id());
    assert_eq!(health.standing(id(), MODEL), Standing::Ready);
}

#[test]
fn what_is_said_of_one_model_leaves_the_others_ready() {
    let health = Health::new();
    for (outcome, standing_is_cooling) in [
        (Outcome::Denied, false),
        (Outcome::Missing, false),
        (Outcome::Limited(Some(Duration::from_secs(9))), true),
        (Outcome::Overloaded(Some(Duration::from_secs(9))), true),
    ] {
        health.forget(id());
        health.note(id(), MODEL, outcome);
        let standing = health.standing(id(), MODEL);
        assert_eq!(matches!(standing, Standing::Cooling { .. }), standing_is_cooling, "{outcome:?}");
        assert_eq!(standing == Standing::Shaky, !standing_is_cooling, "{outcome:?}");
        assert_eq!(health.claim(id(), MODEL), !standing_is_cooling, "{outcome:?}");
        assert_eq!(health.standing(id(), OTHER), Standing::Ready, "{outcome:?}");
        assert!(health.claim(id(), OTHER), "{outcome:?}");
        let report = health.report(id());
        assert_eq!(report.standing, Standing::Ready);
        assert_eq!(report.models.iter().map(|one| one.model.as_str()).collect::<Vec<_>>(), [MODEL]);
        health.forward(Duration::from_secs(40));
        assert_eq!(health.standing(id(), MODEL), Standing::Ready, "{outcome:?}");
        assert!(health.report(id()).models.is_empty());
    }
}

#[test]
fn what_is_said_of_the_credential_holds_for_all_its_models() {
    let health = Health::new();
    health.note(id(), MODEL, Outcome::Credential);
    assert!(matches!(health.standing(id(), OTHER), Standing::Cooling { why: Why::Credential, .. }));
    health.forget(id());
    for _ in 0..20 {
        health.note(id(), MODEL, Outcome::Unreached);
    }
    assert!(matches!(health.standing(id(), OTHER), Standing::Cooling { why: Why::Failing, .. }));
    health.forward(Duration::from_secs(6));
    assert!(health.claim(id(), OTHER), "the probe");
    health.note(id(), OTHER, Outcome::Failed);
    assert_eq!(health.standing(id(), MODEL), Standing::Ready, "it answers again, if only with failures");
}

#[test]
fn f08_three_failures_in_a_row_rest_a_model_and_no_other() {
    let health = Health::new();
    for _ in 0..10 {
        health.note(id(), MODEL, Outcome::Good);
    }
    fail(&health, 2);
    health.note(id(), MODEL, Outcome::Good);
    fail(&health, 2);
    assert_eq!(health.standing(id(), MODEL), Standing::Ready, "never three in a row");
    fail(&health, 1);
    assert_eq!(health.standing(id(), MODEL), Standing::Shaky, "others are asked first");
    assert_eq!(health.standing(id(), OTHER), Standing::Ready);
    assert!(health.claim(id(), MODEL), "asked all the same when nothing else is left");
    let report = health.report(id());
    assert_eq!((report.standing, report.failed, report.judged), (Standing::Ready, 5, 16));
    let [aside] = report.models.as_slice() else { panic!("{:?}", report.models) };
    assert_eq!((aside.model.as_str(), aside.why, aside.is_last_resort), (MODEL, Why::Failing, true));
    health.note(id(), MODEL, Outcome::Good);
    assert_eq!(health.standing(id(), MODEL), Standing::Ready, "it works again");
    assert!(health.report(id()).models.is_empty());
}

#[test]
fn f08_a_resting_model_is_tried_again_by_one_call_and_rests_longer_each_time() {
    let health = Health::new();
    fail(&health, 3);
    for rest in [5, 10, 20, 40, 60, 60] {
        assert_eq!(health.standing(id(), MODEL), Standing::Shaky, "{rest}");
        health.forward(Duration::from_secs(rest) - Duration::from_millis(500));
        assert_eq!(health.standing(id(), MODEL), Standing::Shaky, "not before {rest} s");
        health.forward(Duration::from_secs(rest / 10 + 1));
        assert_eq!(health.standing(id(), MODEL), Standing::Ready, "after {rest} s");
        assert!(health.claim(id(), MODEL));
        assert_eq!(health.standing(id(), MODEL), Standing::Shaky, "for one call");
        fail(&health, 1);
    }
    health.forward(Duration::from_secs(70));
    assert!(health.claim(id(), MODEL));
    health.note(id(), MODEL, Outcome::Good);
    fail(&health, 3);
    health.forward(Duration::from_secs(6));
    assert_eq!(health.standing(id(), MODEL), Standing::Ready, "the first rest is short again");
}

#[test]
fn a_model_that_is_given_after_all_is_ready_at_once_but_a_limit_stays() {
    let health = Health::new();
    health.note(id(), MODEL, Outcome::Denied);
    assert_eq!(health.refusal(id(), MODEL), Some(Why::Denied));
    health.note(id(), OTHER, Outcome::Good);
    assert_eq!(health.standing(id(), MODEL), Standing::Shaky);
    health.note(id(), MODEL, Outcome::Good);
    assert_eq!((health.standing(id(), MODEL), health.refusal(id(), MODEL)), (Standing::Ready, None));
    health.note(id(), MODEL, Outcome::Limited(Some(Duration::from_secs(9))));
    health.note(id(), MODEL, Outcome::Limited(Some(Duration::from_secs(2))));
    health.note(id(), MODEL, Outcome::Good);
    let Standing::Cooling { wait, why: Why::Limited } = health.standing(id(), MODEL) else { panic!() };
    assert!(wait > Duration::from_secs(8), "the longer wait stays: {wait:?}");
}
