//! Publishing an API and finding it, as people and scripts do.

use portico::domain::names::{self, Wanted};
use portico::domain::people::admin_tokens::Reach;
use portico::store::entity::api_version;
use portico::store::entity::states::{Role, VersionState};
use reqwest::Method;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};

use crate::keys::{call, token};
use crate::support::{Answer, TestApp, spawn};

/// Asks the management API with a token of this person.
async fn api(app: &TestApp, token: &str, method: Method, path: &str, body: Value) -> Answer {
    call(app, token, method, &format!("/api/v1{path}"), body).await
}

#[actix_web::test]
async fn the_pages_of_the_catalogue_show_what_is_published() {
    let app = spawn().await;
    let admin = app.admin().await;
    let empty = admin.browser.get("/catalogue").await.is(200);
    assert!(empty.text.contains("No API published yet"), "{}", empty.text);
    app.demo_api(&admin).await;
    let dana = app.person("dana").await;
    let cards = dana.browser.get("/catalogue").await.is(200);
    assert!(cards.text.contains("Chat models") && cards.text.contains("/catalogue/chat"));
    assert!(!cards.text.contains("/manage/apis"), "a member is not offered what they may not do");
    for (tab, words) in [
        ("", "Start"),
        ("/endpoints", "chat.completions.create"),
        ("/models", "demo-echo"),
        ("/plans", "/subscribe/chat?version=v1"),
        ("/versions", "v1"),
    ] {
        let page = dana.browser.get(&format!("/catalogue/chat{tab}")).await.is(200);
        assert!(page.text.contains(words), "{tab}: {}", page.text);
    }
    dana.browser.get("/catalogue/none").await.is(404);
    dana.browser.get("/catalogue/chat/none").await.is(404);
    dana.browser.get("/catalogue/chat?version=v9").await.is(404);
    app.visitor().get("/catalogue").await.is(303);
}

#[actix_web::test]
async fn b48_a_long_search_is_refused_and_wildcards_are_text() {
    let app = spawn().await;
    let admin = app.admin().await;
    app.demo_api(&admin).await;
    let long = "%25_".repeat(1_000);
    admin.browser.get(&format!("/catalogue?q={long}")).await.is(400);
    let found = admin.browser.get("/catalogue?q=%25").await.is(200);
    assert!(found.text.contains("Nothing matches"));
}

#[actix_web::test]
async fn the_name_of_a_model_finds_the_apis_whose_live_versions_offer_it() {
    let app = spawn().await;
    let admin = app.admin().await;
    let made = app.demo_api(&admin).await;
    let model = made.models.last().unwrap();
    let dana = app.person("dana").await;
    let token = token(&app, &dana, Reach::Read).await;
    let found = async |q: &str| {
        let page = dana.browser.get(&format!("/catalogue?q={q}")).await.is(200).text;
        let path = format!("/catalogue?q={q}");
        let items = api(&app, &token, Method::GET, &path, Value::Null).await.is(200).json();
        let count = items["items"].as_array().unwrap().len();
        assert_eq!(page.contains("/catalogue/chat"), count == 1, "page and script agree on {q}: {page}");
        (count, page)
    };
    let (count, page) = found(&model.name.to_uppercase()).await;
    assert!(count == 1 && page.contains(&format!(">{}<", model.name)), "the card shows it: {page}");
    assert_eq!(found("no-such-model").await.0, 0);
    let retired = api_version::Entity::update_many()
        .col_expr(api_version::Column::State, Expr::value(VersionState::Retired))
        .filter(api_version::Column::ApiId.eq(made.api.id));
    retired.exec(app.db.state_writer()).await.unwrap();
    assert_eq!(found(&model.name).await.0, 0, "a version that is gone offers nothing");
}

#[actix_web::test]
async fn b42_names_are_shown_as_text() {
    let app = spawn().await;
    let admin = app.admin().await;
    let made = app.demo_api(&admin).await;
    for name in ["<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "{{7*7}}", "${7*7}"] {
        let path = format!("/manage/apis/{}", made.api.id);
        let fields = [("name", name), ("summary", name), ("contact", name), ("visibility", "everyone")];
        admin.browser.submit(&format!("{path}/details"), &path, &fields).await.is(303);
        for page in ["/catalogue", "/catalogue/chat", "/manage/apis", path.as_str()] {
            let page = admin.browser.get(page).await.is(200);
            assert!(!page.text.contains("<script>alert") && !page.text.contains("<img src=x"), "{name}");
            assert!(!page.text.contains(">49<"), "{name}");
        }
    }
    let long = "x".repeat(10_000);
    let path = format!("/manage/apis/{}", made.api.id);
    let fields = [("name", long.as_str()), ("visibility", "everyone")];
    let again = admin.browser.submit(&format!("{path}/details"), &path, &fields).await.is(422);
    assert!(again.text.contains("At most 80 characters"));
}

#[actix_web::test]
async fn a_publisher_is_told_whose_api_it_is() {
    let app = spawn().await;
    let admin = app.admin().await;
    let starter = app.demo_api(&admin).await;
    let pia = app.somebody("pia", Role::Publisher).await;
    let page = format!("/manage/apis/{}", starter.api.id);
    let names = names::of(&app.db, Wanted { teams: vec![admin.team()], ..Wanted::default() }).await.unwrap();
    let (team, owner) = (names.team(Some(admin.team())), &admin.user.name);
    for path in [page.clone(), format!("{page}/details"), format!("{page}/subscribers")] {
        let told = pia.browser.get(&path).await.is(403).text;
        assert!(told.contains(&format!("This API belongs to {team}.").replace('\'', "&#39;")), "{told}");
        assert!(told.contains(&format!("Ask its owner, {owner}, or an admin.")), "{told}");
    }
    // Where it is the role that is missing, that is said; and who only looks is told the names too.
    let mia = app.somebody("mia", Role::Member).await;
    let told = mia.browser.get(&page).await.is(403).text;
    assert!(told.contains("Your role does not allow this") && !told.contains("belongs to"), "{told}");
    let olga = app.somebody("olga", Role::Auditor).await;
    let seen = olga.browser.get(&page).await.is(200).text;
    assert!(seen.contains(&format!("(owner: {owner}) and the admins change this API")), "{seen}");
}

#[actix_web::test]
async fn an_api_is_made_in_the_browser_and_published() {
    let app = spawn().await;
    let admin = app.admin().await;
    app.demo_api(&admin).await;
    let team = admin.team().to_string();
    let fields =
        [("name", "Search"), ("slug", "search"), ("owner_team", team.as_str()), ("visibility", "everyone")];
    let made = admin.browser.submit("/manage/apis/new", "/manage/apis", &fields).await.is(303);
    let editor = made.location().to_owned();
    let page = admin.browser.get(&editor).await.is(200);
    assert!(page.text.contains("It offers at least one model."));
    let (version, model) =
        (between(&page.text, "/manage/versions/", "/"), between(&page.text, "name=\"add\" value=\"", "\""));
    let api = editor.rsplit('/').next().unwrap();
    let models = format!("/manage/versions/{version}/models");
    let fields = [("api", api), ("version", "v1"), ("public_name", "fast"), ("model", model.as_str())];
    admin.browser.submit(&editor, &models, &fields).await.is(303);
    let twice =
        [fields[0], fields[1], fields[2], fields[3], ("public_name", "fast"), ("model", model.as_str())];
    let again = admin.browser.submit(&editor, &models, &twice).await.is(422);
    assert!(again.text.contains("is on the list twice"));
    let publication = format!("/manage/versions/{version}/publication");
    admin.browser.submit(&editor, &publication, &[]).await.is(303);
    assert!(admin.browser.get("/catalogue/search/models").await.is(200).text.contains("fast"));
    let notice = format!("/manage/versions/{version}/deprecation");
    let form = admin.browser.get(&notice).await.is(200).text;
    assert!(!form.contains("what to use instead"), "there is nothing to use instead: {form}");
    let fields = [("sunset", "2099-01-31"), ("guide_url", "https://example.com/move")];
    admin.browser.submit(&notice, &notice, &fields).await.is(303);
    assert!(admin.browser.get("/catalogue/search").await.text.contains("ends on 2099-01-31"));
    let end = format!("/manage/versions/{version}/retirement");
    admin.browser.submit(&end, &end, &[]).await.is(303);
    assert!(admin.browser.get("/catalogue/search").await.text.contains("was retired"));
}

fn between(text: &str, from: &str, to: &str) -> String {
    text.split(from).nth(1).and_then(|rest| rest.split(to).next()).unwrap_or_default().to_owned()
}

#[actix_web::test]
async fn b45_who_does_not_make_an_api_cannot_open_its_editor() {
    let app = spawn().await;
    let admin = app.admin().await;
    let made = app.demo_api(&admin).await;
    let path = format!("/manage/apis/{}", made.api.id);
    app.person("dana").await.browser.get(&path).await.is(403);
    app.somebody("pat", Role::Publisher).await.browser.get(&path).await.is(403);
    let subscribers = format!("{path}/subscribers");
    for (name, role) in [("dora", Role::Member), ("pete", Role::Publisher)] {
        app.somebody(name, role).await.browser.get(&subscribers).await.is(403);
    }
    let fields = [("name", "Mine"), ("visibility", "everyone")];
    let pat = app.somebody("pia", Role::Publisher).await;
    pat.browser.submit("/catalogue", &path, &fields).await.is(403);
    admin.browser.get("/manage/apis/0192f3a1-7b1c-7c00-9b1e-1f6f2c9a0d11").await.is(404);
    for bad in ["0", "-1", "9223372036854775808", "1e3", "%00", "..%2f", &"x".repeat(300)] {
        let status = admin.browser.get(&format!("/manage/apis/{bad}")).await.status;
        assert!(matches!(status, 400 | 404), "b46 {bad}: {status}");
    }
}

#[actix_web::test]
async fn the_subscribers_of_an_api_are_listed_page_by_page_each_with_its_request() {
    let app = spawn().await;
    let admin = app.admin().await;
    let made = app.demo_api(&admin).await;
    let path = format!("/manage/apis/{}", made.api.id);
    assert!(!admin.browser.get(&path).await.is(200).text.contains("/subscribers\""));
    let (dana, eve) = (app.developer("dana", &made).await, app.developer("eve", &made).await);
    let editor = admin.browser.get(&path).await.is(200).text;
    assert!(editor.contains(&format!("<a href=\"{path}/subscribers\">2</a>")));
    assert!(editor.contains(&format!("/calls?scope=all&#38;api={}", made.api.id)), "{editor}");
    let inbox = |one: &crate::support::people::Developer| format!("/inbox/{}\"", one.subscription.id);
    let first = admin.browser.get(&format!("{path}/subscribers?limit=1")).await.is(200).text;
    assert!(first.contains(&inbox(&eve)) && !first.contains(&inbox(&dana)));
    let next = format!("{path}/subscribers?limit=1&before={}", eve.subscription.id);
    let second = admin.browser.get(&next).await.is(200).text;
    assert!(second.contains(&inbox(&dana)) && !second.contains(&inbox(&eve)));
    let page = format!("/requests/{}", dana.subscription.id);
    admin.browser.get(&format!("/inbox/{}", dana.subscription.id)).await.is(200);
    let calls = admin.browser.get(&format!("/calls?scope=all&api={}", made.api.id)).await.is(200).text;
    assert!(calls.contains(&format!("API: {}", made.api.name)));
    assert!(dana.person.browser.get(&page).await.is(200).text.contains(&made.api.name));
}

#[actix_web::test]
async fn b39_fields_nobody_asked_for_are_refused() {
    let app = spawn().await;
    let admin = app.admin().await;
    let made = app.demo_api(&admin).await;
    let path = format!("/manage/apis/{}", made.api.id);
    let fields = [("name", "Chat"), ("visibility", "everyone"), ("owner_team_id", "x"), ("state", "retired")];
    let refused = admin.browser.submit(&format!("{path}/details"), &path, &fields).await;
    assert_eq!(refused.status, 400, "{}", refused.text);
    let token = token(&app, &admin, Reach::ReadAndWrite).await;
    let body = json!({ "name": "Chat", "owner_team_id": "x" });
    let refused = api(&app, &token, Method::PATCH, &format!("/apis/{}", made.api.id), body).await.is(400);
    assert_eq!(refused.code(), "field_invalid");
}

#[actix_web::test]
async fn all_of_it_is_done_by_script() {
    let app = spawn().await;
    let admin = app.admin().await;
    let token = token(&app, &admin, Reach::ReadAndWrite).await;
    let ask = async |method: Method, path: &str, body: Value, status: u16| {
        api(&app, &token, method, path, body).await.is(status)
    };
    let id = |answer: &Answer| answer.json()["id"].as_str().unwrap().to_owned();
    let secret = "sk-fake-canary-0123456789-abcdef";
    let body =
        json!({ "preset": "custom", "name": "Mock", "base_url": "http://127.0.0.1:9/v1", "secret": secret });
    let provider = ask(Method::POST, "/providers", body, 201).await;
    assert!(!provider.text.contains("canary"), "write only: {}", provider.text);
    let provider = id(&provider);
    let body = json!({ "name": "small", "kind": "chat", "context_window": 8000, "max_output": 1000 });
    let model = id(&ask(Method::POST, "/models", body, 201).await);
    let body = json!({ "provider_id": provider, "vendor_model": "mock-small" });
    ask(Method::POST, &format!("/models/{model}/targets"), body, 201).await;
    let body = json!({ "vendor_model": "mock-small", "input": "0.15", "output": "0.60" });
    ask(Method::POST, &format!("/providers/{provider}/prices"), body, 201).await;
    let body = json!({ "slug": "script", "name": "Script", "summary": "By script." });
    let made = id(&ask(Method::POST, "/apis", body, 201).await);
    let version =
        id(&ask(Method::POST, &format!("/apis/{made}/versions"), json!({ "name": "v1" }), 201).await);
    let publication = format!("/versions/{version}/publication");
    let early = ask(Method::POST, &publication, json!({}), 409).await;
    assert_eq!(early.json()["reason"], "wrong_state");
    let body = json!({ "models": [{ "public_name": "fast", "model_id": model }] });
    ask(Method::PUT, &format!("/versions/{version}/models"), body, 200).await;
    let limits = json!({ "requests_per_minute": 60, "usd_per_month": "50" });
    let body = json!({ "name": "Standard", "approval": "auto", "limits": limits });
    let plan = ask(Method::POST, &format!("/apis/{made}/plans"), body, 201).await;
    assert_eq!(plan.json()["limits"]["requests_per_minute"], 60);
    ask(Method::POST, &publication, json!({}), 200).await;
    let shown = ask(Method::GET, &format!("/apis/{made}"), json!({}), 200).await.json();
    assert_eq!(shown["versions"][0]["state"], "published");
    assert_eq!(shown["versions"][0]["models"][0]["public_name"], "fast");
    let shown = ask(Method::GET, &format!("/models/{model}"), json!({}), 200).await.json();
    assert_eq!(shown["targets"][0]["price"]["input"], "0.15");
    let moved = json!({ "base_url": "http://127.0.0.1:10/v1" });
    let moved = ask(Method::PATCH, &format!("/providers/{provider}"), moved, 200).await.json();
    assert_eq!(moved["credentials"][0]["void"], true, "t05: a new destination wipes the secret");
}
