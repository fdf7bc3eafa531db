use super::*;

fn code(presented: Presented) -> Result<(), Code> {
    Credential::choose(&presented).map(drop).map_err(|error| error.code())
}

fn authorization(text: &str) -> Presented {
    Presented { authorization: vec![text.to_owned()], ..Presented::default() }
}

#[test]
fn b25_to_b32_each_slip_has_its_own_answer() {
    let key = key_format::mint();
    let key = key.expose();
    let table = [
        (Presented::default(), Err(Code::AuthMissing)),
        (authorization(&format!("Bearer {key}")), Ok(())),
        (authorization(&format!("bearer {key}")), Ok(())),
        (authorization(&format!("BEARER {key}")), Ok(())),
        (authorization("Bearer"), Err(Code::AuthScheme)),
        (authorization("Bearer "), Err(Code::AuthScheme)),
        (authorization(&format!("Bearer  {key}")), Err(Code::AuthScheme)),
        (authorization(&format!("Bearer {key} junk")), Err(Code::AuthScheme)),
        (authorization("Basic dXNlcjpwYXNz"), Err(Code::AuthScheme)),
        (authorization(key), Err(Code::AuthScheme)),
        (authorization("Bearer ' OR '1'='1"), Err(Code::AuthScheme)),
        (authorization("Bearer 'OR'1'='1"), Err(Code::KeyUnknown)),
        (authorization(&format!("Bearer {}", "%".repeat(8_192))), Err(Code::KeyUnknown)),
        (authorization("Bearer \u{fffd}\u{fffd}"), Err(Code::KeyUnknown)),
        (authorization("Bearer sk-ant-api03-fake"), Err(Code::KeyForeign)),
        (authorization(&format!("Bearer {}", &key[..50])), Err(Code::KeyMalformed)),
        (authorization(&format!("Bearer {key}x")), Err(Code::KeyMalformed)),
        (Presented { key_headers: vec![key.to_owned()], ..Presented::default() }, Ok(())),
        (
            Presented { key_headers: vec![format!("Bearer {key}")], ..Presented::default() },
            Err(Code::AuthScheme),
        ),
        (Presented { key_headers: vec![String::new()], ..Presented::default() }, Err(Code::AuthMissing)),
        (
            Presented { key_headers: vec![key.to_owned(); 2], ..authorization(&format!("Bearer {key}")) },
            Ok(()),
        ),
        (
            Presented { key_headers: vec!["other".into()], ..authorization(&format!("Bearer {key}")) },
            Err(Code::AuthConflict),
        ),
        (
            Presented { authorization: vec![format!("Bearer {key}"); 2], ..Presented::default() },
            Err(Code::AuthConflict),
        ),
        (
            Presented {
                authorization: vec![format!("Bearer {key}"), "Bearer other".into()],
                ..Presented::default()
            },
            Err(Code::AuthConflict),
        ),
        (
            Presented { in_url: Some(key.to_owned()), ..authorization(&format!("Bearer {key}")) },
            Err(Code::AuthInUrl),
        ),
    ];
    for (row, (presented, wanted)) in table.into_iter().enumerate() {
        assert_eq!(code(presented), wanted, "row {row}");
    }
}

#[test]
fn a_management_token_is_named_for_what_it_is() {
    let error = Credential::choose(&authorization("Bearer ptc-adm-0123456789")).err().unwrap();
    assert_eq!(error.code(), Code::KeyUnknown);
    assert!(error.message().contains("management token") && error.next().contains("API key"), "{error}");
    let other = Credential::choose(&authorization("Bearer ptc-nothing")).err().unwrap();
    assert_eq!(other.message(), Code::KeyUnknown.message());
}

#[test]
fn a_short_key_is_told_how_short_it_is() {
    let error = Credential::choose(&authorization("Bearer sk-ptc-0123")).err().unwrap();
    assert_eq!(error.message(), "This key is 45 characters short.");
    let one_more = format!("Bearer sk-ptc-{}", "0".repeat(50));
    let error = Credential::choose(&authorization(&one_more)).err().unwrap();
    assert_eq!(error.message(), "This key is 1 character too long.");
}

/// Where `T` can be printed the constant of its own is found first, else that of the trait.
struct Asked<T>(std::marker::PhantomData<T>);

impl<T: std::fmt::Debug> Asked<T> {
    const PRINTS: bool = true;
}

trait Silent {
    const PRINTS: bool = false;
}

impl<T> Silent for Asked<T> {}

#[test]
fn p18_what_was_presented_cannot_be_printed() {
    let prints = [
        Asked::<Presented>::PRINTS,
        Asked::<crate::gateway::arrival::Arrival>::PRINTS,
        Asked::<crate::gateway::models::Look>::PRINTS,
        Asked::<Credential>::PRINTS,
        Asked::<String>::PRINTS,
    ];
    assert_eq!(prints, [false, false, false, false, true]);
}

#[test]
fn p18_no_message_repeats_what_was_sent() {
    let canary = "canary-7431";
    for sent in [
        format!("Basic {canary}"),
        format!("{canary} x"),
        format!("Bearer {canary}"),
        format!("Bearer sk-ptc-{canary}"),
    ] {
        let error = Credential::choose(&authorization(&sent)).err().unwrap();
        assert!(!error.to_string().contains(canary), "{error}");
    }
}
