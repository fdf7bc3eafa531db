//! Streams: what arrives, what a caller who leaves does, and how a broken one ends.

use std::time::{Duration, Instant};

use futures_util::StreamExt;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::support::spawn;
use super::support::vendor::{Mode, Vendor};

fn streamed(model: &str, usage: bool) -> Value {
    let mut body =
        json!({"model": model, "stream": true, "messages": [{"role": "user", "content": "Say hello"}]});
    if usage {
        body["stream_options"] = json!({"include_usage": true});
    }
    body
}

fn events(text: &str) -> Vec<&str> {
    text.split("\n\n").filter_map(|event| event.strip_prefix("data: ")).collect()
}

#[actix_web::test]
async fn a_stream_arrives_whole_and_its_usage_is_recorded_but_not_shown_unasked() {
    let app = spawn().await;
    let vendor = Vendor::start().await;
    let starter = app.vendor_api(&app.admin().await, "custom", &vendor.base, &["gpt-test"]).await;
    let dev = app.developer("dana", &starter).await;
    for (usage, told) in [(false, false), (true, true)] {
        let answer =
            app.call(&dev.secret, "/v1/chat/completions", &streamed("gpt-test", usage)).await.is(200);
        assert!(answer.header("content-type").starts_with("text/event-stream"));
        let events = events(&answer.text);
        assert_eq!(events.last(), Some(&"[DONE]"), "{}", answer.text);
        let text: String = events[..events.len() - 1]
            .iter()
            .map(|event| serde_json::from_str::<Value>(event).unwrap())
            .filter_map(|event| event["choices"][0]["delta"]["content"].as_str().map(str::to_owned))
            .collect();
        assert_eq!(text, "Hello from the vendor");
        assert_eq!(answer.text.contains("\"prompt_tokens\":11"), told, "{}", answer.text);
    }
    for row in app.calls(2).await {
        assert_eq!((row.state.as_str(), row.usage_source.as_str()), ("answered", "reported"));
        assert_eq!((row.input_tokens, row.output_tokens), (Some(11), Some(4)));
    }
    assert_eq!(vendor.hits(), 2);
}

#[actix_web::test]
async fn p11_a_caller_who_leaves_mid_stream_closes_the_vendor_and_pays_for_what_came() {
    let app = spawn().await;
    let vendor = Vendor::start().await;
    let starter = app.vendor_api(&app.admin().await, "custom", &vendor.base, &["gpt-test"]).await;
    let dev = app.developer("dana", &starter).await;
    vendor.set(Mode::Stall(900));
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = format!("{}/v1/chat/completions", app.base);
    let sent =
        client.post(url).bearer_auth(&dev.secret).json(&streamed("gpt-test", false)).send().await.unwrap();
    let mut body = sent.bytes_stream();
    body.next().await.unwrap().unwrap();
    drop(body);
    assert!(vendor.until_left(1).await < Duration::from_secs(1));
    let row = app.calls(1).await.remove(0);
    assert_eq!((row.state.as_str(), row.usage_source.as_str()), ("cut_client", "estimated"));
    assert!(row.output_tokens.unwrap() > 0);
}

#[actix_web::test]
async fn p11_f21_a_caller_who_leaves_while_waiting_closes_the_vendor() {
    let app = spawn().await;
    let vendor = Vendor::start().await;
    let starter = app.vendor_api(&app.admin().await, "custom", &vendor.base, &["gpt-test"]).await;
    let dev = app.developer("dana", &starter).await;
    vendor.set(Mode::Silent);
    for (n, stream) in [(1, true), (2, false)] {
        let mut body = streamed("gpt-test", false);
        body["stream"] = json!(stream);
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let url = format!("{}/v1/chat/completions", app.base);
        let sending = client.post(url).bearer_auth(&dev.secret).json(&body).send();
        let mut sending = Box::pin(sending);
        while vendor.hits() < n {
            tokio::select! { _ = &mut sending => panic!("answered"), () = tokio::time::sleep(Duration::from_millis(2)) => {} }
        }
        drop(sending);
        assert!(vendor.until_left(n).await < Duration::from_secs(1));
    }
    for row in app.calls(2).await {
        assert_eq!(row.state, "cut_client");
    }
    assert!(app.app.gateway.limits().memory().used() < 64 * 1024, "nothing stays held");
}

#[actix_web::test]
async fn f05_a_reset_mid_stream_ends_with_an_error_event_and_no_second_try() {
    let app = spawn().await;
    let vendor = Vendor::start().await;
    let starter = app.vendor_api(&app.admin().await, "custom", &vendor.base, &["gpt-test"]).await;
    let dev = app.developer("dana", &starter).await;
    vendor.set(Mode::Reset(700));
    let answer = app.call(&dev.secret, "/v1/chat/completions", &streamed("gpt-test", false)).await.is(200);
    let events = events(&answer.text);
    let last: Value = serde_json::from_str(events.last().unwrap()).unwrap();
    assert_eq!(last["error"]["code"], "stream_interrupted", "{}", answer.text);
    assert!(!answer.text.contains("[DONE]"));
    assert_eq!(vendor.hits(), 1);
    let row = app.calls(1).await.remove(0);
    assert_eq!((row.state.as_str(), row.usage_source.as_str()), ("cut_vendor", "estimated"));
}

#[actix_web::test]
async fn f06_html_with_status_200_is_a_vendor_error() {
    let app = spawn().await;
    let vendor = Vendor::start().await;
    let starter = app.vendor_api(&app.admin().await, "custom", &vendor.base, &["gpt-test"]).await;
    let dev = app.developer("dana", &starter).await;
    vendor.set(Mode::Status(200, "content-type: text/html\r\n".into(), "<html>busy</html>".into()));
    for stream in [true, false] {
        let mut body = streamed("gpt-test", false);
        body["stream"] = json!(stream);
        let answer = app.call(&dev.secret, "/v1/chat/completions", &body).await.is(502);
        assert_eq!(answer.code(), "vendor_error", "{}", answer.text);
        assert!(!answer.text.contains("busy"));
    }
}

#[actix_web::test]
async fn a_piece_of_a_stream_does_not_wait_until_the_caller_acknowledged_the_last() {
    let app = spawn().await;
    // Four words in four milliseconds.
    let model = "demo-lorem-1000-4";
    let starter = app.demo_models(&app.admin().await, &[model]).await;
    let dev = app.developer("dana", &starter).await;
    let body = streamed(model, false).to_string();
    let call = format!(
        "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        dev.secret,
        body.len()
    );
    let mut socket = TcpStream::connect(app.base.trim_start_matches("http://")).await.unwrap();
    let mut times = Vec::new();
    // On a connection on which question and answer alternate, a kernel acknowledges 40 ms late.
    for _ in 0..21 {
        let (started, mut text) = (Instant::now(), Vec::new());
        socket.write_all(call.as_bytes()).await.unwrap();
        while !text.ends_with(b"\r\n0\r\n\r\n") {
            assert!(socket.read_buf(&mut text).await.unwrap() > 0, "the stream broke off");
        }
        times.push(started.elapsed());
    }
    times.sort_unstable();
    assert!(times[10] < Duration::from_millis(35), "{times:?}");
}
