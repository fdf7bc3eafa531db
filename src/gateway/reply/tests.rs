use super::*;

#[test]
fn names_that_were_dropped_make_a_short_clean_header() {
    let names: Vec<String> = (0..1_000).map(|n| format!("n{n}\r\nx: {}", "é,".repeat(500))).collect();
    let text = listed(&names);
    assert!(text.len() < 4_096 && text.is_ascii() && !text.contains(char::is_control), "{text}");
    assert!(text.ends_with("and 968 more"), "{text}");
    assert_eq!(listed(&["seed".to_owned(), "top k".to_owned()]), "seed, top?k");
}
