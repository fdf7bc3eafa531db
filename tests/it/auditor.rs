//! The auditor reads all and changes nothing: pages without a form, links that open, writes refused.

use std::collections::BTreeSet;

use portico::domain::people::admin_tokens::Reach;
use portico::domain::plans::{self, PlanChange, Starter};
use portico::store::entity::states::{Approval, Role};
use portico::web::route::Door;
use portico::web::{ApiNeed, Method};
use portico::{api, portal};
use serde_json::Value;

use crate::keys::{call, token};
use crate::support::people::{Developer, Person};
use crate::support::{TestApp, spawn};

/// An admin's API with a draft beside its version, one approved subscription and one that waits.
struct Scene {
    starter: Starter,
    approved: Developer,
    waiting: Developer,
    auditor: Person,
}

async fn scene(app: &TestApp) -> Scene {
    let admin = app.admin().await;
    let starter = app.demo_api(&admin).await;
    let approved = app.developer("dana", &starter).await;
    let manual = PlanChange { approval: Some((Approval::Manual, Vec::new(), None)), ..PlanChange::default() };
    plans::change_plan(&app.db, &admin.actor, starter.plan.id, manual).await.unwrap();
    let waiting = app.developer("omar", &starter).await;
    let editor = format!("/manage/apis/{}", starter.api.id);
    let draft = [("name", "v2"), ("copy_of", &*starter.version.id.to_string())];
    admin.browser.submit(&editor, &format!("{editor}/versions"), &draft).await.is(303);
    let sign_up = [("name", "Ida"), ("email", "ida@example.com"), ("password", "a long fine passphrase")];
    app.visitor().submit("/sign-up", "/sign-up", &sign_up).await.is(200);
    let auditor = app.somebody("aud", Role::Auditor).await;
    Scene { starter, approved, waiting, auditor }
}

/// What the auditor opens, and a word that has to stand there.
fn pages(scene: &Scene) -> Vec<(String, &'static str)> {
    let api = scene.starter.api.id;
    vec![
        ("/manage/apis".to_owned(), "Chat models"),
        (format!("/manage/apis/{api}"), "Before it is published"),
        (format!("/manage/apis/{api}?version=v1"), "Documentation"),
        (format!("/manage/apis/{api}/subscribers"), "omar"),
        ("/inbox".to_owned(), "ida@example.com"),
        (format!("/inbox/{}", scene.waiting.subscription.id), "and the admins decide"),
        (format!("/inbox/{}", scene.approved.subscription.id), "Decided by"),
    ]
}

/// The values of an attribute that is written as `start"value"`.
fn values<'t>(page: &'t str, start: &str) -> Vec<&'t str> {
    page.split(start).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[actix_web::test]
async fn an_auditor_reads_apis_and_requests_and_finds_no_form_and_no_closed_door() {
    let app = spawn().await;
    let scene = scene(&app).await;
    let browser = &scene.auditor.browser;
    let mut links = BTreeSet::new();
    for (path, word) in pages(&scene) {
        let page = browser.get(&path).await.is(200).text;
        assert!(page.contains(word), "{path} lacks {word:?}: {page}");
        let own = page.split("<main").nth(1).unwrap();
        assert!(!own.contains("<form") && !own.contains("<button"), "{path} offers something to do: {own}");
        let inside = values(&page, "href=\"").into_iter().filter(|href| href.starts_with('/'));
        links.extend(inside.map(|href| href.replace("&amp;", "&").replace("&#38;", "&")));
    }
    assert!(links.len() > 20, "{links:?}");
    for link in links {
        let answer = browser.get(&link).await;
        assert_eq!(answer.status, 200, "a link leads to {link}");
    }
}

#[actix_web::test]
async fn an_auditor_is_refused_every_write_and_every_page_that_is_a_form() {
    let app = spawn().await;
    let scene = scene(&app).await;
    let browser = &scene.auditor.browser;
    let csrf = browser.get("/profile").await.field("csrf").unwrap();
    let subscription = scene.waiting.subscription.id.to_string();
    let ids = [
        ("/manage/apis/{id}", scene.starter.api.id.to_string()),
        ("/manage/versions/{id}", scene.starter.version.id.to_string()),
        ("/manage/plans/{id}", scene.starter.plan.id.to_string()),
        ("/inbox/people/{id}", scene.waiting.person.user.id.to_string()),
        ("/inbox/{id}", subscription),
    ];
    let named = |path: &str| {
        let found = ids.iter().find(|(start, _)| path.starts_with(start));
        found.map_or(path.to_owned(), |(_, id)| path.replace("{id}", id))
    };
    let opened: Vec<String> = pages(&scene).into_iter().map(|(path, _)| path).collect();
    let mut refused = 0;
    for page in portal::pages() {
        let about = ["/manage/apis", "/manage/versions", "/manage/plans", "/inbox"];
        if !about.iter().any(|start| page.path.starts_with(start)) {
            continue;
        }
        let path = named(page.path);
        let answer = match page.method == Method::GET {
            true if opened.contains(&path) => continue,
            true => browser.get(&path).await,
            false => browser.post_with(&csrf, &path, &usual_fields(page.path)).await,
        };
        assert_eq!(answer.status, 403, "{} {path}", page.method);
        refused += 1;
    }
    assert!(refused >= 20, "only {refused}");
    let home = browser.get("/").await.is(200).text;
    assert!(!home.contains("for you in the inbox"), "nothing waits for who decides nothing: {home}");
}

/// What the form at this path sends, so that it is the right that refuses.
fn usual_fields(path: &str) -> Vec<(&'static str, &'static str)> {
    match path {
        "/inbox/{id}/denial" | "/inbox/{id}/suspension" => vec![("comment", "No.")],
        _ => Vec::new(),
    }
}

#[actix_web::test]
async fn a_token_of_an_auditor_lists_everything_there_is() {
    let app = spawn().await;
    let scene = scene(&app).await;
    let reader = token(&app, &scene.auditor, Reach::Read).await;
    let get = async |path: &str| call(&app, &reader, reqwest::Method::GET, path, Value::Null).await;
    let mut lists = 0;
    for page in api::endpoints() {
        let read = matches!(page.door, Door::Api(ApiNeed::Read));
        if read && page.method == Method::GET && !page.path.contains('{') {
            let answer = get(page.path).await;
            assert_eq!(answer.status, 200, "{}: {}", page.path, answer.text);
            lists += 1;
        }
    }
    assert!(lists > 8, "only {lists}");
    let (api, version) = (scene.starter.api.id, scene.starter.version.id);
    let count = async |path: &str| get(path).await.is(200).json()["items"].as_array().unwrap().len();
    assert_eq!(count("/api/v1/apis").await, 1);
    assert_eq!(count("/api/v1/subscriptions").await, 2);
    assert_eq!(count("/api/v1/subscriptions?inbox=true").await, 1);
    assert_eq!(count(&format!("/api/v1/apis/{api}/plans")).await, 1);
    let shown = get(&format!("/api/v1/apis/{api}")).await.is(200).json();
    assert_eq!(shown["versions"].as_array().unwrap().len(), 2, "with its draft: {shown}");
    assert!(count(&format!("/api/v1/versions/{version}/checks")).await > 2);
}

#[actix_web::test]
async fn a_publisher_of_another_team_sees_none_of_it() {
    let app = spawn().await;
    let scene = scene(&app).await;
    let pat = app.somebody("pat", Role::Publisher).await;
    let list = pat.browser.get("/manage/apis").await.is(200).text;
    assert!(list.contains("No API yet") && list.contains("/manage/apis/new"), "{list}");
    let inbox = pat.browser.get("/inbox").await.is(200).text;
    assert!(inbox.contains("All done") && !inbox.contains("ida@example.com"), "{inbox}");
    pat.browser.get(&format!("/manage/apis/{}", scene.starter.api.id)).await.is(403);
    pat.browser.get(&format!("/manage/apis/{}/subscribers", scene.starter.api.id)).await.is(403);
    pat.browser.get(&format!("/inbox/{}", scene.waiting.subscription.id)).await.is(404);
    let reader = token(&app, &pat, Reach::Read).await;
    for path in ["/api/v1/apis", "/api/v1/subscriptions", "/api/v1/subscriptions?inbox=true"] {
        let list = call(&app, &reader, reqwest::Method::GET, path, Value::Null).await.is(200).json();
        assert_eq!(list["items"], serde_json::json!([]), "{path}");
    }
}
