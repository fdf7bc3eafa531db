use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde_json::{Value, json};

use super::*;

const KEY: &[u8] = b"a signing key for tests, not real";
const NOW: Timestamp = Timestamp(1_795_000_000_000_000);

fn good() -> Value {
    let now = NOW.seconds();
    json!({
        "iss": "portico", "aud": "portico-playground", "sub": UserId::fresh(), "sid": SessionId::fresh(), "key": KeyId::fresh(),
        "iat": now, "nbf": now, "exp": now + 600,
    })
}

fn token(header: &Header, claims: &Value, key: &[u8]) -> Secret {
    crate::upstream::Upstream::new();
    Secret::new(encode(header, claims, &EncodingKey::from_secret(key)).unwrap())
}

fn refused(token: &Secret) -> Option<Code> {
    verify(KEY, token, NOW).err().map(|error| error.code())
}

#[test]
fn a_token_of_ours_is_good_for_ten_minutes() {
    let bearer = Bearer { user: UserId::fresh(), session: SessionId::fresh(), key: KeyId::fresh() };
    let token = sign(KEY, bearer, NOW).unwrap();
    assert_eq!(verify(KEY, &token, NOW).unwrap(), bearer);
    assert_eq!(verify(KEY, &token, NOW.plus(599_000_000)).unwrap(), bearer);
    assert_eq!(verify(KEY, &token, NOW.plus(600_000_000)).unwrap_err().code(), Code::KeyExpired);
}

#[test]
fn b34_every_other_token_is_refused() {
    let with = |name: &str, value: Value| {
        let mut claims = good();
        claims[name] = value;
        claims
    };
    let without = |name: &str| {
        let mut claims = good();
        claims.as_object_mut().unwrap().remove(name);
        claims
    };
    let ours = Header::new(Algorithm::HS256);
    assert_eq!(refused(&token(&ours, &good(), KEY)), None);
    let bad = [
        with("aud", json!("another")),
        with("aud", json!(["another"])),
        with("iss", json!("another")),
        with("exp", json!("9999999999")),
        with("exp", json!(9_999_999_999_i64)),
        with("nbf", json!("0")),
        with("nbf", json!(NOW.seconds() + 3_600)),
        with("sub", json!("' OR 1=1")),
        with("admin", json!(true)),
        without("exp"),
        without("nbf"),
        without("aud"),
        without("sub"),
        without("sid"),
        without("key"),
    ];
    for claims in bad {
        assert_eq!(refused(&token(&ours, &claims, KEY)), Some(Code::KeyUnknown), "{claims}");
    }
    assert_eq!(refused(&token(&ours, &good(), b"another key")), Some(Code::KeyUnknown));
    assert_eq!(refused(&token(&Header::new(Algorithm::HS512), &good(), KEY)), Some(Code::KeyUnknown));
    for kid in ["../../dev/null", "1' OR '1'='1"] {
        let header = Header { kid: Some(kid.into()), ..ours.clone() };
        assert_eq!(refused(&token(&header, &good(), KEY)), Some(Code::KeyUnknown));
    }
    let unsigned = |head: &str| {
        let parts = [head.to_owned(), good().to_string()].map(|part| BASE64.encode(part));
        Secret::new(format!("{}.", parts.join(".")))
    };
    for head in [r#"{"alg":"none"}"#, r#"{"alg":"None","typ":"JWT"}"#, r#"{}"#] {
        assert_eq!(refused(&unsigned(head)), Some(Code::KeyUnknown), "{head}");
    }
}
