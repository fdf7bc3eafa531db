//! New passwords and the tokens that end with them.

use portico::domain::people::admin_tokens::Reach;
use reqwest::Method;
use serde_json::Value;

use crate::keys::{call, token};
use crate::support::spawn;

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
