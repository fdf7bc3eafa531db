//! What people and scripts send that no form of a key's pages would.

use portico::domain::people::admin_tokens::Reach;
use reqwest::Method;
use serde_json::json;

use super::{call, key_of, make, same, token};
use crate::support::spawn;

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
        let answer =
            dana.browser.shown(dana.browser.submit("/keys/new", "/keys", &[("name", name)]).await).await;
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
async fn b42_a_name_with_a_character_that_cannot_be_seen_is_refused_on_page_and_by_script() {
    let app = spawn().await;
    app.admin().await;
    let dana = app.person("dana").await;
    let token = token(&app, &dana, Reach::ReadAndWrite).await;
    let name = "pay\u{202e}llor";
    for (form, action) in [("/keys/new", "/keys"), ("/apps/new", "/apps"), ("/profile", "/profile/name")] {
        let answer = dana.browser.submit(form, action, &[("name", name)]).await.is(422);
        assert!(answer.text.contains("Character 4 is U+202E"), "{action}: {}", answer.text);
    }
    let answer = call(&app, &token, Method::POST, "/api/v1/apps", json!({ "name": name })).await.is(400);
    let said = &answer.json()["errors"][0];
    assert_eq!(said["pointer"], "/name", "{}", answer.text);
    assert!(said["detail"].as_str().unwrap().contains("U+202E"), "{}", answer.text);
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
