//! The server as a process: it is told to stop, told twice, killed, and started again. What was under
//! way ends as promised and every call that reached a vendor has its row.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use portico::base::limit::LimitKind;
use portico::domain::actor::Actor;
use portico::domain::settings::{self, SetUp};
use portico::store::Dialect;
use portico::store::entity::call;
use portico::store::entity::states::Role;
use reqwest::Client;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use super::support::World;
use super::support::process::{Launch, Process};
use super::support::raw::exchange_once;
use super::support::vendor::{Mode, Vendor};

/// A stream of the built-in vendor: so many words at so many a second.
fn stream_of(model: &str) -> Value {
    json!({"model": model, "stream": true, "messages": [{"role": "user", "content": "Say hello"}]})
}

fn client() -> Client {
    Client::builder().no_proxy().build().unwrap()
}

/// Opens a stream: its head is there when this returns.
async fn open(world: &World, key: &str, body: &Value) -> reqwest::Response {
    let url = format!("{}/v1/chat/completions", world.base);
    let answer = client().post(url).bearer_auth(key).json(body).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    answer
}

/// A developer whose key the running server knows of.
async fn developer(server: &Process, models: &[&str]) -> String {
    let admin = server.admin().await;
    let starter = server.demo_models(&admin, models).await;
    let dev = server.developer("dana", &starter).await;
    known(server, &dev.secret, models[0]).await;
    dev.secret
}

async fn known(server: &Process, key: &str, model: &str) {
    let started = Instant::now();
    while server.look(key, &format!("/v1/models/{model}")).await.status != 200 {
        assert!(started.elapsed() < Duration::from_secs(5), "the server does not hear of the key");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn states(rows: &[call::Model], state: &str) -> usize {
    rows.iter().filter(|row| row.state == state).count()
}

#[actix_web::test]
async fn p10_f18_a_stop_lets_streams_end_and_sends_newcomers_away() {
    let mut server = Process::start(Launch::default().set("PORTICO_SERVER_SHUTDOWN_SECONDS", "20")).await;
    let key = developer(&server, &["demo-lorem-20-50"]).await;
    let body = stream_of("demo-lorem-20-50");
    let opened = join_all((0..40).map(|_| open(&server, &key, &body))).await;
    let told = Instant::now();
    server.signal("TERM");
    let ready = b"GET /readyz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    while exchange_once(&server.base, ready).await == 200 {
        assert!(told.elapsed() < Duration::from_millis(250), "still ready");
    }
    let refused = client().post(format!("{}/v1/chat/completions", server.base)).bearer_auth(&key).json(&body);
    match refused.send().await {
        Err(fault) => assert!(fault.is_connect() || fault.is_request(), "{fault}"),
        Ok(answer) => assert_eq!(answer.status(), 503),
    }
    for text in join_all(opened.into_iter().map(reqwest::Response::text)).await {
        let text = text.unwrap();
        assert!(text.ends_with("data: [DONE]\n\n"), "cut: {}", &text[text.len().saturating_sub(200)..]);
    }
    let status = server.ended(Duration::from_secs(20)).await;
    assert_eq!(status.code(), Some(0), "{}", server.log());
    assert!(told.elapsed() < Duration::from_secs(10), "nothing kept it after the last stream");
    let rows = server.rows().await;
    assert_eq!(states(&rows, "answered"), 40, "posted before it ended");
    assert!(rows.iter().filter(|row| row.state == "answered").all(|row| row.usage_source == "reported"));
}

#[actix_web::test]
async fn after_a_stop_no_file_names_its_process() {
    let mut server = Process::start(Launch::default()).await;
    for (text, stays) in [(server.id().to_string(), false), ("1".to_owned(), true)] {
        let file = server.data().join("portico.pid");
        std::fs::write(&file, format!("{text}\n")).unwrap();
        server.signal("TERM");
        assert_eq!(server.ended(Duration::from_secs(20)).await.code(), Some(0), "{}", server.log());
        assert_eq!(file.exists(), stays, "{text}");
        server.again().await;
    }
}

#[actix_web::test]
async fn f09_readiness_says_that_the_database_is_away_and_stays() {
    let server = Process::start(Launch::default()).await;
    let says = async |words: &str| {
        let started = Instant::now();
        while server.visitor().get("/readyz").await.is(200).text != words {
            assert!(started.elapsed() < Duration::from_secs(5), "it never says {words:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    says("ready\n").await;
    let state = server.db.state_writer();
    state.execute_unprepared("ALTER TABLE changes RENAME TO changes_away").await.unwrap();
    says("ready\ndatabase: away\n").await;
    state.execute_unprepared("ALTER TABLE changes_away RENAME TO changes").await.unwrap();
    says("ready\n").await;
}

#[actix_web::test]
async fn f18_a_stream_that_does_not_end_in_time_gets_a_last_event() {
    let mut server = Process::start(Launch::default().set("PORTICO_SERVER_SHUTDOWN_SECONDS", "3")).await;
    let key = developer(&server, &["demo-lorem-2-500", "demo-fault-stall"]).await;
    let mut opened = Vec::new();
    for model in ["demo-lorem-2-500", "demo-fault-stall"].iter().cycle().take(10) {
        opened.push(open(&server, &key, &stream_of(model)).await);
    }
    let told = Instant::now();
    server.signal("TERM");
    for text in join_all(opened.into_iter().map(reqwest::Response::text)).await {
        let text = text.unwrap();
        let last = text.trim_end().rsplit("data: ").next().unwrap();
        let last: Value = serde_json::from_str(last).unwrap();
        assert_eq!(last["error"]["code"], "shutting_down", "{text}");
        assert!(!text.contains("[DONE]"));
    }
    assert_eq!(server.ended(Duration::from_secs(10)).await.code(), Some(0), "{}", server.log());
    assert!(told.elapsed() <= Duration::from_secs(5), "grace and 2 s: {:?}", told.elapsed());
    let rows = server.rows().await;
    assert_eq!(rows.len(), 10);
    for row in rows {
        assert_eq!((row.code.as_deref(), row.usage_source.as_str()), (Some("shutting_down"), "estimated"));
        assert!(row.output_tokens.unwrap() > 0, "the part that was delivered is counted");
    }
}

#[actix_web::test]
async fn f19_a_second_signal_ends_it_at_once_and_a_kill_in_between_loses_nothing() {
    let mut server = Process::start(Launch::default().set("PORTICO_SERVER_SHUTDOWN_SECONDS", "30")).await;
    let key = developer(&server, &["demo-lorem-2-500"]).await;
    let body = stream_of("demo-lorem-2-500");
    let opened = join_all((0..10).map(|_| open(&server, &key, &body))).await;
    server.signal("TERM");
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(server.is_alive(), "the first signal waits for open streams");
    let again = Instant::now();
    server.signal("TERM");
    let texts = join_all(opened.into_iter().map(reqwest::Response::text));
    let (texts, status) = tokio::join!(texts, server.ended(Duration::from_secs(5)));
    assert_eq!(status.code(), Some(0), "{}", server.log());
    assert!(again.elapsed() < Duration::from_secs(2), "{:?}", again.elapsed());
    drop(texts);
    assert_eq!(server.rows().await.len(), 10, "every one of them has its row");

    server.again().await;
    let opened = join_all((0..10).map(|_| open(&server, &key, &body))).await;
    server.signal("TERM");
    tokio::time::sleep(Duration::from_millis(200)).await;
    server.signal("KILL");
    server.ended(Duration::from_secs(2)).await;
    drop(opened);
    assert!(server.again().await <= Duration::from_secs(2), "f17: a start after a kill");
    let rows = server.posted(20).await;
    let lost: Vec<_> = rows.iter().filter(|row| row.state == "lost").collect();
    assert_eq!((rows.len(), lost.len()), (20, 10));
    assert!(lost.iter().all(|row| row.usage_source == "estimated"));
    let auditor = server.somebody("ana", Role::Auditor).await;
    let page = auditor.browser.get(&format!("/calls/{}", lost[0].id)).await.is(200).text;
    assert!(
        page.contains("A vendor may have been called") && !page.contains("No vendor was called"),
        "{page}"
    );
    assert!(page.contains("Nobody knows when") && !page.contains("0 ms"), "{page}");
    let cause = auditor.browser.get(&format!("/diagnose?id={}", lost[0].id)).await.is(200).text;
    assert!(cause.contains("Nobody saw whether a vendor was asked"), "{cause}");
    assert!(!cause.contains("The call went through"), "{cause}");
    assert_eq!(cause.matches("A vendor took the call").count(), 1, "as of now alone: {cause}");
    let (prompt, answer) = (lost[0].input_tokens.unwrap(), lost[0].output_tokens.unwrap());
    assert!(prompt < 100 && (1..10_000).contains(&answer), "{prompt} + {answer}");
    let booked = format!("booked as an estimate: up to {} tokens", prompt + answer);
    assert!(page.replace(',', "").contains(&booked), "{page}");
    assert!(page.contains("set aside for prompt and answer") && !page.contains(" + 0"), "{page}");
}

#[actix_web::test]
async fn p05_f17_kills_under_load_leave_no_vendor_call_without_a_row() {
    let mut server = Process::start(Launch::default()).await;
    let vendor = Vendor::start().await;
    vendor.set(Mode::Slow(Duration::from_millis(15)));
    let admin = server.admin().await;
    let starter = server.vendor_api(&admin, "custom", &vendor.base, &["gpt-test"]).await;
    server.widen(&starter).await;
    let dev = server.developer("dana", &starter).await;
    known(&server, &dev.secret, "gpt-test").await;
    let (mut sent, mut whole) = (0_u32, HashSet::new());
    for round in 0..4 {
        let stop = std::cell::Cell::new(false);
        let url = format!("{}/v1/chat/completions", server.base);
        let caller = async |number: u32| {
            let (client, mut done) = (client(), Vec::new());
            for n in 0.. {
                if stop.get() {
                    break;
                }
                let mark = format!("mark-{round}-{number}-{n}");
                let body = json!({"model": "gpt-test", "stream": n % 3 == 0, "messages": [{"role": "user", "content": mark}]});
                let request =
                    client.post(&url).bearer_auth(&dev.secret).header("x-request-id", &mark).json(&body);
                let Ok(answer) = request.send().await else { break };
                assert_eq!(answer.status(), 200);
                let Ok(text) = answer.text().await else { break };
                if text.contains("[DONE]") || n % 3 != 0 {
                    done.push(mark);
                }
            }
            done
        };
        let killing = async {
            tokio::time::sleep(Duration::from_millis(400 + 90 * round)).await;
            server.signal("KILL");
            stop.set(true);
        };
        let (done, ()) = tokio::join!(join_all((0..12).map(&caller)), killing);
        for marks in done {
            sent += marks.len() as u32;
            whole.extend(marks);
        }
        server.ended(Duration::from_secs(2)).await;
        assert!(server.again().await <= Duration::from_secs(2), "f17");
    }
    assert!(sent > 100, "only {sent} calls were answered: no load");
    let seen: HashSet<String> = vendor
        .seen()
        .iter()
        .filter_map(|seen| seen.body["messages"][0]["content"].as_str().map(str::to_owned))
        .collect();
    let rows = server.posted(seen.len()).await;
    let mut marks = HashSet::new();
    for row in &rows {
        let mark = row.client_request_id.clone().unwrap();
        assert!(marks.insert(mark.clone()), "{mark} has two rows");
        assert!(
            row.state == "answered" || row.usage_source == "estimated",
            "{mark}: {} {}",
            row.state,
            row.usage_source
        );
    }
    let missing: Vec<_> = seen.difference(&marks).collect();
    assert!(missing.is_empty(), "vendor calls without a row: {missing:?}");
    let answered: HashSet<_> = rows
        .iter()
        .filter(|row| row.state == "answered")
        .filter_map(|row| row.client_request_id.clone())
        .collect();
    assert!(whole.is_subset(&answered), "answered to the last byte, yet not so in its row");
}

#[actix_web::test]
async fn f13_while_the_disk_is_full_calls_go_on_and_budgets_hold() {
    let mut server = Process::start(Launch::default().first("trap '' XFSZ")).await;
    let vendor = Vendor::start().await;
    let admin = server.admin().await;
    let starter = server.vendor_api(&admin, "custom", &vendor.base, &["gpt-test"]).await;
    server.widen(&starter).await;
    server.price(&admin, &starter, 1_000_000_000).await;
    let (dev, thrifty) = (server.developer("dana", &starter).await, server.developer("theo", &starter).await);
    server.limit_key(thrifty.key.id, LimitKind::UsdPerMonth, 1_000_000_000_000).await;
    for key in [&dev.secret, &thrifty.secret] {
        known(&server, key, "gpt-test").await;
        server.chat(key, "gpt-test").await.is(200);
    }
    server.posted(2).await;
    // Each write beyond the first bytes of any file is refused by the kernel from here on.
    server.disk(Some(64));
    for _ in 0..30 {
        server.chat(&dev.secret, "gpt-test").await.is(200);
    }
    let hits = vendor.hits();
    let refused = server.chat(&thrifty.secret, "gpt-test").await.is(503);
    assert_eq!(refused.code(), "overloaded", "what counts on a budget must be on record first");
    assert!(!refused.header("retry-after").is_empty());
    assert_eq!(vendor.hits(), hits, "and no vendor hears of it");
    let page = format!("/keys/{}", dev.key.id);
    let kept = dev.person.browser.submit(&page, &format!("{page}/pause"), &[]).await;
    if server.db.dialect() == Dialect::Sqlite {
        assert_eq!((kept.status, kept.text.contains("<html")), (503, true), "{}", kept.text);
        server.chat(&dev.secret, "gpt-test").await.is(200);
    }
    server.disk(None);
    server.sound().await;
    let started = Instant::now();
    while server.chat(&thrifty.secret, "gpt-test").await.status != 200 {
        assert!(started.elapsed() < Duration::from_secs(5), "the journal does not come back");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    server.signal("TERM");
    assert_eq!(server.ended(Duration::from_secs(10)).await.code(), Some(0));
    let rows = server.rows().await;
    assert_eq!(states(&rows, "answered"), vendor.hits(), "p04: every vendor call has its row");
}

#[actix_web::test]
async fn what_a_script_had_under_way_at_a_kill_is_unknown_to_the_next_process() {
    let mut server = Process::start(Launch::default()).await;
    let vendor = Vendor::start().await;
    vendor.set(Mode::Silent);
    let admin = server.admin().await;
    let starter = server.vendor_api(&admin, "custom", &vendor.base, &["gpt-test"]).await;
    let token = server.token(&admin).await;
    let test = || {
        let url = format!("{}/api/v1/providers/{}/test", server.base, starter.provider.id);
        client().post(url).bearer_auth(&token).header("idempotency-key", "one")
    };
    let asking = test();
    let asked = actix_web::rt::spawn(async move {
        // Until the server hears of the provider it is not found, and nothing is kept of that.
        while asking.try_clone().unwrap().send().await.is_ok_and(|answer| answer.status() == 404) {}
    });
    let started = Instant::now();
    while vendor.hits() == 0 {
        assert!(started.elapsed() < Duration::from_secs(5), "the vendor is not asked");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let repeat = async || test().send().await.unwrap().json::<Value>().await.unwrap();
    assert_eq!(repeat().await["reason"], "under_way");
    server.signal("KILL");
    server.ended(Duration::from_secs(2)).await;
    asked.await.unwrap();
    let (base, id) = (server.base.clone(), starter.provider.id);
    server.again().await;
    let url = format!("{base}/api/v1/providers/{id}/test");
    let again = client().post(url).bearer_auth(&token).header("idempotency-key", "one").send().await.unwrap();
    assert_eq!(again.status(), 409);
    assert_eq!(again.json::<Value>().await.unwrap()["reason"], "outcome_unknown");
    assert_eq!(vendor.hits(), 1, "it is not done again");
}

#[actix_web::test]
async fn f22_a_body_without_end_is_refused_at_the_cap_and_costs_no_memory() {
    let server = Process::start(Launch::default()).await;
    let key = developer(&server, &["demo-echo"]).await;
    for _ in 0..50 {
        server.chat(&key, "demo-echo").await.is(200);
    }
    let before = server.peak_kib();
    let cap = 10 << 20;
    // A gibibyte in chunks, as long as somebody takes them.
    let chunks = (0..16_384).map(|_| Ok::<_, std::io::Error>(vec![b' '; 64 << 10]));
    let body = reqwest::Body::wrap_stream(futures_util::stream::iter(chunks));
    let request = client().post(format!("{}/v1/chat/completions", server.base)).bearer_auth(&key);
    let answer = request.header("content-type", "application/json").body(body).send().await;
    if let Ok(answer) = answer {
        assert_eq!(answer.status(), 413);
    }
    let grown = server.peak_kib() - before;
    assert!(grown * 1024 <= 2 * cap, "{grown} KiB more at the peak");
    server.chat(&key, "demo-echo").await.is(200);
}

#[test]
fn an_empty_variable_names_no_settings_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("own.toml");
    std::fs::write(&file, "[server]\nlisten = \"127.0.0.1:9191\"\n").unwrap();
    let check = |named: &str, flag: Option<&std::path::Path>| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_portico"));
        command.current_dir(folder.path()).env("PORTICO_CONFIG", named).args(["config", "check"]);
        if let Some(file) = flag {
            command.arg("--config").arg(file);
        }
        let done = command.output().unwrap();
        let told = format!("{done:?}");
        (done.status.code(), told)
    };
    let (code, told) = check("", None);
    assert_eq!(code, Some(0), "{told}");
    for (named, flag) in [("", Some(&*file)), (file.to_str().unwrap(), None), ("/nowhere", Some(&*file))] {
        let (code, told) = check(named, flag);
        assert!(code == Some(0) && told.contains("127.0.0.1:9191"), "{named}: {told}");
    }
    let (code, told) = check("/nowhere/portico.toml", None);
    assert!(code == Some(78) && told.contains("/nowhere/portico.toml"), "{told}");
}

#[actix_web::test]
async fn settings_that_could_not_be_read_when_they_changed_are_read_later() {
    let server = Process::start(Launch::default()).await;
    let visitor = server.visitor();
    let pending = visitor.get("/sign-in").await;
    assert!(pending.status != 200 && pending.text.contains("Set-up is not finished"), "{}", pending.text);
    // Another process ends the set-up, and when this one hears of it the settings cannot be read.
    server
        .db
        .transact(async move |tx| {
            settings::put(&tx, &Actor::system("test"), &SetUp { done: true }).await?;
            tx.execute_unprepared("ALTER TABLE settings RENAME TO settings_away").await?;
            Ok(())
        })
        .await
        .unwrap();
    let started = Instant::now();
    while !server.log().contains("the settings could not be read") {
        assert!(started.elapsed() < Duration::from_secs(10), "it does not hear of the change");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_ne!(visitor.get("/sign-in").await.status, 200, "it cannot know yet");
    let back = "ALTER TABLE settings_away RENAME TO settings";
    server.db.state_writer().execute_unprepared(back).await.unwrap();
    // Nothing changes from here on: it is its own task that looks again.
    let started = Instant::now();
    while visitor.get("/sign-in").await.status != 200 {
        assert!(started.elapsed() < Duration::from_secs(10), "it never reads them again");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[test]
fn p26_a_wrong_setting_keeps_the_server_from_starting_and_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("own.toml");
    for (text, field) in [
        ("[server]\nlisten = \"nowhere\"\n", "server.listen"),
        ("[server]\nworkers = 0\n", "server.workers"),
        ("[server]\ncolour = 1\n", "colour"),
        ("[database]\nurl = \"mysql://x\"\n", "database.url"),
        ("[gateway]\nbody_cap = -1\n", "body_cap"),
        ("nothing of the kind", "own.toml"),
    ] {
        std::fs::write(&file, text).unwrap();
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_portico"));
        command.current_dir(folder.path()).arg("serve").arg("--config").arg(&file);
        let done = command.output().unwrap();
        let told = String::from_utf8_lossy(&done.stderr).into_owned();
        assert_eq!(done.status.code(), Some(78), "{text}: {told}");
        assert!(told.contains(field), "{text}: {told}");
        assert!(!folder.path().join("data").exists(), "{text}: nothing was made");
    }
}

#[actix_web::test]
async fn b11_what_a_stranger_frames_wrongly_is_no_error_in_the_log() {
    let server = Process::start(Launch::default().set("PORTICO_LOG_LEVEL", "info")).await;
    for bytes in [b"GET / HTTP/1.1\r\nhost : x\r\n\r\n".as_slice(), b"nonsense\r\n\r\n"] {
        assert_eq!(exchange_once(&server.base, bytes).await, 400);
    }
    assert!(!server.log().contains("ERROR"), "{}", server.log());
}
