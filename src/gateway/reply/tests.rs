use super::*;

#[test]
fn p29_headers_and_text_agree_on_another_try() {
    let of = |error: &Error| {
        let headers = retry_headers(error);
        let of = |name| headers.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone());
        (of("x-should-retry"), of("retry-after"))
    };
    for code in Code::ALL {
        let expected = match code.retry() {
            true => (None, Some("1".to_owned())),
            false => (Some("false".to_owned()), None),
        };
        assert_eq!(of(&(*code).into()), expected, "{code}");
    }
    assert_eq!(of(&Error::new(Code::NoTarget).after(30)), (None, Some("30".to_owned())));
    let unknown = Code::NoTarget.saying("Nothing is connected.").untimed().then("Ask an operator.");
    for error in [terse(&unknown), unknown] {
        assert_eq!(of(&error), (None, None), "{error}");
        assert!(!error.next().contains("Retry-After"), "there is none: {}", error.next());
    }
    let never = Code::RateLimitExceeded.saying("It never fits.").lasting();
    for error in [terse(&never), never] {
        assert_eq!(of(&error), (Some("false".to_owned()), None), "{error}");
    }
    assert_eq!(terse(&Code::RateLimitExceeded.saying("x").lasting()).next(), "Waiting does not help.");
}

#[test]
fn names_that_were_dropped_make_a_short_clean_header() {
    let names: Vec<String> = (0..1_000).map(|n| format!("n{n}\r\nx: {}", "é,".repeat(500))).collect();
    let text = listed(&names);
    assert!(text.len() < 4_096 && text.is_ascii() && !text.contains(char::is_control), "{text}");
    assert!(text.ends_with("and 968 more"), "{text}");
    assert_eq!(listed(&["seed".to_owned(), "top k".to_owned()]), "seed, top?k");
}
