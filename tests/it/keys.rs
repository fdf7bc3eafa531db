//! Keys in the browser and by script.

mod calls;
mod inputs;

use std::time::Duration;

use portico::domain::people::admin_tokens::{self, NewToken, Reach};
use reqwest::Method;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use crate::support::people::Person;
use crate::support::{Answer, TestApp, spawn};

/// A key as a page shows it once.
fn secret_of(page: &str) -> String {
    let at = page.find("id=\"secret\">").expect("the page shows a secret") + "id=\"secret\">".len();
    page[at..].split('<').next().unwrap().to_owned()
}

fn key_of(page: &str) -> String {
    let at =
        page.find("/keys/").map(|_| page.split("href=\"/keys/").filter_map(|rest| rest.get(..36))).unwrap();
    let mut ids = at.filter(|id| uuid::Uuid::try_parse(id).is_ok());
    ids.next().expect("the page links to the key").to_owned()
}

/// What does not differ from visit to visit.
fn same(answer: &Answer) -> String {
    let line = |line: &&str| !line.contains("csrf") && !line.contains("request");
    answer.text.lines().filter(line).collect::<Vec<_>>().join("\n")
}

async fn make(person: &Person) -> (String, String) {
    let answer =
        person.browser.shown(person.browser.submit("/keys/new", "/keys", &[("name", "ci-bot")]).await).await;
    (key_of(&answer.text), secret_of(&answer.text))
}

#[actix_web::test]
async fn p15_a_key_is_shown_once_on_a_page_that_is_not_stored() {
    let app = spawn().await;
    app.admin().await;
    let dana = app.person("dana").await;
    let answer =
        dana.browser.shown(dana.browser.submit("/keys/new", "/keys", &[("name", "ci-bot")]).await).await;
    assert!(answer.header("cache-control").contains("no-store"), "{}", answer.header("cache-control"));
    let (id, secret) = (key_of(&answer.text), secret_of(&answer.text));
    assert_eq!(secret.len(), 56, "{secret}");
    for path in ["/keys", &format!("/keys/{id}"), &format!("/keys/{id}/rotation"), "/apps"] {
        let page = dana.browser.get(path).await.is(200);
        assert!(!page.text.contains(&secret[11..50]), "{path} shows the key");
    }
    let page = dana.browser.get("/keys").await;
    assert!(page.text.contains(&format!("{}…{}", &secret[..11], &secret[52..])), "{}", page.text);
}

#[actix_web::test]
async fn p16_a_rotation_shows_a_new_secret_and_the_overlap() {
    let app = spawn().await;
    app.admin().await;
    let dana = app.person("dana").await;
    let (id, first) = make(&dana).await;
    let page = format!("/keys/{id}/rotation");
    let expected = dana.browser.get(&page).await.field("expected").unwrap();
    let fields = [("overlap", "1h"), ("expected", &*expected)];
    let answer = dana.browser.shown(dana.browser.submit(&page, &page, &fields).await).await;
    assert_ne!(secret_of(&answer.text), first);
    assert!(dana.browser.get(&format!("/keys/{id}")).await.text.contains("Two secrets work now"));
    // The same form sent twice does not replace the secret that was just shown.
    dana.browser.refused(&page, &page, &fields, "was rotated meanwhile").await;
    let back = dana.browser.submit(&page, &format!("/keys/{id}/rotation/end"), &[]).await.is(303);
    assert_eq!(back.location(), format!("/keys/{id}"));
    assert!(!dana.browser.get(&format!("/keys/{id}")).await.text.contains("Two secrets work now"));
}

#[actix_web::test]
async fn a_page_with_a_secret_is_reached_by_a_redirect_and_gone_when_it_is_loaded_again() {
    let app = spawn().await;
    app.admin().await;
    let (dana, eve) = (app.person("dana").await, app.person("eve").await);
    let made = dana.browser.submit("/keys/new", "/keys", &[("name", "ci-bot")]).await.is(303);
    let place = made.location().to_owned();
    assert!(made.text.is_empty() && !place.contains("sk-ptc-"));
    assert!(eve.browser.get(&place).await.is(410).text.contains("Shown once, gone now"));
    app.visitor().get(&place).await.is(303);
    let shown = dana.browser.get(&place).await.is(200);
    assert_eq!(shown.header("cache-control"), "no-store");
    let (id, secret) = (key_of(&shown.text), secret_of(&shown.text));
    let again = dana.browser.get(&place).await.is(410);
    assert!(!again.text.contains(&secret[11..50]) && again.header("cache-control").contains("no-store"));
    assert!(again.text.contains(&format!("href=\"/keys/{id}\"")), "no way to the key");
    assert_eq!(dana.browser.get("/keys").await.text.matches("ci-bot").count(), 1, "a second key was made");
}

#[actix_web::test]
async fn d09_the_rotation_page_says_who_still_uses_the_older_secret() {
    let app = spawn().await;
    let admin = app.admin().await;
    let starter = app.demo_api(&admin).await;
    let dana = app.developer("dana", &starter).await;
    let (browser, old) = (&dana.person.browser, &dana.secret);
    let page = format!("/keys/{}/rotation", dana.key.id);
    assert!(!browser.get(&page).await.is(200).text.contains("data-live"), "nothing was rotated yet");
    app.chat(old, "demo-echo").await.is(200);
    let shown = browser.submit(&page, &page, &[("overlap", "24h")]).await;
    let new = secret_of(&browser.shown(shown).await.text);

    let first = browser.get(&page).await.is(200);
    assert!(first.text.contains("No call with the older secret yet"), "{}", first.text);
    assert!(
        first.text.contains("<noscript><meta http-equiv=\"refresh\""),
        "it stands still without a script"
    );
    app.chat(&new, "demo-echo").await.is(200);
    for _ in 0..2 {
        app.chat(old, "demo-echo").await.is(200);
    }
    app.calls(4).await;
    let meter = browser.get(&format!("{page}/meter")).await.is(200);
    assert!(meter.text.contains("still in use") && meter.text.contains("127.0.0.1"), "{}", meter.text);
    assert!(
        meter.text.contains(">2<"),
        "calls before the rotation, or with the new secret, count: {}",
        meter.text
    );

    app.clock.forward(Duration::from_secs(4 * 3_600));
    let quiet = browser.get(&format!("{page}/meter")).await.is(200);
    assert!(quiet.text.contains("is not used any more") && quiet.text.contains("End overlap now"));
    assert!(quiet.text.contains(">0<"), "the last hour had none");
    browser.submit(&page, &format!("{page}/end"), &[]).await.is(303);
    app.chat(old, "demo-echo").await.is(401);
    app.calls(5).await;
    let ended = browser.get(&page).await.is(200);
    assert!(ended.text.contains("secret that has ended") && ended.text.contains("key_rotated"));
    app.person("eve").await.browser.get(&format!("{page}/meter")).await.is(404);
}

#[actix_web::test]
async fn pause_enable_and_revoke_each_lead_back_to_the_key() {
    let app = spawn().await;
    app.admin().await;
    let dana = app.person("dana").await;
    let (id, _) = make(&dana).await;
    let page = format!("/keys/{id}");
    for (act, shown) in [("pause", "Paused"), ("enablement", "Active"), ("revocation", "Revoked")] {
        dana.browser.submit(&page, &format!("{page}/{act}"), &[]).await.is(303);
        assert!(dana.browser.get(&page).await.is(200).text.contains(shown), "{act}");
    }
    dana.browser.refused("/keys/new", &format!("{page}/pause"), &[], "This key is revoked").await;
}

#[actix_web::test]
async fn a_leak_is_two_clicks_from_the_key() {
    let app = spawn().await;
    app.admin().await;
    let dana = app.person("dana").await;
    let (id, first) = make(&dana).await;
    let leak = format!("/keys/{id}/leak");
    let fields = [("overlap", "0"), ("leaked", "true")];
    let answer =
        dana.browser.shown(dana.browser.submit(&leak, &format!("/keys/{id}/rotation"), &fields).await).await;
    assert_ne!(secret_of(&answer.text), first);
    let page = dana.browser.get(&format!("/keys/{id}")).await;
    assert!(page.text.contains("Replaced after a leak") && !page.text.contains("Two secrets work now"));
}

#[actix_web::test]
async fn settings_narrow_a_key() {
    let app = spawn().await;
    app.admin().await;
    let dana = app.person("dana").await;
    let (id, _) = make(&dana).await;
    let page = format!("/keys/{id}/settings");
    let fields = [
        ("name", "renamed"),
        ("scopes", "chat"),
        ("ips", "10.0.0.0/8"),
        ("requests_per_minute", "60"),
        ("usd_per_month", "0.5"),
    ];
    dana.browser.submit(&page, &page, &fields).await.is(303);
    let shown = dana.browser.get(&format!("/keys/{id}")).await.text;
    for part in ["renamed", "Chat", "10.0.0.0/8", "60 requests a minute", "$0.5"] {
        assert!(shown.contains(part), "{part}");
    }
    assert_eq!(dana.browser.get(&page).await.field("requests_per_minute").as_deref(), Some("60"));
}

/// A management token of a person.
pub async fn token(app: &TestApp, person: &Person, reach: Reach) -> String {
    let new = NewToken { name: "tests".to_owned(), user: None, reach, expires_at: None };
    admin_tokens::create(&app.db, &person.actor, new).await.unwrap().secret.expose().to_owned()
}

/// Calls the management API.
pub async fn call(app: &TestApp, token: &str, method: Method, path: &str, body: Value) -> Answer {
    let visitor = app.visitor();
    let request = visitor.request(method, path).bearer_auth(token);
    let request = if body.is_null() { request } else { request.json(&body) };
    visitor.send(request).await
}

#[actix_web::test]
async fn a_script_makes_rotates_pauses_and_revokes_a_key() {
    let app = spawn().await;
    app.admin().await;
    let dana = app.person("dana").await;
    let token = token(&app, &dana, Reach::ReadAndWrite).await;
    let post = async |path: &str, body: Value| call(&app, &token, Method::POST, path, body).await;
    let made = post("/api/v1/apps", json!({ "name": "Mail" })).await.is(201).json();
    let new = json!({ "app_id": made["id"], "name": "ci", "scopes": ["chat"], "ips": ["10.0.0.1"],
        "expires_in_days": 7, "limits": { "requests_per_minute": 5, "usd_per_month": "1.50" } });
    let issued = post("/api/v1/keys", new).await.is(201).json();
    let (first, id) = (issued["secret"].as_str().unwrap(), issued["key"]["id"].as_str().unwrap());
    assert_eq!(first.len(), 56);
    assert_eq!(issued["key"]["ips"], json!(["10.0.0.1/32"]));
    assert_eq!(issued["key"]["limits"]["usd_per_month"], "1.50");
    let rotated =
        post(&format!("/api/v1/keys/{id}/rotation"), json!({ "overlap": "1h" })).await.is(200).json();
    assert_ne!(rotated["secret"], issued["secret"]);
    assert!(rotated["key"]["overlap_until"].is_string());
    let paused = post(&format!("/api/v1/keys/{id}/pause"), Value::Null).await.is(200).json();
    assert_eq!(paused["state"], "paused");
    let gone =
        post(&format!("/api/v1/keys/{id}/revocation"), json!({ "reason": "leaked" })).await.is(200).json();
    assert_eq!(gone["state"], "leaked");
    let again = post(&format!("/api/v1/keys/{id}/revocation"), json!({})).await.is(409);
    assert_eq!(again.code(), "conflict");
    let listed = call(&app, &token, Method::GET, "/api/v1/keys", Value::Null).await.is(200);
    assert!(!listed.text.contains(&first[11..50]) && listed.json()["items"][0]["id"] == id);
}

#[actix_web::test]
async fn a_reading_token_changes_nothing_and_unknown_fields_are_named() {
    let app = spawn().await;
    app.admin().await;
    let dana = app.person("dana").await;
    let reading = token(&app, &dana, Reach::Read).await;
    let refused = call(&app, &reading, Method::POST, "/api/v1/apps", json!({ "name": "x" })).await.is(403);
    assert_eq!(refused.code(), "not_permitted");
    let writing = token(&app, &dana, Reach::ReadAndWrite).await;
    let body = json!({ "name": "x", "owner_id": "1" });
    let unknown = call(&app, &writing, Method::POST, "/api/v1/apps", body).await.is(400);
    assert_eq!(unknown.json()["errors"][0]["pointer"], "/owner_id");
}

/// One call with a key.
pub async fn chat(app: &TestApp, key: &str, model: &str) -> Answer {
    let visitor = app.visitor();
    let body = json!({ "model": model, "messages": [{ "role": "user", "content": "hello" }] });
    visitor.send(visitor.request(Method::POST, "/v1/chat/completions").bearer_auth(key).json(&body)).await
}

#[actix_web::test]
async fn who_revokes_a_key_is_told_how_much_it_is_used() {
    let app = spawn().await;
    let starter = app.demo_api(&app.admin().await).await;
    let (dana, other) = (app.developer("dana", &starter).await, app.developer("olga", &starter).await);
    let page = async || dana.person.browser.get(&format!("/keys/{}", dana.key.id)).await.is(200).text;
    assert!(page().await.contains("No call came with it in the last 24 hours."));
    for (secret, model) in
        [(&dana.secret, "demo-echo"), (&dana.secret, "no-such"), (&other.secret, "demo-echo")]
    {
        chat(&app, secret, model).await;
    }
    app.calls(3).await;
    assert!(page().await.contains("In the last 24 hours 2 calls came with it."), "{}", page().await);
    app.clock.forward(Duration::from_secs(26 * 3_600));
    assert!(page().await.contains("No call came with it in the last 24 hours."));
}

#[actix_web::test]
async fn p19_what_cannot_be_audited_does_not_happen() {
    let app = spawn().await;
    let admin = app.admin().await;
    let starter = app.demo_api(&admin).await;
    let dana = app.developer("dana", &starter).await;
    app.db.state_writer().execute_unprepared("DROP TABLE audit_events").await.unwrap();
    let csrf = dana.person.browser.get("/keys/new").await.field("csrf").unwrap();
    let act = format!("/keys/{}/revocation", dana.key.id);
    dana.person.browser.post_with(&csrf, &act, &[]).await.is(500);
    chat(&app, &dana.secret, "demo-echo").await.is(200);
}

#[actix_web::test]
async fn b45_a_key_names_no_api_that_its_maker_may_not_see() {
    let app = spawn().await;
    let admin = app.admin().await;
    let starter = app.demo_api(&admin).await;
    let dana = app.developer("dana", &starter).await;
    let eve = app.person("eve").await;
    let (boss, hers, mine) = (
        token(&app, &admin, Reach::ReadAndWrite).await,
        token(&app, &eve, Reach::ReadAndWrite).await,
        token(&app, &dana.person, Reach::ReadAndWrite).await,
    );
    let api = starter.api.id;
    let hide = json!({ "visibility": "teams", "team_ids": [admin.team()] });
    call(&app, &boss, Method::PATCH, &format!("/api/v1/apis/{api}"), hide).await.is(200);
    let made = call(&app, &hers, Method::POST, "/api/v1/apps", json!({ "name": "spy" })).await.is(201).json();
    let key = json!({ "app_id": made["id"], "name": "spy", "api_ids": [api] });
    let refused = call(&app, &hers, Method::POST, "/api/v1/keys", key).await.is(400).json();
    assert_eq!(refused["errors"][0]["pointer"], "/api_ids", "{refused}");
    let narrow = json!({ "api_ids": [api] });
    let path = format!("/api/v1/keys/{}", dana.key.id);
    let shown = call(&app, &mine, Method::PATCH, &path, narrow).await.is(200).json();
    assert_eq!(shown["api_ids"], json!([api]), "her app is subscribed to it");
}

#[actix_web::test]
async fn of_two_scripts_that_saw_the_same_secret_one_rotates() {
    let app = spawn().await;
    let admin = app.admin().await;
    let starter = app.demo_api(&admin).await;
    let dana = app.developer("dana", &starter).await;
    let token = token(&app, &dana.person, Reach::ReadAndWrite).await;
    let path = format!("/api/v1/keys/{}", dana.key.id);
    let seen = call(&app, &token, Method::GET, &path, Value::Null).await.is(200).json()["secret_id"].clone();
    let rotate = async || {
        let body = json!({ "expected_secret_id": seen });
        call(&app, &token, Method::POST, &format!("{path}/rotation"), body).await
    };
    let fresh = rotate().await.is(200).json();
    assert_ne!(fresh["key"]["secret_id"], seen);
    assert_eq!(rotate().await.is(409).json()["reason"], "changed_meanwhile");
}
