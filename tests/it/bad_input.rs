//! Bodies that no SDK sends: each has one answer, the vendor hears nothing, the process lives.

use std::time::{Duration, Instant};

use portico::base::limit::LimitKind;
use reqwest::Method;

use super::support::spawn;
use super::support::vendor::Vendor;

/// A chat of this model with these messages, and more fields where there are some.
fn body(model: &str, messages: &str, more: &str) -> String {
    let comma = if more.is_empty() { "" } else { "," };
    format!(r#"{{"model":{model},"messages":{messages}{comma}{more}}}"#)
}

const SAID: &str = r#"[{"role":"user","content":"canary-9137"}]"#;
const MODEL: &str = r#""gpt-test""#;

/// What is refused: the id of the row, the body, and the field that is named; without one it is the JSON.
fn refused(canary: &str) -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let with = |field: &str| body(MODEL, SAID, field).into_bytes();
    let says = |messages: &str| body(MODEL, messages, "").into_bytes();
    let names = |model: &str| body(model, SAID, "").into_bytes();
    let nested = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let many_names = (0..100_000).map(|n| format!("\"k{n}\":0")).collect::<Vec<_>>().join(",");
    let many_messages = vec![r#"{"role":"user","content":"a"}"#; 50_000].join(",");
    let many_tools = vec![r#"{"type":"function"}"#; 2_048].join(",");
    let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
    let mut rows = vec![
        ("b13", Vec::new(), ""),
        ("b13", b"null".to_vec(), ""),
        ("b13", b"[]".to_vec(), ""),
        ("b13", b"\"x\"".to_vec(), ""),
        ("b14", br#"{"model":"gpt-test""#.to_vec(), ""),
        ("b14", [with(r#""n":1"#), b" x".to_vec()].concat(), ""),
        ("b14", with("/* canary-9137 */"), ""),
        ("b14", with(r#""temperature":NaN"#), ""),
        ("b15", with(&format!(r#""x":{nested}"#)), ""),
        ("b15", with(&format!(r#""x":{{{many_names}}}"#)), ""),
        ("b16", with(r#""model":"other""#), "model"),
        ("b17", names("1"), "model"),
        ("b17", names("null"), "model"),
        ("b17", names("[]"), "model"),
        ("b17", names(r#""""#), "model"),
        ("b17", names(&format!("\"{}\"", "x".repeat(10_000))), "model"),
        ("b17", names(r#""canary-9137\nb""#), "model"),
        ("b17", names(r#""canary-9137\u0000b""#), "model"),
        ("b19", says("[]"), "messages"),
        ("b19", says("{}"), "messages"),
        ("b19", says(&format!("[{many_messages}]")), "messages"),
        ("b19", says(r#"[{"role":"user","content":null}]"#), "messages[0].content"),
        ("b19", says(r#"[{"role":"user","content":[{"type":"hologram"}]}]"#), "messages[0].content[0].type"),
        ("b20", with(r#""n":100000"#), "n"),
        ("b20", with(r#""best_of":5"#), "best_of"),
        ("b20", with(&format!(r#""tools":[{many_tools}]"#)), "tools"),
        ("b21", [br#"{"model":""#.to_vec(), vec![0xff, 0xfe], br#""}"#.to_vec()].concat(), ""),
        ("b21", [vec![0xff, 0xfe], utf16(&body(MODEL, SAID, ""))].concat(), ""),
        ("b22", says("[{\"role\":\"user\",\"content\":\"canary-9137\0\"}]"), ""),
        ("b23", with(r#""stream":"true""#), "stream"),
        ("b23", with(r#""stream_options":{"include_usage":true}"#), "stream_options"),
    ];
    for value in ["-1", "0", "3.5", "\"100\"", "1e400", "9223372036854775808"] {
        rows.push(("b18", with(&format!(r#""max_tokens":{value}"#)), "max_tokens"));
    }
    for field in ELSEWHERE {
        rows.push(("b24", with(&format!(r#""{field}":"{canary}""#)), field));
    }
    rows
}

/// Fields by which other gateways are told where a call goes.
const ELSEWHERE: [&str; 6] =
    ["api_base", "base_url", "api_key", "api_version", "custom_host", "extra_headers"];

#[actix_web::test]
async fn b13_to_b24_bad_bodies_are_refused_by_name_and_never_repeated() {
    let app = spawn().await;
    let (vendor, canary, admin) = (Vendor::start().await, Vendor::start().await, app.admin().await);
    let starter = app.vendor_api(&admin, "custom", &vendor.base, &["gpt-test"]).await;
    app.widen(&starter).await;
    app.price(&admin, &starter, 1_000_000_000).await;
    let dev = app.developer("dana", &starter).await;
    let budget = app.limit_key(dev.key.id, LimitKind::UsdPerMonth, 1_000_000_000_000).await;
    let caller = app.visitor();
    let send = async |body: Vec<u8>| {
        let request = caller.request(Method::POST, "/v1/chat/completions").bearer_auth(&dev.secret);
        let started = Instant::now();
        let answer = caller.send(request.header("content-type", "application/json").body(body)).await;
        (answer, started.elapsed())
    };
    let rows = refused(&canary.base);
    let asked = rows.len();
    for (id, body, field) in rows {
        let shown = String::from_utf8_lossy(&body).chars().take(80).collect::<String>();
        let (answer, took) = send(body).await;
        let said = (answer.status, answer.code(), answer.json());
        let code = if field.is_empty() { "json_invalid" } else { "field_invalid" };
        assert_eq!((said.0, said.1.as_str()), (400, code), "{id}: {shown}: {}", answer.text);
        let error = &said.2["error"];
        assert_eq!(error["type"], "invalid_request_error", "{id}: {shown}");
        assert_eq!(error["param"].as_str().unwrap_or_default(), field, "{id}: {shown}");
        assert!(!answer.text.contains("canary-9137") && answer.text.len() < 2_000, "{id} repeats the body");
        assert!(took < Duration::from_secs(1), "{id}: {shown}: {took:?}");
    }
    assert_eq!((vendor.hits(), canary.hits()), (0, 0), "no vendor heard of any");
    assert_eq!(app.app.gateway.gauges(&[budget])[0].used, 0, "and nothing of the budget is gone");

    // A name that is well-formed and nobody's, and what passes as it is.
    let (unknown, _) = send(body(r#""no-such-model""#, SAID, "").into_bytes()).await;
    assert_eq!(unknown.is(404).code(), "model_not_found", "b17");
    let odd = r#"[{"role":"user","content":"a\u0000b"}]"#;
    send(body(MODEL, odd, r#""user":"a\u0000b""#).into_bytes()).await.0.is(200);
    assert_eq!(vendor.last().body["messages"][0]["content"], "a\0b", "b22: unchanged");
    let half = r#"[{"role":"user","content":"a\ud800b"}]"#;
    send(body(MODEL, half, "").into_bytes()).await.0.is(200);
    let metadata: Vec<_> = ELSEWHERE.iter().map(|field| format!(r#""{field}":"{}""#, canary.base)).collect();
    let inert = format!(r#""metadata":{{{}}}"#, metadata.join(","));
    send(body(MODEL, SAID, &inert).into_bytes()).await.0.is(200);
    assert_eq!(vendor.last().body["metadata"]["api_base"], canary.base.as_str(), "b24: inert");
    assert_eq!((vendor.hits(), canary.hits()), (3, 0));
    // Each has its row, whatever stood in the body.
    assert_eq!(app.calls(asked + 4).await.len(), asked + 4);
}

#[actix_web::test]
async fn b54_b60_coding_and_identity_headers_change_nothing() {
    let app = spawn().await;
    let starter = app.demo_api(&app.admin().await).await;
    let dev = app.developer("dana", &starter).await;
    let caller = app.visitor();
    let post = || caller.request(reqwest::Method::POST, "/v1/chat/completions").bearer_auth(&dev.secret);
    // What is coded is refused by its label, before a byte of it is unpacked.
    for coding in ["gzip", "GZIP", "x-gzip", "br", "zstd", "deflate", "gzip, gzip", "identity, gzip"] {
        let body = vec![0x1f; 64 << 10];
        let coded =
            post().header("content-encoding", coding).header("content-type", "application/json").body(body);
        assert_eq!(caller.send(coded).await.is(415).code(), "media_type_unsupported", "{coding}");
    }
    let form = post().header("content-type", "application/x-www-form-urlencoded").body("a=b");
    assert_eq!(caller.send(form).await.is(415).code(), "media_type_unsupported");
    let spoofed = caller
        .request(reqwest::Method::POST, "/v1/chat/completions")
        .json(&super::support::calls::chat("demo-echo"))
        .header("x-user-id", dev.person.user.id.to_string())
        .header("x-role", "admin")
        .header("x-original-url", "/healthz")
        .header("x-http-method-override", "GET");
    assert_eq!(caller.send(spoofed).await.is(401).code(), "auth_missing");
}
