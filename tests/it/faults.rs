//! What goes wrong behind the gateway, and what the caller is told.

use std::time::{Duration, Instant};

use super::support::calls::chat;
use super::support::spawn;
use super::support::vendor::{Mode, Vendor};

#[actix_web::test]
async fn f01_a_dead_vendor_is_a_quick_502_and_every_try_is_on_record() {
    let app = spawn().await;
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let base = format!("http://{closed}/v1");
    let starter = app.vendor_api(&app.admin().await, "custom", &base, &["gpt-test"]).await;
    let dev = app.developer("dana", &starter).await;
    let started = Instant::now();
    let refused = app.chat(&dev.secret, "gpt-test").await.is(502);
    assert!(started.elapsed() < Duration::from_secs(1));
    assert_eq!(refused.code(), "vendor_unreachable");
    assert!(!refused.text.contains(&closed.to_string()), "no address in {}", refused.text);
    let row = app.calls(1).await.remove(0);
    assert_eq!((row.state.as_str(), row.attempts, row.usage_source.as_str()), ("failed", 2, "none"));
}

#[actix_web::test]
async fn f05_a_reset_in_a_whole_answer_is_a_502_without_a_second_try() {
    let app = spawn().await;
    let vendor = Vendor::start().await;
    let starter = app.vendor_api(&app.admin().await, "custom", &vendor.base, &["gpt-test"]).await;
    let dev = app.developer("dana", &starter).await;
    for at in [20, 60, 120, 200] {
        vendor.set(Mode::Reset(at));
        let before = vendor.hits();
        assert_eq!(app.chat(&dev.secret, "gpt-test").await.is(502).code(), "vendor_error", "at byte {at}");
        assert_eq!(vendor.hits(), before + 1);
    }
    vendor.set(Mode::Ok);
    app.chat(&dev.secret, "gpt-test").await.is(200);
}

#[actix_web::test]
async fn f07_a_429_passes_on_the_vendors_wait_and_is_not_asked_again() {
    let app = spawn().await;
    let vendor = Vendor::start().await;
    let starter = app.vendor_api(&app.admin().await, "custom", &vendor.base, &["gpt-test"]).await;
    let dev = app.developer("dana", &starter).await;
    let body = r#"{"error":{"message":"Rate limit reached","type":"requests","code":"rate_limit_exceeded"}}"#;
    vendor.set(Mode::Status(429, "retry-after: 30\r\n".into(), body.into()));
    for _ in 0..5 {
        let refused = app.chat(&dev.secret, "gpt-test").await.is(429);
        assert_eq!(refused.code(), "vendor_limit");
        let wait: u32 = refused.header("retry-after").parse().unwrap();
        assert!((29..=33).contains(&wait), "{wait}");
    }
    assert_eq!(vendor.hits(), 1, "the cooldown holds the others back");
}

#[actix_web::test]
async fn f08_a_500_is_tried_once_more_and_storms_are_not_amplified() {
    let app = spawn().await;
    let vendor = Vendor::start().await;
    let starter = app.vendor_api(&app.admin().await, "custom", &vendor.base, &["gpt-test"]).await;
    let dev = app.developer("dana", &starter).await;
    vendor.set(Mode::Status(500, String::new(), r#"{"error":{"message":"boom"}}"#.into()));
    assert_eq!(app.chat(&dev.secret, "gpt-test").await.is(502).code(), "vendor_error");
    assert_eq!(vendor.hits(), 2, "once more, and no more");
    for _ in 0..18 {
        app.chat(&dev.secret, "gpt-test").await;
    }
    assert!(vendor.hits() <= 26, "{} for 19 calls", vendor.hits());
    assert_eq!(app.chat(&dev.secret, "gpt-test").await.is(503).code(), "no_target");
}

#[actix_web::test]
async fn the_vendors_own_refusal_of_our_credential_is_not_the_callers_fault() {
    let app = spawn().await;
    let vendor = Vendor::start().await;
    let starter = app.vendor_api(&app.admin().await, "custom", &vendor.base, &["gpt-test"]).await;
    let dev = app.developer("dana", &starter).await;
    let body =
        r#"{"error":{"message":"Incorrect API key provided: sk-fake-ven...","code":"invalid_api_key"}}"#;
    vendor.set(Mode::Status(401, String::new(), body.into()));
    let refused = app.chat(&dev.secret, "gpt-test").await.is(502);
    assert_eq!(refused.code(), "vendor_credential");
    assert!(!refused.text.contains("sk-fake"), "{}", refused.text);
}

#[actix_web::test]
async fn f22_a_body_over_the_cap_is_refused_with_and_without_a_length() {
    let app = super::support::spawn_with(|config| config.gateway.body_cap = 4_096).await;
    let starter = app.demo_api(&app.admin().await).await;
    let dev = app.developer("dana", &starter).await;
    let mut body = chat("demo-echo");
    body["messages"][0]["content"] = "x".repeat(64_000).into();
    assert_eq!(app.call(&dev.secret, "/v1/chat/completions", &body).await.is(413).code(), "body_too_large");
    let caller = app.visitor();
    let chunks = vec![Ok::<_, std::io::Error>(body.to_string())];
    let request = caller
        .request(reqwest::Method::POST, "/v1/chat/completions")
        .bearer_auth(&dev.secret)
        .header("content-type", "application/json")
        .body(reqwest::Body::wrap_stream(futures_util::stream::iter(chunks)));
    assert_eq!(caller.send(request).await.is(413).code(), "body_too_large");
}
