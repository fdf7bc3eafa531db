//! Whoever ended up where they did not mean to: an unknown address, a page they may not open, a session
//! that ended while they typed.

use std::time::Duration;

use portico::domain::settings::{self, Site};
use portico::domain::supply;
use portico::portal;
use portico::web::Method;
use portico::web::route::Door;

use crate::support::people::Person;
use crate::support::{Answer, TestApp, spawn};

async fn with_contact(app: &TestApp, admin: &Person) {
    let site = Site { name: "Acme AI".to_owned(), contact: "help@example.com".to_owned() };
    settings::change_site(&app.db, &admin.actor, site).await.unwrap();
}

#[track_caller]
fn has_menu(page: &Answer) {
    for part in ["aria-label=\"Main\"", "href=\"/keys\"", "account of", "Acme AI"] {
        assert!(page.text.contains(part), "no {part} in {}", page.text);
    }
}

#[actix_web::test]
async fn an_error_page_keeps_the_menu_and_names_whom_to_ask() {
    let app = spawn().await;
    let admin = app.admin().await;
    with_contact(&app, &admin).await;
    let dana = app.person("dana").await;
    for (path, status) in [("/users", 403), ("/no/such/page", 404), ("/keys/not-an-id", 404)] {
        let page = dana.browser.get(path).await.is(status);
        has_menu(&page);
        assert!(page.text.contains("mailto:help@example.com?subject="), "{path}: {}", page.text);
        assert!(page.text.contains(page.header("x-request-id")), "{path}");
    }
    let dead = dana.browser.request(reqwest::Method::PUT, "/keys");
    let page = dana.browser.send(dead).await.is(405);
    assert_eq!(page.header("allow"), "GET, POST");
    has_menu(&page);
    // A stranger has no menu, but the way in, and comes back.
    let page = app.visitor().get("/no/such/page").await.is(404);
    assert!(
        !page.text.contains("aria-label=\"Main\"") && page.text.contains("/sign-in?next=%2Fno%2Fsuch%2Fpage")
    );
    assert!(page.text.contains("help@example.com"), "{}", page.text);
}

#[actix_web::test]
async fn a_message_is_shown_once_on_whatever_page_comes_next() {
    let app = spawn().await;
    let admin = app.admin().await;
    admin.browser.submit("/profile", "/profile/name", &[("name", "Ada")]).await.is(303);
    assert!(admin.browser.cookie("portico-flash").is_some());
    assert!(admin.browser.get("/no/such/page").await.is(404).text.contains("role=\"status\""));
    assert!(admin.browser.cookie("portico-flash").is_none());
}

#[actix_web::test]
async fn code_in_the_words_of_an_error_is_code_in_its_heading_and_plain_in_its_title() {
    let app = spawn().await;
    let page = app.visitor().get("/").await.is(403);
    assert!(!page.text.contains('`'), "{}", page.text);
}

#[actix_web::test]
async fn the_address_of_every_form_leads_to_its_page() {
    let app = spawn().await;
    let admin = app.admin().await;
    let starter = app.demo_api(&admin).await;
    let dana = app.developer("dana", &starter).await;
    let target =
        supply::get_model(&app.db, &admin.actor, starter.models[0].id).await.unwrap().targets[0].target.id;
    let ids = [
        ("/apps/", dana.app.to_string()),
        ("/inbox/people/", dana.person.user.id.to_string()),
        ("/inbox/", dana.subscription.id.to_string()),
        ("/keys/", dana.key.id.to_string()),
        ("/manage/apis/", starter.api.id.to_string()),
        ("/manage/models/", starter.models[0].id.to_string()),
        ("/manage/plans/", starter.plan.id.to_string()),
        ("/manage/targets/", target.to_string()),
        ("/manage/vendors/", starter.provider.id.to_string()),
        ("/manage/versions/", starter.version.id.to_string()),
        ("/requests/", dana.subscription.id.to_string()),
        ("/teams/", dana.person.team().to_string()),
        ("/users/", dana.person.user.id.to_string()),
    ];
    let mut seen = 0;
    let table = portal::pages();
    let is_shown = |path: &str| table.iter().any(|page| page.path == path && page.method == Method::GET);
    for page in
        table.iter().filter(|page| page.method == Method::POST && matches!(page.door, Door::Portal(_)))
    {
        let known = ids.iter().find(|(start, _)| page.path.starts_with(start));
        // The demo vendor has no credential, set-up is over, and links are used up.
        let Some((_, id)) = known.filter(|_| !is_shown(page.path)) else { continue };
        let path = page.path.replacen("{id}", id, 1);
        let mut answer = admin.browser.get(&path).await;
        for _ in 0..2 {
            if answer.status == 303 {
                answer = admin.browser.get(answer.location()).await;
            }
        }
        let whose =
            if answer.status == 404 { dana.person.browser.get(&path).await.status } else { answer.status };
        assert!(matches!(whose, 200 | 303), "{path}: {} {}", answer.status, answer.text);
        seen += 1;
    }
    assert!(seen > 40, "{seen} forms");
    admin.browser.get("/sign-out").await.is(303);
    admin.browser.get("/profile").await.is(200);
}

#[actix_web::test]
async fn a_form_sent_after_its_session_ended_is_kept_without_its_secrets() {
    let app = spawn().await;
    let admin = app.admin().await;
    let (page, action) = ("/manage/vendors/new?preset=openai", "/manage/vendors");
    let csrf = admin.browser.get(page).await.is(200).field("csrf").unwrap();
    app.clock.forward(Duration::from_secs(31 * 86_400));
    let fields = [
        ("once", "1"),
        ("preset", "openai"),
        ("name", "Our <b>vendor</b>"),
        ("base_url", "https://api.openai.com/v1"),
        ("secret", "sk-fake-typed-before"),
        ("more", "gpt-one\ngpt-two"),
    ];
    let refused = admin.browser.post_with(&csrf, action, &fields).await.is(401);
    assert!(
        refused.text.contains("What you typed is kept") && refused.text.contains("/sign-in?next=%2Funsent")
    );
    // Not before signing in.
    assert_eq!(admin.browser.get("/unsent").await.is(303).location(), "/sign-in?next=%2Funsent");
    app.sign_in_again(&admin).await;
    let kept = admin.browser.get("/unsent").await.is(200);
    for part in
        ["Our &#60;b&#62;vendor", "gpt-two", "Passwords and keys are not kept", "action=\"/manage/vendors\""]
    {
        assert!(kept.text.contains(part), "no {part} in {}", kept.text);
    }
    assert!(!kept.text.contains("sk-fake"), "{}", kept.text);
    assert_eq!(kept.header("cache-control"), "no-store");
    // Sent again as the page holds it: the form itself comes back and asks for the secret.
    let again: Vec<(&str, &str)> =
        fields.iter().map(|(name, value)| (*name, if *name == "secret" { "" } else { value })).collect();
    let form = admin.browser.submit("/unsent", action, &again).await.is(422);
    assert!(form.text.contains("gpt-two"), "{}", form.text);
    app.clock.forward(Duration::from_secs(16 * 60));
    assert_eq!(admin.browser.get("/unsent").await.is(303).location(), "/");
}

#[actix_web::test]
async fn a_form_from_before_a_new_sign_in_is_kept_and_saved_from_there() {
    let app = spawn().await;
    let admin = app.admin().await;
    let csrf = admin.browser.get("/teams").await.field("csrf").unwrap();
    app.sign_in_again(&admin).await;
    let refused = admin.browser.post_with(&csrf, "/teams", &[("name", "Search")]).await.is(403);
    assert!(refused.text.contains("href=\"/unsent\""), "{}", refused.text);
    let made = admin.browser.submit("/unsent", "/teams", &[("name", "Search")]).await.is(303);
    assert!(admin.browser.get(made.location()).await.text.contains("Search"));
}

#[actix_web::test]
async fn nothing_is_kept_of_what_another_site_or_a_script_sends_nor_shown_to_another_browser() {
    let app = spawn().await;
    let admin = app.admin().await;
    let send = async |name: &str, value: &str| {
        let request = admin.browser.request(reqwest::Method::POST, "/teams").header(name, value);
        let request = request.header("content-type", "application/x-www-form-urlencoded").body("name=Search");
        admin.browser.send(request).await.is(403)
    };
    for (name, value) in [("origin", "https://evil.example"), ("sec-fetch-mode", "cors")] {
        assert!(!send(name, value).await.text.contains("/unsent"), "{name}");
        assert!(admin.browser.cookie("portico-unsent").is_none(), "{name}");
    }
    assert!(send("origin", &app.base).await.text.contains("/unsent"));
    let dana = app.person("dana").await;
    dana.browser.get("/unsent").await.is(303);
    dana.browser.set_cookie("portico-unsent", "guessed");
    dana.browser.get("/unsent").await.is(303);
}
