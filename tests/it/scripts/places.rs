//! Every operation that takes a body, with each field wrong by itself: the answer names that very field,
//! by its place in the body that was sent.

use std::collections::BTreeSet;

use portico::domain::people::admin_tokens::Reach;
use reqwest::Method;
use serde_json::{Value, json};

use crate::keys::{call, token};
use crate::support::{TestApp, spawn};

const NOBODY: &str = "0198c0de-0000-7000-8000-000000000000";

/// An operation as the document names it, a path that is there, a body that is right.
type Case = (&'static str, String, Value);

/// Makes one of everything, by script.
struct Scene<'a> {
    app: &'a TestApp,
    admin: String,
    dana: String,
}

impl Scene<'_> {
    async fn made(&self, token: &str, path: &str, body: Value) -> String {
        let answer = call(self.app, token, Method::POST, path, body).await;
        assert!((200..300).contains(&answer.status), "{path}: {}", answer.text);
        let said = answer.json();
        let id = [&said["id"], &said["key"]["id"], &said["user"]["id"]].into_iter().find_map(Value::as_str);
        id.unwrap_or_else(|| panic!("{path}: {said}")).to_owned()
    }

    async fn cases(&self) -> Vec<Case> {
        let (admin, dana) = (&*self.admin, &*self.dana);
        let provider = json!({ "preset": "ollama", "name": "one", "models": ["m"] });
        let provider = self.made(admin, "/api/v1/providers", provider).await;
        let credential = json!({ "name": "first", "secret": "sk-fake-vendor-secret" });
        let credential =
            self.made(admin, &format!("/api/v1/providers/{provider}/credentials"), credential).await;
        let model = self.made(admin, "/api/v1/models", json!({ "name": "fast" })).await;
        let target = json!({ "provider_id": provider, "vendor_model": "m" });
        let target = self.made(admin, &format!("/api/v1/models/{model}/targets"), target).await;
        let price = json!({ "vendor_model": "m", "input": "1", "output": "2" });
        self.made(admin, &format!("/api/v1/providers/{provider}/prices"), price).await;
        let api = self.made(admin, "/api/v1/apis", json!({ "slug": "chat", "name": "Chat" })).await;
        let mut versions = Vec::new();
        let plan = json!({ "name": "Manual", "approval": "manual" });
        let plan = self.made(admin, &format!("/api/v1/apis/{api}/plans"), plan).await;
        let models = json!({ "models": [{ "public_name": "fast", "model_id": model }] });
        for name in ["v1", "v2"] {
            let path = format!("/api/v1/apis/{api}/versions");
            let version = self.made(admin, &path, json!({ "name": name })).await;
            let path = format!("/api/v1/versions/{version}/models");
            call(self.app, admin, Method::PUT, &path, models.clone()).await.is(200);
            self.made(admin, &format!("/api/v1/versions/{version}/publication"), Value::Null).await;
            versions.push(version);
        }
        let draft = self.made(admin, &format!("/api/v1/apis/{api}/versions"), json!({ "name": "v3" })).await;
        let mut asked = Vec::new();
        let mut owned = Vec::new();
        for name in ["waits", "denied", "serves", "ends", "waits too"] {
            let made = self.made(dana, "/api/v1/apps", json!({ "name": name })).await;
            let body = json!({ "app_id": made, "version_id": versions[0], "plan_id": plan });
            let one = self.made(dana, "/api/v1/subscriptions", body).await;
            let (act, body) = match name {
                "denied" => ("denial", json!({ "comment": "no" })),
                _ => ("approval", json!({})),
            };
            if !name.starts_with("waits") {
                self.made(admin, &format!("/api/v1/subscriptions/{one}/{act}"), body).await;
            }
            asked.push(one);
            owned.push(made);
        }
        let key = self.made(dana, "/api/v1/keys", json!({ "app_id": owned[0], "name": "ci" })).await;
        let free = self.made(dana, "/api/v1/apps", json!({ "name": "free" })).await;
        let user = self.made(admin, "/api/v1/users", json!({ "email": "eve@example.com" })).await;
        let omar = self.app.person("omar").await.user.id.to_string();
        let team_id = self.made(admin, "/api/v1/teams", json!({ "name": "Search" })).await;
        let team = format!("/api/v1/teams/{team_id}");
        let owner =
            call(self.app, dana, Method::GET, &format!("/api/v1/keys/{key}"), Value::Null).await.json();
        let id = |noun: &str, id: &str| format!("/api/v1/{noun}/{id}");
        let under = |noun: &str, id: &str, act: &str| format!("/api/v1/{noun}/{id}/{act}");
        let add_member = json!({ "email": "omar@example.com", "role": "member" });
        call(self.app, admin, Method::POST, &format!("{team}/members"), add_member).await.is(201);
        let limits = json!({
            "requests_per_minute": 5, "tokens_per_minute": 5, "concurrent_calls": 5, "usd_per_month": "5"
        });
        let timers = json!({ "connect_ms": 50, "first_byte_ms": 50, "idle_ms": 50, "total_ms": 50 });
        let new_target = json!({
            "provider_id": provider, "vendor_model": "n", "position": 3, "weight": 1,
            "connect_ms": 50, "first_byte_ms": 50, "idle_ms": 50, "total_ms": 50
        });
        let new_key = json!({
            "app_id": owned[0], "owner_id": owner["owner_id"], "name": "two", "scopes": ["chat"], "api_ids": [api], "ips": ["10.0.0.1"],
            "expires_in_days": 1, "limits": limits
        });
        let key_change = json!({
            "name": "three", "scopes": ["chat"], "api_ids": [api], "ips": ["10.0.0.1"], "limits": limits
        });
        let day = "2100-01-01";
        let new_price = json!({
            "vendor_model": "m", "input": "1", "cached_read": "1", "cache_write": "1", "output": "1",
            "reasoning": "1", "effective_at": day
        });
        let new_plan = json!({
            "name": "Two", "summary": "s", "approval": "rule", "rule_domains": ["example.com"],
            "models": ["fast"], "limits": limits
        });
        let new_api = json!({ "slug": "more", "name": "More", "summary": "s", "contact": "c",
            "visibility": "teams", "team_ids": [team_id] });
        let ask = json!({ "app_id": free, "version_id": versions[1], "plan_id": plan, "reason": "r",
            "volume": "v", "ends_at": day });
        vec![
            (
                "POST /api/v1/providers",
                "/api/v1/providers".into(),
                json!({
                    "preset": "custom", "name": "two", "base_url": "https://vendor.example/v1",
                    "secret": "sk-fake-vendor-secret", "models": ["gpt"]
                }),
            ),
            (
                "PATCH /api/v1/providers/{id}",
                id("providers", &provider),
                json!({
                    "name": "uno", "base_url": "http://127.0.0.1:1/v1", "quirks": ["no_n"], "state": "on"
                }),
            ),
            (
                "POST /api/v1/providers/{id}/credentials",
                under("providers", &provider, "credentials"),
                json!({ "name": "second", "secret": "sk-fake-vendor-secret", "weight": 2 }),
            ),
            (
                "PUT /api/v1/credentials/{id}/secret",
                under("credentials", &credential, "secret"),
                json!({ "secret": "sk-fake-vendor-secret" }),
            ),
            (
                "PATCH /api/v1/credentials/{id}",
                id("credentials", &credential),
                json!({ "name": "primary", "weight": 3, "state": "on" }),
            ),
            ("POST /api/v1/providers/{id}/prices", under("providers", &provider, "prices"), new_price),
            (
                "POST /api/v1/models",
                "/api/v1/models".into(),
                json!({ "name": "slow", "kind": "chat",
                "reasoning": true, "context_window": 10, "max_output": 10 }),
            ),
            (
                "PATCH /api/v1/models/{id}",
                id("models", &model),
                json!({ "name": "faster", "reasoning": true,
                "context_window": 10, "max_output": 10, "state": "on" }),
            ),
            ("POST /api/v1/models/{id}/targets", under("models", &model, "targets"), new_target),
            (
                "PATCH /api/v1/targets/{id}",
                id("targets", &target),
                json!({ "position": 2, "weight": 2, "timers": timers, "state": "on" }),
            ),
            ("POST /api/v1/apis", "/api/v1/apis".into(), new_api),
            (
                "PATCH /api/v1/apis/{id}",
                id("apis", &api),
                json!({ "name": "Talk", "summary": "s",
                "contact": "c", "visibility": "teams", "team_ids": [team_id] }),
            ),
            (
                "POST /api/v1/apis/{id}/versions",
                under("apis", &api, "versions"),
                json!({ "name": "v4", "copy_of": versions[0] }),
            ),
            ("PUT /api/v1/versions/{id}/models", under("versions", &draft, "models"), models),
            ("PUT /api/v1/versions/{id}/docs", under("versions", &draft, "docs"), json!({ "docs": "Hello" })),
            ("POST /api/v1/apis/{id}/plans", under("apis", &api, "plans"), new_plan),
            (
                "PATCH /api/v1/plans/{id}",
                id("plans", &plan),
                json!({ "name": "By hand", "summary": "s",
                "approval": "manual", "rule_domains": [], "models": ["fast"], "limits": limits,
                "state": "open" }),
            ),
            ("POST /api/v1/apps", "/api/v1/apps".into(), json!({ "name": "More" })),
            ("PATCH /api/v1/apps/{id}", id("apps", &free), json!({ "name": "Freed" })),
            ("POST /api/v1/subscriptions", "/api/v1/subscriptions".into(), ask),
            (
                "POST /api/v1/subscriptions/{id}/approval",
                under("subscriptions", &asked[0], "approval"),
                json!({ "plan_id": plan, "ends_at": day, "comment": "c" }),
            ),
            (
                "POST /api/v1/subscriptions/{id}/denial",
                under("subscriptions", &asked[4], "denial"),
                json!({ "comment": "c" }),
            ),
            (
                "POST /api/v1/subscriptions/{id}/repeat",
                under("subscriptions", &asked[1], "repeat"),
                json!({ "plan_id": plan, "reason": "r", "volume": "v", "ends_at": day }),
            ),
            (
                "POST /api/v1/subscriptions/{id}/move",
                under("subscriptions", &asked[2], "move"),
                json!({ "version_id": versions[1], "plan_id": plan }),
            ),
            (
                "POST /api/v1/subscriptions/{id}/suspension",
                under("subscriptions", &asked[2], "suspension"),
                json!({ "reason": "r" }),
            ),
            (
                "POST /api/v1/subscriptions/{id}/end",
                under("subscriptions", &asked[3], "end"),
                json!({ "comment": "c" }),
            ),
            ("POST /api/v1/keys", "/api/v1/keys".into(), new_key),
            ("PATCH /api/v1/keys/{id}", id("keys", &key), key_change),
            (
                "POST /api/v1/keys/{id}/rotation",
                under("keys", &key, "rotation"),
                json!({ "overlap": "1h", "leaked": false }),
            ),
            ("POST /api/v1/keys/{id}/expiry", under("keys", &key, "expiry"), json!({ "expires_in_days": 3 })),
            (
                "POST /api/v1/keys/{id}/owner",
                under("keys", &key, "owner"),
                json!({ "owner_id": owner["owner_id"] }),
            ),
            (
                "POST /api/v1/keys/{id}/revocation",
                under("keys", &key, "revocation"),
                json!({ "reason": "leaked" }),
            ),
            (
                "POST /api/v1/users",
                "/api/v1/users".into(),
                json!({ "email": "new@example.com", "role": "member" }),
            ),
            ("PATCH /api/v1/users/{id}", id("users", &user), json!({ "role": "auditor" })),
            ("POST /api/v1/teams", "/api/v1/teams".into(), json!({ "name": "More" })),
            ("PATCH /api/v1/teams/{id}", team.clone(), json!({ "name": "Find" })),
            ("PUT /api/v1/teams/{id}/limits", format!("{team}/limits"), limits),
            (
                "POST /api/v1/teams/{id}/members",
                format!("{team}/members"),
                json!({ "email": "dana@example.com", "role": "member" }),
            ),
            (
                "PATCH /api/v1/teams/{id}/members/{user}",
                format!("{team}/members/{omar}"),
                json!({ "role": "member" }),
            ),
            ("POST /api/v1/teams/{id}/suspension", format!("{team}/suspension"), json!({ "reason": "r" })),
            (
                "POST /api/v1/tokens",
                "/api/v1/tokens".into(),
                json!({ "name": "ci", "write": false, "expires_in_days": 3 }),
            ),
            (
                "PUT /api/v1/settings/sign-up",
                "/api/v1/settings/sign-up".into(),
                json!({ "mode": "domain", "domains": ["example.com"] }),
            ),
            (
                "PUT /api/v1/settings/site",
                "/api/v1/settings/site".into(),
                json!({ "name": "Here", "contact": "c" }),
            ),
            (
                "POST /api/v1/apps/{id}/suspension",
                under("apps", &owned[2], "suspension"),
                json!({ "reason": "r" }),
            ),
            (
                "POST /api/v1/versions/{id}/deprecation",
                under("versions", &versions[0], "deprecation"),
                json!({ "sunset": day, "successor": versions[1], "guide_url": "https://guide.example" }),
            ),
            (
                "POST /api/v1/versions/{id}/retirement",
                under("versions", &versions[0], "retirement"),
                json!({ "reason": "r" }),
            ),
        ]
    }
}

/// A schema, whether it stands there or is named, without the null that it may be as well.
fn plain<'v>(document: &'v Value, schema: &'v Value) -> &'v Value {
    if let Some(name) = schema["$ref"].as_str() {
        return plain(document, document.pointer(name.trim_start_matches('#')).unwrap());
    }
    let either = schema["oneOf"].as_array().into_iter().flatten().find(|one| one["type"] != "null");
    either.map_or(schema, |one| plain(document, one))
}

fn is(schema: &Value, kind: &str) -> bool {
    schema["type"] == kind || schema["type"].as_array().is_some_and(|kinds| kinds.contains(&json!(kind)))
}

/// Values that a field of this schema cannot have, or hardly.
fn wrong(document: &Value, schema: &Value) -> Vec<Value> {
    if is(schema, "array") {
        let item = plain(document, &schema["items"]);
        let mut lists: Vec<Value> = wrong(document, item).into_iter().map(|value| json!([value])).collect();
        lists.extend([json!("x"), json!([])]);
        return lists;
    }
    if is(schema, "string") && schema["format"] == "uuid" {
        return vec![json!("x"), json!(7), json!(NOBODY)];
    }
    if is(schema, "string") {
        let odd = ["", " ", "\u{200b}", "a\u{0}b", "no such: word", "2001-01-01", "-1"];
        let mut texts: Vec<Value> = odd.iter().map(|text| json!(text)).collect();
        texts.extend([json!(7), json!("x".repeat(100_001))]);
        return texts;
    }
    if is(schema, "integer") {
        return vec![json!("x"), json!(1.5), json!(-1), json!(0), json!(i64::MAX), json!(9_999_999)];
    }
    vec![json!("x"), json!({ "quux": 1 }), json!([]), json!([7])]
}

/// The places of a body that a schema knows: `/limits/requests_per_minute`.
fn fields(document: &Value, schema: &Value, above: &str) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        let (place, field) = (format!("{above}/{name}"), plain(document, field));
        found.push((place.clone(), field.clone()));
        found.extend(fields(document, field, &place));
    }
    found
}

/// The body with another value at a place, whose object is made where it is not there.
fn put(body: &Value, place: &str, value: Value) -> Value {
    let mut body = body.clone();
    let mut at = &mut body;
    for name in place.split('/').skip(1) {
        if !at.is_object() {
            *at = json!({});
        }
        at = &mut at[name];
    }
    *at = value;
    body
}

/// The body with names that nothing has yet.
fn fresh(body: &Value, number: usize) -> Value {
    let mut body = body.clone();
    for field in ["name", "slug"] {
        if let Some(name) = body[field].as_str().map(|name| format!("{name}{number}")) {
            body[field] = json!(name);
        }
    }
    if body["email"] == "new@example.com" {
        body["email"] = json!(format!("new{number}@example.com"));
    }
    body
}

#[actix_web::test]
async fn each_wrong_field_of_each_body_is_named_by_its_place() {
    let app = spawn().await;
    let admin = app.admin().await;
    let dana = app.person("dana").await;
    let scene = Scene {
        app: &app,
        admin: token(&app, &admin, Reach::ReadAndWrite).await,
        dana: token(&app, &dana, Reach::ReadAndWrite).await,
    };
    let cases = scene.cases().await;
    let document = portico::api::document::value();
    let mut known = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            if !operation["requestBody"].is_null() {
                known.insert(format!("{} {path}", method.to_uppercase()));
            }
        }
    }
    let tried: BTreeSet<String> = cases.iter().map(|(name, ..)| (*name).to_owned()).collect();
    assert_eq!(tried, known, "left: tried here, right: in the document");
    let (mut faults, mut judged) = (Vec::new(), 0);
    let visitor = app.visitor();
    for (name, path, body) in cases {
        let (method, shape) = name.split_once(' ').unwrap();
        let operation = &document["paths"][shape][method.to_lowercase()];
        let schema = plain(&document, &operation["requestBody"]["content"]["application/json"]["schema"]);
        let method: Method = method.parse().unwrap();
        let mut places = fields(&document, schema, "");
        // Free text is taken, and what was done cannot be judged again.
        places.sort_by_key(|(place, field)| {
            is(field, "string") && field["format"].is_null() && !place.ends_with("_at")
        });
        for (place, field) in places {
            let mut refused = 0;
            for value in wrong(&document, &field) {
                let sent = put(&fresh(&body, judged), &place, value.clone());
                let request = visitor.request(method.clone(), &path).bearer_auth(&scene.admin).json(&sent);
                let answer = visitor.send(request).await;
                judged += 1;
                if answer.status < 400 {
                    if is(&field, "object") && value.is_array() {
                        faults.push(format!("{name}: {place} is an object, and {value} was taken for one"));
                    }
                    continue;
                }
                let said = answer.json();
                let shown: String = value.to_string().chars().take(40).collect();
                if answer.status >= 500 {
                    faults.push(format!("{name}: {place} = {shown}: {said}"));
                }
                if answer.status != 400 {
                    continue;
                }
                refused += 1;
                let pointer = said["errors"][0]["pointer"].as_str().unwrap_or("none");
                let inside = pointer == place || pointer.starts_with(&format!("{place}/"));
                let there = pointer == place || sent.pointer(pointer).is_some();
                if !inside || !there || said["next"].as_str().is_none_or(str::is_empty) {
                    faults.push(format!("{name}: {place} = {shown} is called {pointer}: {}", said["detail"]));
                }
            }
            if refused == 0 {
                faults.push(format!("{name}: {place} takes whatever is sent"));
            }
        }
        let right = call(&app, &scene.admin, method, &path, fresh(&body, judged)).await;
        if !matches!(right.status, 200..300 | 409) {
            faults.push(format!("{name}: the right body is refused: {}", right.text));
        }
    }
    assert!(faults.is_empty(), "{} of {judged}:\n{}", faults.len(), faults.join("\n"));
    assert!(judged > 800, "{judged}");
}
