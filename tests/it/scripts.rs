//! What somebody who scripts against `/api/v1` relies on.

mod narrow;
mod pages;
mod passwords;
mod places;
mod refused;
mod repeats;
mod teams;
mod unseen;

use portico::domain::people::admin_tokens::Reach;
use portico::domain::plans::{self, NewStarter};
use portico::store::entity::states::Approval;
use reqwest::Method;
use serde_json::{Value, json};

use crate::keys::{call, token};
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
