//! What lists, cards and forms say beside names: errors, health, prices, spend, waits, what changed.

use std::time::Duration;

use portico::base::Nanos;
use portico::domain::catalogue::{self, Deprecation};
use portico::domain::keys::{self, Edit};
use portico::domain::plans::{self, NewStarter};
use portico::domain::subscriptions::{self, NewRequest};
use portico::domain::supply::{self, NewPrice};
use portico::store::entity::states::{Approval, KeyReason, Scope};

use crate::support::spawn;
use crate::support::vendor::{Mode, Vendor};

#[actix_web::test]
async fn m04_u02_an_api_shows_its_errors_of_a_week_its_price_and_its_health() {
    let app = spawn().await;
    let admin = app.admin().await;
    let vendor = Vendor::start().await;
    let starter = app.vendor_api(&admin, "custom", &vendor.base, &["own-a", "own-b"]).await;
    let dana = app.developer("dana", &starter).await;
    let card = dana.person.browser.get("/catalogue").await.is(200).text;
    assert!(!card.contains("1M tokens") && !card.contains("answered in 30 days"), "nothing is known: {card}");
    assert!(admin.browser.get("/manage/apis").await.is(200).text.contains("No call"));
    for (model, input) in starter.models.iter().zip([3, 2]) {
        let price = NewPrice {
            provider: starter.provider.id,
            vendor_model: model.name.clone(),
            input: Some(Nanos::from_usd(input)),
            cached_read: None,
            cache_write: None,
            output: Some(Nanos::from_usd(9)),
            reasoning: None,
            effective_at: None,
        };
        supply::set_price(&app.db, &admin.actor, price).await.unwrap();
    }
    for _ in 0..3 {
        app.chat(&dana.secret, "own-a").await.is(200);
    }
    vendor.set(Mode::Status(500, String::new(), "{}".to_owned()));
    app.chat(&dana.secret, "own-a").await;
    app.calls(4).await;
    let card = dana.person.browser.get("/catalogue").await.is(200).text;
    assert!(card.contains("from $2.00 / 1M tokens") && card.contains("75% answered in 30 days"), "{card}");
    let list = admin.browser.get("/manage/apis").await.is(200).text;
    assert!(list.contains("75% of 4 calls") && !list.contains("not counted"), "as on the card: {list}");
    keys::edit(&app.db, &dana.person.actor, dana.key.id, few()).await.unwrap();
    app.chat(&dana.secret, "own-a").await.is(403);
    app.calls(5).await;
    let card = dana.person.browser.get("/catalogue").await.is(200).text;
    let list = admin.browser.get("/manage/apis").await.is(200).text;
    assert!(card.contains("75% answered in 30 days") && list.contains("75% of 4 calls"), "{card}");
    assert!(list.contains("not counted: 1 refused"), "{list}");
    app.clock.forward(Duration::from_secs(8 * 86_400));
    app.sign_in_again(&admin).await;
    assert!(admin.browser.get("/manage/apis").await.is(200).text.contains("No call"), "a week ago");
}

/// No chat any more.
fn few() -> Edit {
    Edit { scopes: Some(vec![Scope::Models]), ..Edit::default() }
}

#[actix_web::test]
async fn d06_m11_keys_show_scopes_and_spend_and_users_how_many_they_own() {
    let app = spawn().await;
    let admin = app.admin().await;
    let vendor = Vendor::start().await;
    let starter = app.vendor_api(&admin, "openai", &vendor.base, &["gpt-5-mini"]).await;
    app.price(&admin, &starter, 1_000_000_000_000).await;
    let dana = app.developer("dana", &starter).await;
    let fresh = dana.person.browser.get("/keys").await.is(200).text;
    assert!(fresh.contains("Everything") && fresh.contains(">$0.00<"), "{fresh}");
    let edit = Edit { scopes: Some(vec![Scope::Chat]), ..Edit::default() };
    keys::edit(&app.db, &dana.person.actor, dana.key.id, edit).await.unwrap();
    app.chat(&dana.secret, "gpt-5-mini").await.is(200);
    app.calls(1).await;
    for page in ["/keys".to_owned(), format!("/apps/{}", dana.app)] {
        let used = dana.person.browser.get(&page).await.is(200).text;
        assert!(used.contains("data-label=\"Scopes\">Chat<") && !used.contains("Everything"), "{used}");
        assert!(used.contains("Spend this month") && !used.contains(">$0.00<"), "{used}");
    }
    let owned = |count: u32| format!("data-label=\"Keys owned\" class=\"num\">{count}<");
    let users = admin.browser.get("/users?q=dana").await.is(200).text;
    assert!(users.contains(&owned(1)), "{users}");
    keys::revoke(&app.db, &dana.person.actor, dana.key.id, KeyReason::Revoked).await.unwrap();
    assert!(admin.browser.get("/users?q=dana").await.is(200).text.contains(&owned(0)));
}

#[actix_web::test]
async fn d04_the_form_tells_the_usual_wait_once_there_were_three_decisions() {
    let app = spawn().await;
    let admin = app.admin().await;
    let mut new = NewStarter::of_preset("demo", None, admin.team()).unwrap();
    new.plan.approval = Approval::Manual;
    let starter = plans::publish_starter(&app.db, &admin.actor, new).await.unwrap();
    let form = format!("/subscribe/{}", starter.api.slug);
    for (name, hours) in [("dana", 1), ("eve", 5), ("finn", 4)] {
        let person = app.person(name).await;
        let page = person.browser.get(&form).await.is(200).text;
        assert!(page.contains("A person approves") && !page.contains("Usually decided"), "{page}");
        let ask = NewRequest {
            app: None,
            version: starter.version.id,
            plan: starter.plan.id,
            reason: String::new(),
            volume: String::new(),
            ends_at: None,
            requester: None,
        };
        let row = subscriptions::request(&app.db, &person.actor, ask).await.unwrap();
        app.clock.forward(Duration::from_secs(hours * 3_600));
        subscriptions::approve(&app.db, &admin.actor, row.id, Default::default()).await.unwrap();
    }
    let page = app.person("gus").await.browser.get(&form).await.is(200).text;
    assert!(page.contains("Usually decided within 4 hours"), "the median: {page}");
}

#[actix_web::test]
async fn u03_the_changelog_tells_what_became_of_each_version() {
    let app = spawn().await;
    let admin = app.admin().await;
    let starter = app.demo_api(&admin).await;
    let dana = app.person("dana").await;
    let tab = format!("/catalogue/{}/changelog", starter.api.slug);
    let page = dana.browser.get(&tab).await.is(200).text;
    assert!(page.contains("v1 published") && page.contains("demo-echo"), "{page}");
    assert!(!page.contains("v1 deprecated"));
    app.clock.forward(Duration::from_secs(60));
    let notice = Deprecation {
        sunset_at: app.db.now().plus(90 * 86_400_000_000),
        successor: None,
        guide_url: "https://example.com/move".to_owned(),
    };
    let ends = notice.sunset_at.day();
    catalogue::deprecate(&app.db, &admin.actor, starter.version.id, notice).await.unwrap();
    let page = dana.browser.get(&tab).await.is(200).text;
    assert!(
        page.contains(&format!("It ends on {ends}.")) && page.contains("https://example.com/move"),
        "{page}"
    );
    assert!(page.find("v1 deprecated").unwrap() < page.find("v1 published").unwrap(), "the latest first");
}

#[actix_web::test]
async fn u03_an_api_is_tried_with_ones_own_key() {
    let app = spawn().await;
    let admin = app.admin().await;
    let starter = app.demo_api(&admin).await;
    let dana = app.developer("dana", &starter).await;
    let tab = format!("/catalogue/{}/try", starter.api.slug);
    let page = dana.person.browser.get(&tab).await.is(200).text;
    assert!(page.contains(&format!("/keys/{}/playground-token", dana.key.id)), "{page}");
    assert!(page.contains("demo-echo"));
    let eve = app.person("eve").await;
    let page = eve.browser.get(&tab).await.is(200).text;
    assert!(
        page.contains("No key of yours calls this API yet") && !page.contains("playground-token"),
        "{page}"
    );
    keys::pause(&app.db, &dana.person.actor, dana.key.id).await.unwrap();
    assert!(!dana.person.browser.get(&tab).await.is(200).text.contains("playground-token"));
}

#[actix_web::test]
async fn u03_a_subscriber_of_another_version_is_led_to_it_or_on() {
    let app = spawn().await;
    let admin = app.admin().await;
    let starter = app.demo_api(&admin).await;
    let dana = app.developer("dana", &starter).await;
    let new = catalogue::NewVersion { name: "v2".to_owned(), copy_of: Some(starter.version.id) };
    let next = catalogue::add_version(&app.db, &admin.actor, starter.api.id, new).await.unwrap();
    catalogue::publish(&app.db, &admin.actor, next.id).await.unwrap();
    let tab = format!("/catalogue/{}/try", starter.api.slug);
    let request = format!("/requests/{}", dana.subscription.id);
    let page = dana.person.browser.get(&format!("{tab}?version=v2")).await.is(200).text;
    for part in [
        "Your app My app is on v1",
        &format!("{tab}?version=v1"),
        &format!("{request}#move"),
        &format!("href=\"{request}\">Your subscription"),
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(!page.contains("/subscribe/"), "every app has it: {page}");
    let theirs = app.person("eve").await.browser.get(&format!("{tab}?version=v2")).await.is(200).text;
    assert!(theirs.contains("/subscribe/") && !theirs.contains("Your app"), "{theirs}");
}
