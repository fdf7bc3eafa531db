use super::destination;

#[test]
fn ids_and_prefixes_are_diagnosed_and_words_are_looked_up() {
    assert_eq!(
        destination("01930000-0000-7000-8000-000000000000"),
        "/diagnose?id=01930000%2D0000%2D7000%2D8000%2D000000000000"
    );
    assert_eq!(destination("chat models"), "/catalogue?q=chat%20models");
    assert_eq!(destination("key_expired"), "/docs/errors/key_expired");
    assert_eq!(destination(""), "/catalogue");
}

#[test]
fn a_whole_key_is_cut_to_its_prefix() {
    let key = format!("sk-ptc-{}", "x".repeat(49));
    assert_eq!(destination(&key), "/diagnose?id=sk%2Dptc%2Dxxxxxxxx");
}
