//! One answer per cause, over HTTP: codes, statuses and the headers that go with them.

use portico::base::limit::{LimitKind, LimitScope};
use portico::base::{Code, key_format};
use portico::domain::actor::Actor;
use portico::domain::keys::{self, Overlap, Rotate};
use portico::domain::people::users;
use portico::store::entity::limit;
use reqwest::Method;
use sea_orm::{ActiveValue::Set, EntityTrait};

use super::support::calls::chat;
use super::support::spawn;

#[actix_web::test]
async fn b29_an_unknown_key_is_refused_and_works_as_soon_as_it_exists() {
    let app = spawn().await;
    let starter = app.demo_api(&app.admin().await).await;
    let never = portico::base::key_format::mint();
    let refused = app.chat(never.expose(), "demo-echo").await.is(401);
    assert_eq!(refused.code(), "key_unknown");
    assert!(refused.header("www-authenticate").contains("key_unknown"));
    assert_eq!(refused.header("x-should-retry"), "false");
    let error = refused.json()["error"].clone();
    for field in ["message", "type", "request_id", "doc_url", "diagnose_url"] {
        assert!(error[field].is_string(), "{field} in {error}");
    }
    let dev = app.developer("dana", &starter).await;
    app.chat(&dev.secret, "demo-echo").await.is(200);
}

#[actix_web::test]
async fn b25_b31_b32_b33_what_is_no_key_is_refused_by_name() {
    let app = spawn().await;
    let starter = app.demo_api(&app.admin().await).await;
    let dev = app.developer("dana", &starter).await;
    let post = |path: &str| dev.person.browser.request(reqwest::Method::POST, path).json(&chat("demo-echo"));
    let path = "/v1/chat/completions";
    let cookie = dev.person.browser.send(post(path)).await.is(401);
    assert_eq!(cookie.code(), "auth_missing");
    assert_eq!(cookie.header("www-authenticate"), "Bearer realm=\"portico\"");
    let in_url = dev.person.browser.send(post(&format!("{path}?api_key={}", dev.secret))).await.is(401);
    assert_eq!(in_url.code(), "auth_in_url");
    assert!(!in_url.text.contains(&dev.secret));
    let key = &dev.secret;
    let encoded = key.replace('-', "%2D");
    for spelled in [
        format!("?{key}"),
        format!("?{key}=1"),
        format!("?a=1&{encoded}&b"),
        format!("?q=Bearer%20{key}"),
        "?sk-ant-api03-fake".to_owned(),
        format!("?{}", &key[..30]),
    ] {
        let refused = dev.person.browser.send(post(&format!("{path}{spelled}")).bearer_auth(key)).await;
        assert_eq!(refused.is(401).code(), "auth_in_url", "{spelled}");
    }
    for spelled in
        [format!("/v1/models/{key}"), format!("/v1/models/{encoded}"), format!("/apis/{key}/v1/models")]
    {
        assert_eq!(app.look(key, &spelled).await.is(401).code(), "auth_in_url", "{spelled}");
    }
    let mut target = app.base.replace("http://", &format!("http://{key}@"));
    target.push_str("/v1/models");
    let bytes = format!(
        "GET {target} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nConnection: close\r\n\r\n"
    );
    let (status, text) = super::support::raw::exchange(&app.base, bytes.as_bytes()).await;
    assert!(matches!(status, 400 | 401) && !text.contains(key.as_str()), "{text}");
    app.look(key, "/v1/models/demo-echo?sort=name").await.is(200);
    for other in ["other", &dev.secret] {
        let request = post(path).bearer_auth(&dev.secret).header("authorization", format!("Bearer {other}"));
        assert_eq!(dev.person.browser.send(request).await.is(400).code(), "auth_conflict");
    }
    let (start, last) = dev.secret.split_at(dev.secret.len() - 1);
    let mistyped = format!("{start}{}", if last == "x" { "y" } else { "x" });
    assert_eq!(app.chat(&mistyped, "demo-echo").await.is(401).code(), "key_malformed");
    assert_eq!(app.chat("sk-ant-api03-fake", "demo-echo").await.is(401).code(), "key_foreign");
}

#[actix_web::test]
async fn b31_a_key_in_a_url_is_on_record_as_that_keys_and_its_page_warns_until_it_is_replaced() {
    let app = spawn().await;
    let starter = app.demo_api(&app.admin().await).await;
    let dev = app.developer("dana", &starter).await;
    let key_page = format!("/keys/{}", dev.key.id);
    let page = async || dev.person.browser.get(&key_page).await.is(200).text;
    assert!(!page().await.contains("Seen in an address"));
    let stranger = key_format::mint();
    let visitor = app.visitor();
    for path in ["/v1/models", "/v1/key/self"] {
        visitor.get(&format!("{path}?key={}", stranger.expose())).await.is(401);
    }
    assert!(!page().await.contains("Seen in an address"), "another key");
    for (path, secret) in [("/v1/models", &dev.secret), ("/v1/key/self", &dev.secret)] {
        let refused = visitor.get(&format!("{path}?key={secret}")).await.is(401);
        assert_eq!(refused.code(), "auth_in_url");
        assert!(!refused.text.contains(dev.key.id.to_string().as_str()), "nothing is told of the key");
    }
    let address = format!("/v1/chat/completions?api_key={}", dev.secret);
    let request = visitor.request(reqwest::Method::POST, &address).json(&chat("demo-echo"));
    visitor.send(request).await.is(401);
    let rows = app.calls(4).await;
    let mine: Vec<_> = rows.iter().filter(|row| row.key_id == Some(dev.key.id)).collect();
    assert!(mine.len() == 3 && mine.iter().all(|row| row.code.as_deref() == Some("auth_in_url")), "{rows:?}");
    let shown = page().await;
    assert!(shown.contains("Seen in an address") && shown.contains(&format!("{key_page}/leak")), "{shown}");
    app.chat(&dev.secret, "demo-echo").await.is(200);
    let how = Rotate::planned(Overlap::Hour);
    keys::rotate(&app.db, &dev.person.actor, dev.key.id, how).await.unwrap();
    assert!(page().await.contains("Seen in an address"), "the old secret works until its overlap ends");
    keys::end_overlap(&app.db, &dev.person.actor, dev.key.id).await.unwrap();
    assert!(!page().await.contains("Seen in an address"));
}

#[actix_web::test]
async fn p01_a_deactivated_owner_stops_at_once_and_comes_back_at_once() {
    let app = spawn().await;
    let admin = app.admin().await;
    let starter = app.demo_api(&admin).await;
    let dev = app.developer("dana", &starter).await;
    app.chat(&dev.secret, "demo-echo").await.is(200);
    users::deactivate(&app.db, &admin.actor, dev.person.user.id).await.unwrap();
    assert_eq!(app.chat(&dev.secret, "demo-echo").await.is(403).code(), "owner_deactivated");
    users::reactivate(&app.db, &admin.actor, dev.person.user.id).await.unwrap();
    app.chat(&dev.secret, "demo-echo").await.is(200);
}

#[actix_web::test]
async fn models_out_of_reach_are_told_apart() {
    let app = spawn().await;
    let starter = app.demo_api(&app.admin().await).await;
    let dev = app.developer("dana", &starter).await;
    let unknown = app.chat(&dev.secret, "demo-ecko").await.is(404);
    assert_eq!(unknown.code(), "model_not_found");
    assert!(unknown.text.contains("demo-echo"), "the nearest is named: {}", unknown.text);
    let rows = app.calls(1).await;
    assert_eq!((rows[0].state.as_str(), rows[0].code.as_deref()), ("refused", Some("model_not_found")));
}

#[actix_web::test]
async fn a_rate_says_when_there_is_room_again() {
    let app = spawn().await;
    let starter = app.demo_api(&app.admin().await).await;
    let dev = app.developer("dana", &starter).await;
    let (key, id) = (dev.key.id, portico::base::ids::LimitId::fresh());
    app.db
        .transact(async move |tx| {
            let row = limit::ActiveModel {
                id: Set(id),
                scope_kind: Set(LimitScope::Key),
                scope_id: Set(key.0),
                kind: Set(LimitKind::RequestsPerMinute),
                amount: Set(2),
            };
            limit::Entity::insert(row).exec_without_returning(&tx).await?;
            portico::domain::changes::note(&tx, portico::store::Change::Key(key)).await
        })
        .await
        .unwrap();
    let first = app.chat(&dev.secret, "demo-echo").await.is(200);
    assert_eq!(
        (first.header("x-ratelimit-limit-requests"), first.header("x-ratelimit-remaining-requests")),
        ("2", "1")
    );
    app.chat(&dev.secret, "demo-echo").await.is(200);
    let refused = app.chat(&dev.secret, "demo-echo").await.is(429);
    assert_eq!(refused.code(), "rate_limit_exceeded");
    let wait: u32 = refused.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&wait));
    for (name, value) in [("limit", "2"), ("remaining", "0")] {
        assert_eq!(refused.header(&format!("x-ratelimit-{name}-requests")), value);
    }
    assert!(!refused.header("x-ratelimit-reset-requests").is_empty());
    app.look(&dev.secret, "/v1/models").await.is(200);
    assert_eq!(refused.header("x-should-retry"), "");
    let _ = Actor::system("test");
}

#[actix_web::test]
async fn a_wrong_path_is_a_404_for_everybody() {
    let app = spawn().await;
    let caller = app.visitor();
    let unknown = caller.get("/v1/chat/completion").await.is(404);
    assert_eq!(unknown.code(), "path_unknown");
    let bound = caller.get("/apis/demo/v1/chat/completion").await.is(404);
    assert!(bound.text.contains("`/apis/demo/v1/chat/completions`"), "{}", bound.text);
    // A base address without its `/v1`, or without the version: still an answer a program reads.
    for path in ["/chat/completions", "/embeddings", "/apis", "/apis/demo", "/apis/demo/"] {
        assert_eq!(caller.get(path).await.is(404).code(), "path_unknown", "{path}");
    }
    // What stands at a base address is told to keys alone; to others, whatever is there, the same.
    for path in ["/apis/demo/v1", "/apis/demo/v1/", "/apis/none/v9"] {
        assert_eq!(caller.get(path).await.is(401).code(), "auth_missing", "{path}");
        let sent = caller.send(caller.request(Method::POST, path).body("{}")).await.is(404);
        assert_eq!(sent.code(), "path_unknown", "{path}");
    }
    assert!(unknown.text.contains("/v1/chat/completions"), "{}", unknown.text);
    assert!(unknown.text.contains(&format!("{}/catalogue", app.base)), "{}", unknown.text);
    let versionless = caller.get("/apis/demo/chat/completions").await.is(404);
    assert!(versionless.text.contains("`/apis/demo/{version}/chat/completions`"), "{}", versionless.text);
    let wrong = caller.get("/v1/chat/completions").await.is(405);
    assert_eq!((wrong.code().as_str(), wrong.header("allow")), ("method_not_allowed", "POST"));
    for answer in [unknown, wrong] {
        assert_eq!(answer.header("x-should-retry"), "false");
        assert!(!answer.text.contains("diagnose_url"), "nothing is on record: {}", answer.text);
    }
}

#[actix_web::test]
async fn p29_an_sdk_with_another_base_address_is_told_the_right_one_and_never_a_page() {
    let app = spawn().await;
    app.admin().await;
    let caller = app.visitor();
    let (json, page) = ("application/json", "text/html,*/*;q=0.8");
    for (method, path, accept, nearest) in [
        (Method::POST, "/openai/v1/chat/completions", "*/*", "/v1/chat/completions"),
        (Method::POST, "/openai/chat/completions", json, "/v1/chat/completions"),
        (Method::POST, "/anthropic/v1/messages", "*/*", "/v1/chat/completions"),
        (Method::POST, "/v1/messages", json, "/v1/chat/completions"),
        (Method::POST, "/v1/messages/count_tokens", json, ""),
        (Method::POST, "//v1/chat/completions", json, "/v1/chat/completions"),
        (Method::POST, "/v1//chat/completions", json, "/v1/chat/completions"),
        (Method::POST, "/v1/v1/embeddings", json, "/v1/embeddings"),
        (Method::POST, "/chat/completions", json, "/v1/chat/completions"),
        (Method::POST, "/nowhere", "*/*", ""),
        (Method::GET, "/models", json, "/v1/models"),
        (Method::GET, "/openai/v1/models", "*/*", "/v1/models"),
        (Method::GET, "//v1/models", "*/*", "/v1/models"),
    ] {
        let request = caller.request(method.clone(), path).header("accept", accept);
        let answer = caller.send(request.body("{}")).await.is(404);
        assert_eq!(answer.header("content-type"), "application/json", "{path}");
        assert_eq!(answer.code(), "path_unknown", "{path}");
        assert!(answer.text.contains(&format!("{}/v1`", app.base)), "the base address: {}", answer.text);
        assert!(answer.text.contains(&format!("`{nearest}")), "{path}: {}", answer.text);
        let is_anthropics = path.contains("messages");
        assert_eq!(
            answer.json()["type"] == "error",
            is_anthropics,
            "the shape that was meant: {}",
            answer.text
        );
    }
    for (method, path, accept) in
        [(Method::POST, "/openai/v1/chat/completions", page), (Method::GET, "/nowhere", "*/*")]
    {
        let answer = caller.send(caller.request(method, path).header("accept", accept)).await.is(404);
        assert!(answer.header("content-type").starts_with("text/html"), "people read a page: {path}");
    }
    let own = caller.send(caller.request(Method::GET, "/apis/chat/v1/key/self")).await.is(404);
    assert!(own.text.contains("nearest: `/v1/key/self`"), "not the path that was asked for: {}", own.text);
    let script = caller.send(caller.request(Method::POST, "/api/v1/nothing")).await.is(404);
    assert_eq!(script.header("content-type"), "application/problem+json");
}

#[actix_web::test]
async fn a_page_in_a_browser_is_told_that_it_may_not_call() {
    let app = spawn().await;
    let caller = app.visitor();
    for (path, status) in [
        ("/v1/chat/completions", 405),
        ("/apis/chat/v1/chat/completions", 405),
        ("/v1/models", 405),
        ("/v1/nothing", 404),
        ("/apis/chat/v1/nothing", 404),
    ] {
        let asks = caller
            .request(Method::OPTIONS, path)
            .header("origin", "https://app.example")
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "authorization");
        let told = caller.send(asks).await.is(status);
        let code = if status == 405 { "method_not_allowed" } else { "path_unknown" };
        assert_eq!(told.code(), code, "{path}");
        assert!(told.text.contains("Pages in a browser may not call"), "{}", told.text);
        assert!(told.text.contains("/docs/errors/method_not_allowed"), "{}", told.text);
        assert_eq!(told.header("access-control-allow-origin"), "");
    }
    let plain = caller.send(caller.request(Method::OPTIONS, "/v1/models")).await.is(405);
    assert!(
        plain.text.contains("This endpoint takes GET") && plain.header("allow") == "GET",
        "{}",
        plain.text
    );
}

#[actix_web::test]
async fn p04_what_is_turned_away_at_the_door_is_on_record_too() {
    let app = super::support::spawn_with(|config| config.gateway.memory_budget = 1_000).await;
    let starter = app.demo_api(&app.admin().await).await;
    let dev = app.developer("dana", &starter).await;
    let shed = app.chat(&dev.secret, "demo-echo").await.is(503);
    assert_eq!(shed.code(), "overloaded");
    app.app.gateway.stop_admitting();
    let late = app.chat(&dev.secret, "demo-echo").await.is(503);
    assert_eq!((late.code().as_str(), late.header("retry-after")), ("shutting_down", "1"));
    let rows = app.calls(2).await;
    for (row, answer) in rows.iter().zip([shed, late]) {
        assert_eq!(row.id.to_string(), answer.header("x-request-id"));
        assert_eq!((row.state.as_str(), row.code.clone(), row.status), ("refused", Some(answer.code()), 503));
        assert_eq!(row.key_id, None, "nobody has looked at the key yet");
    }
    for _ in 0..50 {
        app.chat(&dev.secret, "demo-echo").await.is(503);
    }
    app.app.ledger.flush_counts();
    let kept = app.calls(20).await.len();
    let counted = portico::store::entity::refusal::Entity::find().all(app.db.calls()).await.unwrap();
    let counted: i64 = counted.iter().map(|row| row.n).sum();
    assert_eq!(kept as i64 + counted, 52, "a flood is counted, not kept");
}

#[actix_web::test]
async fn terse_errors_say_what_their_code_says_to_everybody() {
    let app = super::support::spawn_with(|config| config.gateway.terse_errors = true).await;
    let starter = app.demo_api(&app.admin().await).await;
    let dana = app.developer("dana", &starter).await;
    let wrong = key_format::mint();
    for (key, model) in [(dana.secret.as_str(), "no-such-model"), (wrong.expose(), "demo-echo")] {
        let answer = app.chat(key, model).await;
        let code = Code::parse(&answer.code()).unwrap();
        let error = answer.json()["error"].clone();
        assert_eq!(error["message"], format!("{} {}", code.message(), code.next()));
        assert!(error["request_id"].is_string() && error["doc_url"].is_string(), "{error}");
        assert!(!answer.text.contains("no-such-model") && !answer.text.contains("demo-"), "{error}");
    }
}
