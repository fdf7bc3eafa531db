//! What pages say of money, health and use: budgets, forecasts, vendors, versions that go.

use portico::base::{Nanos, Secret, Timestamp};
use portico::domain::catalogue::{self, ApiChange, Deprecation};
use portico::domain::keys::{self, Edit};
use portico::domain::plans::{self, Limits, NewStarter, PlanChange, Starter};
use portico::domain::settings::{self, Site};
use portico::domain::supply::{self, NewPrice};
use portico::store::entity::states::Approval;

use crate::support::people::Person;
use crate::support::vendor::{Mode, Vendor};
use crate::support::{TestApp, spawn};

#[actix_web::test]
async fn d01_home_shows_spend_against_each_budget() {
    let app = spawn().await;
    let admin = app.admin().await;
    let vendor = Vendor::start().await;
    let starter = app.vendor_api(&admin, "openai", &vendor.base, &["gpt-5-mini"]).await;
    priced(&app, &admin, &starter).await;
    let dana = app.developer("dana", &starter).await;
    let home = dana.person.browser.get("/").await.is(200);
    assert!(home.text.contains("Nothing of yours has a monthly budget"), "{}", home.text);
    let budget = Limits { usd_per_month: Some(Nanos(200_000_000_000)), ..starter_limits() };
    let change = PlanChange { limits: Some(budget), ..PlanChange::default() };
    plans::change_plan(&app.db, &admin.actor, starter.plan.id, change).await.unwrap();
    let own = Limits { usd_per_month: Some(Nanos(5_000_000_000_000)), ..Limits::default() };
    let edit = Edit { limits: Some(own), ..Edit::default() };
    keys::edit(&app.db, &dana.person.actor, dana.key.id, edit).await.unwrap();
    app.chat(&dana.secret, "gpt-5-mini").await.is(200);
    app.calls(1).await;
    let home = dana.person.browser.get("/").await.is(200);
    assert!(home.text.contains("of $200.00") && home.text.contains("of $5,000.00"), "{}", home.text);
    assert!(!home.text.contains("$0.00 of $200.00"), "the call is not counted: {}", home.text);
    let fuller = home.text.find("of $200.00").unwrap();
    assert!(fuller < home.text.find("of $5,000.00").unwrap(), "the fullest comes first");
    let everyone = admin.browser.get("/?scope=all").await.is(200);
    assert!(!everyone.text.contains("of $200.00"), "somebody else's budget");
}

/// A dollar for a thousand tokens, so that one call can be seen.
async fn priced(app: &TestApp, admin: &Person, starter: &Starter) {
    let dear = Some(Nanos(1_000_000_000_000));
    let price = NewPrice {
        provider: starter.provider.id,
        vendor_model: starter.models[0].name.clone(),
        input: dear,
        cached_read: None,
        cache_write: None,
        output: dear,
        reasoning: None,
        effective_at: None,
    };
    supply::set_price(&app.db, &admin.actor, price).await.unwrap();
}

fn starter_limits() -> Limits {
    Limits { requests_per_minute: Some(60), ..Limits::default() }
}

#[actix_web::test]
async fn m03_a_request_page_says_what_it_may_cost() {
    let app = spawn().await;
    let admin = app.admin().await;
    let vendor = Vendor::start().await;
    let mut new = NewStarter::of_preset("openai", Some(Secret::new("sk-fake")), admin.team()).unwrap();
    new.provider.base_url = vendor.base.clone();
    new.vendor_models = vec!["house-model".to_owned()];
    new.plan.approval = Approval::Auto;
    let starter = plans::publish_starter(&app.db, &admin.actor, new).await.unwrap();
    let dana = app.developer("dana", &starter).await;
    app.chat(&dana.secret, "house-model").await.is(200);
    app.calls(1).await;
    priced(&app, &admin, &starter).await;
    app.chat(&dana.secret, "house-model").await.is(200);
    app.calls(2).await;
    let manual = PlanChange {
        approval: Some((Approval::Manual, Vec::new(), None)),
        limits: Some(Limits { usd_per_month: Some(Nanos(5_000_000_000)), ..Limits::default() }),
        ..PlanChange::default()
    };
    plans::change_plan(&app.db, &admin.actor, starter.plan.id, manual).await.unwrap();
    let eve = app.person("eve").await;
    let page = format!("/subscribe/{}", starter.api.slug);
    let plan = starter.plan.id.to_string();
    let fields = [("plan", &*plan), ("reason", "mail"), ("make_key", "true")];
    let sent = eve.browser.submit(&page, &page, &fields).await.is(303);
    let id = sent.location().strip_prefix("/requests/").unwrap().to_owned();
    let page = admin.browser.get(&format!("/inbox/{id}")).await.is(200);
    assert!(page.text.contains("At most $5.00 a month: the plan"), "{}", page.text);
    assert!(
        page.text.contains("One other app on this plan cost at least $0.015 on average"),
        "{}",
        page.text
    );
    assert!(page.text.contains("1 of those calls had no known price"), "{}", page.text);
}

#[actix_web::test]
async fn m08_a_vendor_page_shows_how_its_credentials_fare() {
    let app = spawn().await;
    let admin = app.admin().await;
    let vendor = Vendor::start().await;
    let starter = app.vendor_api(&admin, "openai", &vendor.base, &["gpt-5-mini"]).await;
    let dana = app.developer("dana", &starter).await;
    let page = format!("/manage/vendors/{}", starter.provider.id);
    let fresh = admin.browser.get(&page).await.is(200);
    assert!(fresh.text.contains("Not used since the start") && fresh.text.contains("No call."));
    app.chat(&dana.secret, "gpt-5-mini").await.is(200);
    vendor.set(Mode::Status(401, String::new(), r#"{"error":{"code":"invalid_api_key"}}"#.to_owned()));
    app.chat(&dana.secret, "gpt-5-mini").await;
    app.calls(2).await;
    let sick = admin.browser.get(&page).await.is(200);
    assert!(sick.text.contains("Cooling down"), "{}", sick.text);
    assert!(sick.text.contains("does not take this credential: not used for"));
    assert!(sick.text.contains("credential refused"), "the last failure is not told");
    assert!(sick.text.contains("2 tries, 1 failed."), "{}", sick.text);
    assert!(sick.text.contains("/docs/errors/vendor_credential"));
    assert!(admin.browser.get("/manage/vendors").await.is(200).text.contains("Cooling down"));
}

#[actix_web::test]
async fn m08_what_another_vendor_mended_counts_against_the_one_that_failed() {
    let app = spawn().await;
    let admin = app.admin().await;
    let (first, second) = (Vendor::start().await, Vendor::start().await);
    let starter = app.vendor_api(&admin, "custom", &first.base, &["gpt-test"]).await;
    let next = app.next_target(&admin, &starter, &second.base).await;
    let dana = app.developer("dana", &starter).await;
    assert!(admin.browser.get("/manage/models").await.is(200).text.contains(">Ready<"));
    first.set(Mode::Status(500, String::new(), "{}".to_owned()));
    for _ in 0..2 {
        app.chat(&dana.secret, "gpt-test").await.is(200);
    }
    first.set(Mode::Status(400, String::new(), r#"{"error":{"message":"no such field"}}"#.to_owned()));
    app.chat(&dana.secret, "gpt-test").await.is(400);
    app.calls(3).await;
    let page = admin.browser.get(&format!("/manage/vendors/{}", starter.provider.id)).await.is(200);
    assert!(page.text.contains("3 tries, 2 failed. Other tries answered their calls."), "{}", page.text);
    assert!(page.text.contains("/docs/errors/vendor_error\">vendor_error</a> 2"), "{}", page.text);
    let (_, others) = page.text.split_once("Not the vendor's doing").expect("what the caller sent");
    assert!(others.contains("/docs/errors/vendor_rejected"), "{}", page.text);
    let page = admin.browser.get(&format!("/manage/vendors/{}", next.provider_id)).await.is(200);
    assert!(page.text.contains("2 tries, all answered."), "{}", page.text);
    first.set(Mode::Status(401, String::new(), r#"{"error":{"code":"invalid_api_key"}}"#.to_owned()));
    app.chat(&dana.secret, "gpt-test").await.is(200);
    let models = admin.browser.get("/manage/models").await.is(200);
    assert!(models.text.contains("Ready in part") && !models.text.contains(">Ready<"), "{}", models.text);
    assert!(models.text.contains("fails or cools down now."), "{}", models.text);
    second.set(Mode::Status(401, String::new(), r#"{"error":{"code":"invalid_api_key"}}"#.to_owned()));
    app.chat(&dana.secret, "gpt-test").await;
    let models = admin.browser.get("/manage/models").await.is(200);
    assert!(models.text.contains(">Failing<") && !models.text.contains("Ready in part"), "{}", models.text);
    let model = format!("/manage/models/{}", starter.models[0].id);
    let page = admin.browser.get(&model).await.is(200);
    assert!(page.text.contains("Calls to this model fail now"), "{}", page.text);
}

#[actix_web::test]
async fn j7_retiring_a_version_lists_who_called_it_and_wants_a_reason() {
    let app = spawn().await;
    let admin = app.admin().await;
    let starter = app.demo_api(&admin).await;
    let dana = app.developer("dana", &starter).await;
    app.chat(&dana.secret, "demo-echo").await.is(200);
    app.calls(1).await;
    portico::domain::subscriptions::end(&app.db, &dana.person.actor, dana.subscription.id, String::new())
        .await
        .unwrap();
    let notice = Deprecation {
        sunset_at: app.db.now().plus(90 * 86_400_000_000),
        successor: None,
        guide_url: String::new(),
    };
    catalogue::deprecate(&app.db, &admin.actor, starter.version.id, notice).await.unwrap();
    let page = format!("/manage/versions/{}/retirement", starter.version.id);
    let shown = admin.browser.get(&page).await.is(200);
    assert!(shown.text.contains("No live subscription.") && shown.text.contains("1 call, last"));
    let again = admin.browser.submit(&page, &page, &[("reason", " ")]).await.is(422);
    assert!(again.text.contains("1 call in the last 24 hours: say why"), "{}", again.text);
    admin.browser.submit(&page, &page, &[("reason", "moved to v2")]).await.is(303);
}

#[actix_web::test]
async fn d12_help_is_a_letter_to_whoever_looks_after_the_api() {
    let app = spawn().await;
    let admin = app.admin().await;
    let vendor = Vendor::start().await;
    let starter = app.vendor_api(&admin, "openai", &vendor.base, &["gpt-5-mini"]).await;
    let dana = app.developer("dana", &starter).await;
    vendor.set(Mode::Status(500, String::new(), "{}".to_owned()));
    let failed = app.chat(&dana.secret, "gpt-5-mini").await;
    assert_eq!(failed.code(), "vendor_error");
    app.calls(1).await;
    let page = format!("/diagnose?id={}", failed.header("x-request-id"));
    let site = Site { name: "Portico".to_owned(), contact: "#ai-help".to_owned() };
    settings::change_site(&app.db, &admin.actor, site).await.unwrap();
    let shown = dana.person.browser.get(&page).await.is(200);
    assert!(shown.text.contains("#ai-help") && !shown.text.contains("mailto:"), "{}", shown.text);
    assert!(shown.text.contains("Check "), "the chain is missing");
    let change = ApiChange { contact: Some("owner@example.com".to_owned()), ..ApiChange::default() };
    catalogue::change_api(&app.db, &admin.actor, starter.api.id, change).await.unwrap();
    let shown = dana.person.browser.get(&page).await.is(200);
    let letter = shown.text.split("href=\"mailto:").nth(1).unwrap().split('"').next().unwrap();
    assert!(letter.starts_with("owner@example.com?subject="), "{letter}");
    let id = failed.header("x-request-id").replace('-', "%2D");
    assert!(letter.contains(&id) && !letter.contains(&dana.secret[11..]), "{letter}");
}

#[actix_web::test]
async fn the_plans_tab_says_what_one_has_already() {
    let app = spawn().await;
    let admin = app.admin().await;
    let starter = app.demo_api(&admin).await;
    let tab = format!("/catalogue/{}/plans", starter.api.slug);
    let dana = app.developer("dana", &starter).await;
    let held = dana.person.browser.get(&tab).await.is(200);
    assert!(held.text.contains("Already subscribed") && held.text.contains("Subscribe another app"));
    assert!(held.text.contains(&format!("/requests/{}", dana.subscription.id)));
    let eve = app.person("eve").await;
    assert!(!eve.browser.get(&tab).await.is(200).text.contains("Already subscribed"));
}

#[actix_web::test]
async fn prices_that_are_missing_or_begin_later_are_told() {
    let app = spawn().await;
    let admin = app.admin().await;
    let vendor = Vendor::start().await;
    let starter = app.vendor_api(&admin, "custom", &vendor.base, &["own-a", "own-b"]).await;
    let page = format!("/manage/plans/{}", starter.plan.id);
    let plan = admin.browser.get(&page).await.is(200).text;
    assert!(
        plan.contains("2 of 2 models have no price: with a budget, this plan would refuse them."),
        "{plan}"
    );
    let budget = Limits { usd_per_month: Some(Nanos::from_usd(5)), ..starter_limits() };
    let change = PlanChange { limits: Some(budget), ..PlanChange::default() };
    plans::change_plan(&app.db, &admin.actor, starter.plan.id, change).await.unwrap();
    app.price(&admin, &starter, 1_000_000_000).await;
    let plan = admin.browser.get(&page).await.is(200).text;
    assert!(plan.contains("1 of 2 models has no price: this plan would refuse it."), "{plan}");
    let later = NewPrice {
        provider: starter.provider.id,
        vendor_model: starter.models[0].name.clone(),
        input: Some(Nanos::from_usd(2)),
        cached_read: None,
        cache_write: None,
        output: Some(Nanos::from_usd(10)),
        reasoning: None,
        effective_at: Timestamp::from_day("2999-12-31"),
    };
    supply::set_price(&app.db, &admin.actor, later).await.unwrap();
    let model = admin.browser.get(&format!("/manage/models/{}", starter.models[0].id)).await.is(200).text;
    assert!(model.contains("$1.00 out per million tokens"), "{model}");
    assert!(model.contains("From 2999-12-31") && model.contains("$10.00 out per million tokens"), "{model}");
}

#[actix_web::test]
async fn a_budget_on_models_without_a_price_is_not_published() {
    let app = spawn().await;
    let admin = app.admin().await;
    let with_budget = |preset: &str, slug: &str| {
        let mut new = NewStarter::of_preset(preset, Some(Secret::new("sk-fake")), admin.team()).unwrap();
        new.api.slug = slug.to_owned();
        new.provider.name = slug.to_owned();
        new.plan.limits.usd_per_month = Some(Nanos::from_usd(5));
        new
    };
    let mixed = || {
        let mut new = with_budget("openai", "own");
        new.vendor_models = vec!["gpt-5-mini".to_owned(), "house-model".to_owned()];
        new
    };
    let refused = plans::publish_starter(&app.db, &admin.actor, mixed()).await.err().unwrap();
    let says =
        "Not ready to publish. Still open: `house-model` has no known price: the plan Standard has a budget";
    assert!(refused.message().contains(says), "{refused}");
    let mut narrow = mixed();
    narrow.plan.models = Some(vec!["gpt-5-mini".to_owned()]);
    plans::publish_starter(&app.db, &admin.actor, narrow).await.expect("the plan does not allow the other");
    let mut free = with_budget("demo", "free");
    free.provider.secret = None;
    plans::publish_starter(&app.db, &admin.actor, free).await.expect("the built-in vendor's price is known");
}
