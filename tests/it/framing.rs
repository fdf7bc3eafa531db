//! Bytes on the wire that no client sends: how a request is framed, and what stands in its head. Bad
//! framing is answered by the HTTP server itself: a bare status, and the connection closes.

mod slow;

use std::io::Write;
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::support::calls::chat;
use super::support::people::Developer;
use super::support::raw::exchange;
use super::support::vendor::{Mode, Vendor};
use super::support::{TestApp, spawn, spawn_with};

const BODY: &str = r#"{"model":"gpt-test","messages":[{"role":"user","content":"hi"}]}"#;

struct Stage {
    app: TestApp,
    vendor: Vendor,
    dev: Developer,
}

async fn stage() -> Stage {
    let app = spawn().await;
    let vendor = Vendor::start().await;
    let starter = app.vendor_api(&app.admin().await, "custom", &vendor.base, &["gpt-test"]).await;
    app.widen(&starter).await;
    let dev = app.developer("dana", &starter).await;
    Stage { app, vendor, dev }
}

impl Stage {
    /// A call with these lines in its head and these bytes behind it.
    fn call(&self, version: &str, lines: &str, body: &[u8]) -> Vec<u8> {
        let head = format!(
            "POST /v1/chat/completions {version}\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n{lines}\r\n",
            self.dev.secret
        );
        [head.as_bytes(), body].concat()
    }

    /// Each of them must be answered by one of these statuses at once, and the connection must end.
    async fn all_refused(&self, statuses: &[u16], requests: Vec<(&str, Vec<u8>)>) {
        let before = self.vendor.hits();
        let mut wrong = Vec::new();
        for (name, bytes) in requests {
            let started = Instant::now();
            let (status, text) = exchange(&self.app.base, &bytes).await;
            let (taken, answers) = (started.elapsed(), text.matches("HTTP/1.").count());
            if !statuses.contains(&status)
                || taken > Duration::from_secs(2)
                || answers > 1
                || (answers == 0) != (status == 0)
            {
                wrong.push(format!(
                    "{name}: {status}, {answers} answers, {taken:?}: {}",
                    text.lines().next().unwrap_or("")
                ));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        assert_eq!(self.vendor.hits(), before, "a vendor was called");
        self.app.visitor().get("/healthz").await.is(200);
    }
}

fn chunked(body: &str) -> Vec<u8> {
    format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len()).into_bytes()
}

#[actix_web::test]
async fn b01_b02_b03_b04_a_body_has_one_plain_frame() {
    let stage = stage().await;
    let n = BODY.len();
    let with = |lines: &str| stage.call("HTTP/1.1", lines, BODY.as_bytes());
    let in_chunks = |lines: &str| stage.call("HTTP/1.1", lines, &chunked(BODY));
    let requests = vec![
        ("b01 both", in_chunks(&format!("Content-Length: {n}\r\nTransfer-Encoding: chunked\r\n"))),
        (
            "b01 both, the other order",
            in_chunks(&format!("Transfer-Encoding: chunked\r\nContent-Length: {n}\r\n")),
        ),
        ("b02 two lengths", with(&format!("Content-Length: {n}\r\nContent-Length: 5\r\n"))),
        ("b02 a list", with(&format!("Content-Length: {n}, {n}\r\n"))),
        ("b02 a sign", with(&format!("Content-Length: +{n}\r\n"))),
        ("b02 hexadecimal", with("Content-Length: 0x5\r\n")),
        ("b02 negative", with("Content-Length: -5\r\n")),
        ("b02 too large", with("Content-Length: 99999999999999999999\r\n")),
        ("b03 unknown coding", in_chunks("Transfer-Encoding: xchunked\r\n")),
        ("b03 chunked, identity", in_chunks("Transfer-Encoding: chunked, identity\r\n")),
        ("b03 gzip, chunked", in_chunks("Transfer-Encoding: gzip, chunked\r\n")),
        ("b03 chunked twice", in_chunks("Transfer-Encoding: chunked, chunked\r\n")),
        ("b03 two lines", in_chunks("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n")),
        ("b03 identity", in_chunks("Transfer-Encoding: identity\r\n")),
        ("b04 space before the colon", in_chunks("Transfer-Encoding : chunked\r\n")),
        ("b04 a vertical tab behind it", in_chunks("Transfer-Encoding: chunked\x0b\r\n")),
    ];
    stage.all_refused(&[400], requests).await;
    let (status, text) =
        exchange(&stage.app.base, &in_chunks("Transfer-Encoding: chunked\r\nConnection: close\r\n")).await;
    assert_eq!(status, 200, "the same in one plain frame: {text}");
}

#[actix_web::test]
async fn b05_a_broken_chunk_ends_the_connection() {
    let stage = stage().await;
    let lines = "Transfer-Encoding: chunked\r\n";
    let with = |body: &str| stage.call("HTTP/1.1", lines, body.as_bytes());
    let requests = vec![
        ("too large a size", with("FFFFFFFFFFFFFFFF1\r\nx\r\n0\r\n\r\n")),
        ("a negative size", with("-1\r\nx\r\n0\r\n\r\n")),
        ("no size", with("\r\nx\r\n0\r\n\r\n")),
        ("not a number", with("zz\r\nx\r\n0\r\n\r\n")),
        ("no line end behind the bytes", with(&format!("{:x}\r\n{BODY}0\r\n\r\n", BODY.len()))),
        ("a bare line feed", with(&format!("{:x}\n{BODY}\n0\n\n", BODY.len()))),
    ];
    // The head was good, so the server below ends the connection without a word.
    stage.all_refused(&[0, 400], requests).await;
    // An extension is legal; its bytes are not kept, and the call is judged by its body.
    let long = with(&format!("{:x};{}\r\n{BODY}\r\n0\r\n\r\n", BODY.len(), "e".repeat(10_000)));
    let (status, _) = exchange(&stage.app.base, &long).await;
    assert!(matches!(status, 200 | 400), "{status}");
    stage.app.visitor().get("/healthz").await.is(200);
}

#[actix_web::test]
async fn f22_a_chunked_body_that_nobody_wants_ends_its_connection() {
    let stage = stage().await;
    let in_chunks = |path: &str, lines: &str| {
        format!("POST {path} HTTP/1.1\r\nHost: x\r\n{lines}Transfer-Encoding: chunked\r\n\r\n").into_bytes()
    };
    let chunk = [b"10000\r\n".as_slice(), &[b' '; 65_536], b"\r\n"].concat();
    for (status, head) in [
        (413, stage.call("HTTP/1.1", "Transfer-Encoding: chunked\r\n", b"")),
        (401, in_chunks("/v1/chat/completions", "")),
        (404, in_chunks("/v1/nothing", "")),
        (404, in_chunks("/nothing", "")),
        (401, in_chunks("/api/v1/keys", "Content-Type: application/json\r\n")),
        (413, in_chunks("/sign-in", "Content-Type: application/x-www-form-urlencoded\r\n")),
    ] {
        let shown = String::from_utf8_lossy(&head).lines().next().unwrap().to_owned();
        let mut stream = TcpStream::connect(stage.app.base.trim_start_matches("http://")).await.unwrap();
        let (mut read, mut write) = stream.split();
        write.write_all(&head).await.unwrap();
        let mut answer = Vec::new();
        // Sends for ever: only the server can end it.
        let sending = async { while write.write_all(&chunk).await.is_ok() {} };
        let reading = async { while read.read_buf(&mut answer).await.is_ok_and(|count| count > 0) {} };
        let ended =
            tokio::time::timeout(Duration::from_secs(20), futures_util::future::join(sending, reading));
        assert!(ended.await.is_ok(), "{shown}: it was read on and on");
        let answer = String::from_utf8_lossy(&answer);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{shown}: {answer}");
    }
    stage.app.visitor().get("/healthz").await.is(200);
}

#[actix_web::test]
async fn b06_only_http_1_1_and_a_plain_1_0_are_spoken() {
    let stage = stage().await;
    let requests = vec![
        ("1.0 in chunks", stage.call("HTTP/1.0", "Transfer-Encoding: chunked\r\n", &chunked(BODY))),
        ("0.9", b"GET /healthz\r\n\r\n".to_vec()),
        ("3.0", b"GET /healthz HTTP/3.0\r\nHost: x\r\n\r\n".to_vec()),
        ("2.0 in words", b"GET /healthz HTTP/2.0\r\nHost: x\r\n\r\n".to_vec()),
        ("t37: the preface of HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec()),
    ];
    stage.all_refused(&[400, 505], requests).await;
    // What has no length ends with the connection of a client that knows no chunks.
    let body = BODY.replacen('{', r#"{"stream":true,"#, 1);
    let lines = format!("Content-Length: {}\r\n", body.len());
    let (status, text) = exchange(&stage.app.base, &stage.call("HTTP/1.0", &lines, body.as_bytes())).await;
    let (head, answer) = text.split_once("\r\n\r\n").unwrap();
    assert!(status == 200 && !head.to_lowercase().contains("chunked"), "{head}");
    assert!(answer.starts_with("data: {") && answer.ends_with("data: [DONE]\n\n"), "{answer}");
}

#[actix_web::test]
async fn b09_b10_a_head_has_bounds() {
    let stage = stage().await;
    let many: String = (0..200).map(|n| format!("X-N{n}: 1\r\n")).collect();
    let requests = vec![
        ("b09", format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "a".repeat(200 << 10)).into_bytes()),
        ("b10 many", format!("GET /healthz HTTP/1.1\r\nHost: x\r\n{many}\r\n").into_bytes()),
        (
            "b10 one",
            format!("GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: {}\r\n\r\n", "a".repeat(140 << 10))
                .into_bytes(),
        ),
    ];
    stage.all_refused(&[400, 414, 431], requests).await;
}

#[actix_web::test]
async fn b11_a_head_has_clean_lines() {
    let stage = stage().await;
    let n = BODY.len();
    let with =
        |line: &str| stage.call("HTTP/1.1", &format!("{line}Content-Length: {n}\r\n"), BODY.as_bytes());
    let requests = vec![
        ("a folded line", with("X-Fold: a\r\n b\r\n")),
        ("NUL in a value", with("X-Nul: a\0b\r\n")),
        ("DEL in a value", with("X-Del: a\x7fb\r\n")),
        ("a name with a space", with("X Name: a\r\n")),
        ("a name in brackets", with("X[1]: a\r\n")),
        ("no name", with(": a\r\n")),
        ("no colon", with("nonsense\r\n")),
        ("a bare CR in a value", with("X-Cr: a\rb\r\n")),
    ];
    stage.all_refused(&[400], requests).await;
}

#[actix_web::test]
async fn b26_b27_b28_what_is_no_key_costs_no_query() {
    use sea_orm::ConnectionTrait;
    let stage = stage().await;
    stage.app.chat(&stage.dev.secret, "gpt-test").await.is(200);
    let n = BODY.len();
    let ask = async |line: &str| {
        let head = format!(
            "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n{line}\r\nContent-Type: application/json\r\nContent-Length: {n}\r\nConnection: close\r\n\r\n{BODY}"
        );
        exchange(&stage.app.base, head.as_bytes()).await
    };
    let key = &stage.dev.secret;
    for good in [
        format!("authorization: bearer {key}"),
        format!("AUTHORIZATION: Bearer {key}"),
        format!("Authorization: BEARER {key}"),
    ] {
        assert_eq!(ask(&good).await.0, 200, "{good}");
    }
    // From here on every look at the keys fails: whoever still answers 401 has not looked.
    stage.app.db.state_writer().execute_unprepared("ALTER TABLE key_secrets RENAME TO away").await.unwrap();
    let fresh = portico::base::key_format::mint();
    let (status, text) = ask(&format!("Authorization: Bearer {}", fresh.expose())).await;
    assert_eq!(status, 503, "a well-formed key is looked up: {text}");
    assert!(text.contains("auth_unavailable"));
    let wrong_sum = format!("{}{}", &key[..55], if key.ends_with('a') { 'b' } else { 'a' });
    let bad = [
        "Authorization: Bearer".to_owned(),
        "Authorization: Bearer ".to_owned(),
        "Authorization: Basic dXNlcjpwYXNz".to_owned(),
        format!("Authorization: Bearer {key} junk"),
        format!("Authorization: Bearer {key}\t{key}"),
        format!("Authorization: {key} Bearer"),
        "Authorization: Bearer ' OR '1'='1".to_owned(),
        format!("Authorization: Bearer {}", "' UNION SELECT 1;--".repeat(430)),
        "Authorization: Bearer %".to_owned(),
        "Authorization: Bearer \u{fffd}äöü".to_owned(),
        format!("Authorization: Bearer {wrong_sum}"),
        format!("x-api-key: {wrong_sum}"),
    ];
    for line in bad {
        let (status, text) = ask(&line).await;
        assert_eq!(status, 401, "{line:.60}: {text}");
        assert!(!text.contains(key.as_str()) && !text.contains("UNION"), "{line:.60} is repeated: {text}");
    }
    stage.app.db.state_writer().execute_unprepared("ALTER TABLE away RENAME TO key_secrets").await.unwrap();
    let rows = stage.app.calls(4).await;
    for row in rows.iter().filter(|row| row.status == 401) {
        assert!(
            row.key_prefix.len() <= 12 && !row.facts.contains("UNION"),
            "{}: {}",
            row.key_prefix,
            row.facts
        );
    }
}

#[actix_web::test]
async fn b52_a_body_one_byte_over_the_cap_is_refused_before_it_is_read() {
    let app = spawn_with(|config| config.gateway.body_cap = 4_096).await;
    let starter = app.demo_api(&app.admin().await).await;
    let dev = app.developer("dana", &starter).await;
    let body = |size: usize| format!("{:<size$}", BODY.replace("gpt-test", "demo-echo"));
    let head = |key: &str, lines: &str| {
        format!(
            "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\nConnection: close\r\n{lines}\r\n"
        )
    };
    let fits = |size: usize| head(&dev.secret, &format!("Content-Length: {size}\r\n")) + &body(size);
    let chunks = |size: usize| {
        let chunks = chunked(&body(size));
        head(&dev.secret, "Transfer-Encoding: chunked\r\n") + &String::from_utf8(chunks).unwrap()
    };
    for (bytes, wanted) in
        [(fits(4_096), 200), (fits(4_097), 413), (chunks(4_096), 200), (chunks(4_097), 413)]
    {
        assert_eq!(exchange(&app.base, bytes.as_bytes()).await.0, wanted);
    }
    // Not a byte of the body is sent: the answer is there all the same.
    let expecting = "Content-Length: 9000000\r\nExpect: 100-continue\r\n";
    for (key, wanted) in [(dev.secret.as_str(), "413"), ("sk-ptc-none", "401")] {
        let (_, text) = exchange(&app.base, head(key, expecting).as_bytes()).await;
        assert!(text.contains(&format!("HTTP/1.1 {wanted} ")), "{text}");
    }
}

#[actix_web::test]
async fn b57_a_request_id_of_the_callers_is_kept_clean_and_never_ours() {
    let stage = stage().await;
    let caller = stage.app.visitor();
    let long = "i".repeat(10_000);
    let values: [&[u8]; 4] = [b"mine", long.as_bytes(), "äöü-\u{202e}".as_bytes(), b"a\tb"];
    for value in values {
        let request =
            caller.request(reqwest::Method::POST, "/v1/chat/completions").bearer_auth(&stage.dev.secret);
        let value = reqwest::header::HeaderValue::from_bytes(value).unwrap();
        let answer = caller.send(request.header("x-request-id", value).json(&chat("gpt-test"))).await.is(200);
        assert!(
            uuid::Uuid::try_parse(answer.header("x-request-id")).is_ok(),
            "{}",
            answer.header("x-request-id")
        );
    }
    let kept: Vec<_> = stage.app.calls(4).await.into_iter().map(|row| row.client_request_id).collect();
    assert_eq!(kept[0].as_deref(), Some("mine"));
    assert_eq!(kept[1].as_ref().map(String::len), Some(128));
    assert!(kept[2..].iter().flatten().all(|id| !id.chars().any(char::is_control)), "{kept:?}");
}

#[actix_web::test]
async fn b58_an_answer_is_what_its_label_says() {
    let stage = stage().await;
    let caller = stage.app.visitor();
    for (stream, coding) in [(false, "gzip"), (true, "br"), (false, "zstd"), (true, "gzip, br, zstd")] {
        let mut body = chat("gpt-test");
        body["stream"] = json!(stream);
        let ask = || {
            let request =
                caller.request(reqwest::Method::POST, "/v1/chat/completions").bearer_auth(&stage.dev.secret);
            caller.send(request.header("accept-encoding", coding).json(&body))
        };
        stage.vendor.set(Mode::Ok);
        let plain = ask().await.is(200);
        assert_eq!(plain.header("content-encoding"), "");
        assert!(plain.text.contains("vendor"), "{}", plain.text);
        // A vendor that compresses although asked for plain text is not passed on under a false label.
        let lines = format!(
            "content-type: application/json\r\ncontent-encoding: {}\r\n",
            coding.split(',').next().unwrap()
        );
        stage.vendor.set(Mode::Status(200, lines, "\u{1f}not really compressed".into()));
        assert_eq!(ask().await.is(502).code(), "vendor_error");
        assert!(stage.vendor.last().head.to_lowercase().contains("accept-encoding: identity"));
    }
}

/// An answer as a vendor behind a compressing proxy sends it.
fn packed(kind: &str, body: &str) -> Mode {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(body.as_bytes()).unwrap();
    let body = encoder.finish().unwrap();
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    Mode::Raw([head.into_bytes(), body].concat())
}

#[actix_web::test]
async fn b58_what_a_vendor_packed_unasked_is_unpacked_whole_and_streamed() {
    let stage = stage().await;
    let whole = json!({ "id": "x", "object": "chat.completion", "created": 1, "model": "m", "choices": [{ "index": 0,
        "finish_reason": "stop", "message": { "role": "assistant", "content": "unpacked text" } }],
        "usage": { "prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3 } });
    stage.vendor.set(packed("application/json", &whole.to_string()));
    let answer = stage.app.chat(&stage.dev.secret, "gpt-test").await.is(200);
    assert!(answer.text.contains("unpacked text"), "{}", answer.text);
    assert_eq!(answer.header("content-encoding"), "");
    let chunk = |delta: serde_json::Value, finish: serde_json::Value| {
        let chunk = json!({ "id": "x", "object": "chat.completion.chunk", "created": 1, "model": "m",
            "choices": [{ "index": 0, "delta": delta, "finish_reason": finish }] });
        format!("data: {chunk}\n\n")
    };
    let said = chunk(json!({ "role": "assistant", "content": "unpacked text" }), json!(null));
    let events = format!("{said}{}data: [DONE]\n\n", chunk(json!({}), json!("stop")));
    stage.vendor.set(packed("text/event-stream", &events));
    let mut body = chat("gpt-test");
    body["stream"] = json!(true);
    let answer = stage.app.call(&stage.dev.secret, "/v1/chat/completions", &body).await.is(200);
    assert!(answer.text.contains("unpacked text") && answer.text.contains("[DONE]"), "{}", answer.text);
    // A small answer that grows over what an answer may have is refused, and not held.
    stage.vendor.set(packed("application/json", &" ".repeat(70 << 20)));
    assert_eq!(stage.app.chat(&stage.dev.secret, "gpt-test").await.is(502).code(), "vendor_error");
}

#[actix_web::test]
async fn b59_no_upgrade_makes_a_tunnel() {
    let stage = stage().await;
    let n = BODY.len();
    let second = "GET /v1/models HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    for protocol in ["websocket", "h2c", "TLS/1.0"] {
        let lines = format!(
            "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: {protocol}\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\nContent-Length: {n}\r\n"
        );
        let first = stage.call("HTTP/1.1", &lines, BODY.as_bytes());
        let (status, text) = exchange(&stage.app.base, &[&first, second.as_bytes()].concat()).await;
        assert_ne!(status, 101, "{protocol}");
        assert_eq!(status, if protocol == "websocket" { 400 } else { 200 }, "{protocol}: {text}");
        assert!(!text.contains("HTTP/1.1 101"), "{protocol}");
        // Where the connection goes on, the second request is judged alone: it has no key.
        if text.matches("HTTP/1.1 ").count() == 2 {
            assert!(text.contains("HTTP/1.1 401") && text.contains("auth_missing"), "{protocol}: {text}");
        }
    }
    assert!(stage.vendor.hits() <= 3);
}

#[actix_web::test]
async fn p22_mutated_requests_bring_no_5xx_and_end_no_worker() {
    let stage = stage().await;
    let good = stage.call(
        "HTTP/1.1",
        &format!("Content-Length: {}\r\nConnection: close\r\n", BODY.len()),
        BODY.as_bytes(),
    );
    // A seed of its own, so that a failure can be had again.
    let mut state: u64 = 0x5eed;
    let mut dice = move |sides: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % sides
    };
    let body_at = good.len() - BODY.len();
    let mut statuses = std::collections::BTreeMap::<u16, usize>::new();
    for round in 0..600 {
        let mut bytes = good.clone();
        for _ in 0..=dice(3) {
            // Two of three changes hit the body, whose length stays.
            let at = if dice(3) == 0 { dice(body_at) } else { body_at + dice(BODY.len()) };
            bytes[at] = match dice(4) {
                0 => dice(256) as u8,
                1 => b"\0\r\n\t \"{}[]\\,:%"[dice(14)],
                2 => bytes[dice(good.len())],
                _ => bytes[at] ^ (1 << dice(8)),
            };
        }
        let exchanged =
            tokio::time::timeout(Duration::from_millis(400), exchange(&stage.app.base, &bytes)).await;
        // A head that now asks for more bytes waits for them: that is no answer yet.
        let Ok((status, text)) = exchanged else { continue };
        assert!(status < 500, "round {round}: {status}: {text}\n{}", String::from_utf8_lossy(&bytes));
        *statuses.entry(status).or_default() += 1;
    }
    assert!(statuses.get(&400).is_some_and(|n| *n > 50) && statuses.len() > 3, "{statuses:?}");
    stage.app.chat(&stage.dev.secret, "gpt-test").await.is(200);
    assert_eq!(stage.app.app.gateway.limits().memory().used() / (64 * 1024), 0, "nothing stays held");
}
