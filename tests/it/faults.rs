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
    for row in app.calls(5).await.iter().take(4) {
        assert_eq!(row.usage_source, "estimated", "the vendor has worked, and wants to be paid");
    }
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
    let refused = app.chat(&dev.secret, "gpt-test").await.is(502);
    assert_eq!(refused.code(), "vendor_error");
    assert_eq!((refused.header("x-should-retry"), refused.header("retry-after")), ("false", ""));
    assert!(!refused.text.to_lowercase().contains("again"), "p29: {}", refused.text);
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
async fn what_a_vendor_says_of_one_model_does_not_stop_its_others() {
    let denied = r#"{"error":{"message":"Project has no access to model","code":"model_not_found"}}"#;
    let unknown = r#"{"error":{"message":"The model `gpt-kept` does not exist","code":"model_not_found"}}"#;
    let limited = r#"{"error":{"message":"Rate limit reached","code":"rate_limit_exceeded"}}"#;
    for (status, body, shown, code, tried_again, label) in [
        (403, denied, 502, "vendor_credential", true, "does not give this credential the model"),
        (404, unknown, 503, "no_target", true, "knows no model of the name"),
        (429, limited, 429, "vendor_limit", false, "own limit was reached"),
    ] {
        let app = spawn().await;
        let (vendor, admin) = (Vendor::start().await, app.admin().await);
        let starter = app.vendor_api(&admin, "custom", &vendor.base, &["gpt-kept", "gpt-given"]).await;
        let dev = app.developer("dana", &starter).await;
        let head = if status == 429 { "retry-after: 30\r\n" } else { "" };
        vendor.set(Mode::Status(status, head.into(), body.into()));
        let refused = app.chat(&dev.secret, "gpt-kept").await.is(shown);
        assert_eq!(refused.code(), code);
        assert!(
            status != 403 || refused.text.contains("use this model; your key is fine"),
            "{}",
            refused.text
        );
        if status == 404 {
            assert!(!refused.text.contains("gpt-kept` does not exist"), "not the caller's: {}", refused.text);
            assert!(refused.text.contains("Ask an operator to correct"), "{}", refused.text);
            assert_eq!((refused.header("x-should-retry"), refused.header("retry-after")), ("", ""));
            let row = app.calls(1).await.remove(0);
            assert_eq!((row.code.as_deref(), row.attempt_status), (Some("no_target"), Some(404)));
            let cause = "knows no model `gpt-kept`, the target's name of it: model_not_found: The model";
            assert!(row.facts.contains(cause), "{}", row.facts);
            let page = format!("/diagnose?id={}", refused.header("x-request-id"));
            let theirs = admin.browser.get(&page).await.is(200).words();
            assert!(theirs.contains("knows no model `gpt-kept`"), "{theirs}");
            let mine = dev.person.browser.get(&page).await.is(200).words();
            assert!(!mine.contains("gpt-kept`") && mine.contains("Ask an operator to correct"), "{mine}");
        }
        vendor.set(Mode::Ok);
        app.chat(&dev.secret, "gpt-given").await.is(200);
        let page = format!("/manage/vendors/{}", starter.provider.id);
        let page = admin.browser.get(&page).await.is(200).text;
        assert!(page.contains("Ready in part") && page.contains(label), "{page}");
        assert!(page.contains("gpt-kept: "), "the model is named: {page}");
        let now = if tried_again { 200 } else { 429 };
        app.chat(&dev.secret, "gpt-kept").await.is(now);
        let page = format!("/manage/vendors/{}", starter.provider.id);
        let page = admin.browser.get(&page).await.is(200).text;
        assert_eq!(page.contains("Ready in part"), !tried_again, "{page}");
    }
}

#[actix_web::test]
async fn a_keys_page_tells_the_next_step_of_the_refusal_itself() {
    let app = spawn().await;
    let vendor = Vendor::start().await;
    let starter = app.vendor_api(&app.admin().await, "custom", &vendor.base, &["gpt-test"]).await;
    let dev = app.developer("dana", &starter).await;
    let unknown = r#"{"error":{"message":"no such model","code":"model_not_found"}}"#;
    vendor.set(Mode::Status(404, String::new(), unknown.into()));
    app.chat(&dev.secret, "gpt-test").await.is(503);
    let page = dev.person.browser.get(&format!("/keys/{}", dev.key.id)).await.is(200).text;
    assert!(page.contains("/docs/errors/no_target"), "{page}");
    assert!(page.contains("Ask an operator to correct"), "{page}");
    assert!(!page.contains("Try again as Retry-After says"), "nobody knows when: {page}");
    let call = app.calls(1).await.remove(0).id;
    for page in [format!("/calls/{call}"), format!("/diagnose?id={call}")] {
        let page = dev.person.browser.get(&page).await.is(200).text;
        assert!(page.contains("Ask an operator to correct"), "{page}");
        assert!(!page.contains("Try again as"), "{page}");
    }
}

#[actix_web::test]
async fn a_refused_credential_stops_all_its_models() {
    let app = spawn().await;
    let (vendor, admin) = (Vendor::start().await, app.admin().await);
    let starter = app.vendor_api(&admin, "custom", &vendor.base, &["gpt-one", "gpt-two"]).await;
    let dev = app.developer("dana", &starter).await;
    vendor.set(Mode::Status(401, String::new(), r#"{"error":{"code":"invalid_api_key"}}"#.into()));
    app.chat(&dev.secret, "gpt-one").await.is(502);
    assert_eq!(app.chat(&dev.secret, "gpt-two").await.is(502).code(), "vendor_credential");
    assert_eq!(vendor.hits(), 1, "the vendor was not asked with it again");
}

/// A whole answer with so many bytes of text.
fn long_answer(bytes: usize) -> Mode {
    let answer = serde_json::json!({
        "id": "c", "object": "chat.completion", "created": 1, "model": "m",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "x".repeat(bytes)}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    });
    Mode::Status(200, "content-type: application/json\r\n".into(), answer.to_string())
}

#[actix_web::test]
async fn f27_a_whole_answer_counts_while_it_is_held_and_without_room_it_is_refused() {
    let app = super::support::spawn_with(|config| config.gateway.memory_budget = 24 << 20).await;
    let vendor = Vendor::start().await;
    let starter = app.vendor_api(&app.admin().await, "custom", &vendor.base, &["gpt-test"]).await;
    app.widen(&starter).await;
    let dev = app.developer("dana", &starter).await;
    let memory = app.app.gateway.limits().memory().clone();
    vendor.set(long_answer(13 << 20));
    let refused = app.chat(&dev.secret, "gpt-test").await.is(503);
    assert_eq!((refused.code().as_str(), refused.header("retry-after")), ("overloaded", "1"));
    assert_eq!(memory.used(), 0, "what was collected is given back");
    let row = app.calls(1).await.remove(0);
    assert_eq!((row.code.as_deref(), row.usage_source.as_str()), (Some("overloaded"), "estimated"));
    vendor.set(long_answer(10 << 20));
    assert!(app.chat(&dev.secret, "gpt-test").await.is(200).text.len() > 10 << 20);
    assert_eq!(memory.used(), 0);

    // A caller who does not read keeps it held until it leaves.
    let body = chat("gpt-test").to_string();
    let head = format!(
        "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        dev.secret,
        body.len()
    );
    let mut socket = tokio::net::TcpStream::connect(app.base.trim_start_matches("http://")).await.unwrap();
    tokio::io::AsyncWriteExt::write_all(&mut socket, head.as_bytes()).await.unwrap();
    app.calls(3).await;
    assert!(memory.used() >= 10 << 20, "{} bytes held", memory.used());
    drop(socket);
    let started = Instant::now();
    while memory.used() > 0 {
        assert!(started.elapsed() < Duration::from_secs(5), "{} bytes stay held", memory.used());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[actix_web::test]
async fn a_whole_answer_without_usage_is_estimated_by_its_text() {
    let app = spawn().await;
    let vendor = Vendor::start().await;
    let starter = app.vendor_api(&app.admin().await, "custom", &vendor.base, &["gpt-test"]).await;
    let dev = app.developer("dana", &starter).await;
    let logprobs = vec![serde_json::json!({"token": "a", "logprob": -0.5, "bytes": [97]}); 200];
    let call = serde_json::json!({"id": "c", "type": "function", "function": {"name": "f", "arguments": "y".repeat(200)}});
    let mut asked = 0;
    for (message, bytes) in [
        (serde_json::json!({"role": "assistant", "content": "x".repeat(400)}), 400),
        (
            serde_json::json!({"role": "assistant", "content": null, "reasoning_content": "x".repeat(400), "tool_calls": [call]}),
            610,
        ),
    ] {
        let choice = |index| serde_json::json!({"index": index, "message": message, "logprobs": {"content": logprobs}, "finish_reason": "stop"});
        let answer = serde_json::json!({"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice(0), choice(1)]});
        vendor.set(Mode::Status(200, "content-type: application/json\r\n".into(), answer.to_string()));
        app.chat(&dev.secret, "gpt-test").await.is(200);
        asked += 1;
        let row = app.calls(asked).await.pop().unwrap();
        assert_eq!(row.usage_source, "estimated");
        let (told, text) = (row.output_tokens.unwrap(), 2 * bytes / 4);
        assert!((text..text + 10).contains(&told), "{told} tokens of {text}");
    }
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

#[actix_web::test]
async fn why_a_vendor_failed_is_on_record_for_operators_alone() {
    let app = spawn().await;
    let vendor = Vendor::start().await;
    let admin = app.admin().await;
    let starter = app.vendor_api(&admin, "custom", &vendor.base, &["gpt-test"]).await;
    let dev = app.developer("dana", &starter).await;
    let json = |message: &str| format!(r#"{{"error":{{"message":"{message}"}}}}"#);
    let in_stream = format!("data: {}\n\n", r#"{"error":{"message":"no room","code":503}}"#);
    let faults = [
        (Mode::Status(500, String::new(), json("boom")), "boom"),
        (
            Mode::Status(400, String::new(), json("Your credit balance is too low")),
            "credit balance is too low",
        ),
        (Mode::Status(200, "content-type: text/html\r\n".into(), "<html>busy</html>".into()), "format"),
        (Mode::Status(200, "content-type: text/event-stream\r\n".into(), in_stream), "no room"),
        (Mode::Reset(20), "onnection"),
        (
            Mode::Status(400, String::new(), json("odd: Please. Say hello! for all of us")),
            "odd: [removed]! for all",
        ),
    ];
    for (n, (mode, why)) in faults.into_iter().enumerate() {
        vendor.set(mode);
        let mut body = chat("gpt-test");
        body["messages"][0]["content"] = "Please. Say hello".into();
        body["stream"] = (why == "no room").into();
        let answer = app.call(&dev.secret, "/v1/chat/completions", &body).await;
        assert!(answer.status >= 400, "{why}: {}", answer.text);
        if why == "no room" {
            assert_eq!((answer.status, answer.header("retry-after")), (503, "2"));
        }
        let row = app.calls(n + 1).await.remove(n);
        assert!(row.facts.contains(" cause=") && row.facts.contains(why), "{why}: {}", row.facts);
        let page = format!("/calls/{}", row.id);
        let words = why.replace('\'', "&#39;");
        assert!(admin.browser.get(&page).await.is(200).text.contains(&words), "{why}");
        assert!(!dev.person.browser.get(&page).await.is(200).text.contains("cause="), "{why}");
        app.app.gateway.upstream().health().forget(credential(&app).await);
    }
}

async fn credential(app: &super::support::TestApp) -> uuid::Uuid {
    use portico::store::entity::credential;
    use sea_orm::EntityTrait;
    credential::Entity::find().one(app.db.read()).await.unwrap().unwrap().id.0
}
