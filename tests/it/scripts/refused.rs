//! How a refusal tells what is wrong.

use portico::domain::people::admin_tokens::Reach;
use reqwest::Method;
use serde_json::{Value, json};

use crate::keys::{call, token};
use crate::support::spawn;

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
    for query in ["quux=1", "limit=abc", "limit=0", "state=quux", "ip=x"] {
        call(&app, &token, Method::GET, &format!("/api/v1/calls?{query}"), Value::Null).await.is(400);
    }
    let none = call(&app, &token, Method::GET, "/api/v1/calls?limit=5", Value::Null).await.is(200);
    assert_eq!(none.json()["items"], json!([]));
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
    let plan = json!({ "name": starter.plan.name, "approval": "auto" });
    let taken = |path: String, body: Value| (Method::POST, path, body, "exists_already");
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
        taken("/api/v1/apis".to_owned(), json!({ "slug": starter.api.slug, "name": "x" })),
        taken("/api/v1/models".to_owned(), json!({ "name": "demo-echo" })),
        taken("/api/v1/providers".to_owned(), json!({ "preset": "demo", "name": starter.provider.name })),
        taken(format!("/api/v1/apis/{}/versions", starter.api.id), json!({ "name": starter.version.name })),
        taken(format!("/api/v1/apis/{}/plans", starter.api.id), plan),
        taken("/api/v1/users".to_owned(), json!({ "email": dana.person.user.email })),
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
async fn what_would_serve_nobody_is_refused() {
    let app = spawn().await;
    let admin = app.admin().await;
    let starter = app.demo_api(&admin).await;
    let token = token(&app, &admin, Reach::ReadAndWrite).await;
    let wrong = async |method: Method, path: &str, body: Value, pointer: &str| {
        let told = call(&app, &token, method, path, body).await.is(400).json();
        assert_eq!(told["errors"][0]["pointer"], pointer, "{told}");
    };
    let unseen = json!({ "slug": "unseen", "name": "Unseen", "visibility": "teams", "team_ids": [] });
    wrong(Method::POST, "/api/v1/apis", unseen, "/team_ids").await;
    let path = format!("/api/v1/providers/{}/prices", starter.provider.id);
    wrong(Method::POST, &path, json!({ "vendor_model": "demo-echo" }), "/input").await;

    let bare = call(&app, &token, Method::POST, "/api/v1/models", json!({ "name": "bare" })).await.is(201);
    let bare = json!({ "public_name": "bare", "model_id": bare.json()["id"] });
    let there = call(&app, &token, Method::GET, "/api/v1/models", Value::Null).await.is(200).json();
    let there = there["items"].as_array().unwrap().iter().find(|model| model["name"] == "demo-echo").unwrap();
    let there = json!({ "public_name": "demo-echo", "model_id": there["id"] });
    let path = format!("/api/v1/versions/{}/models", starter.version.id);
    wrong(Method::PUT, &path, json!({ "models": [there, bare] }), "/models").await;
    call(&app, &token, Method::PUT, &path, json!({ "models": [there] })).await.is(200);

    let nobody = "/api/v1/teams/0198c0de-0000-7000-8000-000000000000/members";
    call(&app, &token, Method::GET, nobody, Value::Null).await.is(404);
}

#[actix_web::test]
async fn who_lacks_the_right_hears_so_before_the_body_is_judged() {
    let app = spawn().await;
    app.admin().await;
    let dana = app.person("dana").await;
    let token = token(&app, &dana, Reach::ReadAndWrite).await;
    for path in ["/api/v1/providers", "/api/v1/models"] {
        let refused = call(&app, &token, Method::POST, path, json!({ "quux": 1 })).await.is(403);
        assert_eq!(refused.code(), "not_permitted", "{path}");
    }
    for (method, path) in [
        (Method::POST, "/api/v1/users"),
        (Method::PUT, "/api/v1/settings/site"),
        (Method::PUT, "/api/v1/settings/sign-up"),
    ] {
        let refused = call(&app, &token, method, path, json!({ "quux": 1 })).await.is(403);
        assert_eq!(refused.code(), "not_permitted", "{path}");
    }
}

#[actix_web::test]
async fn b46_b47_p22_a_nul_in_an_address_is_refused_and_breaks_nothing() {
    let app = spawn().await;
    let admin = app.admin().await;
    let token = token(&app, &admin, Reach::ReadAndWrite).await;
    for path in
        ["keys?q", "users?q", "calls?model", "calls?request", "calls?ip", "audit?act", "catalogue?after"]
    {
        let path = format!("/api/v1/{path}=a%00b");
        let refused = call(&app, &token, Method::GET, &path, Value::Null).await.is(400);
        let name = path.split(['?', '=']).nth(1).unwrap().to_owned();
        assert_eq!(refused.json()["param"], name, "{path}");
    }
    call(&app, &token, Method::GET, "/api/v1/catalogue/a%00b", Value::Null).await.is(404);
    for page in ["/keys?q", "/users?q", "/teams?q", "/calls?model", "/calls.csv?request", "/catalogue?after"]
    {
        admin.browser.get(&format!("{page}=a%00b")).await.is(400);
    }
    admin.browser.get("/catalogue/a%00b").await.is(404);
    let asked = admin.browser.submit("/diagnose", "/diagnose", &[("prefix", "sk-ptc-a\0b")]).await;
    assert!(asked.status < 500, "{}", asked.status);
}

#[actix_web::test]
async fn what_is_repeated_of_a_body_is_short_and_a_coded_one_is_not_read() {
    let app = spawn().await;
    app.admin().await;
    let dana = app.person("dana").await;
    let token = token(&app, &dana, Reach::ReadAndWrite).await;
    let body = json!({ "app_id": "x".repeat(10_000), "name": "x" });
    let said = call(&app, &token, Method::POST, "/api/v1/keys", body).await.is(400).json();
    assert!(said["detail"].as_str().unwrap().contains("this is no id"), "{said}");
    let body = json!({ "app_id": dana.user.id, "name": "x", "scopes": "y".repeat(10_000) });
    let said = call(&app, &token, Method::POST, "/api/v1/keys", body).await.is(400).json();
    let detail = said["detail"].as_str().unwrap();
    assert!(detail.len() < 250 && detail.contains("…\", expected a list"), "{detail}");
    let visitor = app.visitor();
    let send = |body: &'static str| {
        let request = visitor.request(Method::POST, "/api/v1/apps").bearer_auth(&token);
        request.header("content-type", "application/json").body(body)
    };
    let twice = visitor.send(send("{\"name\":\"a\",\"name\":\"b\"}")).await.is(400).json();
    assert_eq!(twice["errors"][0]["pointer"], "/name", "{twice}");
    let coded = send("{\"name\":\"a\"}").header("content-encoding", "gzip");
    assert_eq!(visitor.send(coded).await.is(415).code(), "media_type_unsupported");
    call(&app, &token, Method::GET, "/api/v1/subscriptions?inbox=true&state=approved", Value::Null)
        .await
        .is(400);
    call(&app, &token, Method::GET, "/api/v1/calls?scope=all", Value::Null).await.is(400);
}
