use super::*;

fn asked(limit: Option<u64>) -> Asked<u32> {
    Asked { before: None, limit }
}

#[test]
fn a_page_leads_to_the_next_one_where_there_is_one_and_keeps_its_length() {
    let next = |limit, mut rows: Vec<u32>| (asked(limit).next("/apps", &mut rows, |row| *row), rows);
    assert_eq!(next(Some(2), vec![9, 7, 5]), ("/apps?limit=2&before=7".to_owned(), vec![9, 7]));
    // A page that is just full is the last one: nobody is led to an empty one.
    assert_eq!(next(Some(2), vec![9, 7]), (String::new(), vec![9, 7]));
    assert_eq!(next(None, vec![]), (String::new(), vec![]));
}

#[test]
fn nobody_asks_for_nothing_or_for_everything() {
    assert_eq!(asked(None).wanted(), 51);
    assert_eq!(asked(Some(0)).wanted(), 2);
    assert_eq!(asked(Some(1_000_000)).wanted(), 101);
}

#[test]
fn an_address_leaves_out_what_is_empty_and_escapes_the_rest() {
    assert_eq!(address("/keys", [("q", "a&b=c"), ("state", "")]), "/keys?q=a%26b%3Dc");
    assert_eq!(address("/keys", [("q", "")]), "/keys");
}
