//! The journeys as forms: what leads where, with JavaScript off.

use crate::support::spawn;
use crate::support::vendor::{Mode, Vendor};

#[actix_web::test]
async fn j2_from_an_api_to_a_shown_key_in_one_form() {
    let app = spawn().await;
    let admin = app.admin().await;
    let starter = app.demo_api(&admin).await;
    let dana = app.person("dana").await;
    let page = format!("/subscribe/{}", starter.api.slug);
    let form = dana.browser.get(&page).await.is(200);
    let plan = form.field("plan").unwrap();
    let fields = [("plan", &*plan), ("app", ""), ("make_key", "true")];
    let shown = dana.browser.shown(dana.browser.submit(&page, &page, &fields).await).await;
    assert!(shown.text.contains("Here is your key") && shown.text.contains("sk-ptc-"));
    assert!(shown.text.contains("data-send"), "there is no Run here");
    assert!(shown.header("cache-control").contains("no-store"));
    for path in ["/apps", "/requests", "/keys"] {
        dana.browser.get(path).await.is(200);
    }
}

#[actix_web::test]
async fn j3_an_inbox_line_leads_to_the_decision_and_back_to_an_empty_inbox() {
    let app = spawn().await;
    let admin = app.admin().await;
    assert!(admin.browser.get("/inbox").await.is(200).text.contains("All done"));
    app.person("dana").await.browser.get("/inbox").await.is(403);
}

#[actix_web::test]
async fn j1_nothing_is_published_before_the_vendor_has_passed_its_test() {
    let app = spawn().await;
    let admin = app.admin().await;
    let vendor = Vendor::start().await;
    let page = "/setup/vendor/custom";
    let secret = "sk-fake-canary-of-the-setup-form";
    let typed = [("secret", secret), ("base_url", &*vendor.base), ("more", "own-small\nlarge-1")];

    let refused = r#"{"error":{"message":"Incorrect API key provided","code":"invalid_api_key"}}"#;
    vendor.set(Mode::Status(401, "content-type: application/json\r\n".to_owned(), refused.to_owned()));
    let again = admin.browser.submit(page, page, &typed).await.is(422);
    assert!(again.text.contains("does not take this key"), "{}", again.text);
    assert!(again.text.contains("own-small\nlarge-1"), "the models typed are gone: {}", again.text);
    assert_eq!(again.field("base_url").as_deref(), Some(&*vendor.base));
    assert!(!again.text.contains("canary"), "the secret came back");
    let head = vendor.last().head.to_lowercase();
    assert!(head.contains(&format!("authorization: bearer {secret}")), "asked without the typed key: {head}");

    let nobody = [("secret", secret), ("base_url", "http://127.0.0.1:9/v1"), ("more", "own-small")];
    let again = admin.browser.submit(page, page, &nobody).await.is(422);
    assert!(again.text.contains("could not be reached"), "{}", again.text);
    let odd = [("secret", secret), ("base_url", "http://169.254.169.254/"), ("more", "own-small")];
    assert!(admin.browser.submit(page, page, &odd).await.is(422).text.contains("never called"));
    for path in ["/manage/vendors", "/manage/models", "/manage/apis"] {
        let list = admin.browser.get(path).await.is(200);
        let has_half = list.text.contains("own-small") || list.text.contains(&vendor.base);
        assert!(!has_half, "{path} has a half of it");
    }

    vendor.set(Mode::Ok);
    let ready = admin.browser.shown(admin.browser.submit(page, page, &typed).await).await;
    assert!(ready.text.contains("is published") && !ready.text.contains("canary"));
    assert!(admin.browser.get("/manage/models").await.is(200).text.contains("own-small"));
}
