use super::*;

const TOKEN: &str = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG";

#[test]
fn two_pages_share_nothing_and_both_are_good() {
    let (one, two) = (masked(TOKEN), masked(TOKEN));
    assert_ne!(one, two);
    assert!(is(one.as_bytes(), TOKEN) && is(two.as_bytes(), TOKEN));
    assert!(!one.contains(TOKEN.get(..6).unwrap()));
}

#[test]
fn anything_else_is_refused() {
    let good = masked(TOKEN);
    for bad in ["", "AA", "A", TOKEN, &good[2..], &good.to_lowercase(), "é", &masked(""), &masked("other")] {
        assert!(!is(bad.as_bytes(), TOKEN), "{bad}");
    }
    assert!(!is(masked("").as_bytes(), ""));
}
