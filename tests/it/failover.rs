//! Two targets behind one model: the second answers when the first cannot, and never once content
//! of the first went out. Then what slow and ending things tell a caller while all is well.

use std::time::{Duration, Instant};

use portico::base::Secret;
use portico::domain::catalogue::{self, Deprecation, NewVersion};
use portico::domain::plans::Starter;
use portico::domain::subscriptions;
use portico::domain::supply::{self, TargetChange, Timers};
use portico::store::entity::{attempt, target};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};

use super::support::calls::chat;
use super::support::people::{Developer, Person};
use super::support::vendor::{Mode, Vendor};
use super::support::{TestApp, spawn};

struct Pair {
    app: TestApp,
    admin: Person,
    dev: Developer,
    first: Vendor,
    second: Vendor,
    starter: Starter,
    target: target::Model,
}

/// One model, asked at `first` and then at `second`.
async fn pair() -> Pair {
    let app = spawn().await;
    let (first, second) = (Vendor::start().await, Vendor::start().await);
    let admin = app.admin().await;
    let starter = app.vendor_api(&admin, "custom", &first.base, &["gpt-test"]).await;
    app.next_target(&admin, &starter, &second.base).await;
    let dev = app.developer("dana", &starter).await;
    let target = first_target(&app, &starter).await;
    Pair { app, admin, dev, first, second, starter, target }
}

async fn first_target(app: &TestApp, starter: &Starter) -> target::Model {
    let of_model = target::Entity::find().filter(target::Column::ModelId.eq(starter.models[0].id));
    of_model.order_by_asc(target::Column::Position).one(app.db.read()).await.unwrap().unwrap()
}

async fn set_timers(app: &TestApp, admin: &Person, target: &target::Model, timers: Timers) {
    let change = TargetChange { timers: Some(timers), ..TargetChange::default() };
    supply::change_target(&app.db, &admin.actor, target.id, change).await.unwrap();
}

fn streamed() -> Value {
    let mut body = chat("gpt-test");
    body["stream"] = json!(true);
    body
}

#[actix_web::test]
async fn f01_a_vendor_that_refuses_is_replaced_by_the_next_at_once() {
    let app = spawn().await;
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let second = Vendor::start().await;
    let admin = app.admin().await;
    let starter = app.vendor_api(&admin, "custom", &format!("http://{closed}/v1"), &["gpt-test"]).await;
    app.next_target(&admin, &starter, &second.base).await;
    let dev = app.developer("dana", &starter).await;
    let mut times = Vec::new();
    for n in 1..=5 {
        let started = Instant::now();
        let answer = app.chat(&dev.secret, "gpt-test").await.is(200);
        times.push(started.elapsed());
        assert_eq!(answer.json()["model"], "gpt-test", "the public name, whoever answers");
        assert_eq!(second.hits(), n);
    }
    times.sort_unstable();
    assert!(times[2] <= Duration::from_millis(300), "{times:?}");
    let row = app.calls(5).await.remove(0);
    assert_eq!(
        (row.state.as_str(), row.attempts, row.attempt_code.as_deref()),
        ("answered", 2, Some("vendor_unreachable"))
    );
    let tries = attempt::Entity::find().filter(attempt::Column::CallId.eq(row.id));
    let second_try = tries.one(app.db.calls()).await.unwrap().unwrap();
    assert_eq!((second_try.vendor_model.as_str(), second_try.status), ("gpt-next", 200));
    let asked = second.last();
    assert_eq!(asked.body["model"], "gpt-next");
    assert!(asked.head.contains("sk-fake-second-vendor-secret"), "each vendor gets its own secret");
}

#[actix_web::test]
async fn f01_f06_f08_what_comes_before_content_is_silently_replaced() {
    let faults: Vec<(&str, Mode)> = vec![
        ("500", Mode::Status(500, String::new(), r#"{"error":{"message":"boom"}}"#.into())),
        ("503", Mode::Status(503, String::new(), "busy".into())),
        (
            "429",
            Mode::Status(429, "retry-after: 30\r\n".into(), r#"{"error":{"message":"slow down"}}"#.into()),
        ),
        (
            "401",
            Mode::Status(
                401,
                String::new(),
                r#"{"error":{"message":"bad","code":"invalid_api_key"}}"#.into(),
            ),
        ),
        (
            "no choice",
            Mode::Status(
                200,
                "content-type: application/json\r\n".into(),
                r#"{"object":"chat.completion","choices":[],"usage":{"prompt_tokens":1,"completion_tokens":0}}"#
                    .into(),
            ),
        ),
        ("html", Mode::Status(200, "content-type: text/html\r\n".into(), "<html>busy</html>".into())),
        (
            "head, then nothing",
            Mode::Raw(
                b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: 0\r\n\r\n".to_vec(),
            ),
        ),
    ];
    for (name, mode) in faults {
        for body in [streamed(), chat("gpt-test")] {
            let pair = pair().await;
            pair.first.set(mode.clone());
            let answer = pair.app.call(&pair.dev.secret, "/v1/chat/completions", &body).await.is(200);
            assert!(
                answer.text.contains("vendor") && !answer.text.contains("error"),
                "{name}: {}",
                answer.text
            );
            assert_eq!((pair.first.hits(), pair.second.hits()), (1, 1), "{name}");
            let row = pair.app.calls(1).await.remove(0);
            assert_eq!(
                (row.state.as_str(), row.attempts, row.output_tokens),
                ("answered", 2, Some(4)),
                "{name}"
            );
        }
    }
}

#[actix_web::test]
async fn f05_a_stream_that_breaks_off_before_its_first_content_is_answered_by_the_next() {
    let pair = pair().await;
    // Before its head, behind it, and behind the chunk that names the role alone.
    for at in [0, 90, 290] {
        pair.first.set(Mode::Reset(at));
        let (first, second) = (pair.first.hits(), pair.second.hits());
        let answer = pair.app.call(&pair.dev.secret, "/v1/chat/completions", &streamed()).await.is(200);
        assert!(answer.text.contains("[DONE]") && !answer.text.contains("error"), "{at}: {}", answer.text);
        assert_eq!((pair.first.hits(), pair.second.hits()), (first + 1, second + 1), "cut at {at}");
        pair.first.set(Mode::Ok);
        pair.app.chat(&pair.dev.secret, "gpt-test").await.is(200);
    }
}

#[actix_web::test]
async fn p29_the_page_of_a_call_tells_what_its_last_try_led_to() {
    let pair = pair().await;
    pair.first.set(Mode::Status(500, String::new(), r#"{"error":{"message":"boom"}}"#.into()));
    let unknown = r#"{"error":{"message":"no such model","code":"model_not_found"}}"#;
    pair.second.set(Mode::Status(404, String::new(), unknown.into()));
    let refused = pair.app.chat(&pair.dev.secret, "gpt-test").await.is(503);
    assert!(
        refused.text.contains("(vendor_error)") && refused.text.contains("(no_target)"),
        "{}",
        refused.text
    );
    let call = pair.app.calls(1).await.remove(0).id;
    for page in [format!("/calls/{call}"), format!("/diagnose?id={call}")] {
        let page = pair.dev.person.browser.get(&page).await.is(200).text;
        assert!(page.contains("Ask an operator to correct"), "{page}");
        assert!(!page.contains("Try again as"), "{page}");
    }
}

#[actix_web::test]
async fn f05_f06_a_stream_that_is_cut_behind_its_last_word_is_whole() {
    let pair = pair().await;
    let mut text = String::from("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
    for (content, finish) in [("Hello", json!(null)), ("", json!("stop"))] {
        let choice = json!({"index": 0, "delta": {"content": content}, "finish_reason": finish});
        let event = format!("data: {}\n\n", json!({"model": "x", "choices": [choice]}));
        text.push_str(&format!("{:x}\r\n{event}\r\n", event.len()));
    }
    // The vendor leaves without the last chunk of its body.
    pair.first.set(Mode::Raw(text.into_bytes()));
    let answer = pair.app.call(&pair.dev.secret, "/v1/chat/completions", &streamed()).await.is(200);
    assert!(answer.text.ends_with("data: [DONE]\n\n") && !answer.text.contains("error"), "{}", answer.text);
    let row = pair.app.calls(1).await.remove(0);
    assert_eq!((row.state.as_str(), row.usage_source.as_str()), ("answered", "estimated"));
}

#[actix_web::test]
async fn f05_p13_after_the_first_content_no_other_vendor_is_asked() {
    let pair = pair().await;
    for at in (500..1_100).step_by(60) {
        pair.first.set(Mode::Reset(at));
        let before = pair.first.hits();
        let answer = pair.app.call(&pair.dev.secret, "/v1/chat/completions", &streamed()).await.is(200);
        assert_eq!(
            answer.text.matches("Hello").count(),
            1,
            "cut at {at}, behind the first word: {}",
            answer.text
        );
        assert!(
            answer.text.contains("stream_interrupted") && !answer.text.contains("[DONE]"),
            "{at}: {}",
            answer.text
        );
        assert_eq!((pair.first.hits(), pair.second.hits()), (before + 1, 0), "cut at {at}");
        // Enough good calls in between, so that the breaker is not what keeps the second vendor out.
        pair.first.set(Mode::Ok);
        for _ in 0..2 {
            pair.app.chat(&pair.dev.secret, "gpt-test").await.is(200);
        }
    }
    pair.first.set(Mode::Reset(300));
    let whole_answer = pair.app.chat(&pair.dev.secret, "gpt-test").await.is(502);
    assert_eq!(whole_answer.code(), "vendor_error");
    assert_eq!(pair.second.hits(), 0, "the vendor has worked on it: asking another would pay twice");
}

#[actix_web::test]
async fn f08_a_vendor_that_fails_half_the_time_spoils_hardly_a_call() {
    let pair = pair().await;
    pair.app.widen(&pair.starter).await;
    pair.first.set(Mode::Flaky);
    let mut good = 0;
    for n in 0..100 {
        let body = if n % 2 == 0 { streamed() } else { chat("gpt-test") };
        good +=
            usize::from(pair.app.call(&pair.dev.secret, "/v1/chat/completions", &body).await.status == 200);
    }
    assert!(good >= 90, "{good} of 100");
    let asked = pair.first.hits() + pair.second.hits();
    assert!(asked <= 120, "p13: both vendors saw {asked} for 100 calls");
    // Nine failures of twenty are no reason to leave a vendor alone; ten are.
    assert!(
        pair.first.hits() < 60 && pair.second.hits() > 40,
        "{} and {}",
        pair.first.hits(),
        pair.second.hits()
    );
}

#[actix_web::test]
async fn f08_a_model_that_fails_rests_after_three_calls_and_takes_no_other_with_it() {
    let app = spawn().await;
    let (first, second) = (Vendor::start().await, Vendor::start().await);
    let admin = app.admin().await;
    let starter = app.vendor_api(&admin, "custom", &first.base, &["gpt-test", "gpt-other"]).await;
    app.next_target(&admin, &starter, &second.base).await;
    let dev = app.developer("dana", &starter).await;
    first.set(Mode::Status(500, String::new(), r#"{"error":{"message":"boom"}}"#.into()));
    for _ in 0..6 {
        app.chat(&dev.secret, "gpt-test").await.is(200);
    }
    assert_eq!((first.hits(), second.hits()), (3, 6), "three failures in a row are enough");
    let page = format!("/manage/vendors/{}", starter.provider.id);
    let page = admin.browser.get(&page).await.is(200).text;
    assert!(page.contains("Too many tries failed for gpt-test: asked only when nothing better"), "{page}");
    first.set(Mode::Ok);
    app.chat(&dev.secret, "gpt-other").await.is(200);
    assert_eq!(first.hits(), 4, "the credential's other model goes on");
    app.app.gateway.upstream().health().forward(Duration::from_secs(6));
    app.chat(&dev.secret, "gpt-test").await.is(200);
    app.chat(&dev.secret, "gpt-test").await.is(200);
    assert_eq!((first.hits(), second.hits()), (6, 6), "back in its place after its rest");
}

#[actix_web::test]
async fn f02_a_vendor_that_swallows_connections_is_given_up_in_time() {
    let app = spawn().await;
    // A queue of connections that is full: what comes new is never answered.
    let hole = tokio::net::TcpSocket::new_v4().unwrap();
    hole.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let hole = hole.listen(1).unwrap();
    let address = hole.local_addr().unwrap();
    let mut fill = Vec::new();
    while let Ok(Ok(socket)) =
        tokio::time::timeout(Duration::from_millis(200), tokio::net::TcpStream::connect(address)).await
    {
        fill.push(socket);
        assert!(fill.len() < 10, "the queue does not fill");
    }
    let admin = app.admin().await;
    let starter = app.vendor_api(&admin, "custom", &format!("http://{address}/v1"), &["gpt-test"]).await;
    let dev = app.developer("dana", &starter).await;
    let target = first_target(&app, &starter).await;
    set_timers(&app, &admin, &target, Timers { connect_ms: Some(400), ..Timers::default() }).await;
    let started = Instant::now();
    let given_up = app.chat(&dev.secret, "gpt-test").await.is(504);
    let taken = started.elapsed();
    assert_eq!(given_up.code(), "vendor_timeout");
    assert!((400..600).contains(&taken.as_millis()), "the limit and 200 ms: {taken:?}");
    let row = app.calls(1).await.remove(0);
    assert_eq!((row.state.as_str(), row.usage_source.as_str()), ("failed", "none"), "it was never sent");
}

#[actix_web::test]
async fn f04_a_stream_that_stops_in_the_middle_ends_at_its_limit_and_is_paid_in_part() {
    let pair = pair().await;
    let timers = Timers { idle_ms: Some(500), ..Timers::default() };
    set_timers(&pair.app, &pair.admin, &pair.target, timers).await;
    pair.first.set(Mode::Stall(900));
    let started = Instant::now();
    let answer = pair.app.call(&pair.dev.secret, "/v1/chat/completions", &streamed()).await.is(200);
    let taken = started.elapsed();
    assert!((500..1_500).contains(&taken.as_millis()), "the limit and 1 s: {taken:?}");
    let last = answer.text.trim_end().rsplit("data: ").next().unwrap();
    let last: Value = serde_json::from_str(last).unwrap();
    assert_eq!(last["error"]["code"], "stream_interrupted", "{}", answer.text);
    assert!(answer.text.contains("Hello") && !answer.text.contains("[DONE]"));
    assert!(pair.first.until_left(1).await < Duration::from_secs(1), "the vendor's connection is closed");
    assert_eq!(pair.second.hits(), 0);
    let row = pair.app.calls(1).await.remove(0);
    assert_eq!((row.state.as_str(), row.usage_source.as_str()), ("cut_vendor", "estimated"));
    assert!(row.output_tokens.unwrap() > 0);
}

#[actix_web::test]
async fn a_timer_for_whole_answers_does_not_cut_a_stream_and_is_named_where_it_ran_out() {
    let pair = pair().await;
    let timers = Timers { total_ms: Some(300), ..Timers::default() };
    set_timers(&pair.app, &pair.admin, &pair.target, timers).await;
    pair.first.set(Mode::Slow(Duration::from_millis(700)));
    let answer = pair.app.call(&pair.dev.secret, "/v1/chat/completions", &streamed()).await.is(200);
    assert!(answer.text.contains("[DONE]"), "{}", answer.text);
    assert_eq!((pair.first.hits(), pair.second.hits()), (1, 0));
    assert_eq!(pair.app.chat(&pair.dev.secret, "gpt-test").await.is(504).code(), "vendor_timeout");
    let row = pair.app.calls(2).await.remove(1);
    assert!(row.facts.ends_with("cause=the timer `total` ran out after 0.3 s"), "{}", row.facts);
}

#[actix_web::test]
async fn f03_a_stream_that_waits_gets_its_head_and_comments_and_then_the_next_vendor() {
    let pair = pair().await;
    let timers = Timers { first_byte_ms: Some(16_500), ..Timers::default() };
    set_timers(&pair.app, &pair.admin, &pair.target, timers).await;
    pair.first.set(Mode::Silent);
    let started = Instant::now();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = format!("{}/v1/chat/completions", pair.app.base);
    let mut answer = client.post(url).bearer_auth(&pair.dev.secret).json(&streamed()).send().await.unwrap();
    let held = started.elapsed();
    assert_eq!(answer.status(), 200);
    assert!((Duration::from_secs(14)..Duration::from_secs(16)).contains(&held), "the head was held {held:?}");
    let mut text = String::new();
    let mut first = None;
    while let Some(chunk) = answer.chunk().await.unwrap() {
        text.push_str(std::str::from_utf8(&chunk).unwrap());
        first.get_or_insert_with(|| started.elapsed());
    }
    assert!(text.contains("Hello") && text.contains("[DONE]"), "{text}");
    assert_eq!((pair.first.hits(), pair.second.hits()), (1, 1), "silent failover behind an open head");
    assert!(
        pair.first.until_left(1).await < Duration::from_secs(1),
        "the slow vendor's connection is closed"
    );
    let row = pair.app.calls(1).await.remove(0);
    assert_eq!((row.state.as_str(), row.attempts), ("answered", 2));
}

/// A vendor that speaks OpenAI's format, and behind it one of Anthropic's.
async fn mixed() -> (TestApp, Developer, Vendor, Vendor) {
    let app = spawn().await;
    let (first, second) = (Vendor::start().await, Vendor::start().await);
    let admin = app.admin().await;
    let starter = app.vendor_api(&admin, "custom", &first.base, &["gpt-test"]).await;
    let provider = supply::NewProvider {
        preset: "anthropic".to_owned(),
        name: "Next".to_owned(),
        base_url: second.base.clone(),
        secret: Some(Secret::new("sk-fake-second-vendor-secret")),
    };
    let provider = supply::connect(&app.db, &admin.actor, provider).await.unwrap();
    let target = supply::NewTarget {
        provider: provider.id,
        vendor_model: "claude-next".to_owned(),
        position: None,
        weight: 1,
        timers: Timers::default(),
    };
    supply::add_target(&app.db, &admin.actor, starter.models[0].id, target).await.unwrap();
    let dev = app.developer("dana", &starter).await;
    (app, dev, first, second)
}

#[actix_web::test]
async fn a_failed_vendor_is_not_the_callers_fault_because_the_next_cannot_carry_a_field() {
    let (app, dev, first, second) = mixed().await;
    let mut body = chat("gpt-test");
    body["n"] = json!(2);
    first.set(Mode::Status(500, String::new(), r#"{"error":{"message":"boom"}}"#.into()));
    let failed = app.call(&dev.secret, "/v1/chat/completions", &body).await.is(502);
    assert_eq!(failed.code(), "vendor_error");
    assert_eq!(first.hits(), 2, "the only one that can carry it is asked once more");
    first.set(Mode::Status(429, "retry-after: 3\r\n".into(), r#"{"error":{"message":"slow down"}}"#.into()));
    let limited = app.call(&dev.secret, "/v1/chat/completions", &body).await.is(429);
    assert_eq!((limited.code().as_str(), limited.header("retry-after")), ("vendor_limit", "3"));
    assert_eq!(limited.header("x-should-retry"), "");
    let hits = first.hits();
    let resting = app.call(&dev.secret, "/v1/chat/completions", &body).await.is(429);
    assert_eq!((resting.code().as_str(), resting.header("retry-after")), ("vendor_limit", "3"));
    assert_eq!((first.hits(), second.hits()), (hits, 0), "neither was asked");
    // What is told is enough.
    app.app.gateway.upstream().health().forward(Duration::from_secs(3));
    first.set(Mode::Ok);
    app.call(&dev.secret, "/v1/chat/completions", &body).await.is(200);
}

#[actix_web::test]
async fn a_head_that_goes_out_before_its_content_names_what_the_vendor_does_not_hear_of() {
    let (app, dev, first, second) = mixed().await;
    first.set(Mode::Status(500, String::new(), r#"{"error":{"message":"boom"}}"#.into()));
    second.set(Mode::Silent);
    let mut body = streamed();
    body["seed"] = json!(7);
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = format!("{}/v1/chat/completions", app.base);
    let answer = client.post(url).bearer_auth(&dev.secret).json(&body).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), first.hits(), second.hits()), (200, 1, 1));
    assert_eq!(answer.headers()["x-portico-dropped"], "seed");
}

#[actix_web::test]
async fn f07_who_waits_as_long_as_was_told_is_answered_by_the_vendor() {
    let pair = pair().await;
    for (lines, told) in [("retry-after: 3\r\n", "3"), ("retry-after-ms: 7612\r\n", "8"), ("", "2")] {
        let slow = Mode::Status(429, lines.to_owned(), r#"{"error":{"message":"slow down"}}"#.into());
        pair.first.set(slow.clone());
        pair.second.set(slow);
        for _ in 0..2 {
            let limited = pair.app.chat(&pair.dev.secret, "gpt-test").await.is(429);
            assert_eq!(limited.header("retry-after"), told, "{lines}");
        }
        pair.first.set(Mode::Ok);
        pair.app.app.gateway.upstream().health().forward(Duration::from_secs(told.parse().unwrap()));
        let hits = pair.first.hits();
        pair.app.chat(&pair.dev.secret, "gpt-test").await.is(200);
        assert_eq!(pair.first.hits(), hits + 1, "{lines}");
    }
}

#[actix_web::test]
async fn a_deprecated_version_says_so_and_a_retired_one_names_its_successor() {
    let app = spawn().await;
    let admin = app.admin().await;
    let starter = app.demo_api(&admin).await;
    let dev = app.developer("dana", &starter).await;
    let v2 = NewVersion { name: "v2".to_owned(), copy_of: Some(starter.version.id) };
    let v2 = catalogue::add_version(&app.db, &admin.actor, starter.api.id, v2).await.unwrap();
    catalogue::publish(&app.db, &admin.actor, v2.id).await.unwrap();
    let plain = app.chat(&dev.secret, "demo-echo").await.is(200);
    for name in ["deprecation", "sunset", "link"] {
        assert_eq!(plain.header(name), "", "{name} of a version that stays");
    }
    let sunset = app.clock.now().plus(90 * 86_400_000_000);
    let notice = Deprecation {
        sunset_at: sunset,
        successor: Some(v2.id),
        guide_url: "https://example.com/move".into(),
    };
    let row = catalogue::deprecate(&app.db, &admin.actor, starter.version.id, notice).await.unwrap();
    let mut stream = chat("demo-echo");
    stream["stream"] = json!(true);
    for body in [chat("demo-echo"), stream] {
        let told = app.call(&dev.secret, "/v1/chat/completions", &body).await.is(200);
        assert_eq!(
            told.header("deprecation"),
            format!("@{}", row.deprecated_at.unwrap().seconds()),
            "RFC 9745"
        );
        assert_eq!(told.header("sunset"), sunset.http_date(), "RFC 8594");
        let link = format!("<{}/apis/chat/v2>; rel=\"successor-version\"", app.base);
        assert_eq!(told.header("link"), link);
    }
    // What the link leads to answers before the app has moved there.
    for path in ["/apis/chat/v2", "/apis/chat/v2/"] {
        let next = app.look(&dev.secret, path).await.is(200).json();
        assert_eq!((&next["version"], &next["state"]), (&json!("v2"), &json!("published")), "{next}");
        assert_eq!(next["page"], format!("{}/catalogue/chat", app.base));
        assert!(
            next["endpoints"]
                .as_array()
                .unwrap()
                .contains(&json!({ "method": "POST", "path": "/chat/completions" })),
            "{next}"
        );
    }
    let left = app.look(&dev.secret, "/apis/chat/v1").await.is(200);
    assert_eq!(left.json()["successor"], format!("{}/apis/chat/v2", app.base));
    assert!(left.header("link").contains("/apis/chat/v2"), "{}", left.header("link"));
    let v3 = NewVersion { name: "v3".into(), copy_of: Some(v2.id) };
    catalogue::add_version(&app.db, &admin.actor, starter.api.id, v3).await.unwrap();
    assert_eq!(
        app.look(&dev.secret, "/apis/chat/v3").await.is(404).code(),
        "version_unknown",
        "a draft is not told"
    );
    catalogue::retire(&app.db, &admin.actor, starter.version.id, "Moved to v2".into()).await.unwrap();
    let gone = app.call(&dev.secret, "/apis/chat/v1/chat/completions", &chat("demo-echo")).await.is(410);
    assert_eq!(gone.code(), "version_retired");
    assert!(gone.text.contains("use v2") && gone.text.contains("https://example.com/move"), "{}", gone.text);
    let to_v2 = subscriptions::Move { version: Some(v2.id), plan: None };
    subscriptions::move_to(&app.db, &dev.person.actor, dev.subscription.id, to_v2).await.unwrap();
    let answer = app.chat(&dev.secret, "demo-echo").await.is(200);
    assert_eq!(answer.header("x-portico-api"), "chat/v2");
}
