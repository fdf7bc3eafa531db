use proptest::prelude::*;

use super::*;

#[test]
fn p14_a_fresh_key_has_the_published_form() {
    let key = mint();
    assert_eq!(key.expose().len(), 56);
    assert_eq!(shape(key.expose()), Shape::WellFormed);
    assert_ne!(mint().expose(), key.expose());
}

#[test]
fn p14_every_single_slip_is_noticed() {
    let key = mint().expose().to_owned();
    for at in PREFIX.len()..LENGTH {
        let mut bytes = key.clone().into_bytes();
        bytes[at] = if bytes[at] == b'x' { b'y' } else { b'x' };
        assert_eq!(shape(&String::from_utf8(bytes).unwrap()), Shape::Malformed, "slip at {at}");
    }
    assert_eq!(shape(&key[..LENGTH - 3]), Shape::Malformed);
}

#[test]
fn p14_a_million_random_strings_are_refused() {
    let mut accepted = 0;
    for n in 0..1_000_000_u64 {
        let body = digest(&n.to_string());
        let text: String = body.iter().chain(&body).take(49).map(|b| letter(u32::from(*b) % 62)).collect();
        accepted += usize::from(shape(&format!("{PREFIX}{text}")) == Shape::WellFormed);
    }
    assert_eq!(accepted, 0);
}

#[test]
fn vendor_keys_are_named() {
    assert_eq!(shape("sk-ant-api03-xyz"), Shape::Foreign("Anthropic"));
    assert_eq!(shape("AIzaSyExample"), Shape::Foreign("Google"));
    assert_eq!(shape("hello"), Shape::Other);
}

proptest! {
    #[test]
    fn p22_no_text_breaks_the_check(text in ".{0,80}") {
        let _ = shape(&text);
        let _ = shape(&format!("{PREFIX}{text}"));
    }
}

#[test]
fn p15_a_key_in_a_text_is_cut_to_what_is_shown() {
    let key = mint();
    let clean = redacted(format!("a {} b {}x", key.expose(), key.expose()));
    let shown = shown_prefix(key.expose());
    assert_eq!(clean, format!("a {shown}… b {shown}…"));
    assert_eq!(redacted("sk-ptc-".to_owned()), "sk-ptc-");
    assert_eq!(redacted("gpt-5".to_owned()), "gpt-5");
}

#[test]
fn b31_a_key_is_found_wherever_it_stands() {
    let key = mint();
    let key = key.expose();
    for text in
        [key.to_owned(), format!("/v1/{key}/x"), format!("a=sk-ptc-0123&{key}=b"), format!("Bearer {key}")]
    {
        assert_eq!(within(&text), Some(key), "{text}");
    }
    assert_eq!(within("a sk-ptc-0123. b"), Some("sk-ptc-0123"));
    assert_eq!((within("sk-pt"), within("gpt-5"), within("")), (None, None, None));
}

#[test]
fn a_key_in_quotation_marks_or_capital_letters_is_told_as_such() {
    let key = mint();
    for (text, word) in [
        (format!("\"{}\"", key.expose()), "quotation marks"),
        (format!("'{}", key.expose()), "quotation marks"),
        (key.expose().to_uppercase(), "capital"),
        (key.expose()[1..].to_owned(), ""),
    ] {
        let expected = if word.is_empty() { Shape::Other } else { Shape::Malformed };
        assert_eq!(shape(&text), expected);
        assert!(word.is_empty() || flaw(&text).contains(word), "{}", flaw(&text));
    }
}
