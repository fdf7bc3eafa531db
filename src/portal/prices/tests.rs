use super::*;

#[test]
fn an_unknown_price_is_a_dash_and_never_nothing() {
    assert_eq!(shown(None), "—");
    assert_eq!(shown(Some(0)), "$0.00");
    assert_eq!(shown(Some(150_000_000)), "$0.15");
    assert_eq!(shown(Some(1_125_000_000)), "$1.125");
    assert_eq!(shown(Some(60_000_000_000)), "$60.00");
    assert_eq!(typed(None), "");
}

#[test]
fn a_typed_price_is_dollars() {
    assert_eq!(read(" $2.50 "), Ok(Some(Nanos(2_500_000_000))));
    assert_eq!(read(""), Ok(None));
    assert!(read("cheap").is_err() && read("-1").is_err());
}

#[test]
fn windows_are_round() {
    assert_eq!([tokens(Some(128_000)), tokens(Some(1_000_000)), tokens(None)], ["128 k", "1 M", "—"]);
    assert_eq!(tokens(Some(1_048_576)), "1048 k");
}

#[test]
fn an_answer_of_embeddings_has_no_price_rather_than_one_of_nothing() {
    assert_eq!(answer("embedding", Some(0)), "none");
    assert_eq!(answer("embedding", None), "none");
    assert_eq!(answer("embedding", Some(10_000_000)), "$0.01");
    assert_eq!(answer("chat", Some(0)), "$0.00");
    assert_eq!(answer("chat", None), "—");
}
