//! What the audit says: who, what, and of a change the fields that changed, as they were and as they are.

use std::process::Command;

use portico::base::Clock;
use portico::config::{Flags, load};
use portico::domain::audit::latest;
use portico::domain::people::admin_tokens::Reach;
use portico::store::Db;
use portico::store::entity::audit_event;
use portico::store::entity::states::Role;
use reqwest::Method;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};

use crate::keys::{call, token};
use crate::support::spawn;
use crate::support::vendor::Vendor;

#[actix_web::test]
async fn p19_the_audit_has_what_changed_as_it_was_and_as_it_is() {
    let app = spawn().await;
    let vendor = Vendor::start().await;
    let admin = app.admin().await;
    let starter = app.vendor_api(&admin, "custom", &vendor.base, &["gpt-test"]).await;
    let dana = app.developer("dana", &starter).await;
    let token = token(&app, &admin, Reach::ReadAndWrite).await;
    let send = async |method: Method, path: &str, body: Value| call(&app, &token, method, path, body).await;
    let first = async |path: &str| {
        let list = send(Method::GET, path, Value::Null).await.is(200).json();
        list["items"][0]["id"].as_str().unwrap().to_owned()
    };
    let (api, plan, key) = (starter.api.id, starter.plan.id, dana.key.id);
    let model = first("/api/v1/models").await;
    let shown = send(Method::GET, &format!("/api/v1/models/{model}"), Value::Null).await.is(200).json();
    let target = shown["targets"][0]["id"].as_str().unwrap().to_owned();
    let provider = first("/api/v1/providers").await;
    let shown = send(Method::GET, &format!("/api/v1/providers/{provider}"), Value::Null).await.is(200).json();
    let credential = shown["credentials"][0]["id"].as_str().unwrap().to_owned();
    let team = dana.person.team();
    for (path, change, act, before, after) in [
        (
            format!("/api/v1/plans/{plan}"),
            json!({ "name": "Gold", "limits": { "requests_per_minute": 7 }, "models": ["gpt-test"] }),
            "plan_changed",
            json!({ "name": starter.plan.name, "models": null }),
            json!({ "name": "Gold", "models": ["gpt-test"], "limits": ["7 requests a minute"] }),
        ),
        (
            format!("/api/v1/targets/{target}"),
            json!({ "weight": 5 }),
            "target_changed",
            json!({ "weight": 1 }),
            json!({ "weight": 5 }),
        ),
        (
            format!("/api/v1/credentials/{credential}"),
            json!({ "name": "Second" }),
            "credential_changed",
            json!({}),
            json!({ "name": "Second" }),
        ),
        (
            format!("/api/v1/models/{model}"),
            json!({ "max_output": 512, "context_window": 4_096 }),
            "model_changed",
            json!({ "max_output": null, "context_window": null }),
            json!({ "max_output": 512, "context_window": 4_096 }),
        ),
        (
            format!("/api/v1/apis/{api}"),
            json!({ "visibility": "teams", "team_ids": [team], "contact": "desk" }),
            "api_changed",
            json!({ "teams": [] }),
            json!({ "visibility": "teams", "teams": [team], "contact": "desk" }),
        ),
        (
            format!("/api/v1/keys/{key}"),
            json!({ "limits": { "requests_per_minute": 3 } }),
            "key_changed",
            json!({ "limits": [] }),
            json!({ "limits": ["3 requests a minute"] }),
        ),
    ] {
        send(Method::PATCH, &path, change).await.is(200);
        let list = format!("/api/v1/audit?act={act}");
        let row = send(Method::GET, &list, Value::Null).await.is(200).json()["items"][0].clone();
        let (was, now) = (row["details"]["before"].clone(), row["details"]["after"].clone());
        assert_eq!(now, after, "{act}: only what changed: {row}");
        for (field, value) in before.as_object().unwrap() {
            assert_eq!(&was[field], value, "{act}: {row}");
        }
        let fields = |side: &Value| side.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(fields(&was), fields(&now), "{act}: both sides name the same fields");
        assert_eq!(row["actor"], admin.actor.label(), "{act}");
    }
    let named = [("name", "Dana Two")];
    dana.person.browser.submit("/profile", "/profile/name", &named).await.is(303);
    let path = format!("/api/v1/audit?act=user_renamed&actor={}", dana.person.actor.user_id().unwrap());
    let row = send(Method::GET, &path, Value::Null).await.is(200).json()["items"][0].clone();
    assert_eq!(row["details"]["after"], json!({ "name": "Dana Two" }));
    assert_eq!(row["details"]["before"], json!({ "name": "dana" }));
}

#[actix_web::test]
async fn the_audit_is_read_page_by_page_by_those_who_see_everything() {
    let app = spawn().await;
    let admin = app.admin().await;
    let starter = app.demo_api(&admin).await;
    let dana = app.developer("dana", &starter).await;
    let auditor = app.somebody("audra", Role::Auditor).await;
    let reader = token(&app, &auditor, Reach::Read).await;
    let get = async |path: &str| call(&app, &reader, Method::GET, path, Value::Null).await;
    let (mut rows, mut next) = (Vec::new(), String::new());
    loop {
        let page = get(&format!("/api/v1/audit?limit=3{next}")).await.is(200).json();
        let items = page["items"].as_array().unwrap().clone();
        assert!(items.len() <= 3);
        rows.extend(items);
        let Some(seq) = page["next"].as_i64() else { break };
        next = format!("&before={seq}");
    }
    assert!(rows.len() > 6, "only {}", rows.len());
    for pair in rows.windows(2) {
        assert!(pair[0]["seq"].as_i64() > pair[1]["seq"].as_i64(), "the newest first");
        assert_eq!(pair[0]["previous"], pair[1]["hash"], "the chain can be followed");
    }
    let acts = async |path: &str| -> Vec<String> {
        let list = get(path).await.is(200).json();
        let act = |row: &Value| row["act"].as_str().unwrap().to_owned();
        list["items"].as_array().unwrap().iter().map(act).collect()
    };
    assert_eq!(acts(&format!("/api/v1/audit?subject={}", dana.key.id)).await, ["key_created"]);
    let of_app = acts(&format!("/api/v1/audit?subject={}", dana.key.app_id)).await;
    assert!(of_app.contains(&"key_created".to_owned()) && of_app.contains(&"app_created".to_owned()));
    assert!(acts("/api/v1/audit?from=2999-01-01").await.is_empty());
    assert!(acts("/api/v1/audit?to=2000-01-01T00:00:00Z").await.is_empty());
    let today = app.clock.now().day();
    assert!(!acts(&format!("/api/v1/audit?from={today}&to={today}")).await.is_empty(), "both days count");
    let own = acts(&format!("/api/v1/audit?actor={}", auditor.actor.user_id().unwrap())).await;
    assert!(own.iter().all(|act| act.starts_with("token_") || act.starts_with("signed")), "{own:?}");
    for wrong in ["from=soon", "before=x", "limit=0", "subject=1", "colour=red"] {
        assert_eq!(get(&format!("/api/v1/audit?{wrong}")).await.is(400).code(), "field_invalid", "{wrong}");
    }
    let member = token(&app, &dana.person, Reach::Read).await;
    let refused = call(&app, &member, Method::GET, "/api/v1/audit", Value::Null).await;
    assert_eq!(refused.is(403).code(), "not_permitted");
}

#[actix_web::test]
async fn p19_the_command_that_checks_the_audit_names_the_row_that_was_changed() {
    let folder = tempfile::tempdir().unwrap();
    let portico = |line: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_portico"));
        command.env_clear().current_dir(folder.path()).arg("--data").arg(folder.path());
        command.args(line.split(' ')).output().unwrap()
    };
    assert!(portico("migrate").status.success());
    for email in ["ada@example.com", "bob@example.com", "eve@example.com"] {
        assert!(portico(&format!("user add {email}")).status.success());
    }
    let whole = portico("audit check");
    let said = String::from_utf8(whole.stdout).unwrap();
    assert!(whole.status.success() && said.contains("The audit is whole: "), "{said}");
    let flags = Flags { data_dir: Some(folder.path().to_owned()), ..Flags::default() };
    let db = Db::open(&load(&flags).unwrap(), Clock::default()).await.unwrap();
    let seq = latest(&db).await.unwrap();
    db.transact(async move |tx| {
        let update = audit_event::Entity::update_many().filter(audit_event::Column::Seq.eq(seq));
        update.col_expr(audit_event::Column::Ip, Expr::value("192.0.2.99")).exec(&tx).await?;
        Ok(())
    })
    .await
    .unwrap();
    let broken = portico("audit check");
    let said = String::from_utf8(broken.stderr).unwrap();
    assert_eq!(broken.status.code(), Some(1), "{said}");
    assert!(said.contains(&format!("Row {seq} of the audit is not as it was written")), "{said}");
}
