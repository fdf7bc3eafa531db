use proptest::prelude::*;

use super::*;

fn mended(json: &str) -> String {
    whole_characters(json.as_bytes())
        .map_or_else(|| json.to_owned(), |bytes| String::from_utf8(bytes).unwrap())
}

#[test]
fn b22_half_a_character_becomes_the_sign_for_one_and_all_else_stays() {
    for (json, clean) in [
        (r#""a\ud83db""#, r#""a\ufffdb""#),
        (r#""\uDE00""#, r#""\ufffd""#),
        (r#""\ud83d\ud83d\ude00""#, r#""\ufffd\ud83d\ude00""#),
        (r#""\ud83d\n\ude00""#, r#""\ufffd\n\ufffd""#),
        (r#""\ud83d"#, r#""\ufffd"#),
    ] {
        assert_eq!(mended(json), clean);
        assert!(whole_characters(clean.as_bytes()).is_none(), "{clean}");
    }
    // A written backslash, a whole pair, a text of no escapes: nothing to mend.
    for json in [r#""\\ud83d""#, r#""\ud83d\ude00 é \u00e9""#, r#""plain""#, r#""\u12"#, "\"\\"] {
        assert!(whole_characters(json.as_bytes()).is_none(), "{json}");
    }
}

proptest! {
    #[test]
    fn b22_what_was_mended_is_read_by_a_strict_reader(units in prop::collection::vec(0xd7f0_u16..0xe010, 0..12)) {
        let json = format!("\"{}\"", units.iter().map(|unit| format!("\\u{unit:04x}")).collect::<String>());
        let read: String = serde_json::from_str(&mended(&json)).unwrap();
        prop_assert_eq!(read, String::from_utf16_lossy(&units));
    }
}
