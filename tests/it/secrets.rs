//! Canaries: secrets and prompts that are known to the test are used in every way they are used in,
//! and then looked for in the log at its most talkative, in every file, on every page.

use std::path::Path;
use std::time::{Duration, Instant};

use portico::base::Secret;
use portico::base::ids::UserId;
use portico::domain::actor::Actor;
use portico::domain::keys::{self, Overlap, Rotate};
use portico::domain::people::admin_tokens::{self, NewToken, Reach};
use portico::domain::people::users::{self, NewUser};
use portico::domain::people::{Email, Password, reset};
use portico::store::entity::session;
use portico::store::entity::states::Role;
use portico::store::{Db, Dialect};
use portico::web::csrf;
use reqwest::Method;
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, Statement};
use serde_json::{Value, json};

use super::support::process::{Launch, Process};
use super::support::vendor::{Mode, Vendor};

const PROMPT: &str = "canary-prompt-5c1e7a90 what is the capital of France";
const ANSWER: &str = "Hello from the vendor";
const PASSWORD: &str = "canary passphrase 77aa01";
const WRONG: &str = "canary wrong passphrase 99";
const VENDOR_SECRET: &str = "sk-fake-vendor-secret-of-the-tests";

/// What must never be seen, each by a name that may.
struct Canaries(Vec<(&'static str, String)>);

impl Canaries {
    fn seen_in(&self, bytes: &[u8]) -> Vec<&'static str> {
        let found = |(_, text): &&(&'static str, String)| {
            bytes.windows(text.len()).any(|part| part == text.as_bytes())
        };
        self.0.iter().filter(found).map(|(name, _)| *name).collect()
    }
}

fn files(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

/// Every row of every table as text, on PostgreSQL; SQLite's are in its files.
async fn tables(db: &Db) -> String {
    if db.dialect() == Dialect::Sqlite {
        return String::new();
    }
    let ask = async |sql: &str| {
        db.read().query_all_raw(Statement::from_string(DbBackend::Postgres, sql)).await.unwrap()
    };
    let mut text = String::new();
    for table in
        ask("SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public'").await
    {
        let table: String = table.try_get_by_index(0).unwrap();
        for row in ask(&format!("SELECT t::text FROM \"{table}\" t")).await {
            text.push_str(&row.try_get_by_index::<String>(0).unwrap());
            text.push('\n');
        }
    }
    text
}

/// The form token of somebody's only session.
async fn csrf_token(db: &Db, user: UserId) -> String {
    let of = session::Entity::find().filter(session::Column::UserId.eq(user));
    of.one(db.read()).await.unwrap().unwrap().csrf
}

#[actix_web::test]
async fn p18_no_secret_and_no_prompt_is_in_any_log_file_or_page() {
    let mut server = Process::start(Launch::default().set("PORTICO_LOG_LEVEL", "trace")).await;
    let vendor = Vendor::start().await;
    let admin = server.admin().await;
    let starter = server.vendor_api(&admin, "custom", &vendor.base, &["gpt-test"]).await;
    server.widen(&starter).await;
    let dev = server.developer("dana", &starter).await;
    let started = Instant::now();
    while server.chat(&dev.secret, "gpt-test").await.status != 200
        || server.visitor().get("/sign-in").await.status != 200
    {
        assert!(started.elapsed() < Duration::from_secs(5));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let mut canaries = vec![
        ("prompt", "canary-prompt-5c1e7a90".to_owned()),
        ("answer", ANSWER.to_owned()),
        ("vendor secret", VENDOR_SECRET.to_owned()),
        ("password", PASSWORD.to_owned()),
        ("wrong password", WRONG.to_owned()),
        ("key", dev.secret[11..52].to_owned()),
    ];

    // Calls of every kind, good and bad, whole and streamed.
    let mut body = json!({"model": "gpt-test", "messages": [{"role": "user", "content": PROMPT}]});
    let path = "/v1/chat/completions";
    let echo = format!(
        r#"{{"error":{{"message":"Incorrect API key {VENDOR_SECRET} for {PROMPT}","code":"invalid_api_key"}}}}"#
    );
    let modes = [
        Mode::Ok,
        Mode::Status(400, String::new(), echo.clone()),
        // Passed on to the caller, and kept nowhere.
        Mode::Status(400, String::new(), format!(r#"{{"error":{{"message":"Cannot take {PROMPT}"}}}}"#)),
        Mode::Status(500, String::new(), echo.clone()),
        Mode::Status(429, "retry-after: 1\r\n".into(), echo.clone()),
        Mode::Status(200, String::new(), format!("<html>{PROMPT} {VENDOR_SECRET}</html>")),
        Mode::Reset(700),
        Mode::Status(401, String::new(), echo),
    ];
    for mode in modes {
        vendor.set(mode);
        for stream in [false, true] {
            body["stream"] = json!(stream);
            server.call(&dev.secret, path, &body).await;
        }
    }
    vendor.set(Mode::Ok);
    let caller = server.visitor();
    let post = |path: &str| caller.request(Method::POST, path).header("content-type", "application/json");
    let cut = body.to_string();
    caller.send(post(path).bearer_auth(&dev.secret).body(cut[..cut.len() - 3].to_owned())).await.is(400);
    caller.send(post(&format!("{path}?api_key={}", dev.secret)).body(body.to_string())).await.is(401);
    let mut mistyped = dev.secret.clone();
    mistyped.pop();
    caller.send(post(path).bearer_auth(&mistyped).body(body.to_string())).await.is(401);
    let mut none = body.clone();
    none["model"] = json!("no-such-model");
    server.call(&dev.secret, path, &none).await.is(404);
    let fresh = keys::rotate(&server.db, &dev.person.actor, dev.key.id, Rotate::planned(Overlap::Hour))
        .await
        .unwrap();
    canaries.push(("rotated key", fresh.secret.expose()[11..52].to_owned()));
    server.chat(fresh.secret.expose(), "gpt-test").await;

    // People: a sign-in that works and some that do not, a reset, tokens.
    let email = Email::parse("cora@example.com").unwrap();
    let password = Some(Password::choose(&Secret::new(PASSWORD), &email).unwrap());
    let new = NewUser { name: "Cora".into(), email, role: Role::Member, password };
    let cora = users::create(&server.db, &Actor::system("test"), new).await.unwrap();
    let browser = server.visitor();
    for typed in [WRONG, PASSWORD] {
        browser.submit("/sign-in", "/sign-in", &[("email", "cora@example.com"), ("password", typed)]).await;
    }
    let profile = browser.get("/profile").await.is(200);
    // Its session's row has the token plain; a page has it under a pad of its own.
    let token = csrf_token(&server.db, cora.id).await;
    let shown = profile.field("csrf").unwrap();
    assert!(csrf::is(shown.as_bytes(), &token), "the token that is looked for is the one in use");
    assert!(!profile.text.contains(&token), "and never plain in a page");
    canaries.push(("csrf token", token));
    canaries.push(("csrf token under its pad", shown));
    canaries.push(("session", browser.cookie("portico").unwrap()));
    browser.submit("/profile", "/profile/password", &[("current", WRONG), ("password", WRONG)]).await;
    let link = reset::link(&server.db, &admin.actor, cora.id).await.unwrap();
    canaries.push(("reset link", link.expose().to_owned()));
    let visitor = server.visitor();
    visitor.get(&format!("/reset/{}", link.expose())).await.is(200);
    let new = NewToken { name: "canary".into(), user: None, reach: Reach::ReadAndWrite, expires_at: None };
    let token = admin_tokens::create(&server.db, &admin.actor, new).await.unwrap();
    canaries.push(("management token", token.secret.expose().to_owned()));
    let key_page = format!("/keys/{}", dev.key.id);
    let playground =
        dev.person.browser.submit(&key_page, &format!("{key_page}/playground-token"), &[]).await.is(200);
    let playground = playground.json()["token"].as_str().unwrap().to_owned();
    server.chat(&playground, "gpt-test").await;
    canaries.push(("playground token", playground));
    let canaries = Canaries(canaries);

    // Pages and the management API, for everyone who may look.
    let rows = server.posted(20).await;
    let mut pages = vec![
        "/",
        "/calls",
        "/calls?scope=all",
        "/keys",
        "/apps",
        "/calls.csv",
        "/users",
        "/manage/vendors",
        "/manage/models",
        "/catalogue",
        "/inbox",
        "/profile",
    ]
    .into_iter()
    .map(str::to_owned)
    .collect::<Vec<_>>();
    pages.extend(
        rows.iter().flat_map(|row| [format!("/calls/{}", row.id), format!("/diagnose?id={}", row.id)]),
    );
    pages.extend([
        key_page,
        format!("/users/{}", cora.id),
        format!("/manage/vendors/{}", starter.provider.id),
    ]);
    for path in &pages {
        for person in [&admin, &dev.person] {
            let page = person.browser.get(path).await;
            let seen = canaries.seen_in(page.text.as_bytes());
            assert!(seen.is_empty(), "{path}: {seen:?}");
        }
    }
    for path in ["/calls", "/keys", "/providers", "/users", "/apps", "/subscriptions"] {
        let request =
            caller.request(Method::GET, &format!("/api/v1{path}")).bearer_auth(token.secret.expose());
        let answer = caller.send(request).await.is(200);
        let _: Value = answer.json();
        assert!(
            canaries.seen_in(answer.text.as_bytes()).is_empty(),
            "{path}: {:?}",
            canaries.seen_in(answer.text.as_bytes())
        );
    }

    // What stays behind: the log, every file, every table. A form token stands in its session's row and
    // nowhere else: it is worth nothing without the cookie, of which only a digest is kept.
    let seen = canaries.seen_in(tables(&server.db).await.as_bytes());
    let in_its_row = if server.db.dialect() == Dialect::Sqlite { vec![] } else { vec!["csrf token"] };
    assert_eq!(seen, in_its_row, "in a table");
    server.signal("TERM");
    server.ended(Duration::from_secs(40)).await;
    let log = server.log();
    assert!(log.contains("TRACE"), "the log is at its most talkative");
    assert!(log.contains("a sign-in was refused"), "but who tried is in it");
    assert!(canaries.seen_in(log.as_bytes()).is_empty(), "{:?}", canaries.seen_in(log.as_bytes()));
    let mut all = Vec::new();
    files(server.folder.path(), &mut all);
    assert!(all.len() > 4, "{all:?}");
    for file in all {
        let mut seen = canaries.seen_in(&std::fs::read(&file).unwrap());
        let is_state = file.file_name().is_some_and(|name| name.to_string_lossy().starts_with("portico.db"));
        seen.retain(|name| !(is_state && *name == "csrf token"));
        assert!(seen.is_empty(), "{}: {seen:?}", file.display());
    }
}
