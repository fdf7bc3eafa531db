//! A call from end to end: the answer, what the vendor saw, and the row it leaves.

use portico::domain::catalogue::{self, Deprecation};
use portico::domain::keys::{self, NewKey};
use portico::store::entity::states::Scope;
use serde_json::json;

use super::support::calls::chat;
use super::support::spawn;
use super::support::vendor::Vendor;

#[actix_web::test]
async fn a_first_call_to_the_demo_vendor_is_answered_and_on_record() {
    let app = spawn().await;
    let starter = app.demo_api(&app.admin().await).await;
    let dev = app.developer("dana", &starter).await;
    let answer = app.chat(&dev.secret, "demo-echo").await.is(200);
    assert_eq!(answer.json()["model"], "demo-echo");
    assert!(answer.json()["choices"][0]["message"]["content"].is_string(), "{}", answer.text);
    let row = app.calls(1).await.remove(0);
    assert_eq!(row.id.to_string(), answer.header("x-request-id"));
    assert_eq!((row.state.as_str(), row.status, row.usage_source.as_str()), ("answered", 200, "reported"));
    assert_eq!((row.key_id, row.cost_nanos.map(|cost| cost.0)), (Some(dev.key.id), Some(0)));
    assert_eq!(row.version_id, Some(starter.version.id));
}

#[actix_web::test]
async fn p04_b55_b56_a_vendor_sees_one_clean_request_per_call() {
    let app = spawn().await;
    let vendor = Vendor::start().await;
    let starter = app.vendor_api(&app.admin().await, "custom", &vendor.base, &["gpt-test"]).await;
    let dev = app.developer("dana", &starter).await;
    let caller = app.visitor();
    // Nothing of the caller's own headers goes on.
    let request = caller
        .request(reqwest::Method::POST, "/v1/chat/completions")
        .bearer_auth(&dev.secret)
        .header("x-api-key", &dev.secret)
        .header("connection", "authorization, x-request-id")
        .header("openai-organization", "org-canary")
        .header("cookie", "canary=1")
        .header("proxy-authorization", "Basic canary")
        .header("x-request-id", "mine-1")
        .header("accept-encoding", "gzip, br")
        .json(&chat("gpt-test"));
    let answer = caller.send(request).await.is(200);
    assert_eq!(answer.json()["choices"][0]["message"]["content"], "Hello from the vendor");
    assert_eq!(vendor.hits(), 1);
    let head = vendor.last().head.to_lowercase();
    assert!(head.contains("authorization: bearer sk-fake-vendor-secret"), "{head}");
    assert!(head.contains("accept-encoding: identity"), "{head}");
    for canary in ["canary", "sk-ptc-", "mine-1", "x-api-key"] {
        assert!(!head.contains(canary), "{canary} in {head}");
    }
    let row = app.calls(1).await.remove(0);
    assert_eq!((row.input_tokens, row.output_tokens), (Some(11), Some(4)));
    assert_eq!(row.client_request_id.as_deref(), Some("mine-1"));
    assert_ne!(answer.header("x-request-id"), "mine-1");
}

#[actix_web::test]
async fn keys_are_taken_from_each_sdks_own_header() {
    let app = spawn().await;
    let starter = app.demo_api(&app.admin().await).await;
    let dev = app.developer("dana", &starter).await;
    let caller = app.visitor();
    for name in ["x-api-key", "api-key", "x-goog-api-key"] {
        let request = caller.request(reqwest::Method::GET, "/v1/models").header(name, &dev.secret);
        let listed = caller.send(request).await.is(200);
        let first = &listed.json()["data"][0];
        assert_eq!(first["object"], "model", "{}", listed.text);
    }
    app.look(&dev.secret, "/v1/models/demo-echo").await.is(200);
    assert_eq!(app.look(&dev.secret, "/v1/models/demo-ecko").await.is(404).code(), "model_not_found");
}

#[actix_web::test]
async fn the_same_endpoints_live_below_one_apis_version() {
    let app = spawn().await;
    let starter = app.demo_api(&app.admin().await).await;
    let dev = app.developer("dana", &starter).await;
    let base = format!("/apis/{}/{}", starter.api.slug, starter.version.name);
    for path in [format!("{base}/chat/completions"), format!("{base}/v1/chat/completions")] {
        let answer = app.call(&dev.secret, &path, &chat("demo-echo")).await.is(200);
        assert_eq!(answer.header("x-portico-api"), format!("{}/{}", starter.api.slug, starter.version.name));
    }
    app.look(&dev.secret, &format!("{base}/models")).await.is(200);
    let unknown =
        app.call(&dev.secret, "/apis/nothing/v1/chat/completions", &chat("demo-echo")).await.is(404);
    assert_eq!(unknown.code(), "api_unknown");
}

#[actix_web::test]
async fn embeddings_are_answered() {
    let app = spawn().await;
    let starter = app.demo_api(&app.admin().await).await;
    let dev = app.developer("dana", &starter).await;
    let body = json!({"model": "demo-embed", "input": "hello"});
    let answer = app.call(&dev.secret, "/v1/embeddings", &body).await.is(200);
    assert!(answer.json()["data"][0]["embedding"].is_array(), "{}", answer.text);
    let wrong = app.call(&dev.secret, "/v1/chat/completions", &chat("demo-embed")).await.is(400);
    assert_eq!(wrong.code(), "field_invalid");
}

#[actix_web::test]
async fn a_key_tells_what_it_is_even_when_it_is_dead() {
    let app = spawn().await;
    let starter = app.demo_api(&app.admin().await).await;
    let dev = app.developer("dana", &starter).await;
    let alive = app.look(&dev.secret, "/v1/key/self").await.is(200).json();
    assert_eq!(
        (alive["works"].as_bool(), alive["id"].as_str()),
        (Some(true), Some(dev.key.id.to_string().as_str()))
    );
    app.clock.forward(std::time::Duration::from_secs(400 * 86_400));
    let dead = app.look(&dev.secret, "/v1/key/self").await.is(200).json();
    assert_eq!(dead["refusal"]["code"], "key_expired", "{dead}");
    assert_eq!(app.chat(&dev.secret, "demo-echo").await.is(401).code(), "key_expired");
}

#[actix_web::test]
async fn a_good_key_without_a_subscription_in_force_says_that_it_does_not_work() {
    let app = spawn().await;
    let admin = app.admin().await;
    let starter = app.demo_api(&admin).await;
    let dev = app.developer("dana", &starter).await;
    let new = NewKey { scopes: vec![Scope::Embeddings], ..NewKey::usual(dev.app, "vectors") };
    let narrow = keys::issue(&app.db, &dev.person.actor, new).await.unwrap();
    let alive = app.look(narrow.secret.expose(), "/v1/key/self").await.is(200).json();
    assert_eq!((&alive["works"], &alive["models"]), (&json!(true), &json!(["demo-embed"])), "{alive}");
    let notice = Deprecation {
        sunset_at: app.db.now().plus(90 * 86_400_000_000),
        successor: None,
        guide_url: String::new(),
    };
    catalogue::deprecate(&app.db, &admin.actor, starter.version.id, notice).await.unwrap();
    catalogue::retire(&app.db, &admin.actor, starter.version.id, "Old".to_owned()).await.unwrap();
    let told = app.look(&dev.secret, "/v1/key/self").await.is(200).json();
    assert_eq!((&told["works"], &told["state"]), (&json!(false), &json!("active")), "{told}");
    assert_eq!(told["refusal"]["code"], "version_retired");
    assert!(told["refusal"]["doc_url"].is_string() && told["refusal"]["message"].is_string());
    assert_eq!((&told["subscriptions"][0]["state"], &told["models"]), (&json!("retired"), &json!([])));
    let refused = app.chat(&dev.secret, "demo-echo").await.is(410);
    let row = app.calls(1).await.remove(0);
    assert_eq!(
        (row.id.to_string().as_str(), row.version_id),
        (refused.header("x-request-id"), Some(starter.version.id))
    );
}

#[actix_web::test]
async fn a_playground_token_calls_as_the_key() {
    let app = spawn().await;
    let starter = app.demo_api(&app.admin().await).await;
    let dev = app.developer("dana", &starter).await;
    let page = format!("/keys/{}", dev.key.id);
    let token = dev.person.browser.submit(&page, &format!("{page}/playground-token"), &[]).await.is(200);
    let token = token.json()["token"].as_str().unwrap().to_owned();
    app.chat(&token, "demo-echo").await.is(200);
    assert_eq!(app.calls(1).await[0].key_id, Some(dev.key.id));
    app.clock.forward(std::time::Duration::from_secs(601));
    assert_eq!(app.chat(&token, "demo-echo").await.is(401).code(), "key_expired");
}
