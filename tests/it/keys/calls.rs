//! What a change of a key means for the calls made with it.

use std::time::Duration;

use portico::base::ids::KeySecretId;
use portico::base::key_format;
use portico::domain::changes::{self, Change};
use portico::domain::keys::{self, Overlap, Rotate};
use portico::domain::people::{reset, sessions, users};
use portico::domain::plans::{self, PlanChange};
use portico::store::entity::key_secret;
use portico::store::entity::states::{Approval, KeyReason, Role};
use sea_orm::{EntityTrait, IntoActiveModel};

use super::chat;
use crate::support::people::Developer;
use crate::support::spawn;

#[actix_web::test]
async fn p01_a_revoked_or_paused_key_stops_with_the_next_call() {
    let app = spawn().await;
    let admin = app.admin().await;
    let starter = app.demo_api(&admin).await;
    let dana = app.developer("dana", &starter).await;
    chat(&app, &dana.secret, "demo-echo").await.is(200);
    keys::pause(&app.db, &dana.person.actor, dana.key.id).await.unwrap();
    assert_eq!(chat(&app, &dana.secret, "demo-echo").await.is(403).code(), "key_paused");
    keys::enable(&app.db, &dana.person.actor, dana.key.id).await.unwrap();
    chat(&app, &dana.secret, "demo-echo").await.is(200);
    let page = format!("/keys/{}", dana.key.id);
    dana.person.browser.submit(&page, &format!("{page}/revocation"), &[]).await.is(303);
    for _ in 0..20 {
        assert_eq!(chat(&app, &dana.secret, "demo-echo").await.is(401).code(), "key_revoked");
    }
    assert!(dana.person.browser.get(&page).await.text.contains("key_revoked"));
}

#[actix_web::test]
async fn p16_both_secrets_work_until_the_overlap_ends() {
    let app = spawn().await;
    let admin = app.admin().await;
    let starter = app.demo_api(&admin).await;
    let dana = app.developer("dana", &starter).await;
    let how = Rotate::planned(Overlap::Hour);
    let fresh = keys::rotate(&app.db, &dana.person.actor, dana.key.id, how).await.unwrap();
    chat(&app, &dana.secret, "demo-echo").await.is(200);
    chat(&app, fresh.secret.expose(), "demo-echo").await.is(200);
    app.clock.forward(Duration::from_secs(3_590));
    chat(&app, &dana.secret, "demo-echo").await.is(200);
    app.clock.forward(Duration::from_secs(11));
    assert_eq!(chat(&app, &dana.secret, "demo-echo").await.is(401).code(), "key_rotated");
    chat(&app, fresh.secret.expose(), "demo-echo").await.is(200);
}

#[actix_web::test]
async fn b29_a_key_that_was_unknown_works_from_the_moment_it_exists() {
    let app = spawn().await;
    let admin = app.admin().await;
    let starter = app.demo_api(&admin).await;
    let dana = app.developer("dana", &starter).await;
    let secret = key_format::mint();
    assert_eq!(chat(&app, secret.expose(), "demo-echo").await.is(401).code(), "key_unknown");
    let row = key_secret::Model {
        id: KeySecretId::fresh(),
        key_id: dana.key.id,
        digest: app.db.vault().key_digest(&key_format::digest(secret.expose())).to_vec(),
        prefix: key_format::shown_prefix(secret.expose()),
        last4: secret.last4(),
        created_at: app.db.now(),
        ends_at: None,
    };
    let add = async move |tx| {
        key_secret::Entity::insert(row.into_active_model()).exec_without_returning(&tx).await?;
        changes::note(&tx, Change::Key(dana.key.id)).await
    };
    app.db.transact(add).await.unwrap();
    chat(&app, secret.expose(), "demo-echo").await.is(200);
}

#[actix_web::test]
async fn b30_each_cause_has_its_own_code() {
    let app = spawn().await;
    let admin = app.admin().await;
    let starter = app.demo_api(&admin).await;
    let narrow = PlanChange { models: Some(Some(vec!["demo-echo".to_owned()])), ..PlanChange::default() };
    plans::change_plan(&app.db, &admin.actor, starter.plan.id, narrow).await.unwrap();
    let mut dana = app.developer("dana", &starter).await;
    assert_eq!(chat(&app, &dana.secret, "demo-lorem").await.is(403).code(), "model_not_allowed");
    assert_eq!(chat(&app, &dana.secret, "no-such-model").await.is(404).code(), "model_not_found");
    let revoked =
        keys::issue(&app.db, &dana.person.actor, keys::NewKey::usual(dana.app, "two")).await.unwrap();
    keys::revoke(&app.db, &dana.person.actor, revoked.key.id, KeyReason::Revoked).await.unwrap();
    assert_eq!(chat(&app, revoked.secret.expose(), "demo-echo").await.is(401).code(), "key_revoked");
    users::deactivate(&app.db, &admin.actor, dana.person.user.id).await.unwrap();
    assert_eq!(chat(&app, &dana.secret, "demo-echo").await.is(403).code(), "owner_deactivated");
    let manual = PlanChange { approval: Some((Approval::Manual, vec![], None)), ..PlanChange::default() };
    plans::change_plan(&app.db, &admin.actor, starter.plan.id, manual).await.unwrap();
    dana = app.developer("eve", &starter).await;
    assert_eq!(chat(&app, &dana.secret, "demo-echo").await.is(403).code(), "subscription_pending");
    app.clock.forward(Duration::from_secs(90 * 86_400 + 1));
    assert_eq!(chat(&app, &dana.secret, "demo-echo").await.is(401).code(), "key_expired");
}

#[actix_web::test]
async fn the_send_button_calls_as_its_key_and_only_for_its_owner() {
    let app = spawn().await;
    let admin = app.admin().await;
    let starter = app.demo_api(&admin).await;
    let dana = app.developer("dana", &starter).await;
    let page = format!("/keys/{}", dana.key.id);
    let token = dana.person.browser.submit(&page, &format!("{page}/playground-token"), &[]).await.is(200);
    let token = token.json()["token"].as_str().unwrap().to_owned();
    chat(&app, &token, "demo-echo").await.is(200);
    let eve = app.person("eve").await;
    eve.browser.submit("/keys/new", &format!("{page}/playground-token"), &[]).await.is(404);
    admin.browser.submit(&page, &format!("{page}/playground-token"), &[]).await.is(403);
    keys::pause(&app.db, &dana.person.actor, dana.key.id).await.unwrap();
    chat(&app, &token, "demo-echo").await.is(403);
}

/// A token as the page's Send button fetches it.
async fn playground_token(dev: &Developer) -> String {
    let page = format!("/keys/{}", dev.key.id);
    let answer = dev.person.browser.submit(&page, &format!("{page}/playground-token"), &[]).await.is(200);
    answer.json()["token"].as_str().unwrap().to_owned()
}

#[actix_web::test]
async fn a_playground_token_ends_with_the_session_that_made_it() {
    let app = spawn().await;
    let admin = app.admin().await;
    let starter = app.demo_api(&admin).await;
    let dana = app.developer("dana", &starter).await;
    let (id, actor) = (dana.person.user.id, &dana.person.actor);
    let elsewhere = playground_token(&dana).await;
    for end in ["sign out", "ended from elsewhere", "all others ended", "role", "reset", "deactivated"] {
        app.sign_in_again(&dana.person).await;
        let token = playground_token(&dana).await;
        chat(&app, &token, "demo-echo").await.is(200);
        match end {
            "sign out" => {
                dana.person.browser.submit("/profile", "/sign-out", &[]).await.is(303);
                chat(&app, &elsewhere, "demo-echo").await.is(200);
            }
            "ended from elsewhere" => {
                for session in sessions::list_own(&app.db, actor).await.unwrap() {
                    sessions::end(&app.db, actor, session.id).await.unwrap();
                }
            }
            "all others ended" => sessions::end_others(&app.db, actor).await.unwrap(),
            "role" => users::set_role(&app.db, &admin.actor, id, Role::Publisher).await.unwrap(),
            "reset" => drop(reset::replace(&app.db, &admin.actor, id).await.unwrap()),
            _ => users::deactivate(&app.db, &admin.actor, id).await.unwrap(),
        }
        let refused = chat(&app, &token, "demo-echo").await.is(401);
        assert_eq!(refused.code(), "key_expired", "{end}");
        assert!(refused.words().contains("session in which"), "{end}: {}", refused.text);
        let asked = dana.person.browser.request(reqwest::Method::GET, "/v1/key/self").bearer_auth(&token);
        assert_eq!(dana.person.browser.send(asked).await.is(401).code(), "key_expired", "{end}");
    }
}
