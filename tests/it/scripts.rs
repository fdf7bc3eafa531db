//! What somebody who scripts against `/api/v1` relies on.

use std::time::Duration;

use portico::domain::people::admin_tokens::Reach;
use portico::domain::plans::{self, NewStarter};
use portico::store::entity::states::Approval;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;

mod places;
mod teams;

use crate::keys::{call, token};
use crate::support::calls::chat;
use crate::support::spawn;

#[actix_web::test]
async fn a_member_finds_asks_waits_and_is_led_to_the_request() {
    let app = spawn().await;
    let admin = app.admin().await;
    let mut new = NewStarter::of_preset("demo", None, admin.team()).unwrap();
    new.plan.approval = Approval::Manual;
    plans::publish_starter(&app.db, &admin.actor, new).await.unwrap();
    let dana = app.person("dana").await;
    let token = token(&app, &dana, Reach::ReadAndWrite).await;
    let get = async |path: &str| call(&app, &token, Method::GET, path, Value::Null).await;
    let post = async |path: &str, body: Value| call(&app, &token, Method::POST, path, body).await;

    let slug = get("/api/v1/catalogue?q=demo").await.is(200).json()["items"][0]["slug"].clone();
    let slug = slug.as_str().unwrap();
    let api = get(&format!("/api/v1/catalogue/{slug}")).await.is(200).json();
    assert_eq!(api["versions"][0]["state"], "published");
    assert_eq!(api["plans"][0]["approval"], "manual");
    get("/api/v1/catalogue/nothing").await.is(404);
    get("/api/v1/catalogue?quux=1").await.is(400);

    let made = post("/api/v1/apps", json!({ "name": "Mail" })).await.is(201).json();
    let key = post("/api/v1/keys", json!({ "app_id": made["id"], "name": "ci" })).await.is(201).json();
    let secret = key["secret"].as_str().unwrap();
    let page = format!("/keys/{}", key["key"]["id"].as_str().unwrap());
    let shown = dana.browser.get(&page).await.is(200).text;
    assert!(
        shown.contains("subscription_missing"),
        "a key without a subscription is not called good: {shown}"
    );

    let missing = app.chat(secret, "demo-echo").await.is(403);
    assert_eq!(missing.code(), "subscription_missing");
    let leads =
        dana.browser.get(&format!("/diagnose?id={}", missing.header("x-request-id"))).await.is(200).text;
    let there = format!("/subscribe/{slug}?app={}", made["id"].as_str().unwrap());
    assert!(leads.contains(&there), "{leads}");
    dana.browser.get(&there).await.is(200);

    let request = json!({ "app_id": made["id"], "version_id": api["versions"][0]["id"],
        "plan_id": api["plans"][0]["id"], "reason": "to answer mail" });
    let asked = post("/api/v1/subscriptions", request).await.is(201).json();
    let pending = app.chat(secret, "demo-echo").await.is(403);
    assert_eq!(pending.code(), "subscription_pending");
    let leads =
        dana.browser.get(&format!("/diagnose?id={}", pending.header("x-request-id"))).await.is(200).text;
    assert!(leads.contains(&format!("/requests/{}", asked["id"].as_str().unwrap())), "{leads}");
    let shown = dana.browser.get(&page).await.is(200).text;
    assert!(shown.contains("subscription_pending"), "{shown}");
}

#[actix_web::test]
async fn a_key_that_an_operator_paused_is_enabled_by_an_operator_alone() {
    let app = spawn().await;
    let admin = app.admin().await;
    let starter = app.demo_api(&admin).await;
    let dana = app.developer("dana", &starter).await;
    let (mine, theirs) = (
        token(&app, &dana.person, Reach::ReadAndWrite).await,
        token(&app, &admin, Reach::ReadAndWrite).await,
    );
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
    let app = spawn().await;
    let admin = app.admin().await;
    let starter = app.demo_api(&admin).await;
    let dana = app.developer("dana", &starter).await;
    let token = token(&app, &dana.person, Reach::ReadAndWrite).await;
    let path = format!("/api/v1/keys/{}", dana.key.id);
    let patch = async |body: Value| call(&app, &token, Method::PATCH, &path, body).await;
    patch(json!({ "scopes": ["models"], "ips": ["10.0.0.1"] })).await.is(200);
    for field in ["scopes", "ips", "api_ids"] {
        let refused = patch(json!({ field: [] })).await.is(400).json();
        assert_eq!(refused["errors"][0]["pointer"], format!("/{field}"));
    }
    let same = call(&app, &token, Method::GET, &path, Value::Null).await.is(200).json();
    assert_eq!((&same["scopes"], &same["ips"]), (&json!(["models"]), &json!(["10.0.0.1/32"])));
    let open = patch(json!({ "scopes": null, "ips": null })).await.is(200).json();
    assert_eq!((open["scopes"].as_array().unwrap().len() > 1, &open["ips"]), (true, &json!([])));
    let expiry = format!("{path}/expiry");
    let nothing = call(&app, &token, Method::POST, &expiry, json!({})).await.is(400).json();
    assert_eq!(nothing["param"], "expires_in_days");
    let past = json!({ "expires_at": "2001-01-01" });
    let past = call(&app, &token, Method::POST, &expiry, past).await.is(400).json();
    assert_eq!(past["errors"][0]["pointer"], "/expires_at");
}

#[actix_web::test]
async fn b39_b47_what_is_wrong_is_named_by_its_place_in_words_of_json() {
    let app = spawn().await;
    app.admin().await;
    let dana = app.person("dana").await;
    let token = token(&app, &dana, Reach::ReadAndWrite).await;
    let post = async |body: Value| call(&app, &token, Method::POST, "/api/v1/keys", body).await;
    let id = "0198c0de-0000-7000-8000-000000000000";
    let bad = [
        (json!({ "app_id": id, "name": "x", "expires_in_days": -1 }), "/expires_in_days"),
        (
            json!({ "app_id": id, "name": "x", "limits": { "requests_per_minute": "9" } }),
            "/limits/requests_per_minute",
        ),
        (json!({ "app_id": id, "name": "x", "limits": { "quux": 1 } }), "/limits/quux"),
        (json!({ "app_id": id, "name": "x", "scopes": "chat" }), "/scopes"),
        (json!({ "app_id": id }), "/name"),
    ];
    for (body, pointer) in bad {
        let told = post(body).await.is(400).json();
        assert_eq!(told["errors"][0]["pointer"], pointer, "{told}");
        let said = told["detail"].as_str().unwrap();
        assert!(!["u32", "i64", "struct", "sequence"].iter().any(|word| said.contains(word)), "{said}");
    }
    let list = post(json!([id, "x"])).await.is(400);
    assert_eq!(list.code(), "json_invalid");
    for path in ["/api/v1/nope", "/api/v2/keys"] {
        let nowhere = call(&app, &token, Method::GET, path, Value::Null).await.is(404);
        assert!(nowhere.header("content-type").starts_with("application/problem+json"), "{path}");
    }
    for query in ["quux=1", "limit=abc", "limit=0", "state=quux"] {
        call(&app, &token, Method::GET, &format!("/api/v1/calls?{query}"), Value::Null).await.is(400);
    }
    let none = call(&app, &token, Method::GET, "/api/v1/calls?limit=5", Value::Null).await.is(200);
    assert_eq!(none.json()["items"], json!([]));
}

#[actix_web::test]
async fn a_team_limit_holds_whatever_plans_its_applications_are_on() {
    let app = spawn().await;
    let admin = app.admin().await;
    let starter = app.demo_api(&admin).await;
    let dana = app.developer("dana", &starter).await;
    let (mine, theirs) = (
        token(&app, &dana.person, Reach::ReadAndWrite).await,
        token(&app, &admin, Reach::ReadAndWrite).await,
    );
    let team = dana.person.team();
    let path = format!("/api/v1/teams/{team}/limits");
    let limits = json!({ "requests_per_minute": 2 });
    call(&app, &mine, Method::PUT, &path, limits.clone()).await.is(403);
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
async fn a_reset_password_ends_the_tokens_that_an_intruder_may_have_made() {
    let app = spawn().await;
    let admin = app.admin().await;
    let dana = app.person("dana").await;
    let token = token(&app, &dana, Reach::ReadAndWrite).await;
    call(&app, &token, Method::GET, "/api/v1/keys", Value::Null).await.is(200);
    portico::domain::people::reset::replace(&app.db, &admin.actor, dana.user.id).await.unwrap();
    call(&app, &token, Method::GET, "/api/v1/keys", Value::Null).await.is(401);
}

#[actix_web::test]
async fn the_page_of_an_error_leads_back_to_the_form_it_came_from() {
    let app = spawn().await;
    let admin = app.admin().await;
    let send = |browser: &crate::support::Browser, csrf: &str| {
        let request =
            browser.request(Method::POST, "/users/0198c0de-0000-7000-8000-000000000000/deactivation");
        let request = request.header("referer", format!("{}/users?q=x", app.base));
        request.header("content-type", "application/x-www-form-urlencoded").body(format!("csrf={csrf}"))
    };
    let gone = app.visitor();
    let signed_out = gone.send(send(&gone, "none")).await.is(401);
    assert!(signed_out.text.contains("/sign-in?next=%2Fusers%3Fq%3Dx"), "{}", signed_out.text);
    let elsewhere =
        gone.request(Method::POST, "/users/x/deactivation").header("referer", "https://evil.example/users");
    let elsewhere = gone.send(elsewhere.body("csrf=none")).await.is(401);
    assert!(elsewhere.text.contains("/sign-in?next=%2F\""), "{}", elsewhere.text);
    drop(admin);
}

#[actix_web::test]
async fn a_plan_names_models_that_there_are_and_a_price_of_the_demo_counts() {
    let app = spawn().await;
    let admin = app.admin().await;
    let starter = app.demo_api(&admin).await;
    let dana = app.developer("dana", &starter).await;
    let token = token(&app, &admin, Reach::ReadAndWrite).await;
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

/// All items of a list, read two at a time.
async fn walk(app: &crate::support::TestApp, token: &str, path: &str) -> Vec<Value> {
    let sign = if path.contains('?') { '&' } else { '?' };
    let (mut items, mut before) = (Vec::new(), String::new());
    loop {
        let page = format!("{path}{sign}limit=2{before}");
        let page = call(app, token, Method::GET, &page, Value::Null).await.is(200).json();
        let got = page["items"].as_array().unwrap().clone();
        assert!(got.len() <= 2, "{page}");
        items.extend(got);
        match page["next"].as_str() {
            Some(next) => before = format!("&before={next}"),
            None => return items,
        }
    }
}

#[actix_web::test]
async fn every_list_is_read_in_pages_and_a_bad_cursor_is_refused() {
    let app = spawn().await;
    let admin = app.admin().await;
    let starter = app.demo_api(&admin).await;
    let token = token(&app, &admin, Reach::ReadAndWrite).await;
    let post =
        async |path: &str, body: Value| call(&app, &token, Method::POST, path, body).await.is(201).json();
    let (api, provider) = (starter.api.id, starter.provider.id);
    let (plans, members) =
        (format!("/api/v1/apis/{api}/plans"), format!("/api/v1/teams/{}/members", admin.team()));
    let prices = format!("/api/v1/providers/{provider}/prices");
    for number in 1..=4 {
        let name = format!("n{number}");
        post("/api/v1/providers", json!({ "preset": "ollama", "name": name })).await;
        post("/api/v1/models", json!({ "name": name })).await;
        post("/api/v1/apis", json!({ "slug": name, "name": name })).await;
        post("/api/v1/tokens", json!({ "name": name })).await;
        post("/api/v1/teams", json!({ "name": name })).await;
        post(&prices, json!({ "vendor_model": "demo-echo", "input": "1" })).await;
        let plan = post(&plans, json!({ "name": name, "approval": "manual" })).await;
        let made = post("/api/v1/apps", json!({ "name": name })).await;
        post("/api/v1/keys", json!({ "app_id": made["id"], "name": name })).await;
        let asked = json!({ "app_id": made["id"], "version_id": starter.version.id, "plan_id": plan["id"] });
        post("/api/v1/subscriptions", asked).await;
    }
    let prices = format!("{prices}?vendor_model=demo-echo");
    let inbox = "/api/v1/subscriptions?inbox=true".to_owned();
    let own = |path: &str| path.to_owned();
    let lists = [
        (own("/api/v1/providers"), 4, "name"),
        (own("/api/v1/models"), 4, "name"),
        (own("/api/v1/apis"), 4, "name"),
        (own("/api/v1/tokens"), 4, "name"),
        (own("/api/v1/teams"), 4, "name"),
        (plans, 4, "name"),
        (prices, 4, "id"),
        (members, 1, "user_id"),
        (own("/api/v1/apps"), 4, "id"),
        (own("/api/v1/keys"), 4, "id"),
        (own("/api/v1/users"), 1, "id"),
        (own("/api/v1/subscriptions"), 4, "id"),
        (inbox, 4, "id"),
    ];
    for (path, least, unique) in lists {
        let items = walk(&app, &token, &path).await;
        let mut seen: Vec<String> = items.iter().map(|item| item[unique].to_string()).collect();
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), items.len(), "{path}: an item came twice");
        assert!(items.len() >= least, "{path}: {items:?}");
        let sign = if path.contains('?') { '&' } else { '?' };
        let whole = format!("{path}{sign}limit=200");
        let whole = call(&app, &token, Method::GET, &whole, Value::Null).await.is(200).json();
        assert_eq!(whole["items"], json!(items), "{path}: pages and the whole differ");
        assert_eq!(whole["next"], Value::Null, "{path}");
        for bad in ["before=quux", "limit=quux", "after=x", "page=2"] {
            refused(&app, &token, &format!("{path}{sign}{bad}")).await;
        }
    }
}

/// A parameter that is wrong is named, and no pointer points into a body that was not sent.
async fn refused(app: &crate::support::TestApp, token: &str, path: &str) {
    let said = call(app, token, Method::GET, path, Value::Null).await.is(400).json();
    let (_, last) = path.rsplit_once(['?', '&']).unwrap();
    assert_eq!(said["code"], "field_invalid", "{path}: {said}");
    assert_eq!(said["param"].as_str(), last.split('=').next(), "{path}: {said}");
    assert!(said["errors"].is_null(), "{path}: {said}");
}

#[actix_web::test]
async fn every_list_takes_a_limit_from_one_up_to_what_its_page_says() {
    let app = spawn().await;
    let admin = app.admin().await;
    let starter = app.demo_api(&admin).await;
    let token = token(&app, &admin, Reach::ReadAndWrite).await;
    let document = portico::api::document::value();
    let mut lists = 0;
    for (shape, item) in document["paths"].as_object().unwrap() {
        let operation = &item["get"];
        let answer = &operation["responses"]["200"]["content"]["application/json"]["schema"]["$ref"];
        let Some(name) = answer.as_str() else { continue };
        let schema = document.pointer(name.trim_start_matches('#')).unwrap();
        if schema["properties"]["items"].is_null() || schema["properties"]["next"].is_null() {
            continue;
        }
        lists += 1;
        let parameters = operation["parameters"].as_array().unwrap();
        let limit = parameters.iter().find(|parameter| parameter["name"] == "limit");
        let limit = &limit.unwrap_or_else(|| panic!("{shape} takes no limit"))["schema"];
        let most = limit["maximum"].as_u64().unwrap_or_else(|| panic!("{shape}: {limit}"));
        assert_eq!(limit["minimum"], 1, "{shape}: {limit}");
        let (api, provider) = (starter.api.id.to_string(), starter.provider.id.to_string());
        let team = admin.team().to_string();
        let id = [("apis", api), ("providers", provider), ("teams", team)];
        let id = id.into_iter().find(|(noun, _)| shape.contains(noun)).map_or(String::new(), |(_, id)| id);
        let path = format!("{}?vendor_model=m&", shape.replace("{id}", &id));
        let path = if shape.ends_with("/prices") { path } else { path.replace("vendor_model=m&", "") };
        for good in [1, most] {
            let page = format!("{path}limit={good}");
            call(&app, &token, Method::GET, &page, Value::Null).await.is(200);
        }
        for bad in ["0", "-1", "1.5", "many", "", "99999999999999999999", &(most + 1).to_string()] {
            refused(&app, &token, &format!("{path}limit={bad}")).await;
        }
    }
    assert!(lists > 12, "{lists}");
}

#[actix_web::test]
async fn the_catalogue_is_read_in_pages_too() {
    let app = spawn().await;
    let admin = app.admin().await;
    for number in 1..=3 {
        let mut new = NewStarter::of_preset("demo", None, admin.team()).unwrap();
        new.provider.name = format!("demo {number}");
        new.api.slug = format!("n{number}");
        plans::publish_starter(&app.db, &admin.actor, new).await.unwrap();
    }
    let token = token(&app, &admin, Reach::Read).await;
    let get = async |query: &str| {
        let page = format!("/api/v1/catalogue?limit=2{query}");
        call(&app, &token, Method::GET, &page, Value::Null).await.is(200).json()
    };
    let first = get("").await;
    assert_eq!((first["items"].as_array().unwrap().len(), &first["next"]), (2, &json!("n2")));
    let rest = get("&after=n2").await;
    assert_eq!((&rest["items"][0]["slug"], &rest["next"]), (&json!("n3"), &Value::Null));
}

#[actix_web::test]
async fn a_script_tells_one_conflict_from_another() {
    let app = spawn().await;
    let admin = app.admin().await;
    let starter = app.demo_api(&admin).await;
    let dana = app.developer("dana", &starter).await;
    let token = token(&app, &admin, Reach::ReadAndWrite).await;
    let key = format!("/api/v1/keys/{}", dana.key.id);
    call(&app, &token, Method::POST, &format!("{key}/pause"), Value::Null).await.is(200);
    let (me, team) = (admin.user.id, admin.team());
    let elsewhere = json!({ "expected_secret_id": "0198c0de-0000-7000-8000-000000000000" });
    let again =
        json!({ "app_id": dana.key.app_id, "version_id": starter.version.id, "plan_id": starter.plan.id });
    let cases = [
        (Method::POST, format!("{key}/pause"), Value::Null, "wrong_state"),
        (Method::POST, format!("{key}/rotation"), elsewhere, "changed_meanwhile"),
        (Method::POST, "/api/v1/subscriptions".to_owned(), again, "exists_already"),
        (Method::DELETE, format!("/api/v1/providers/{}", starter.provider.id), Value::Null, "in_use"),
        (Method::POST, format!("/api/v1/users/{me}/deactivation"), Value::Null, "yourself"),
        (Method::PATCH, format!("/api/v1/users/{me}"), json!({ "role": "member" }), "last_one"),
        (
            Method::POST,
            format!("/api/v1/teams/{team}/members"),
            json!({ "email": dana.person.user.email }),
            "personal_team",
        ),
    ];
    let shown = portico::api::document::value();
    let described = shown["components"]["schemas"]["Refusal"]["properties"]["reason"]["description"].clone();
    for (method, path, body, reason) in cases {
        let refused = call(&app, &token, method, &path, body).await.is(409);
        let said = refused.json();
        assert_eq!((&said["code"], &said["reason"]), (&json!("conflict"), &json!(reason)), "{path}: {said}");
    }
    for clash in portico::base::Clash::ALL {
        assert!(described.as_str().unwrap().contains(&format!("`{clash}`")), "{clash} is not documented");
    }
    let other = call(&app, &token, Method::GET, "/api/v1/nope", Value::Null).await.is(404).json();
    assert_eq!(other.get("reason"), None);
}

#[actix_web::test]
async fn ones_own_new_password_ends_the_management_tokens_where_that_is_wished() {
    let app = spawn().await;
    let admin = app.admin().await;
    let dana = app.person("dana").await;
    let admins = token(&app, &admin, Reach::ReadAndWrite).await;
    let link = format!("/api/v1/users/{}/reset-link", dana.user.id);
    let link = call(&app, &admins, Method::POST, &link, Value::Null).await.is(201).json();
    let link = link["link"].as_str().unwrap().trim_start_matches(&app.base).to_owned();
    let browser = app.visitor();
    browser.submit(&link, &link, &[("password", "a first fine passphrase")]).await.is(303);
    let signed_in = [("email", dana.user.email.as_str()), ("password", "a first fine passphrase")];
    browser.submit("/sign-in", "/sign-in", &signed_in).await.is(303);
    assert!(!browser.get("/profile").await.is(200).text.contains("revoke_tokens"), "there is nothing to end");

    let token = token(&app, &dana, Reach::Read).await;
    let works = async || call(&app, &token, Method::GET, "/api/v1/teams", Value::Null).await.status == 200;
    let change =
        async |fields: &[(&str, &str)]| browser.submit("/profile", "/profile/password", fields).await;
    let (first, second) = ("a first fine passphrase", "a second fine passphrase");
    let wrong = [("current", "not it"), ("password", second), ("revoke_tokens", "true")];
    let back = change(&wrong).await.is(422).text;
    assert!(back.contains("value=\"true\" checked"), "the tick stays: {back}");
    assert!(works().await, "a refused change ended a token");
    change(&[("current", first), ("password", second)]).await.is(303);
    assert!(works().await, "nobody asked for the token to end");
    change(&[("current", second), ("password", first), ("revoke_tokens", "true")]).await.is(303);
    assert!(!works().await);
    let said = browser.get("/profile").await.is(200).text;
    assert!(said.contains("your management tokens are ended"), "{said}");
    call(&app, &admins, Method::GET, "/api/v1/teams", Value::Null).await.is(200);
}

#[actix_web::test]
async fn a_post_with_an_idempotency_key_is_done_once() {
    let app = spawn().await;
    let admin = app.admin().await;
    let dana = app.person("dana").await;
    let mine = token(&app, &dana, Reach::ReadAndWrite).await;
    let theirs = token(&app, &admin, Reach::ReadAndWrite).await;
    let visitor = app.visitor();
    let post = async |token: &str, name: &str, path: &str, body: &Value| {
        let request = visitor.request(Method::POST, path).bearer_auth(token).json(body);
        visitor.send(request.header("idempotency-key", name)).await
    };
    let count = async |path: &str| {
        call(&app, &mine, Method::GET, path, Value::Null).await.is(200).json()["items"]
            .as_array()
            .unwrap()
            .len()
    };
    let (apps, mail) = ("/api/v1/apps", json!({ "name": "Mail" }));
    let first = post(&mine, "one", apps, &mail).await.is(201);
    assert_eq!(first.header("idempotency-replayed"), "");
    let again = post(&mine, "\"one\"", apps, &mail).await.is(201);
    assert_eq!((again.json(), again.header("idempotency-replayed")), (first.json(), "true"));
    assert!(again.header("content-type").starts_with("application/json"));
    assert_eq!(count(apps).await, 1, "it was made twice");

    let other = post(&mine, "one", apps, &json!({ "name": "Chat" })).await.is(422);
    assert_eq!(
        (other.code(), other.json()["param"].as_str()),
        ("field_invalid".to_owned(), Some("Idempotency-Key"))
    );
    post(&mine, "one", "/api/v1/teams", &mail).await.is(422);
    post(&theirs, "one", apps, &mail).await.is(201);
    post(&mine, "two", apps, &mail).await.is(201);
    assert_eq!(count(apps).await, 2);
    for bad in ["", "a b", &"x".repeat(256)] {
        post(&mine, bad, apps, &mail).await.is(400);
    }
    post(&mine, "three", apps, &json!({ "name": "" })).await.is(400);
    post(&mine, "three", apps, &json!({ "name": "Mended" })).await.is(201);

    let (one, two) = tokio::join!(post(&mine, "both", apps, &mail), post(&mine, "both", apps, &mail));
    let mut both = [one.status, two.status];
    both.sort_unstable();
    assert!(matches!(both, [201, 201] | [201, 409]), "{both:?}");
    assert_eq!(count(apps).await, 4, "both were done");

    let left = json!({ "name": "Left" });
    let bytes = format!(
        "POST {apps} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {mine}\r\nidempotency-key: left\r\n\
         content-type: application/json\r\ncontent-length: {length}\r\n\r\n{left}",
        host = app.base.trim_start_matches("http://"),
        length = left.to_string().len(),
    );
    let address = app.base.trim_start_matches("http://");
    let mut socket = tokio::net::TcpStream::connect(address).await.unwrap();
    socket.write_all(bytes.as_bytes()).await.unwrap();
    drop(socket);
    let started = std::time::Instant::now();
    while post(&mine, "left", apps, &left).await.status != 201 {
        assert!(started.elapsed() < Duration::from_secs(10), "a caller that left is never answered");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(count(apps).await, 5, "what a caller left behind was done twice");

    app.clock.forward(Duration::from_secs(24 * 3_600));
    post(&mine, "one", apps, &json!({ "name": "Next day" })).await.is(201);
}

#[actix_web::test]
async fn a_secret_is_told_once_with_an_idempotency_key_too() {
    let app = spawn().await;
    let admin = app.admin().await;
    let token = token(&app, &admin, Reach::ReadAndWrite).await;
    let visitor = app.visitor();
    let post = async |name: &str, path: &str, body: &Value| {
        let request = visitor.request(Method::POST, path).bearer_auth(&token).json(body);
        visitor.send(request.header("idempotency-key", name)).await
    };
    let dana = app.person("dana").await;
    let made = post("app", "/api/v1/apps", &json!({ "name": "Mail" })).await.is(201).json();
    let key =
        post("key", "/api/v1/keys", &json!({ "app_id": made["id"], "name": "ci" })).await.is(201).json();
    let id = key["key"]["id"].as_str().unwrap();
    let cases = [
        ("key".to_owned(), "/api/v1/keys".to_owned(), json!({ "app_id": made["id"], "name": "ci" })),
        ("rotation".to_owned(), format!("/api/v1/keys/{id}/rotation"), json!({})),
        ("token".to_owned(), "/api/v1/tokens".to_owned(), json!({ "name": "ci" })),
        ("invitation".to_owned(), "/api/v1/users".to_owned(), json!({ "email": "eve@example.com" })),
        ("reset".to_owned(), format!("/api/v1/users/{}/reset-link", dana.user.id), json!({})),
    ];
    // Whatever answers with a secret is one of these.
    let document = portico::api::document::value();
    let told = document["paths"].as_object().unwrap().values().filter(|item| {
        let schema = &item["post"]["responses"];
        let answers =
            ["200", "201"].map(|status| &schema[status]["content"]["application/json"]["schema"]["$ref"]);
        answers.iter().filter_map(|name| name.as_str()).any(|name| {
            let properties = &document.pointer(name.trim_start_matches('#')).unwrap()["properties"];
            properties.get("secret").is_some() || properties.get("link").is_some()
        })
    });
    assert_eq!(told.count(), cases.len());
    for (name, path, body) in cases {
        if name != "key" {
            let first = post(&name, &path, &body).await;
            assert!((200..300).contains(&first.status), "{path}: {}", first.text);
        }
        let again = post(&name, &path, &body).await.is(409).json();
        assert_eq!(again["reason"], "told_once", "{path}: {again}");
        let subject = again["subject"].as_str().unwrap_or_default();
        assert_eq!(subject.len(), 36, "{path}: {again}");
        if name == "key" {
            assert_eq!(subject, id, "it names what was made");
        }
    }
    use sea_orm::EntityTrait;
    let rows = portico::store::entity::repeat::Entity::find().all(app.db.read()).await.unwrap();
    assert_eq!(rows.len(), 6);
    let stored = format!("{rows:?}");
    for secret in ["sk-ptc-", "ptc-adm-", "/invitation/", "/reset/"] {
        assert!(!stored.contains(secret), "{secret} is in {stored}");
    }
}

#[actix_web::test]
async fn a_token_that_may_read_sees_what_a_version_needs() {
    let app = spawn().await;
    let admin = app.admin().await;
    let starter = app.demo_api(&admin).await;
    let dana = app.person("dana").await;
    let path = format!("/api/v1/versions/{}/checks", starter.version.id);
    for (person, status) in [(&admin, 200), (&dana, 403)] {
        let token = token(&app, person, Reach::Read).await;
        call(&app, &token, Method::GET, &path, Value::Null).await.is(status);
    }
}
