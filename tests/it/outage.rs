//! The database is away, locked or slow: who is known goes on calling, nobody is told that a good key
//! is bad, and every call has its row once the database is back.

use std::net::ToSocketAddrs;
use std::time::{Duration, Instant};

use portico::base::key_format;
use portico::base::limit::LimitKind;
use portico::domain::keys;
use portico::store::Dialect;
use portico::store::entity::states::KeyReason;
use sea_orm::{ConnectOptions, ConnectionTrait, Database};
use serde_json::json;

use super::support::calls::chat;
use super::support::process::{Launch, Process};
use super::support::relay::Relay;
use super::support::vendor::{Mode, Vendor};
use super::support::{TestApp, fresh_postgres, spawn, spawn_with};

/// Whoever waits for a database that is away waits 250 ms; what a busy machine adds is less than this.
/// How little it really is, `scripts/deep` measures.
const WAIT: Duration = Duration::from_millis(100);

/// The nine tenths that are quickest take at most so long: one hiccup of the machine is no finding here.
fn p90(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times[times.len() * 9 / 10]
}

impl TestApp {
    async fn timed(&self, key: &str, count: usize) -> Vec<Duration> {
        let mut times = Vec::new();
        for _ in 0..count {
            let started = Instant::now();
            self.chat(key, "gpt-test").await.is(200);
            times.push(started.elapsed());
        }
        times
    }
}

#[actix_web::test]
async fn p06_known_keys_go_on_while_the_database_is_away() {
    let app = spawn().await;
    let vendor = Vendor::start().await;
    let starter = app.vendor_api(&app.admin().await, "custom", &vendor.base, &["gpt-test"]).await;
    app.widen(&starter).await;
    let dev = app.developer("dana", &starter).await;
    let other = app.developer("olga", &starter).await;
    let mut before = app.timed(&dev.secret, 100).await;
    app.calls(100).await;
    // No query about a caller and no row of a call succeeds from here on.
    let (state, calls) = (app.db.state_writer(), app.db.calls_writer());
    state.execute_unprepared("ALTER TABLE key_secrets RENAME TO away").await.unwrap();
    calls.execute_unprepared("ALTER TABLE calls RENAME TO calls_away").await.unwrap();
    let mut during = app.timed(&dev.secret, 200).await;
    let never = key_format::mint();
    for unseen in [other.secret.as_str(), never.expose()] {
        let told = app.chat(unseen, "gpt-test").await.is(503);
        assert_eq!(told.code(), "auth_unavailable", "{}", told.text);
        assert!(!told.header("retry-after").is_empty() && told.header("www-authenticate").is_empty());
    }
    assert!(app.app.ledger.drain_once(&app.db).await.is_err(), "nothing can be posted");
    // Fourteen minutes on it still knows them; it does not for ever.
    app.clock.forward(Duration::from_secs(14 * 60));
    app.timed(&dev.secret, 1).await;
    app.clock.forward(Duration::from_secs(2 * 60));
    assert_eq!(app.chat(&dev.secret, "gpt-test").await.is(503).code(), "auth_unavailable");
    state.execute_unprepared("ALTER TABLE away RENAME TO key_secrets").await.unwrap();
    calls.execute_unprepared("ALTER TABLE calls_away RENAME TO calls").await.unwrap();
    app.clock.forward(Duration::from_secs(1));
    app.timed(&dev.secret, 1).await;
    app.timed(&other.secret, 1).await;
    assert_eq!(app.chat(never.expose(), "gpt-test").await.is(401).code(), "key_unknown");
    let rows = app.calls(vendor.hits()).await;
    assert_eq!(rows.iter().filter(|row| row.state == "answered").count(), vendor.hits(), "p04");
    let (before, during) = (p90(&mut before), p90(&mut during));
    assert!(during <= before + WAIT, "p90 {before:?}, then {during:?}");
}

#[actix_web::test]
#[ignore = "a server that stops is PostgreSQL's matter: PORTICO_TEST_DB names one"]
async fn f09_on_postgres_the_database_stops_and_comes_back() {
    let url = fresh_postgres().await.expect("PORTICO_TEST_DB names a PostgreSQL server");
    let mut url = url::Url::parse(&url).unwrap();
    let server =
        (url.host_str().unwrap(), url.port().unwrap_or(5432)).to_socket_addrs().unwrap().next().unwrap();
    let relay = Relay::to(server).await;
    url.set_ip_host(relay.address.ip()).unwrap();
    url.set_port(Some(relay.address.port())).unwrap();
    let app = spawn_with(|config| config.database.url = Some(url.to_string())).await;
    let vendor = Vendor::start().await;
    let admin = app.admin().await;
    let starter = app.vendor_api(&admin, "custom", &vendor.base, &["gpt-test"]).await;
    app.widen(&starter).await;
    let (dev, other) = (app.developer("dana", &starter).await, app.developer("olga", &starter).await);
    let mut before = app.timed(&dev.secret, 50).await;
    relay.cut();
    let mut during = app.timed(&dev.secret, 100).await;
    assert_eq!(app.chat(&other.secret, "gpt-test").await.is(503).code(), "auth_unavailable");
    let started = Instant::now();
    let page = dev.person.browser.get("/keys").await;
    let took = started.elapsed();
    assert_eq!(page.status, 503, "{}", page.text);
    assert!(page.text.contains("<title>The database cannot be reached right now"), "{}", page.text);
    for path in ["/docs/errors", "/docs/errors/auth_unavailable", "/docs/api"] {
        for browser in [&dev.person.browser, &app.visitor()] {
            browser.get(path).await.is(200);
        }
    }
    assert!(page.text.contains("<html") && took < Duration::from_secs(8), "{took:?}");
    app.visitor().get("/healthz").await.is(200);
    assert!(app.app.ledger.drain_once(&app.db).await.is_err());
    assert!(app.app.ledger.gauges().bytes > 0);
    relay.mend();
    let started = Instant::now();
    while app.chat(&other.secret, "gpt-test").await.status != 200 {
        assert!(started.elapsed() < Duration::from_secs(5), "it does not come back");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    dev.person.browser.get("/keys").await.is(200);
    let rows = app.calls(vendor.hits()).await;
    assert_eq!(rows.iter().filter(|row| row.state == "answered").count(), vendor.hits(), "p04");
    let (before, during) = (p90(&mut before), p90(&mut during));
    assert!(during <= before + WAIT, "p90 {before:?}, then {during:?}");
}

#[actix_web::test]
async fn f09_the_pages_of_the_codes_are_there_without_the_database() {
    let app = spawn().await;
    let admin = app.admin().await;
    let state = app.db.state_writer();
    state.execute_unprepared("ALTER TABLE sessions RENAME TO sessions_away").await.unwrap();
    state.execute_unprepared("ALTER TABLE settings RENAME TO settings_away").await.unwrap();
    for path in ["/docs/errors", "/docs/errors/auth_unavailable", "/docs/api"] {
        for browser in [&admin.browser, &app.visitor()] {
            let page = browser.get(path).await.is(200);
            assert!(page.text.contains("href=\"/sign-in"), "{path} is shown as to a visitor");
        }
    }
    admin.browser.get("/keys").await.is(500);
    state.execute_unprepared("ALTER TABLE sessions_away RENAME TO sessions").await.unwrap();
    state.execute_unprepared("ALTER TABLE settings_away RENAME TO settings").await.unwrap();
    assert!(admin.browser.get("/docs/errors").await.is(200).text.contains(admin.actor.label()));
    admin.browser.get("/keys").await.is(200);
}

#[actix_web::test]
async fn f12_while_another_process_holds_sqlite_calls_go_on_and_no_row_is_lost() {
    // On SQLite, whatever the rest of the suite runs on.
    let app = spawn_with(|config| config.database.url = None).await;
    assert_eq!(app.db.dialect(), Dialect::Sqlite);
    let vendor = Vendor::start().await;
    let admin = app.admin().await;
    let starter = app.vendor_api(&admin, "custom", &vendor.base, &["gpt-test"]).await;
    app.widen(&starter).await;
    let dev = app.developer("dana", &starter).await;
    app.timed(&dev.secret, 20).await;
    app.calls(20).await;
    let mut held = Vec::new();
    for file in ["portico.db", "calls.db"] {
        let path = app.folder.path().join("data").join(file);
        let mut options = ConnectOptions::new(format!("sqlite://{}", path.display()));
        options.max_connections(1);
        let other = Database::connect(options).await.unwrap();
        other.execute_unprepared("BEGIN EXCLUSIVE").await.unwrap();
        held.push(other);
    }
    let csrf = dev.person.browser.get("/keys/new").await.is(200).field("csrf").unwrap();
    let act = format!("/keys/{}/pause", dev.key.id);
    let calling = app.timed(&dev.secret, 300);
    let (mut times, page) = tokio::join!(calling, dev.person.browser.post_with(&csrf, &act, &[]));
    assert_eq!(page.status, 503, "{}", page.text);
    assert!(page.text.contains("<html") && !page.header("retry-after").is_empty());
    assert!(p90(&mut times) < Duration::from_millis(250), "{:?}", p90(&mut times));
    assert!(app.app.ledger.drain_once(&app.db).await.is_err(), "the writer waits and gives up");
    for other in held {
        other.execute_unprepared("ROLLBACK").await.unwrap();
    }
    let rows = app.calls(vendor.hits()).await;
    assert_eq!((rows.len(), vendor.hits()), (320, 320), "0 rows lost");
    dev.person.browser.post_with(&csrf, &act, &[]).await.is(303);
    app.sound().await;
}

#[actix_web::test]
async fn p01_what_another_process_revokes_stops_within_a_second_and_never_comes_back() {
    let server = Process::start(Launch::default().set("PORTICO_SERVER_WORKERS", "2")).await;
    let admin = server.admin().await;
    let starter = server.demo_models(&admin, &["demo-lorem-0-3"]).await;
    let dev = server.developer("dana", &starter).await;
    let started = Instant::now();
    while server.chat(&dev.secret, "demo-lorem-0-3").await.status != 200 {
        assert!(started.elapsed() < Duration::from_secs(5));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // This database handle is not the server's: it hears of changes by its poll alone, as another node would.
    let db = server.db.clone();
    // Callers hold the key in use all the while, as those do whose requests put old rows back.
    for round in 0..3 {
        let key = if round == 0 {
            None
        } else {
            let new = keys::NewKey::usual(dev.app, format!("key {round}"));
            Some(keys::issue(&db, &dev.person.actor, new).await.unwrap())
        };
        let id = key.as_ref().map_or(dev.key.id, |issued| issued.key.id);
        let secret = key.as_ref().map_or(dev.secret.clone(), |issued| issued.secret.expose().to_owned());
        let started = Instant::now();
        while server.chat(&secret, "demo-lorem-0-3").await.status != 200 {
            assert!(started.elapsed() < Duration::from_secs(5), "a new key works at once");
        }
        let over = std::cell::Cell::new(None::<Instant>);
        let caller = async || {
            let mut late = Duration::ZERO;
            let mut dead = 0;
            while dead < 150 {
                let sent = Instant::now();
                let status = server.chat(&secret, "demo-lorem-0-3").await.status;
                match (status, over.get()) {
                    (200, Some(revoked)) => {
                        assert_eq!(dead, 0, "it came back to life");
                        late = late.max(sent.saturating_duration_since(revoked));
                    }
                    (200, None) => {}
                    (401, _) => dead += 1,
                    (other, _) => panic!("{other}"),
                }
            }
            late
        };
        let revoking = async {
            tokio::time::sleep(Duration::from_millis(150)).await;
            keys::revoke(&db, &dev.person.actor, id, KeyReason::Revoked).await.unwrap();
            over.set(Some(Instant::now()));
        };
        let (late, ()) = tokio::join!(futures_util::future::join_all((0..6).map(|_| caller())), revoking);
        let late = late.into_iter().max().unwrap();
        assert!(late <= Duration::from_secs(1), "it worked for {late:?} after it was revoked elsewhere");
    }
}

#[actix_web::test]
async fn p01_a_storm_of_revokes_and_callers_never_revives_a_key() {
    let app = spawn().await;
    let starter = app.demo_models(&app.admin().await, &["demo-lorem-0-1"]).await;
    let dev = app.developer("dana", &starter).await;
    let (mut revived, mut calls) = (Vec::new(), 0_u32);
    for round in 0..25 {
        let new = keys::NewKey::usual(dev.app, format!("key {round}"));
        let issued = keys::issue(&app.db, &dev.person.actor, new).await.unwrap();
        let secret = issued.secret.expose();
        let over = std::cell::Cell::new(false);
        let caller = async || {
            let (mut seen, mut after) = (0, Vec::new());
            while after.len() < 4 {
                let was_over = over.get();
                let status = app.chat(secret, "demo-lorem-0-1").await.status;
                seen += 1;
                if was_over {
                    after.push(status);
                }
            }
            (seen, after)
        };
        let revoking = async {
            // Other changes to the same subjects race with the reads as well.
            for _ in 0..round % 5 {
                keys::pause(&app.db, &dev.person.actor, issued.key.id).await.unwrap();
                keys::enable(&app.db, &dev.person.actor, issued.key.id).await.unwrap();
            }
            keys::revoke(&app.db, &dev.person.actor, issued.key.id, KeyReason::Leaked).await.unwrap();
            over.set(true);
        };
        let (seen, ()) = tokio::join!(futures_util::future::join_all((0..8).map(|_| caller())), revoking);
        for (count, after) in seen {
            calls += count;
            revived.extend(after.into_iter().filter(|status| *status != 401));
        }
    }
    assert!(calls > 800, "{calls}");
    assert!(revived.is_empty(), "after its revocation was acknowledged a key was answered {revived:?}");
}

#[actix_web::test]
async fn p03_sixty_four_calls_at_once_with_money_for_ten() {
    let app = spawn().await;
    let vendor = Vendor::start().await;
    vendor.set(Mode::Slow(Duration::from_millis(2_500)));
    let admin = app.admin().await;
    let starter = app.vendor_api(&admin, "custom", &vendor.base, &["gpt-test"]).await;
    app.widen(&starter).await;
    // The prompt is free; a thousand tokens of an answer cost a dollar.
    app.price(&admin, &starter, 1_000_000_000_000).await;
    let dev = app.developer("dana", &starter).await;
    let budget = app.limit_key(dev.key.id, LimitKind::UsdPerMonth, 10_500_000_000).await;
    let mut body = chat("gpt-test");
    body["max_tokens"] = json!(1_000);
    let calls = (0..64).map(|_| app.call(&dev.secret, "/v1/chat/completions", &body));
    let answers = futures_util::future::join_all(calls).await;
    let (good, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 200);
    assert_eq!((good.len(), vendor.hits()), (10, 10), "exactly as many as there is money for");
    for answer in refused {
        let answer = answer.is(429);
        assert_eq!(
            (answer.code().as_str(), answer.header("x-should-retry")),
            ("insufficient_quota", "false")
        );
    }
    let rows = app.calls(64).await;
    let spent: i64 = rows.iter().filter_map(|row| row.cost_nanos).map(|cost| cost.0).sum();
    assert_eq!(spent, 10 * 4 * 1_000_000, "four tokens each");
    assert_eq!(app.app.gateway.gauges(&[budget])[0].used, spent, "what is left is exact after settling");
    let booked: i64 = app
        .app
        .ledger
        .spent(&app.db)
        .await
        .unwrap()
        .iter()
        .filter(|row| row.scope == budget.scope)
        .map(|row| row.nanos.0)
        .sum();
    assert_eq!(booked, spent, "and so is what is on record");
}

#[actix_web::test]
async fn p03_calls_without_max_tokens_come_in_on_what_is_left_of_a_budget_and_never_on_the_same_room() {
    let app = spawn().await;
    let vendor = Vendor::start().await;
    vendor.set(Mode::Slow(Duration::from_millis(1_500)));
    let admin = app.admin().await;
    let starter = app.vendor_api(&admin, "custom", &vendor.base, &["gpt-test"]).await;
    app.widen(&starter).await;
    app.price(&admin, &starter, 1_000_000_000_000).await;
    let dev = app.developer("dana", &starter).await;
    // An answer of 4,096 tokens would cost $4.10; 512 of them cost 51 cents.
    let budget = app.limit_key(dev.key.id, LimitKind::UsdPerMonth, 1_000_000_000).await;
    let calls = (0..16).map(|_| app.chat(&dev.secret, "gpt-test"));
    let answers = futures_util::future::join_all(calls).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1, "alone");
    let refused = answers.into_iter().find(|answer| answer.status == 429).unwrap();
    assert_eq!(refused.code(), "insufficient_quota");
    assert!(
        refused.text.contains("room for at least $0.5") && refused.text.contains("max_tokens"),
        "{}",
        refused.text
    );
    vendor.set(Mode::Ok);
    for _ in 0..3 {
        app.chat(&dev.secret, "gpt-test").await.is(200);
    }
    app.calls(19).await;
    assert_eq!(app.app.gateway.gauges(&[budget])[0].used, 4 * 4 * 1_000_000, "settled to four tokens each");
    let asked: Vec<_> = vendor.seen().into_iter().map(|seen| seen.body).collect();
    assert!(asked.iter().all(|body| body.get("max_tokens").is_none()), "the vendor's answer is not capped");
}

#[actix_web::test]
async fn p03_a_limit_that_the_gateway_chooses_itself_is_held_in_full() {
    let app = spawn().await;
    let vendor = Vendor::start().await;
    vendor.set(Mode::Slow(Duration::from_millis(1_500)));
    let admin = app.admin().await;
    let starter = app.vendor_api(&admin, "anthropic", &vendor.base, &["claude-next"]).await;
    app.widen(&starter).await;
    app.price(&admin, &starter, 1_000_000_000_000).await;
    let dev = app.developer("dana", &starter).await;
    app.limit_key(dev.key.id, LimitKind::UsdPerMonth, 50_000_000_000).await;
    let calls = (0..8).map(|_| app.chat(&dev.secret, "claude-next"));
    let answers = futures_util::future::join_all(calls).await;
    let told = vendor.last().body["max_tokens"].as_u64().unwrap();
    assert!(told > 50_000, "more than the budget holds: {told}");
    assert_eq!(vendor.hits(), 1, "alone with what is left");
    assert_eq!(answers.iter().filter(|answer| answer.status == 429).count(), 7);
}

#[actix_web::test]
async fn a_budget_and_a_model_of_unknown_price_are_answered_as_such() {
    let app = spawn().await;
    let (vendor, admin) = (Vendor::start().await, app.admin().await);
    let starter = app.vendor_api(&admin, "custom", &vendor.base, &["gpt-test"]).await;
    app.widen(&starter).await;
    let dev = app.developer("dana", &starter).await;
    app.chat(&dev.secret, "gpt-test").await.is(200);
    app.limit_key(dev.key.id, LimitKind::UsdPerMonth, 1_000_000_000).await;
    let refused = app.chat(&dev.secret, "gpt-test").await.is(403);
    assert_eq!((refused.code().as_str(), vendor.hits()), ("model_unpriced", 1));
    assert!(
        refused.text.contains("no known price") && refused.text.contains("set the model's price"),
        "{}",
        refused.text
    );
    let page = format!("/diagnose?id={}", refused.header("x-request-id"));
    let page = admin.browser.get(&page).await.is(200).text;
    assert!(
        page.contains("Would be refused now: model_unpriced.") && page.contains("/manage/models"),
        "{page}"
    );
    app.price(&admin, &starter, 1_000_000).await;
    app.chat(&dev.secret, "gpt-test").await.is(200);
}

#[actix_web::test]
async fn p13_a_vendor_that_fails_always_sees_hardly_more_than_was_asked() {
    let app = spawn().await;
    let vendor = Vendor::start().await;
    let starter = app.vendor_api(&app.admin().await, "custom", &vendor.base, &["gpt-test"]).await;
    app.widen(&starter).await;
    let dev = app.developer("dana", &starter).await;
    vendor.set(Mode::Status(500, String::new(), r#"{"error":{"message":"boom"}}"#.into()));
    let mut worst = 0.0_f64;
    for asked in 1..=300_u32 {
        let answer = app.chat(&dev.secret, "gpt-test").await;
        assert!(matches!(answer.status, 502 | 503), "{}", answer.text);
        if asked >= 20 {
            worst = worst.max(f64::from(u32::try_from(vendor.hits()).unwrap()) / f64::from(asked));
        }
    }
    assert!(worst <= 1.2, "the vendor saw {worst:.2} times what was asked");
    assert!(vendor.hits() < 60, "the breaker opened: {}", vendor.hits());
}
