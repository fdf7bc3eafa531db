//! Walks every route of every table: nobody signed in, a role that lacks the right, a form without its
//! token, a management token that may only read, another team's things.

mod others;

use portico::domain::people::admin_tokens::{self, NewToken, Reach};
use portico::domain::permit;
use portico::store::entity::states::Role;
use portico::web::{ApiNeed, Method, Need, Page};
use portico::{api, portal};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, ORIGIN, REFERER};

use super::support::spawn;
use portico::web::route::Door;

const NOBODY: &str = "01930000-0000-7000-8000-000000000000";

/// The path with every parameter filled by an id that does not exist.
fn filled(page: &Page) -> String {
    let parts = page.path.split('/').map(|part| if part.starts_with('{') { NOBODY } else { part });
    parts.collect::<Vec<_>>().join("/")
}

fn portal_pages() -> Vec<(Page, Need)> {
    let pages = portal::pages().into_iter();
    pages
        .filter_map(|page| match page.door {
            Door::Portal(need) => Some((page, need)),
            Door::Api(_) => None,
        })
        .collect()
}

fn endpoints() -> Vec<(Page, ApiNeed)> {
    let pages = api::endpoints().into_iter();
    pages
        .filter_map(|page| match page.door {
            Door::Api(need) if need != ApiNeed::Open => Some((page, need)),
            _ => None,
        })
        .collect()
}

#[actix_web::test]
async fn b35_every_page_wants_its_visitor_signed_in() {
    let app = spawn().await;
    app.admin().await;
    let visitor = app.visitor();
    for (page, need) in portal_pages() {
        if !matches!(need, Need::SignedIn | Need::May(_)) {
            continue;
        }
        let path = filled(&page);
        let answer = visitor.send(visitor.request(page.method.as_str().parse().unwrap(), &path)).await;
        if page.method == Method::GET {
            assert_eq!(answer.status, 303, "GET {path}");
            assert!(answer.location().starts_with("/sign-in?next="), "GET {path}: {}", answer.location());
        } else {
            assert_eq!(answer.status, 401, "{} {path}", page.method);
        }
    }
}

#[actix_web::test]
async fn every_page_wants_the_right_it_declares() {
    let app = spawn().await;
    app.admin().await;
    for role in [Role::Member, Role::Auditor, Role::Publisher] {
        let person = app.somebody(role.word(), role).await;
        for (page, need) in portal_pages() {
            let Need::May(right) = need else { continue };
            if permit::may(&person.actor, right) {
                continue;
            }
            let path = filled(&page);
            let request = person.browser.request(page.method.as_str().parse().unwrap(), &path);
            let answer = person.browser.send(request).await;
            assert_eq!(answer.status, 403, "{role}: {} {path}", page.method);
        }
    }
}

#[actix_web::test]
async fn b35_every_write_wants_its_token_and_our_origin() {
    let app = spawn().await;
    let admin = app.admin().await;
    let other = app.person("other").await;
    let theirs = other.browser.get("/profile").await.field("csrf").unwrap();
    let own = admin.browser.get("/profile").await.field("csrf").unwrap();
    for (page, _) in portal_pages().into_iter().filter(|(page, _)| page.method != Method::GET) {
        let path = filled(&page);
        for token in ["", "nonsense", &theirs] {
            let answer = admin.browser.post_with(token, &path, &[]).await;
            assert_eq!(answer.status, 403, "{path} with another token");
        }
        let form = format!("csrf={own}");
        let method: reqwest::Method = page.method.as_str().parse().unwrap();
        let foreign = admin.browser.request(method.clone(), &path);
        let foreign = foreign.header(ORIGIN, "https://evil.example");
        let foreign = foreign.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(form.clone());
        assert_eq!(admin.browser.send(foreign).await.status, 403, "{path} from elsewhere");
        let foreign =
            admin.browser.request(method.clone(), &path).header(REFERER, "https://evil.example/page");
        let foreign = foreign.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(form.clone());
        assert_eq!(admin.browser.send(foreign).await.status, 403, "{path} from a page elsewhere");
        let plain = admin.browser.request(method, &path).header(ORIGIN, &app.base);
        let plain = plain.header(CONTENT_TYPE, "text/plain").body(form);
        assert_eq!(admin.browser.send(plain).await.status, 403, "{path} as plain text");
    }
}

#[actix_web::test]
async fn b33_every_endpoint_wants_a_management_token() {
    let app = spawn().await;
    let admin = app.admin().await;
    let new = NewToken { name: "reader".into(), user: None, reach: Reach::Read, expires_at: None };
    let reader = admin_tokens::create(&app.db, &admin.actor, new).await.unwrap();
    let bearer = |text: &str| format!("Bearer {text}");
    let (unsent, refused) = ("Bearer", "Bearer error=\"invalid_token\"");
    let ways = [
        (None, unsent),
        (Some("Basic bm9ib2R5".to_owned()), unsent),
        (Some(bearer("nonsense")), refused),
        (Some(bearer("sk-ptc-0000000000000000000000000000000000000000000000000")), refused),
        (Some(bearer("ptc-adm-0000000000000000000000000000000000000000000")), refused),
    ];
    for (page, need) in endpoints() {
        let path = filled(&page);
        let method: reqwest::Method = page.method.as_str().parse().unwrap();
        for (sent, challenge) in &ways {
            // The cookie of the portal is sent along: it opens nothing here.
            let mut request = admin.browser.request(method.clone(), &path);
            if let Some(sent) = sent {
                request = request.header(AUTHORIZATION, sent);
            }
            let answer = admin.browser.send(request).await;
            assert_eq!(answer.status, 401, "{method} {path}");
            assert_eq!(answer.code(), "signed_out");
            assert_eq!(answer.header("www-authenticate"), *challenge, "{method} {path} {sent:?}");
        }
        if need == ApiNeed::Write {
            let request = admin.browser.request(method.clone(), &path);
            let request = request.header(AUTHORIZATION, bearer(reader.secret.expose()));
            let answer = admin.browser.send(request).await;
            assert_eq!((answer.status, answer.code().as_str()), (403, "not_permitted"), "{method} {path}");
        }
    }
}

#[actix_web::test]
async fn b46_odd_ids_are_not_found_and_break_nothing() {
    let app = spawn().await;
    let admin = app.admin().await;
    let long = "9".repeat(300);
    for id in ["0", "-1", "9223372036854775808", "1e3", "%00", "..%2f", "not-a-uuid", &long, NOBODY] {
        for page in ["users", "teams", "keys", "apps"] {
            let answer = admin.browser.get(&format!("/{page}/{id}")).await;
            assert!(matches!(answer.status, 400 | 404), "/{page}/{id}: {}", answer.status);
        }
    }
}

#[actix_web::test]
async fn b49_no_spelling_of_a_path_goes_around_its_guard() {
    let app = spawn().await;
    app.admin().await;
    let member = app.person("dana").await;
    for path in ["//users", "/./users", "/%75sers", "/users/", "/v1/../users", "/%2575sers"] {
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
            app.base.strip_prefix("http://").unwrap()
        );
        let (status, text) = super::support::raw::exchange(&app.base, request.as_bytes()).await;
        assert!(matches!(status, 303 | 400 | 404), "{path}: {status}");
        assert!(!text.contains("dana@example.com"));
    }
    assert_eq!(member.browser.get("/users").await.status, 403);
}
