//! The toolbox as seen from outside: framing, hosts, headers, the door before set-up.

use portico::domain::people::reset;

use crate::support::raw::exchange;
use crate::support::spawn;

#[actix_web::test]
async fn alive_and_ready_are_answered_without_a_database() {
    let app = spawn().await;
    let browser = app.visitor();
    assert_eq!(browser.get("/healthz").await.is(200).text, "ok\n");
    browser.get("/readyz").await.is(200);
    app.app.ready.set(false);
    browser.get("/readyz").await.is(503);
    browser.get("/healthz").await.is(200);
}

#[actix_web::test]
async fn pages_that_are_a_form_open_in_its_first_field() {
    let app = spawn().await;
    let admin = app.admin().await;
    let link = reset::link(&app.db, &admin.actor, admin.user.id).await.unwrap();
    let reset = format!("/reset/{}", link.expose());
    for (path, first) in
        [("/sign-in", "email"), ("/sign-up", "name"), ("/reset", "email"), (&*reset, "password")]
    {
        let page = app.visitor().get(path).await.is(200).text;
        let fields: Vec<&str> =
            page.split("<input ").skip(1).filter(|field| field.contains(" autofocus")).collect();
        assert_eq!(fields.len(), 1, "{path}");
        assert!(fields[0].contains(&format!("name=\"{first}\"")), "{path}: {}", fields[0]);
    }
    let typed = [("email", "nobody@example.org"), ("password", "not the password")];
    let refused = app.visitor().submit("/sign-in", "/sign-in", &typed).await.is(422).text;
    assert!(refused.contains("tabindex=\"-1\" data-refused"), "focus.js finds what it leads to: {refused}");
    for path in ["/apps/new", "/keys/new", "/profile"] {
        assert!(!admin.browser.get(path).await.is(200).text.contains(" autofocus"), "{path}");
    }
}

#[actix_web::test]
async fn what_can_be_read_can_be_asked_about_without_its_body() {
    let app = spawn().await;
    app.admin().await;
    for (path, wanted) in [
        ("/healthz", 200),
        ("/readyz", 200),
        ("/sign-in", 200),
        ("/docs/errors", 200),
        ("/favicon.ico", 200),
        ("/keys", 303),
        ("/v1/models", 401),
        ("/api/v1/apis", 401),
        ("/v1/chat/completions", 405),
    ] {
        let ask = |method: &str| format!("{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        let (status, text) = exchange(&app.base, ask("HEAD").as_bytes()).await;
        assert_eq!(status, wanted, "{path}");
        assert!(text.ends_with("\r\n\r\n"), "{path} has a body: {text}");
        let (status, _) = exchange(&app.base, ask("GET").as_bytes()).await;
        assert_eq!(status, wanted, "{path}");
    }
}

#[actix_web::test]
async fn b07_b08_a_request_names_one_plain_host() {
    let app = spawn().await;
    for hosts in [
        "",
        "Host: a\r\nHost: b\r\n",
        "Host: x/?a\r\n",
        "Host: x#y\r\n",
        "Host: a@b\r\n",
        "Host: x:99999\r\n",
        "Host:\r\n",
    ] {
        let request = format!("GET /healthz HTTP/1.1\r\n{hosts}\r\n");
        let (status, text) = exchange(&app.base, request.as_bytes()).await;
        assert_eq!(status, 400, "{hosts:?}: {text}");
    }
}

#[actix_web::test]
async fn b12_odd_methods_are_refused_and_echo_nothing() {
    let app = spawn().await;
    app.admin().await;
    for method in ["TRACE", "PROPFIND", "get"] {
        let request = format!(
            "{method} /healthz HTTP/1.1\r\nHost: x\r\nX-Canary: sk-fake-canary\r\nConnection: close\r\n\r\n"
        );
        let (status, text) = exchange(&app.base, request.as_bytes()).await;
        assert!(matches!(status, 400 | 404 | 405), "{method}: {status}");
        assert!(!text.contains("canary"), "{method} echoes");
    }
}

#[actix_web::test]
async fn every_answer_has_an_id_and_the_security_headers() {
    let app = spawn().await;
    let answer = app.visitor().get("/no/such/page").await;
    assert_eq!(answer.header("x-request-id").len(), 36);
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert!(answer.header("content-security-policy").starts_with("default-src 'none'"));
    assert_eq!(answer.status, 403, "{}", answer.text);
}

#[actix_web::test]
async fn assets_are_kept_for_ever_and_compressed() {
    let app = spawn().await;
    let browser = app.visitor();
    let request = browser.request(reqwest::Method::GET, portico::web::assets::css());
    let answer = browser.send(request.header("accept-encoding", "br")).await.is(200);
    assert!(answer.header("cache-control").contains("immutable"));
    assert_eq!(answer.header("content-encoding"), "br");
}

#[actix_web::test]
async fn pages_are_compressed_only_for_our_own_clicks_and_never_with_a_secret() {
    let app = spawn().await;
    let admin = app.admin().await;
    let get = async |path: &str, coding: &str, site: &str| {
        let request = admin.browser.request(reqwest::Method::GET, path).header("accept-encoding", coding);
        let request = if site.is_empty() { request } else { request.header("sec-fetch-site", site) };
        admin.browser.send(request).await
    };
    let coding = |answer: &crate::support::Answer| answer.header("content-encoding").to_owned();
    let plain = get("/", "br", "").await.is(200);
    assert_eq!(coding(&plain), "");
    for (asked, site) in [("br", "same-origin"), ("gzip", "none")] {
        let answer = get("/", asked, site).await.is(200);
        assert_eq!(coding(&answer), asked);
        assert!(answer.header("vary").to_lowercase().contains("accept-encoding"));
        // What is no text is one character a byte.
        let (wire, whole) = (answer.text.chars().count(), plain.text.len());
        assert!(wire * 2 < whole, "{wire} of {whole} bytes");
    }
    for site in ["cross-site", "same-site"] {
        assert_eq!(coding(&get("/users?q=guess", "br", site).await.is(200)), "", "{site}");
    }
    assert_eq!(coding(&get("/", "identity", "same-origin").await.is(200)), "");
    let made = admin.browser.submit("/keys/new", "/keys", &[("name", "ci-bot")]).await.is(303);
    let shown = get(made.location(), "br", "same-origin").await.is(200);
    assert!(coding(&shown).is_empty() && shown.text.contains("sk-ptc-"));
}

#[actix_web::test]
async fn each_page_has_its_own_form_token_and_all_of_them_work() {
    let app = spawn().await;
    let admin = app.admin().await;
    let one = admin.browser.get("/profile").await.field("csrf").unwrap();
    let two = admin.browser.get("/profile").await.field("csrf").unwrap();
    assert_ne!(one, two);
    for token in [one, two] {
        admin.browser.post_with(&token, "/teams", &[("name", "Search")]).await.is(303);
    }
}

#[actix_web::test]
async fn f30_p33_a_bug_is_a_500_and_the_process_lives() {
    let app = spawn().await;
    let browser = app.visitor();
    for _ in 0..20 {
        let answer = browser.get("/v1/_panic").await.is(500);
        assert_eq!(answer.code(), "internal");
        assert_eq!(answer.header("x-request-id").len(), 36);
        assert!(!answer.text.contains("on purpose"), "{}", answer.text);
    }
    // On a page it is the page of an error, with the menu of whoever is signed in.
    let admin = app.admin().await;
    for (visitor, menu) in [(&admin.browser, true), (&browser, false)] {
        let page = visitor.get("/_style/bug").await.is(500);
        assert!(page.header("content-type").starts_with("text/html"), "{}", page.header("content-type"));
        assert!(
            page.text.contains("<title>") && page.text.contains(page.header("x-request-id")),
            "{}",
            page.text
        );
        assert_eq!(page.text.contains("href=\"/keys\""), menu, "{}", page.text);
        assert!(!page.text.contains("on purpose"), "{}", page.text);
        assert!(page.header("content-security-policy").contains("default-src 'none'"));
    }
    browser.get("/healthz").await.is(200);
}

#[actix_web::test]
async fn t21_until_set_up_is_done_every_page_is_closed() {
    let app = spawn().await;
    for path in
        ["/", "/sign-in", "/sign-up", "/keys", "/catalogue", "/docs/errors", "/search", "/no-such-page"]
    {
        let answer = app.visitor().get(path).await;
        assert_eq!(answer.status, 403, "{path}");
        assert!(answer.text.contains("setup_pending"), "{path}");
    }
}
