//! The journeys as forms: what leads where, with JavaScript off.

use crate::support::spawn;

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
    let shown = dana.browser.submit(&page, &page, &fields).await.is(200);
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
