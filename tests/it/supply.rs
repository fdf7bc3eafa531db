//! Connecting vendors in the browser.

use portico::store::entity::states::Role;

use crate::support::spawn;

#[actix_web::test]
async fn the_built_in_vendor_is_connected_and_tested_at_once() {
    let app = spawn().await;
    let admin = app.admin().await;
    let tiles = admin.browser.get("/manage/vendors").await.is(200);
    assert!(tiles.text.contains("/manage/vendors/new?preset=demo"));
    let form = "/manage/vendors/new?preset=demo";
    let fields =
        [("preset", "demo"), ("name", "Demo"), ("models", "demo-echo"), ("more", "demo-lorem\ndemo-tools")];
    let made = admin.browser.submit(form, "/manage/vendors", &fields).await.is(303);
    let page = admin.browser.get(made.location()).await.is(200);
    assert!(page.text.contains("The vendor answered in"), "{}", page.text);
    let models = admin.browser.get("/manage/models").await.is(200);
    for name in ["demo-echo", "demo-lorem", "demo-tools"] {
        assert!(models.text.contains(name));
    }
}

#[actix_web::test]
async fn p17_a_vendors_secret_goes_in_and_never_out() {
    let app = spawn().await;
    let admin = app.admin().await;
    let form = "/manage/vendors/new?preset=custom";
    let secret = "sk-fake-canary-0123456789-abcdef";
    let fields = [
        ("preset", "custom"),
        ("name", "Own"),
        ("base_url", "http://127.0.0.1:9"),
        ("secret", secret),
        ("more", "own-model"),
    ];
    let made = admin.browser.submit(form, "/manage/vendors", &fields).await.is(303);
    let path = made.location().to_owned();
    let page = admin.browser.get(&path).await.is(200);
    assert!(!page.text.contains("canary") && page.text.contains("…cdef"), "{}", page.text);
    assert!(page.text.contains("The test failed"), "nobody listens there: {}", page.text);
    for file in ["portico.db", "portico.db-wal", "calls.db"] {
        let bytes = std::fs::read(app.folder.path().join("data").join(file)).unwrap_or_default();
        assert!(!bytes.windows(11).any(|window| window == b"fake-canary"), "{file}");
    }
    let moved = [("name", "Own"), ("base_url", "http://127.0.0.1:10"), ("state", "on")];
    admin.browser.submit(&format!("{path}/change"), &path, &moved).await.is(303);
    let page = admin.browser.get(&path).await.is(200);
    assert!(page.text.contains("Wiped"), "t05: {}", page.text);
}

#[actix_web::test]
async fn t06_addresses_that_hand_out_machine_credentials_are_refused() {
    let app = spawn().await;
    let admin = app.admin().await;
    let form = "/manage/vendors/new?preset=custom";
    for bad in [
        "http://169.254.169.254/latest",
        "http://metadata.google.internal/",
        "https://user:pass@example.com",
        "ftp://example.com",
        "https://example.com/?x=1",
        "",
    ] {
        let fields = [
            ("preset", "custom"),
            ("name", "Own"),
            ("base_url", bad),
            ("secret", "sk-fake-0123456789"),
            ("more", "m"),
        ];
        let again = admin.browser.submit(form, "/manage/vendors", &fields).await.is(422);
        assert!(again.text.contains("base_url-error"), "{bad}");
        assert!(!again.text.contains("sk-fake-0123456789"), "a secret is never filled in again");
    }
}

#[actix_web::test]
async fn vendors_are_seen_by_publishers_and_changed_by_admins() {
    let app = spawn().await;
    let admin = app.admin().await;
    let made = app.demo_api(&admin).await;
    let page = format!("/manage/vendors/{}", made.provider.id);
    let publisher = app.somebody("pat", Role::Publisher).await;
    let seen = publisher.browser.get(&page).await.is(200);
    assert!(!seen.text.contains("Disconnect") && !seen.text.contains("Test connection"));
    publisher.browser.get("/manage/vendors/new?preset=demo").await.is(403);
    publisher.browser.submit("/catalogue", &format!("{page}/removal"), &[]).await.is(403);
    app.person("dana").await.browser.get(&page).await.is(403);
    let model = format!("/manage/models/{}", made.models[0].id);
    publisher.browser.get(&model).await.is(200);
    admin.browser.get(&model).await.is(200);
}
