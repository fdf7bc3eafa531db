//! Keys in the browser and by script.

use portico::domain::people::admin_tokens::{self, NewToken, Reach};
use reqwest::Method;
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
    let answer = person.browser.submit("/keys/new", "/keys", &[("name", "ci-bot")]).await.is(200);
    (key_of(&answer.text), secret_of(&answer.text))
}

#[actix_web::test]
async fn p15_a_key_is_shown_once_on_a_page_that_is_not_stored() {
    let app = spawn().await;
    app.admin().await;
    let dana = app.person("dana").await;
    let answer = dana.browser.submit("/keys/new", "/keys", &[("name", "ci-bot")]).await.is(200);
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
    let answer = dana.browser.submit(&page, &page, &fields).await.is(200);
    assert_ne!(secret_of(&answer.text), first);
    assert!(dana.browser.get(&format!("/keys/{id}")).await.text.contains("Two secrets work now"));
    // The same form sent twice does not replace the secret that was just shown.
    dana.browser.submit(&page, &page, &fields).await.is(409);
    let back = dana.browser.submit(&page, &format!("/keys/{id}/rotation/end"), &[]).await.is(303);
    assert_eq!(back.location(), format!("/keys/{id}"));
    assert!(!dana.browser.get(&format!("/keys/{id}")).await.text.contains("Two secrets work now"));
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
    let csrf = dana.browser.get("/keys/new").await.field("csrf").unwrap();
    dana.browser.post_with(&csrf, &format!("{page}/pause"), &[]).await.is(409);
}

#[actix_web::test]
async fn a_leak_is_two_clicks_from_the_key() {
    let app = spawn().await;
    app.admin().await;
    let dana = app.person("dana").await;
    let (id, first) = make(&dana).await;
    let leak = format!("/keys/{id}/leak");
    let fields = [("overlap", "0"), ("leaked", "true")];
    let answer = dana.browser.submit(&leak, &format!("/keys/{id}/rotation"), &fields).await.is(200);
    assert_ne!(secret_of(&answer.text), first);
    let page = dana.browser.get(&format!("/keys/{id}")).await;
    assert!(page.text.contains("Replaced after a leak") && !page.text.contains("Two secrets work now"));
}

#[actix_web::test]
async fn b45_another_persons_key_is_as_if_it_were_not_there() {
    let app = spawn().await;
    app.admin().await;
    let (dana, eve) = (app.person("dana").await, app.person("eve").await);
    let (id, _) = make(&dana).await;
    let nobody = "01930000-0000-7000-8000-000000000000";
    for tail in ["", "/rotation", "/settings", "/leak"] {
        let theirs = eve.browser.get(&format!("/keys/{id}{tail}")).await.is(404);
        let unknown = eve.browser.get(&format!("/keys/{nobody}{tail}")).await.is(404);
        assert_eq!(same(&theirs).replace(&id, nobody), same(&unknown), "{tail}");
    }
    for act in ["pause", "revocation", "rotation", "rotation/end"] {
        eve.browser.submit("/keys/new", &format!("/keys/{id}/{act}"), &[]).await.is(404);
    }
    assert!(!eve.browser.get("/keys").await.text.contains(&id));
    assert!(dana.browser.get(&format!("/keys/{id}")).await.text.contains("Active"));
}

#[actix_web::test]
async fn b46_a_wrong_id_is_not_found() {
    let app = spawn().await;
    app.admin().await;
    let dana = app.person("dana").await;
    let long = "x".repeat(300);
    for id in ["0", "-1", "9223372036854775808", "1e3", "%00", "..%2f", &long, "01930000-0000-7000"] {
        for noun in ["keys", "apps", "requests", "inbox"] {
            let status = dana.browser.get(&format!("/{noun}/{id}")).await.status;
            assert!(status == 404 || status == 400, "/{noun}/{id}: {status}");
        }
    }
}

#[actix_web::test]
async fn b47_unknown_or_bad_parameters_of_a_list_are_refused() {
    let app = spawn().await;
    app.admin().await;
    let dana = app.person("dana").await;
    make(&dana).await;
    for query in
        ["offset=-1", "sort=password_hash", "sort=name%3Bx", "user_id=1", "limit=-1", "before=x", "state=x"]
    {
        dana.browser.get(&format!("/keys?{query}")).await.is(400);
    }
    dana.browser.get("/keys?limit=1000000").await.is(200);
}

#[actix_web::test]
async fn b48_a_search_takes_its_text_as_it_is() {
    let app = spawn().await;
    app.admin().await;
    let dana = app.person("dana").await;
    make(&dana).await;
    assert!(dana.browser.get("/keys?q=ci-b").await.is(200).text.contains("ci-bot"));
    assert!(!dana.browser.get("/keys?q=%25_").await.is(200).text.contains("ci-bot"));
    dana.browser.get(&format!("/keys?q={}", "x".repeat(10_000))).await.is(400);
}

#[actix_web::test]
async fn b39_fields_that_are_not_in_the_form_are_refused() {
    let app = spawn().await;
    app.admin().await;
    let dana = app.person("dana").await;
    for field in ["role", "is_admin", "status", "owner_id", "budget", "id"] {
        dana.browser.submit("/keys/new", "/keys", &[("name", "x"), (field, "1")]).await.is(400);
    }
    assert!(dana.browser.get("/keys").await.text.contains("No key yet"));
}

#[actix_web::test]
async fn b42_a_name_is_shown_as_text() {
    let app = spawn().await;
    app.admin().await;
    let dana = app.person("dana").await;
    for name in ["<script>alert(1)</script>", "\"><img src=x onerror=y>", "{{7*7}}", "${7*7}"] {
        let answer = dana.browser.submit("/keys/new", "/keys", &[("name", name)]).await.is(200);
        let id = key_of(&answer.text);
        for page in [answer.text, dana.browser.get(&format!("/keys/{id}")).await.text] {
            assert!(!page.contains("<script>alert") && !page.contains("<img src=x"), "{name}");
            assert!(!page.contains(">49<"), "{name}");
        }
    }
    let long = "x".repeat(10_000);
    dana.browser.submit("/keys/new", "/keys", &[("name", &*long)]).await.is(422);
}

#[actix_web::test]
async fn a_form_with_mistakes_comes_back_with_what_was_typed() {
    let app = spawn().await;
    app.admin().await;
    let dana = app.person("dana").await;
    let fields = [("name", "keep me"), ("ips", "nonsense"), ("usd_per_month", "1,5"), ("expires", "soon")];
    let answer = dana.browser.submit("/keys/new", "/keys", &fields).await.is(422);
    assert_eq!(answer.field("name").as_deref(), Some("keep me"));
    for message in ["neither an address", "Dollars such as", "Choose one of these"] {
        assert!(answer.text.contains(message), "{message}: {}", answer.text);
    }
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
