//! Coming in: set-up, sign-in, sign-up, reset, invitation, and what must not work.

use std::time::Duration;

use portico::base::Secret;
use portico::domain::actor::Actor;
use portico::domain::people::users::{self, NewUser};
use portico::domain::people::{Email, Password, invitations, reset, setup};
use portico::store::entity::states::Role;
use portico::store::entity::user;

use super::support::{Answer, Browser, TestApp, spawn, spawn_with};

const GOOD: &str = "a long fine passphrase";

async fn account(app: &TestApp, address: &str) -> user::Model {
    let email = Email::parse(address).unwrap();
    let password = Some(Password::choose(&Secret::new(GOOD), &email).unwrap());
    let new = NewUser { name: "Dana".into(), email, role: Role::Member, password };
    users::create(&app.db, &Actor::system("test"), new).await.unwrap()
}

async fn sign_in(browser: &Browser, email: &str, password: &str) -> Answer {
    browser.submit("/sign-in", "/sign-in", &[("email", email), ("password", password)]).await
}

#[actix_web::test]
async fn set_up_takes_three_forms_with_the_demo_vendor() {
    let app = spawn().await;
    let link = setup::link(&app.db, &Actor::system("test")).await.unwrap();
    let page = format!("/setup/{}", link.expose());
    let browser = app.visitor();
    assert_eq!(browser.get("/sign-in").await.status, 403);
    let first = browser.get(&page).await.is(200);
    assert_eq!(first.header("cache-control"), "no-store");
    let typed = [("name", "Ada"), ("email", "ada@example.com"), ("password", "password")];
    assert!(browser.submit(&page, &page, &typed).await.is(422).text.contains("most common"));
    let typed = [("name", "Ada"), ("email", "ada@example.com"), ("password", GOOD)];
    let made = browser.submit(&page, &page, &typed).await.is(303);
    assert_eq!(made.location(), "/setup/vendor");
    browser.get("/setup/vendor").await.is(200);
    browser.get("/setup/vendor/openai").await.is(200);
    browser.get("/setup/vendor/custom").await.is(200);
    browser.get("/setup/vendor/none").await.is(404);
    let form = [("secret", "")];
    assert!(
        browser
            .submit("/setup/vendor/openai", "/setup/vendor/openai", &form)
            .await
            .is(422)
            .text
            .contains("Paste")
    );
    let ready = browser.shown(browser.submit("/setup/vendor", "/setup/vendor/demo", &[]).await).await;
    assert_eq!(ready.header("cache-control"), "no-store");
    assert!(ready.text.contains("sk-ptc-") && ready.text.contains("demo-echo"));
    let at = ready.text.find("sk-ptc-").unwrap();
    let key = &ready.text[at..at + 56];
    let call = browser.request(reqwest::Method::POST, "/v1/chat/completions").bearer_auth(key);
    let call = call.header("content-type", "application/json");
    let body = r#"{"model":"demo-echo","messages":[{"role":"user","content":"Hello"}]}"#;
    browser.send(call.body(body)).await.is(200);
    // The link is used up, also in another browser.
    app.visitor().get(&page).await.is(404);
}

#[actix_web::test]
async fn a_person_signs_in_and_out() {
    let app = spawn().await;
    app.admin().await;
    account(&app, "dana@example.com").await;
    let browser = app.visitor();
    let fields = [("email", "Dana@Example.com"), ("password", GOOD), ("next", "/profile")];
    let done = browser.submit("/sign-in?next=/profile", "/sign-in", &fields).await.is(303);
    assert_eq!(done.location(), "/profile");
    let cookie = done.header("set-cookie").to_owned();
    for attribute in ["HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    let page = browser.get("/profile").await.is(200);
    assert!(page.text.contains("dana@example.com"));
    assert_eq!(browser.get("/sign-in").await.is(303).location(), "/");
    browser.submit("/profile", "/sign-out", &[]).await.is(303);
    browser.get("/profile").await.is(303);
}

#[actix_web::test]
async fn b36_an_unknown_address_and_a_wrong_password_get_the_same_answer() {
    let app = spawn().await;
    app.admin().await;
    account(&app, "dana@example.com").await;
    let browser = app.visitor();
    let known = sign_in(&browser, "dana@example.com", "wrong").await.is(422);
    let unknown = sign_in(&browser, "nobody@example.com", "wrong").await.is(422);
    // What was typed comes back in its field; all else is the same.
    let known_words = known.words().replace("dana@example.com", "nobody@example.com");
    assert_eq!(known_words, unknown.words());
    let names = |answer: &Answer| answer.headers.keys().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(names(&known), names(&unknown));
}

#[actix_web::test]
async fn b37_guessing_is_slowed_down_and_a_forwarded_header_does_not_help() {
    let app = spawn().await;
    app.admin().await;
    account(&app, "dana@example.com").await;
    let browser = app.visitor();
    for _ in 0..10 {
        sign_in(&browser, "dana@example.com", "wrong").await.is(422);
    }
    let csrf = browser.get("/sign-in").await.field("csrf").unwrap();
    for n in 0..5 {
        let body = format!("csrf={csrf}&email=dana%40example.com&password=x");
        let request = browser
            .request(reqwest::Method::POST, "/sign-in")
            .header("x-forwarded-for", format!("203.0.113.{n}"))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body);
        let slowed = browser.send(request).await.is(429);
        assert!(slowed.header("retry-after").parse::<u32>().unwrap() >= 1);
    }
    sign_in(&browser, "dana@example.com", GOOD).await.is(429);
    app.clock.forward(Duration::from_secs(700));
    sign_in(&browser, "dana@example.com", GOOD).await.is(303);
}

#[actix_web::test]
async fn b37_a_stranger_bars_no_browser_that_signed_in_before() {
    let app = spawn().await;
    let admin = app.admin().await;
    let dana = account(&app, "dana@example.com").await;
    let (known, stranger) = (app.visitor(), app.visitor());
    let entered = sign_in(&known, "dana@example.com", GOOD).await.is(303);
    let cookies = entered.headers.get_all("set-cookie").iter().map(|line| line.to_str().unwrap());
    let cookie = cookies.into_iter().find(|line| line.starts_with("portico-device=")).unwrap();
    for attribute in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=31536000"] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    known.submit("/profile", "/sign-out", &[]).await.is(303);
    for _ in 0..10 {
        sign_in(&stranger, "dana@example.com", "wrong").await.is(422);
    }
    sign_in(&app.visitor(), "dana@example.com", GOOD).await.is(429);
    sign_in(&known, "dana@example.com", GOOD).await.is(303);

    // Ending the others keeps the browser it was done in known; so does a link for a new password.
    known.submit("/profile", "/profile/sessions/removal", &[]).await.is(303);
    known.submit("/profile", "/sign-out", &[]).await.is(303);
    sign_in(&known, "dana@example.com", GOOD).await.is(303);
    let link = reset::link(&app.db, &admin.actor, dana.id).await.unwrap();
    let path = format!("/reset/{}", link.expose());
    let fresh = app.visitor();
    fresh.submit(&path, &path, &[("password", "another fine passphrase")]).await.is(303);
    sign_in(&fresh, "dana@example.com", "another fine passphrase").await.is(303);
    known.get("/profile").await.is(303);
    sign_in(&known, "dana@example.com", "another fine passphrase").await.is(429);
}

#[actix_web::test]
async fn b38_sign_up_and_reset_say_the_same_to_everybody() {
    let app = spawn().await;
    app.admin().await;
    account(&app, "dana@example.com").await;
    let browser = app.visitor();
    let sign_up = async |email: &str| {
        let fields = [("name", "X"), ("email", email), ("password", GOOD)];
        browser.submit("/sign-up", "/sign-up", &fields).await.is(200).text
    };
    assert_eq!(sign_up("dana@example.com").await, sign_up("new@example.com").await);
    let reset =
        async |email: &str| browser.submit("/reset", "/reset", &[("email", email)]).await.is(200).text;
    assert_eq!(reset("dana@example.com").await, reset("nobody@example.com").await);
    // Who signed up is told so only after the right password.
    assert!(sign_in(&browser, "new@example.com", GOOD).await.is(422).text.contains("waits for an admin"));
}

#[actix_web::test]
async fn each_mode_of_sign_up_has_its_own_page() {
    let app = spawn().await;
    let admin = app.admin().await;
    let visitor = app.visitor();
    let settings = "/manage/settings";
    let form = "/manage/settings/sign-up";
    let set = async |mode: &str, domains: &str| {
        let fields = [("mode", mode), ("domains", domains)];
        admin.browser.submit(settings, form, &fields).await
    };
    let sign_up = async |name: &str, email: &str| {
        let fields = [("name", name), ("email", email), ("password", GOOD)];
        visitor.submit("/sign-in", "/sign-up", &fields).await
    };

    assert!(visitor.get("/sign-up").await.is(200).text.contains("An admin lets you in"));
    sign_up("Open", "open@example.com").await.is(200);

    let again = set("domain", "not a domain").await.is(422);
    assert!(again.text.contains("is no e-mail domain") && again.text.contains("not a domain"));
    assert!(again.text.contains("value=\"domain\" required checked"), "the mode chosen is gone");
    set("domain", "@Example.org\r\nexample.net").await.is(303);
    assert!(visitor.get("/sign-up").await.text.contains("With an address at example.org, example.net."));
    let elsewhere = sign_up("Else", "else@example.com").await.is(422);
    assert!(elsewhere.text.contains("Use an address at example.org, example.net."));
    assert_eq!(elsewhere.field("name").as_deref(), Some("Else"));
    sign_up("Domain", "domain@example.org").await.is(200);

    set("invitation", "").await.is(303);
    assert!(visitor.get("/sign-up").await.is(200).text.contains("made by invitation"));
    assert!(visitor.get("/sign-in").await.text.contains("Ask an admin for an invitation"));
    assert!(sign_up("Late", "late@example.org").await.is(403).text.contains("made by invitation"));
    let invite = [("email", "guest@example.com"), ("role", "member")];
    let invited = admin.browser.shown(admin.browser.submit("/users/new", "/users", &invite).await).await;
    let at = invited.text.find("/invitation/").unwrap();
    let link = invited.text[at..].split(['"', '<']).next().unwrap().to_owned();

    set("off", "").await.is(303);
    assert!(visitor.get("/sign-up").await.is(200).text.contains("no new accounts"));
    assert!(!visitor.get("/sign-in").await.text.contains("New here?"));
    sign_up("Later", "later@example.org").await.is(403);
    visitor.get(&link).await.is(403);
    let invite = [("email", "second@example.com"), ("role", "member")];
    let refused = admin.browser.submit("/users/new", "/users", &invite).await.is(422);
    assert_eq!(refused.field("email").as_deref(), Some("second@example.com"));
    assert!(refused.text.contains("switched off here"));

    set("open", "").await.is(303);
    visitor.get(&link).await.is(200);
    let people = admin.browser.get("/users").await.text;
    for (address, here) in
        [("open@example.com", true), ("domain@example.org", true), ("else@", false), ("late", false)]
    {
        assert_eq!(people.contains(address), here, "{address}");
    }
}

#[actix_web::test]
async fn the_settings_are_seen_by_auditors_and_changed_by_admins_also_by_script() {
    let app = spawn().await;
    let admin = app.admin().await;
    let auditor = app.somebody("olga", Role::Auditor).await;
    let seen = auditor.browser.get("/manage/settings").await.is(200);
    assert!(seen.text.contains("Who may make an account") && !seen.text.contains("Save sign-up"));
    assert!(seen.text.contains("href=\"/manage/vendors\""), "no way to what an auditor may read");
    auditor.browser.submit("/profile", "/manage/settings/sign-up", &[("mode", "off")]).await.is(403);
    app.person("dana").await.browser.get("/manage/settings").await.is(403);

    let token = app.token(&admin).await;
    let script = app.visitor();
    let path = "/api/v1/settings/sign-up";
    let put = async |body: &str| {
        let request = script.request(reqwest::Method::PUT, path).bearer_auth(&token);
        script.send(request.header("content-type", "application/json").body(body.to_owned())).await
    };
    let bad = put(r#"{"mode":"domain"}"#).await.is(400).json();
    assert!(bad.to_string().contains("domains"), "{bad}");
    put(r#"{"mode":"all"}"#).await.is(400);
    put(r#"{"mode":"domain","domains":["example.com"]}"#).await.is(200);
    let now = script.send(script.request(reqwest::Method::GET, path).bearer_auth(&token)).await.is(200);
    assert_eq!(now.json(), serde_json::json!({"mode": "domain", "domains": ["example.com"]}));
    assert!(auditor.browser.get("/manage/settings").await.text.contains("example.com"));
    let site = script.request(reqwest::Method::PUT, "/api/v1/settings/site").bearer_auth(&token);
    script.send(site.json(&serde_json::json!({"name": "Acme AI", "contact": "#help"}))).await.is(200);
    assert!(script.get("/sign-in").await.text.contains("Acme AI"));
}

#[actix_web::test]
async fn b39_extra_fields_are_refused() {
    let app = spawn().await;
    app.admin().await;
    let browser = app.visitor();
    for extra in ["role", "is_admin", "status", "state", "owner_id", "budget", "id"] {
        let fields = [("name", "X"), ("email", "x@example.com"), ("password", GOOD), (extra, "admin")];
        browser.submit("/sign-up", "/sign-up", &fields).await.is(400);
    }
    let dana = app.person("dana").await;
    dana.browser.submit("/profile", "/profile/name", &[("name", "D"), ("role", "admin")]).await.is(400);
    let system = Actor::system("test");
    assert_eq!(users::get_visible(&app.db, &system, dana.user.id).await.unwrap().role, Role::Member);
}

#[actix_web::test]
async fn b40_passwords_are_judged_and_kept_as_typed() {
    let app = spawn().await;
    app.admin().await;
    let browser = app.visitor();
    let try_it = async |password: &str, email: &str| {
        let fields = [("name", "X"), ("email", email), ("password", password)];
        browser.submit("/sign-up", "/sign-up", &fields).await.status
    };
    assert_eq!(try_it("seven77", "a@example.com").await, 422);
    assert_eq!(try_it("Football", "a@example.com").await, 422);
    assert!(matches!(try_it(&"x".repeat(1 << 20), "a@example.com").await, 400 | 413 | 422));
    let emoji = "🦀 pass".repeat(9);
    assert_eq!(try_it(&emoji, "a@example.com").await, 200);
    assert!(sign_in(&browser, "a@example.com", &emoji).await.is(422).text.contains("waits for an admin"));
}

#[actix_web::test]
async fn b41_signing_in_leads_only_to_pages_of_this_site() {
    let app = spawn().await;
    app.admin().await;
    account(&app, "dana@example.com").await;
    for next in ["//evil", "https:evil", "/\\evil", "javascript:1", "/%2f%2fevil", "https://evil.example/"] {
        let browser = app.visitor();
        let fields = [("email", "dana@example.com"), ("password", GOOD), ("next", next)];
        let done = browser.submit("/sign-in", "/sign-in", &fields).await.is(303);
        assert_eq!(done.location(), "/", "{next}");
    }
}

#[actix_web::test]
async fn b43_a_reset_link_names_the_configured_address_and_works_once() {
    let app = spawn_with(|config| config.server.public_url = None).await;
    let admin = app.admin().await;
    let dana = account(&app, "dana@example.com").await;
    let page = format!("/users/{}", dana.id);
    let made =
        admin.browser.shown(admin.browser.submit(&page, &format!("{page}/reset-link"), &[]).await).await;
    assert_eq!(made.header("cache-control"), "no-store");
    assert!(made.text.contains(&format!("{}/reset/", app.base)), "{}", made.text);
    let link = reset::link(&app.db, &admin.actor, dana.id).await.unwrap();
    let path = format!("/reset/{}", link.expose());
    let browser = app.visitor();
    browser.submit(&path, &path, &[("password", "short")]).await.is(422);
    browser.submit(&path, &path, &[("password", "another fine passphrase")]).await.is(303);
    browser.get(&path).await.is(404);
    sign_in(&browser, "dana@example.com", GOOD).await.is(422);
    sign_in(&browser, "dana@example.com", "another fine passphrase").await.is(303);
}

#[actix_web::test]
async fn an_invitation_is_made_shown_once_and_accepted() {
    let app = spawn().await;
    let admin = app.admin().await;
    let fields = [("email", "omar@example.com"), ("role", "publisher")];
    let made = admin.browser.shown(admin.browser.submit("/users/new", "/users", &fields).await).await;
    assert!(made.text.contains("/invitation/"));
    assert!(admin.browser.submit("/users/new", "/users", &fields).await.is(422).text.contains("already"));
    let email = Email::parse("mia@example.com").unwrap();
    let invited = invitations::invite(&app.db, &admin.actor, email, Role::Member).await.unwrap();
    let path = format!("/invitation/{}", invited.link.expose());
    let browser = app.visitor();
    browser.submit(&path, &path, &[("name", "Mia"), ("password", GOOD)]).await.is(303);
    assert!(browser.get("/profile").await.is(200).text.contains("mia@example.com"));
}

#[actix_web::test]
async fn t17_a_role_change_ends_the_sessions_at_once() {
    let app = spawn().await;
    let admin = app.admin().await;
    let dana = app.person("dana").await;
    dana.browser.get("/profile").await.is(200);
    let page = format!("/users/{}", dana.user.id);
    admin.browser.submit(&page, &format!("{page}/role"), &[("role", "auditor")]).await.is(303);
    dana.browser.get("/profile").await.is(303);
}
