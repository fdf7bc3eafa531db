use super::*;

fn id() -> Uuid {
    Uuid::from_u128(9)
}

fn fail(health: &Health, times: usize) {
    for _ in 0..times {
        health.note(id(), Outcome::Failed);
    }
}

#[test]
fn f07_a_cooldown_lasts_as_long_as_the_vendor_asked() {
    let health = Health::new();
    health.note(id(), Outcome::Limited(Some(Duration::from_secs(30))));
    let Standing::Cooling { wait, why } = health.standing(id()) else { panic!("not cooling") };
    assert_eq!(why, Why::Limited);
    assert!(wait > Duration::from_secs(29) && wait <= Duration::from_secs(33), "{wait:?}");
    assert!(!health.claim(id()));
    health.forward(Duration::from_secs(29));
    assert!(!health.claim(id()));
    health.forward(Duration::from_secs(5));
    assert!(health.claim(id()));
    health.note(Uuid::from_u128(10), Outcome::Limited(Some(Duration::MAX)));
    assert!(
        matches!(health.standing(Uuid::from_u128(10)), Standing::Cooling { wait, .. } if wait < Duration::from_secs(700))
    );
}

#[test]
fn f08_the_breaker_opens_at_half_of_twenty() {
    let health = Health::new();
    for _ in 0..9 {
        health.note(id(), Outcome::Good);
        health.note(id(), Outcome::Failed);
    }
    health.note(id(), Outcome::Good);
    assert_eq!(health.standing(id()), Standing::Ready, "nineteen calls are too few to judge");
    health.note(id(), Outcome::Failed);
    assert_eq!(health.standing(id()), Standing::Shaky, "some calls work: still better than nothing");
    assert!(health.claim(id()));
}

#[test]
fn f01_a_dead_vendor_is_left_alone_but_for_one_probe() {
    let health = Health::new();
    fail(&health, 20);
    assert!(matches!(health.standing(id()), Standing::Cooling { why: Why::Failing, .. }));
    health.forward(Duration::from_secs(6));
    assert!(health.claim(id()), "half open: one probe");
    assert!(!health.claim(id()), "and no second one beside it");
    fail(&health, 1);
    health.forward(Duration::from_secs(6));
    assert!(!health.claim(id()), "it waits longer now");
    health.forward(Duration::from_secs(6));
    assert!(health.claim(id()));
    health.note(id(), Outcome::Good);
    assert_eq!(health.standing(id()), Standing::Ready);
}

#[test]
fn a_probe_whose_caller_left_does_not_block_the_next() {
    let health = Health::new();
    fail(&health, 20);
    health.forward(Duration::from_secs(6));
    assert!(health.claim(id()));
    health.note(id(), Outcome::Neutral);
    assert!(health.claim(id()));
}

#[test]
fn p13_second_tries_stay_under_a_fifth() {
    let health = Health::new();
    let (mut first, mut second) = (0_u32, 0_u32);
    for _ in 0..1_000 {
        health.note(id(), Outcome::Good);
        first += u32::from(health.claim(id()));
        second += u32::from(health.claim_again(id()));
    }
    assert_eq!(first, 1_000);
    assert!(second <= 202, "{second}");
}

#[test]
fn a_mended_credential_starts_anew() {
    let health = Health::new();
    health.note(id(), Outcome::Credential);
    assert!(matches!(health.standing(id()), Standing::Cooling { why: Why::Credential, .. }));
    health.forget(id());
    assert_eq!(health.standing(id()), Standing::Ready);
}
