//! Lists, read in pages.

use portico::domain::people::admin_tokens::Reach;
use portico::domain::plans::{self, NewStarter};
use reqwest::Method;
use serde_json::{Value, json};

use crate::keys::{call, token};
use crate::support::spawn;

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
