use super::*;
use crate::base::clock::MINUTE;

const NOW: Timestamp = Timestamp(1_000_000_000);

#[test]
fn a_page_is_looked_at_once_by_its_own_session() {
    let (shown, mine, theirs) = (ShownOnce::default(), SessionId::fresh(), SessionId::fresh());
    let token = shown.keep(mine, "/keys/1", "secret".to_owned(), NOW);
    assert!(matches!(shown.look(&token, theirs, NOW), Look::Unknown));
    assert!(matches!(shown.clone().look(&token, mine, NOW), Look::Page(page) if *page == "secret"));
    assert!(matches!(shown.look(&token, mine, NOW), Look::Gone(back) if back == "/keys/1"));
    assert!(matches!(shown.look("nonsense", mine, NOW), Look::Unknown));
}

#[test]
fn an_unopened_page_goes_after_ten_minutes_and_a_thousand_others() {
    let (shown, mine) = (ShownOnce::default(), SessionId::fresh());
    let old = shown.keep(mine, "/", String::new(), NOW);
    assert!(matches!(shown.look(&old, mine, NOW.plus(MINUTES * MINUTE)), Look::Unknown));
    let first = shown.keep(mine, "/", String::new(), NOW);
    for _ in 0..MOST {
        shown.keep(mine, "/", String::new(), NOW.plus(1));
    }
    assert!(matches!(shown.look(&first, mine, NOW), Look::Unknown));
    assert!(shown.0.len() <= MOST);
}
