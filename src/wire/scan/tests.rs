use proptest::prelude::*;

use super::*;

fn whole(text: &str) -> Result<(), Flaw> {
    let mut cursor = Cursor::new(text.as_bytes());
    cursor.skip()?;
    cursor.finish()
}

#[test]
fn it_judges_as_serde_does() {
    for text in [
        "{}",
        "[]",
        "null",
        "true",
        "-0",
        "1e5",
        "1.25E-3",
        "\"a\\u00e9\\n\"",
        " { \"a\" : [ 1 , {} ] } ",
        "",
        "{",
        "{\"a\"}",
        "{\"a\":1,}",
        "[1,]",
        "01",
        "1.",
        ".5",
        "+1",
        "NaN",
        "nul",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\n\"",
        "{} {}",
        "// x\n{}",
        "'a'",
        "{a:1}",
        "-",
        "1e",
        "\"abc",
        "[1 2]",
        "{\"a\" 1}",
        "tru",
        "nullx",
    ] {
        let serde = serde_json::from_str::<serde_json::Value>(text).is_ok();
        assert_eq!(whole(text).is_ok(), serde, "{text:?}");
    }
}

#[test]
fn depth_is_bounded() {
    assert!(whole(&format!("{}{}", "[".repeat(128), "]".repeat(128))).is_ok());
    assert_eq!(whole(&"[".repeat(129)).unwrap_err().what, "it is nested too deeply");
}

#[test]
fn names_are_bounded() {
    let members = (0..MAX_NAMES + 1).map(|n| format!("\"{n}\":0")).collect::<Vec<_>>().join(",");
    assert!(whole(&format!("{{{members}}}")).is_err());
}

#[test]
fn a_flaw_tells_its_place_at_every_length() {
    for filler in 0..80 {
        let text = format!("{{\"a\":\"{}\u{1}\"}}", "x".repeat(filler));
        assert_eq!(whole(&text).unwrap_err().at, 6 + filler);
    }
}

proptest! {
    #[test]
    fn any_text_is_read_back(text in any::<String>()) {
        let json = serde_json::to_string(&text).unwrap();
        let mut cursor = Cursor::new(json.as_bytes());
        let read = cursor.text().unwrap();
        prop_assert_eq!(read.span(), 0..json.len());
        prop_assert_eq!(read.plain().into_owned(), text);
    }

    #[test]
    fn escaped_text_is_read_as_serde_does(units in proptest::collection::vec(any::<char>(), 0..12)) {
        let json: String = units.iter().flat_map(|c| {
            let mut pair = [0_u16; 2];
            c.encode_utf16(&mut pair).iter().map(|unit| format!("\\u{unit:04x}")).collect::<Vec<_>>()
        }).collect();
        let json = format!("\"{json}\"");
        let read = Cursor::new(json.as_bytes()).text().unwrap().plain().into_owned();
        prop_assert_eq!(read, serde_json::from_str::<String>(&json).unwrap());
    }

    #[test]
    fn any_noise_is_judged_as_serde_does(text in "[\\[\\]{}:,\"a0-9.eE+\\- \\\\untrfls]{0,24}") {
        prop_assert_eq!(whole(&text).is_ok(), serde_json::from_str::<serde_json::Value>(&text).is_ok());
    }
}
