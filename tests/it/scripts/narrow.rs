//! What keys, plans and teams are held to.

use portico::domain::people::admin_tokens::Reach;
use portico::domain::plans::Starter;
use reqwest::Method;
use serde_json::{Value, json};

use crate::keys::{call, token};
use crate::support::calls::chat;
use crate::support::people::{Developer, Person};
use crate::support::{TestApp, spawn};

/// A developer on the demo API, with a token of hers and one of an admin's.
struct Stage {
    app: TestApp,
    admin: Person,
    starter: Starter,
    dana: Developer,
    mine: String,
    theirs: String,
}

async fn stage() -> Stage {
    let app = spawn().await;
    let admin = app.admin().await;
    let starter = app.demo_api(&admin).await;
    let dana = app.developer("dana", &starter).await;
    let mine = token(&app, &dana.person, Reach::ReadAndWrite).await;
    let theirs = token(&app, &admin, Reach::ReadAndWrite).await;
    Stage { app, admin, starter, dana, mine, theirs }
}

#[actix_web::test]
async fn a_key_that_an_operator_paused_is_enabled_by_an_operator_alone() {
    let Stage { app, dana, mine, theirs, .. } = stage().await;
    let post = async |token: &str, act: &str| {
        call(&app, token, Method::POST, &format!("/api/v1/keys/{}/{act}", dana.key.id), Value::Null).await
    };
    post(&mine, "pause").await.is(200);
    post(&mine, "enablement").await.is(200);
    post(&theirs, "pause").await.is(200);
    let refused = post(&mine, "enablement").await.is(403);
    assert!(refused.text.contains("An operator paused this key"), "{}", refused.text);
    let page = dana.person.browser.get(&format!("/keys/{}", dana.key.id)).await.is(200).text;
    assert!(page.contains("ask an admin to enable it") && !page.contains("/enablement"), "{page}");
    assert_eq!(app.call(&dana.secret, "/v1/chat/completions", &chat("demo-echo")).await.code(), "key_paused");
    post(&theirs, "enablement").await.is(200);
    app.chat(&dana.secret, "demo-echo").await.is(200);
}

#[actix_web::test]
async fn an_emptied_list_never_widens_a_key() {
    let Stage { app, dana, mine: token, .. } = stage().await;
    let path = format!("/api/v1/keys/{}", dana.key.id);
    let patch = async |body: Value| call(&app, &token, Method::PATCH, &path, body).await;
    patch(json!({ "scopes": ["models"], "ips": ["10.0.0.1"] })).await.is(200);
    for field in ["scopes", "ips", "api_ids"] {
        let refused = patch(json!({ field: [] })).await.is(400).json();
        assert_eq!(refused["errors"][0]["pointer"], format!("/{field}"));
    }
    for (ips, at) in
        [(json!([""]), 0), (json!(["   "]), 0), (json!([","]), 0), (json!(["10.0.0.2", "\n"]), 1)]
    {
        let pointer = json!(format!("/ips/{at}"));
        let refused = patch(json!({ "ips": ips })).await.is(400).json();
        assert_eq!(refused["errors"][0]["pointer"], pointer, "{refused}");
        let new = json!({ "app_id": dana.key.app_id, "name": "open", "ips": ips });
        let refused = call(&app, &token, Method::POST, "/api/v1/keys", new).await.is(400).json();
        assert_eq!(refused["errors"][0]["pointer"], pointer, "{refused}");
    }
    let same = call(&app, &token, Method::GET, &path, Value::Null).await.is(200).json();
    assert_eq!((&same["scopes"], &same["ips"]), (&json!(["models"]), &json!(["10.0.0.1/32"])));
    let open = patch(json!({ "scopes": null, "ips": null })).await.is(200).json();
    let lists =
        |key: &Value| json!({ "scopes": key["scopes"], "ips": key["ips"], "api_ids": key["api_ids"] });
    assert_eq!(lists(&open), json!({ "scopes": null, "ips": null, "api_ids": null }));
    patch(lists(&open)).await.is(200);
    let expiry = format!("{path}/expiry");
    let nothing = call(&app, &token, Method::POST, &expiry, json!({})).await.is(400).json();
    assert_eq!(nothing["param"], "expires_in_days");
    let past = json!({ "expires_at": "2001-01-01" });
    let past = call(&app, &token, Method::POST, &expiry, past).await.is(400).json();
    assert_eq!(past["errors"][0]["pointer"], "/expires_at");
}

#[actix_web::test]
async fn a_team_limit_holds_whatever_plans_its_applications_are_on() {
    let Stage { app, admin, starter, dana, mine, theirs } = stage().await;
    let team = dana.person.team();
    let path = format!("/api/v1/teams/{team}/limits");
    let limits = json!({ "requests_per_minute": 2 });
    call(&app, &mine, Method::PUT, &path, limits.clone()).await.is(403);
    let exact = json!({ "usd_per_month": "12.345678901" });
    let read = call(&app, &theirs, Method::PUT, &path, exact.clone()).await.is(200).json();
    assert_eq!(read["usd_per_month"], exact["usd_per_month"], "what is read can be sent back");
    let set = call(&app, &theirs, Method::PUT, &path, limits).await.is(200).json();
    assert_eq!(set["requests_per_minute"], 2);
    app.chat(&dana.secret, "demo-echo").await.is(200);
    let post =
        async |path: &str, body: Value| call(&app, &mine, Method::POST, path, body).await.is(201).json();
    let second = post("/api/v1/apps", json!({ "name": "Second" })).await;
    let (version, plan) = (starter.version.id, starter.plan.id);
    post("/api/v1/subscriptions", json!({ "app_id": second["id"], "version_id": version, "plan_id": plan }))
        .await;
    let key = post("/api/v1/keys", json!({ "app_id": second["id"], "name": "second" })).await;
    let secret = key["secret"].as_str().unwrap();
    app.chat(secret, "demo-echo").await.is(200);
    let over = app.chat(secret, "demo-echo").await.is(429);
    assert_eq!(over.code(), "rate_limit_exceeded");

    let page = format!("/teams/{team}");
    let shown = dana.person.browser.get(&page).await.is(200).text;
    assert!(shown.contains("2 requests a minute") && !shown.contains("Save limits"), "{shown}");
    dana.person
        .browser
        .submit(&page, &format!("{page}/limits"), &[("requests_per_minute", "9")])
        .await
        .is(403);
    let wrong = [("requests_per_minute", "none"), ("usd_per_month", "5")];
    let back = admin.browser.submit(&page, &format!("{page}/limits"), &wrong).await.is(422);
    assert_eq!(back.field("usd_per_month").as_deref(), Some("5"), "what was typed stays");
    admin.browser.submit(&page, &format!("{page}/limits"), &[("requests_per_minute", "")]).await.is(303);
    app.chat(secret, "demo-echo").await.is(200);
}

#[actix_web::test]
async fn a_plan_names_models_that_there_are_and_a_price_of_the_demo_counts() {
    let Stage { app, admin, starter, dana, theirs: token, .. } = stage().await;
    let path = format!("/api/v1/apis/{}/plans", starter.api.id);
    let plan = |model: &str| json!({ "name": model, "approval": "auto", "models": [model] });
    let refused = call(&app, &token, Method::POST, &path, plan("no-such-model")).await.is(400).json();
    assert_eq!(refused["errors"][0]["pointer"], "/models");
    call(&app, &token, Method::POST, &path, plan("demo-echo")).await.is(201);
    app.chat(&dana.secret, "demo-echo").await.is(200);
    assert_eq!(app.calls(1).await[0].cost_nanos.map(|cost| cost.0), Some(0), "free until a price is set");
    app.price(&admin, &starter, 1_000_000_000).await;
    app.chat(&dana.secret, "demo-echo").await.is(200);
    let calls = app.calls(2).await;
    assert!(calls.iter().any(|call| call.cost_nanos.is_some_and(|cost| cost.0 > 0)), "{calls:?}");
}

#[actix_web::test]
async fn a_refused_change_of_a_key_changes_nothing_of_it() {
    let Stage { app, dana, mine: token, .. } = stage().await;
    let path = format!("/api/v1/keys/{}", dana.key.id);
    let nobody = "0198c0de-0000-7000-8000-000000000000";
    let half = json!({ "name": "half", "api_ids": [nobody] });
    let refused = call(&app, &token, Method::PATCH, &path, half).await.is(400).json();
    assert_eq!(refused["errors"][0]["pointer"], "/api_ids");
    let kept = call(&app, &token, Method::GET, &path, Value::Null).await.is(200).json();
    assert_eq!(kept["name"], dana.key.name.as_str());
}

#[actix_web::test]
async fn null_takes_the_limits_of_a_key_and_of_a_plan_away() {
    let Stage { app, starter, dana, theirs: token, .. } = stage().await;
    for path in [format!("/api/v1/keys/{}", dana.key.id), format!("/api/v1/plans/{}", starter.plan.id)] {
        let patch = async |body: Value| call(&app, &token, Method::PATCH, &path, body).await.is(200).json();
        let set = json!({ "limits": { "requests_per_minute": 7 } });
        assert_eq!(patch(set).await["limits"]["requests_per_minute"], 7, "{path}");
        assert_eq!(patch(json!({})).await["limits"]["requests_per_minute"], 7, "left out stays");
        let lifted = patch(json!({ "limits": null })).await;
        assert!(lifted["limits"].as_object().unwrap().values().all(Value::is_null), "{lifted}");
    }
}

#[actix_web::test]
async fn a_blank_word_in_a_list_is_a_mistake_at_its_place() {
    let Stage { app, starter, theirs: token, .. } = stage().await;
    let team = starter.api.owner_team_id;
    let plans = format!("/api/v1/apis/{}/plans", starter.api.id);
    let plan = json!({ "name": "Rule", "approval": "rule", "rule_team_id": team, "rule_domains": ["a.example", " "] });
    let refused = call(&app, &token, Method::POST, &plans, plan).await.is(400).json();
    assert_eq!(refused["errors"][0]["pointer"], "/rule_domains/1");
    let rules = json!({ "mode": "domain", "domains": ["a.example", ""] });
    let refused = call(&app, &token, Method::PUT, "/api/v1/settings/sign-up", rules).await.is(400).json();
    assert_eq!(refused["errors"][0]["pointer"], "/domains/1");
}
