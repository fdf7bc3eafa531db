//! What belongs to others is as good as unknown: every page and every write of it, in the portal and in the
//! management API, is answered to a stranger as an id that nobody has. Each write is one that its owner
//! could send, and afterwards does: it is the id alone that is refused.

use portico::base::ids::TeamId;
use portico::domain::people::admin_tokens::Reach;
use portico::domain::teams;
use portico::web::{ApiNeed, Method, Need};
use reqwest::header::AUTHORIZATION;
use serde_json::{Value, json};

use super::{NOBODY, endpoints, portal_pages};
use crate::keys::token;
use crate::support::browser::{Answer, Browser};
use crate::support::people::{Developer, Person};
use crate::support::{TestApp, spawn};

/// Somebody with one of everything, and who is to see none of it.
struct Scene {
    app: TestApp,
    admin: Person,
    dana: Developer,
    team: TeamId,
    call: String,
    omar: Person,
}

async fn scene() -> Scene {
    let app = spawn().await;
    let admin = app.admin().await;
    let starter = app.demo_api(&admin).await;
    let dana = app.developer("dana", &starter).await;
    let answer = app.chat(&dana.secret, "demo-echo").await.is(200);
    let call = answer.header("x-request-id").to_owned();
    app.calls(1).await;
    let team = teams::create(&app.db, &dana.person.actor, "Search").await.unwrap().id;
    let omar = app.person("omar").await;
    app.sign_in_again(&dana.person).await;
    Scene { app, admin, dana, team, call, omar }
}

impl Scene {
    /// The id of the thing that a path is about, by the first part of the path.
    fn id(&self, path: &str) -> Option<String> {
        let noun = path.trim_start_matches("/api/v1").split('/').nth(1)?;
        let is_one = path.split('/').any(|part| part == "{id}");
        let id = match noun {
            "keys" => self.dana.key.id.to_string(),
            "apps" => self.dana.app.to_string(),
            "requests" | "subscriptions" => self.dana.subscription.id.to_string(),
            "teams" => self.team.to_string(),
            "calls" => self.call.clone(),
            _ => return None,
        };
        is_one.then_some(id)
    }

    /// The path of a thing, with its id in place or another.
    fn path(&self, pattern: &str, id: &str) -> String {
        pattern.replace("{id}", id).replace("{user}", &self.dana.person.user.id.to_string())
    }
}

/// An answer without what differs from one to the next.
fn bare(answer: &Answer, id: &str) -> String {
    let text = answer.text.replace(id, "ID");
    if let Ok(Value::Object(mut problem)) = serde_json::from_str(&text) {
        problem.remove("request_id");
        return Value::Object(problem).to_string();
    }
    let lines = text.lines().filter(|line| !line.contains("request-id") && !line.contains("csrf"));
    lines.collect::<Vec<_>>().join("\n")
}

/// What only admins do is refused for the role, whatever the id.
const BY_ROLE: [&str; 2] = ["/api/v1/teams/{id}/suspension", "/api/v1/teams/{id}/resumption"];

#[track_caller]
fn same(method: &str, path: &str, (theirs, id): (&Answer, &str), unknown: &Answer) {
    let status = if BY_ROLE.contains(&path) { 403 } else { 404 };
    assert_eq!((theirs.status, unknown.status), (status, status), "{method} {path}: {}", theirs.text);
    assert_eq!(bare(theirs, id), bare(unknown, NOBODY), "{method} {path}");
}

/// What was sent was right in itself: it is done, or refused for what the thing is like by now.
#[track_caller]
fn was_right(what: &str, answer: &Answer) {
    assert!(
        matches!(answer.status, 200 | 201 | 204 | 303 | 409),
        "{what}: {} {}",
        answer.status,
        answer.text
    );
}

#[actix_web::test]
async fn b45_what_belongs_to_others_is_as_good_as_unknown() {
    let scene = scene().await;
    let reached = Need::SignedIn;
    for (page, _) in
        portal_pages().iter().filter(|(page, need)| page.method == Method::GET && *need == reached)
    {
        let Some(id) = scene.id(page.path) else { continue };
        let theirs = scene.omar.browser.get(&scene.path(page.path, &id)).await;
        let unknown = scene.omar.browser.get(&scene.path(page.path, NOBODY)).await;
        same("GET", page.path, (&theirs, &id), &unknown);
        scene.dana.person.browser.get(&scene.path(page.path, &id)).await.is(200);
    }
    let heir = scene.dana.person.user.id.to_string();
    let limits = [
        ("requests_per_minute", "9"),
        ("tokens_per_minute", ""),
        ("concurrent_calls", ""),
        ("usd_per_month", ""),
    ];
    let settings =
        [[("seen", "0"), ("name", "x"), ("scopes", "chat"), ("ips", "")].as_slice(), &limits].concat();
    let forms: Vec<(&str, Vec<(&str, &str)>)> = vec![
        ("/keys/{id}/settings", settings),
        ("/keys/{id}/pause", vec![]),
        ("/keys/{id}/enablement", vec![]),
        ("/keys/{id}/expiry", vec![("expires", "30")]),
        ("/keys/{id}/playground-token", vec![]),
        ("/keys/{id}/rotation", vec![("overlap", "24h")]),
        ("/keys/{id}/rotation/end", vec![]),
        ("/keys/{id}/owner", vec![("owner", &heir)]),
        ("/keys/{id}/revocation", vec![("reason", "leaked")]),
        ("/apps/{id}/name", vec![("name", "Other")]),
        ("/apps/{id}/suspension", vec![("reason", "why")]),
        ("/apps/{id}/resumption", vec![]),
        ("/requests/{id}/rank", vec![]),
        ("/requests/{id}/reminder", vec![]),
        ("/requests/{id}/move", vec![]),
        ("/requests/{id}/withdrawal", vec![]),
        ("/requests/{id}/end", vec![("comment", "over")]),
        ("/requests/{id}/repeat", vec![("reason", "again")]),
        ("/teams/{id}/name", vec![("name", "Other")]),
        ("/teams/{id}/members", vec![("email", "omar@example.com"), ("role", "member")]),
        ("/teams/{id}/members/{user}/role", vec![("role", "owner")]),
        ("/teams/{id}/members/{user}/removal", vec![]),
        ("/teams/{id}/departure", vec![]),
        ("/teams/{id}/removal", vec![]),
    ];
    for (page, _) in
        portal_pages().iter().filter(|(page, need)| page.method == Method::POST && *need == reached)
    {
        let is_known = forms.iter().any(|(path, _)| *path == page.path);
        assert!(is_known || scene.id(page.path).is_none(), "no form for {}", page.path);
    }
    let csrf = async |browser: &Browser| browser.get("/profile").await.field("csrf").unwrap();
    let (omars, danas) = (csrf(&scene.omar.browser).await, csrf(&scene.dana.person.browser).await);
    let admins = csrf(&scene.admin.browser).await;
    for (path, form) in &forms {
        let id = scene.id(path).unwrap();
        let theirs = scene.omar.browser.post_with(&omars, &scene.path(path, &id), form).await;
        let unknown = scene.omar.browser.post_with(&omars, &scene.path(path, NOBODY), form).await;
        same("POST", path, (&theirs, &id), &unknown);
    }
    for (path, form) in &forms {
        let path = scene.path(path, &scene.id(path).unwrap());
        let mut answer = scene.dana.person.browser.post_with(&danas, &path, form).await;
        if matches!(answer.status, 403 | 404) {
            answer = scene.admin.browser.post_with(&admins, &path, form).await;
        }
        was_right(&path, &answer);
    }
}

#[actix_web::test]
async fn b45_what_belongs_to_others_is_as_good_as_unknown_to_a_script() {
    let scene = scene().await;
    let of = async |who: &Person| token(&scene.app, who, Reach::ReadAndWrite).await;
    let (omars, danas, admins) =
        (of(&scene.omar).await, of(&scene.dana.person).await, of(&scene.admin).await);
    let caller = scene.app.visitor();
    let send = async |token: &str, method: &str, path: &str, body: &Value| {
        let request =
            caller.request(method.parse().unwrap(), path).header(AUTHORIZATION, format!("Bearer {token}"));
        caller.send(if body.is_null() { request } else { request.json(body) }).await
    };
    let none = Value::Null;
    for (page, need) in endpoints().iter().filter(|(page, _)| page.method == Method::GET) {
        let Some(id) = scene.id(page.path).filter(|_| *need == ApiNeed::Read) else { continue };
        let theirs = send(&omars, "GET", &scene.path(page.path, &id), &none).await;
        let unknown = send(&omars, "GET", &scene.path(page.path, NOBODY), &none).await;
        same("GET", page.path, (&theirs, &id), &unknown);
        send(&danas, "GET", &scene.path(page.path, &id), &none).await.is(200);
    }
    let heir = scene.dana.person.user.id;
    let bodies = [
        ("PATCH", "/api/v1/keys/{id}", json!({"name": "x"})),
        ("POST", "/api/v1/keys/{id}/pause", Value::Null),
        ("POST", "/api/v1/keys/{id}/enablement", Value::Null),
        ("POST", "/api/v1/keys/{id}/expiry", json!({"expires_in_days": 30})),
        ("POST", "/api/v1/keys/{id}/rotation", json!({})),
        ("POST", "/api/v1/keys/{id}/rotation/end", Value::Null),
        ("POST", "/api/v1/keys/{id}/owner", json!({"owner_id": heir})),
        ("POST", "/api/v1/keys/{id}/revocation", json!({})),
        ("PATCH", "/api/v1/apps/{id}", json!({"name": "Other"})),
        ("POST", "/api/v1/apps/{id}/suspension", json!({"reason": "why"})),
        ("POST", "/api/v1/apps/{id}/resumption", Value::Null),
        ("POST", "/api/v1/subscriptions/{id}/approval", json!({})),
        ("POST", "/api/v1/subscriptions/{id}/denial", json!({"comment": "no"})),
        ("POST", "/api/v1/subscriptions/{id}/reminder", Value::Null),
        ("POST", "/api/v1/subscriptions/{id}/withdrawal", Value::Null),
        ("POST", "/api/v1/subscriptions/{id}/move", json!({})),
        ("POST", "/api/v1/subscriptions/{id}/suspension", json!({"reason": "why"})),
        ("POST", "/api/v1/subscriptions/{id}/resumption", Value::Null),
        ("POST", "/api/v1/subscriptions/{id}/end", json!({})),
        ("POST", "/api/v1/subscriptions/{id}/repeat", json!({"reason": "again"})),
        ("PATCH", "/api/v1/teams/{id}", json!({"name": "Other"})),
        ("PUT", "/api/v1/teams/{id}/limits", json!({"requests_per_minute": 9})),
        ("POST", "/api/v1/teams/{id}/suspension", json!({"reason": "why"})),
        ("POST", "/api/v1/teams/{id}/resumption", Value::Null),
        ("POST", "/api/v1/teams/{id}/members", json!({"email": "omar@example.com"})),
        ("PATCH", "/api/v1/teams/{id}/members/{user}", json!({"role": "owner"})),
        ("DELETE", "/api/v1/teams/{id}/members/{user}", Value::Null),
        ("DELETE", "/api/v1/teams/{id}", Value::Null),
    ];
    for (page, _) in
        endpoints().iter().filter(|(page, need)| *need == ApiNeed::Write && page.method != Method::GET)
    {
        let is_known = bodies.iter().any(|(method, path, _)| page.method == *method && *path == page.path);
        assert!(is_known || scene.id(page.path).is_none(), "no body for {} {}", page.method, page.path);
    }
    for (method, path, body) in &bodies {
        let id = scene.id(path).unwrap();
        let theirs = send(&omars, method, &scene.path(path, &id), body).await;
        let unknown = send(&omars, method, &scene.path(path, NOBODY), body).await;
        same(method, path, (&theirs, &id), &unknown);
    }
    for (method, path, body) in &bodies {
        let path = scene.path(path, &scene.id(path).unwrap());
        let mut answer = send(&danas, method, &path, body).await;
        if matches!(answer.status, 403 | 404) {
            answer = send(&admins, method, &path, body).await;
        }
        was_right(&format!("{method} {path}"), &answer);
    }
}
