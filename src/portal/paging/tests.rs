use super::*;

fn asked(limit: Option<u64>) -> Asked<u32> {
    Asked { before: None, limit }
}

#[test]
fn a_full_page_leads_to_the_next_one_and_keeps_its_length() {
    assert_eq!(asked(Some(2)).next("/apps", 2, Some(7)), "/apps?limit=2&before=7");
    assert_eq!(asked(Some(2)).next("/apps", 1, Some(7)), "");
    assert_eq!(asked(None).next("/apps", 0, None), "");
}

#[test]
fn nobody_asks_for_nothing_or_for_everything() {
    assert_eq!(asked(None).limit(), 50);
    assert_eq!(asked(Some(0)).limit(), 1);
    assert_eq!(asked(Some(1_000_000)).limit(), 200);
}
