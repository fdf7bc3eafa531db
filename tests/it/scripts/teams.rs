//! The end of a shared team.

use portico::domain::people::admin_tokens::Reach;
use portico::domain::teams;
use reqwest::Method;
use sea_orm::EntityTrait;
use serde_json::{Value, json};

use crate::keys::{call, token};
use crate::support::spawn;

#[actix_web::test]
async fn a_team_is_removed_once_nothing_needs_it_and_its_calls_keep_its_name() {
    let app = spawn().await;
    let admin = app.admin().await;
    let starter = app.demo_api(&admin).await;
    let (dana, omar) = (app.person("dana").await, app.person("omar").await);
    let (theirs, mine, other) = (
        token(&app, &admin, Reach::ReadAndWrite).await,
        token(&app, &dana, Reach::ReadAndWrite).await,
        token(&app, &omar, Reach::ReadAndWrite).await,
    );
    let send = async |token: &str, method: Method, path: &str, body: Value| {
        call(&app, token, method, path, body).await
    };
    let team = send(&mine, Method::POST, "/api/v1/teams", json!({ "name": "Search" })).await.is(201).json();
    let id = team["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/teams/{id}");
    let remove = async |token: &str| send(token, Method::DELETE, &path, Value::Null).await;
    let member = json!({ "email": "omar@example.com" });
    send(&mine, Method::POST, &format!("{path}/members"), member).await.is(201);

    let made = json!({ "name": "Mail", "team_id": id });
    let made = send(&mine, Method::POST, "/api/v1/apps", made).await.is(201).json();
    let asked = json!({ "app_id": made["id"], "version_id": starter.version.id, "plan_id": starter.plan.id });
    let asked = send(&mine, Method::POST, "/api/v1/subscriptions", asked).await.is(201).json();
    let issued = json!({ "app_id": made["id"], "name": "ci" });
    let issued = send(&mine, Method::POST, "/api/v1/keys", issued).await.is(201).json();
    app.chat(issued["secret"].as_str().unwrap(), "demo-echo").await.is(200);

    remove(&other).await.is(403);
    let personal = format!("/api/v1/teams/{}", dana.team());
    let refused = send(&mine, Method::DELETE, &personal, Value::Null).await.is(409).json();
    assert_eq!(refused["reason"], "personal_team");
    let in_use = async |what: &Value| {
        let refused = remove(&mine).await.is(409).json();
        assert_eq!((&refused["reason"], &refused["subject"]), (&json!("in_use"), what), "{refused}");
    };
    in_use(&issued["key"]["id"]).await;
    let key = format!("/api/v1/keys/{}", issued["key"]["id"].as_str().unwrap());
    send(&mine, Method::POST, &format!("{key}/revocation"), json!({})).await.is(200);
    in_use(&asked["id"]).await;
    let end = format!("/api/v1/subscriptions/{}/end", asked["id"].as_str().unwrap());
    send(&mine, Method::POST, &end, json!({})).await.is(200);
    let api = json!({ "slug": "own", "name": "Own", "owner_team_id": id });
    let api = send(&theirs, Method::POST, "/api/v1/apis", api).await.is(201).json();
    in_use(&api["id"]).await;
    let api = format!("/api/v1/apis/{}", api["id"].as_str().unwrap());
    let seen = json!({ "visibility": "teams", "team_ids": [id] });
    send(&theirs, Method::DELETE, &api, Value::Null).await.is(204);
    let chat = format!("/api/v1/apis/{}", starter.api.id);
    send(&theirs, Method::PATCH, &chat, seen.clone()).await.is(200);

    remove(&mine).await.is(204);
    remove(&mine).await.is(404);
    remove(&theirs).await.is(404);
    for token in [&mine, &other] {
        send(token, Method::GET, &path, Value::Null).await.is(404);
        let own = send(token, Method::GET, "/api/v1/teams", Value::Null).await.is(200).json();
        assert_eq!(own["items"].as_array().unwrap().len(), 1, "{own}");
    }
    let shown = send(&theirs, Method::GET, &path, Value::Null).await.is(200).json();
    assert_eq!((&shown["name"], &shown["state"]), (&json!("Search"), &json!("removed")));
    assert!(teams::list_all(&app.db, &admin.actor, "Search").await.unwrap().is_empty());
    let visible = send(&theirs, Method::GET, &chat, Value::Null).await.is(200).json();
    assert_eq!(visible["team_ids"], json!([]), "an API is not kept for a team that is gone");

    // Nothing of it is set going again, not even by an admin.
    let new_app = json!({ "name": "New", "team_id": id });
    send(&theirs, Method::POST, "/api/v1/apps", new_app).await.is(404);
    let owner = dana.user.id;
    let new_key = json!({ "app_id": made["id"], "name": "new", "owner_id": owner });
    assert_eq!(
        send(&theirs, Method::POST, "/api/v1/keys", new_key).await.is(409).json()["reason"],
        "wrong_state"
    );
    let again = json!({ "app_id": made["id"], "version_id": starter.version.id, "plan_id": starter.plan.id });
    send(&theirs, Method::POST, "/api/v1/subscriptions", again).await.is(409);
    for (method, under, body) in [
        (Method::PATCH, "", json!({ "name": "Back" })),
        (Method::POST, "/resumption", Value::Null),
        (Method::POST, "/members", json!({ "email": "dana@example.com" })),
    ] {
        send(&theirs, method, &format!("{path}{under}"), body).await.is(404);
    }
    assert_eq!(send(&theirs, Method::PATCH, &chat, seen).await.is(400).json()["param"], "team_ids");

    let call_id = app.calls(1).await[0].id;
    let page = admin.browser.get(&format!("/calls/{call_id}")).await.is(200).text;
    assert!(page.contains("<dd>Search</dd>"), "{page}");
    let calls =
        send(&theirs, Method::GET, &format!("/api/v1/calls?team={id}"), Value::Null).await.is(200).json();
    assert_eq!(calls["items"].as_array().unwrap().len(), 1, "{calls}");
    let audit = portico::store::entity::audit_event::Entity::find().all(app.db.read()).await.unwrap();
    let told = audit.iter().filter(|row| format!("{row:?}").contains("team_removed"));
    assert_eq!(told.count(), 1);
}

#[actix_web::test]
async fn a_team_is_removed_by_one_of_two_who_do_it_at_once() {
    let app = spawn().await;
    let admin = app.admin().await;
    let token = token(&app, &admin, Reach::ReadAndWrite).await;
    let team = call(&app, &token, Method::POST, "/api/v1/teams", json!({ "name": "Twice" })).await.json();
    let path = format!("/api/v1/teams/{}", team["id"].as_str().unwrap());
    let remove = async || call(&app, &token, Method::DELETE, &path, Value::Null).await.status;
    let mut both: [u16; 2] = tokio::join!(remove(), remove()).into();
    both.sort_unstable();
    assert_eq!(both, [204, 404]);
}
