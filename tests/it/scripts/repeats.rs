//! Posts that carry an `Idempotency-Key`.

use std::time::Duration;

use portico::domain::people::admin_tokens::Reach;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;

use crate::keys::{call, token};
use crate::support::spawn;

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
