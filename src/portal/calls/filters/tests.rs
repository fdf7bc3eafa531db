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

#[test]
fn what_cannot_be_read_is_told_where_it_stands_and_the_rest_is_followed() {
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let query = vec![
        pair("status", "9xx"),
        pair("model", "fast"),
        pair("from", "yesterday"),
        pair("before", "x"),
        pair("until", "2027-01-01"),
        pair("limit", "7"),
    ];
    let told = read(query, Timestamp(0)).unwrap();
    assert_eq!(told.filter.model.as_deref(), Some("fast"));
    assert!(told.filter.status_class.is_none() && told.before.is_none());
    assert!(told.errors.of("status").contains("“9xx” cannot be read"));
    for part in
        ["“yesterday” is no time", "“x” is the id of no call", "`until` is no filter", "`limit` is no filter"]
    {
        assert!(told.errors.of("").contains(part), "{}", told.errors.of(""));
    }
    let good = read(vec![pair("range", "7d"), pair("range", "1h")], Timestamp(0)).unwrap();
    assert!(good.errors.is_empty() && good.asked.range == "1h");
}
