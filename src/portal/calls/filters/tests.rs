use super::*;

#[test]
fn an_address_keeps_the_filters_and_escapes_them() {
    let asked = Asked { model: "a&b=c".into(), state: "failed".into(), ..Asked::default() };
    assert_eq!(without(&asked, "/calls", "before"), "/calls?state=failed&model=a%26b%3Dc");
    assert_eq!(without(&asked, "/calls", "model"), "/calls?state=failed");
    assert_eq!(without(&Asked::default(), "/calls", "before"), "/calls");
    let before = CallId::fresh();
    let older = older(&Asked { state: "failed".into(), ..Asked::default() }, "/calls", before);
    assert!(older.starts_with("/calls?state=failed&before=") && older.len() > 30, "{older}");
}

#[test]
fn the_scope_alone_is_no_filter() {
    assert!(is_empty(&Asked { scope: "all".into(), ..Asked::default() }));
    assert!(!is_empty(&Asked { ip: "192.0.2.1".into(), ..Asked::default() }));
}
