//! A caller who leaves: whenever and however, the vendor's connection closes within a second, the
//! call is on record with what was used, and nothing stays held.

use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::support::calls::chat;
use super::support::vendor::{Mode, Vendor};
use super::support::{TestApp, spawn, spawn_with};

/// Sends a call and leaves as soon as `ready` bytes of its answer came and the vendor has it.
async fn leave(app: &TestApp, vendor: &Vendor, key: &str, stream: bool, ready: usize, reset: bool) {
    let mut body = chat("gpt-test");
    body["stream"] = json!(stream);
    let body = body.to_string();
    let mut socket = TcpStream::connect(app.base.strip_prefix("http://").unwrap()).await.unwrap();
    let head = format!(
        "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let hits = vendor.hits();
    socket.write_all(head.as_bytes()).await.unwrap();
    let mut read = vec![0; ready];
    socket.read_exact(&mut read).await.unwrap();
    while vendor.hits() == hits {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    // What the vendor sends has to be on its way.
    tokio::time::sleep(Duration::from_millis(30)).await;
    if reset {
        socket.set_zero_linger().unwrap();
    }
    drop(socket);
}

#[actix_web::test]
async fn p11_f21_however_a_caller_leaves_the_vendor_is_closed_within_a_second() {
    let app = spawn().await;
    let vendor = Vendor::start().await;
    let starter = app.vendor_api(&app.admin().await, "custom", &vendor.base, &["gpt-test"]).await;
    app.widen(&starter).await;
    let dev = app.developer("dana", &starter).await;
    // While it waits, in the middle of a stream, in the middle of a whole answer.
    let phases = [
        (Mode::Silent, true, 0, false),
        (Mode::Silent, false, 0, false),
        (Mode::Stall(900), true, 300, true),
        (Mode::Stall(150), false, 0, true),
    ];
    let mut left = 0;
    for round in 0..10 {
        for (mode, stream, ready, _) in &phases {
            vendor.set(mode.clone());
            leave(&app, &vendor, &dev.secret, *stream, *ready, round % 2 == 0).await;
            left += 1;
            let taken = vendor.until_left(left).await;
            assert!(taken < Duration::from_secs(1), "{mode:?}, stream {stream}: {taken:?}");
        }
    }
    let rows = app.calls(40).await;
    assert_eq!(rows.len(), 40);
    for (row, (mode, _, _, worked)) in rows.iter().zip(phases.iter().cycle()) {
        assert_eq!((row.state.as_str(), row.usage_source.as_str()), ("cut_client", "estimated"), "{mode:?}");
        assert!(row.input_tokens.unwrap() > 0, "the vendor has read the prompt");
        if *worked && row.stream {
            assert!(row.output_tokens.unwrap() > 0, "{mode:?}: the part that came is paid for");
        }
    }
    assert!(app.app.gateway.limits().memory().used() < 64 * 1024, "nothing stays held");
}

#[actix_web::test]
async fn p25_a_caller_who_takes_nothing_of_an_answer_holds_nothing_for_long() {
    let app = spawn_with(|config| config.gateway.body_seconds = 1).await;
    let vendor = Vendor::start().await;
    let starter = app.vendor_api(&app.admin().await, "custom", &vendor.base, &["gpt-test"]).await;
    let dev = app.developer("dana", &starter).await;
    let words = "word ".repeat(6 << 20);
    let whole = json!({"id": "a", "object": "chat.completion", "model": "gpt-test",
        "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": words}}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 9, "total_tokens": 10}});
    let event = json!({"id": "a", "object": "chat.completion.chunk", "model": "gpt-test",
        "choices": [{"index": 0, "delta": {"content": "word ".repeat(6_000)}}]});
    let stream = format!("data: {event}\n\n").repeat(1_000);
    for (streamed, kind, answer) in
        [(false, "application/json", whole.to_string()), (true, "text/event-stream", stream)]
    {
        vendor.set(Mode::Status(200, format!("content-type: {kind}\r\n"), answer));
        let mut body = chat("gpt-test");
        body["stream"] = json!(streamed);
        let body = body.to_string();
        let mut socket = TcpStream::connect(app.base.strip_prefix("http://").unwrap()).await.unwrap();
        let head = format!(
            "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            dev.secret,
            body.len()
        );
        socket.write_all(head.as_bytes()).await.unwrap();
        let mut first = [0; 100];
        socket.read_exact(&mut first).await.unwrap();
        assert!(first.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&first));
        let memory = app.app.gateway.limits().memory();
        let held = memory.used();
        assert!(streamed || held > 20 << 20, "{held} held of an answer that nobody takes");
        let started = std::time::Instant::now();
        while memory.used() > 0 {
            assert!(started.elapsed() < Duration::from_secs(10), "{streamed}: {} still held", memory.used());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        drop(socket);
    }
    let rows = app.calls(2).await;
    let states: Vec<_> = rows.iter().map(|row| (row.stream, row.state.as_str())).collect();
    assert!(states.contains(&(false, "answered")) && states.contains(&(true, "cut_client")), "{states:?}");
}

#[actix_web::test]
async fn f21_a_caller_who_leaves_while_sending_reaches_no_vendor() {
    let app = spawn().await;
    let vendor = Vendor::start().await;
    let starter = app.vendor_api(&app.admin().await, "custom", &vendor.base, &["gpt-test"]).await;
    let dev = app.developer("dana", &starter).await;
    for reset in [false, true] {
        let mut socket = TcpStream::connect(app.base.strip_prefix("http://").unwrap()).await.unwrap();
        let head = format!(
            "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\nContent-Length: 500000\r\n\r\n{}",
            dev.secret,
            " ".repeat(60_000)
        );
        socket.write_all(head.as_bytes()).await.unwrap();
        tokio::time::sleep(Duration::from_millis(50)).await;
        if reset {
            socket.set_zero_linger().unwrap();
        }
    }
    let started = std::time::Instant::now();
    while app.app.gateway.limits().memory().used() > 0 {
        assert!(started.elapsed() < Duration::from_secs(1), "their bytes stay held");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(vendor.hits(), 0);
    app.chat(&dev.secret, "gpt-test").await.is(200);
}
