#![expect(clippy::disallowed_methods, reason = "a vendor of the test runs beside it")]

use std::net::IpAddr;
use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::base::outgoing::HeaderText;
use crate::base::{Code, Secret};

fn call(url: String) -> Transport {
    let headers = vec![
        ("authorization", HeaderText::Secret(Secret::new("Bearer fake-vendor-key"))),
        ("content-type", HeaderText::Plain("application/json".into())),
    ];
    Transport::Http(OutgoingCall { url, headers, body: Bytes::from_static(b"{}") })
}

fn short() -> Timers {
    let short = Some(Duration::from_millis(150));
    Timers { connect: Duration::from_secs(2), first_byte: short, idle: short, total: None }
}

/// A vendor that answers one connection with these bytes and then does as told.
async fn vendor(answer: &'static [u8], then: Then) -> (String, tokio::task::JoinHandle<(String, bool)>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let served = tokio::task::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let request = read_request(&mut socket).await;
        socket.write_all(answer).await.unwrap();
        match then {
            Then::Close => {}
            Then::Reset => socket.set_zero_linger().unwrap(),
            Then::Wait => {
                let mut rest = [0; 16];
                let left = socket.read(&mut rest).await;
                return (request, matches!(left, Ok(0) | Err(_)));
            }
        }
        (request, false)
    });
    (format!("http://{address}/v1/chat/completions"), served)
}

enum Then {
    Close,
    Reset,
    Wait,
}

async fn read_request(socket: &mut TcpStream) -> String {
    let mut seen = Vec::new();
    let mut chunk = [0; 1024];
    while !seen.ends_with(b"{}") {
        let n = socket.read(&mut chunk).await.unwrap();
        if n == 0 {
            break;
        }
        seen.extend_from_slice(&chunk[..n]);
    }
    String::from_utf8(seen).unwrap()
}

async fn get(url: String, timers: &Timers) -> Result<(u16, Bytes), Fault> {
    let mut answer = Upstream::new().send(call(url), timers).await?;
    let body = answer.body.collect(1 << 16, |_| Ok(())).await?;
    Ok((answer.status, body))
}

#[actix_web::test]
async fn an_answer_comes_whole_and_only_the_described_headers_go_out() {
    let (url, served) = vendor(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello", Then::Close).await;
    let (status, body) = get(url, &Timers::whole()).await.unwrap();
    assert_eq!((status, &body[..]), (200, &b"hello"[..]));
    let (request, _) = served.await.unwrap();
    let request = request.to_lowercase();
    let names: Vec<_> =
        request.lines().skip(1).filter_map(|line| line.split_once(':')).map(|(name, _)| name).collect();
    let mut sorted = names.clone();
    sorted.sort_unstable();
    assert_eq!(
        sorted,
        ["accept", "accept-encoding", "authorization", "content-length", "content-type", "host"]
    );
    assert!(request.contains("accept-encoding: identity") && request.contains("bearer fake-vendor-key"));
}

#[actix_web::test]
async fn f01_a_refused_port_is_unreachable_and_unsent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    let fault = get(url, &Timers::whole()).await.unwrap_err();
    assert_eq!((fault.kind, fault.code()), (FaultKind::Unreachable, Code::VendorUnreachable));
    assert!(fault.is_unsent() && !fault.cause.contains("http://"), "{fault}");
}

#[actix_web::test]
async fn f03_f04_each_timer_is_named() {
    let (url, served) = vendor(b"", Then::Wait).await;
    let fault = get(url, &short()).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Timeout(Timer::FirstByte));
    assert!(served.await.unwrap().1, "the vendor sees the connection close");

    let (url, served) = vendor(b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nhel", Then::Wait).await;
    let fault = get(url, &short()).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Timeout(Timer::Idle));
    assert!(served.await.unwrap().1);

    let (url, _served) = vendor(b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nhel", Then::Wait).await;
    let total = Timers { total: Some(Duration::from_millis(150)), ..Timers::whole() };
    assert_eq!(get(url, &total).await.unwrap_err().kind, FaultKind::Timeout(Timer::Total));
}

#[actix_web::test]
async fn f05_a_reset_in_the_body_is_a_cut() {
    let (url, _served) = vendor(b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nhel", Then::Reset).await;
    let fault = get(url, &Timers::whole()).await.unwrap_err();
    assert_eq!((fault.kind, fault.is_unsent()), (FaultKind::Cut, false));
}

#[actix_web::test]
async fn f21_a_dropped_answer_closes_the_connection() {
    let (url, served) = vendor(b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nhel", Then::Wait).await;
    let mut answer = Upstream::new().send(call(url), &Timers::stream()).await.unwrap();
    assert_eq!(answer.body.next().await.unwrap().unwrap(), "hel");
    drop(answer);
    assert!(tokio::time::timeout(Duration::from_secs(1), served).await.unwrap().unwrap().1);
}

#[actix_web::test]
async fn f29_a_server_without_tls_is_a_tls_fault() {
    let (url, _served) = vendor(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", Then::Close).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let secure = format!("https://{}/", listener.local_addr().unwrap());
    let served = tokio::task::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut hello = [0; 2048];
        let n = socket.read(&mut hello).await.unwrap();
        socket.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
        hello[..n].windows(8).any(|part| part == b"fake-ven")
    });
    let fault = get(secure, &Timers::whole()).await.unwrap_err();
    assert_eq!(fault.code(), Code::VendorTls, "{fault}");
    assert!(!served.await.unwrap(), "no byte of the secret was sent");
    drop(url);
}

#[actix_web::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let (url, _served) = vendor(
        b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:9/\r\ncontent-length: 0\r\n\r\n",
        Then::Close,
    )
    .await;
    assert_eq!(get(url, &Timers::whole()).await.unwrap().0, 302);
}

#[actix_web::test]
async fn what_the_vendor_asks_to_wait_is_read() {
    let heads: [(&'static [u8], u64); 3] = [
        (b"HTTP/1.1 429 No\r\nretry-after: 30\r\ncontent-length: 0\r\n\r\n", 30_000),
        (b"HTTP/1.1 429 No\r\nretry-after-ms: 1500\r\nretry-after: 2\r\ncontent-length: 0\r\n\r\n", 1_500),
        (
            b"HTTP/1.1 429 No\r\ndate: Tue, 24 Nov 2026 21:00:00 GMT\r\nretry-after: Tue, 24 Nov 2026 21:01:00 GMT\r\n\
              content-length: 0\r\n\r\n",
            60_000,
        ),
    ];
    for (head, wait) in heads {
        let (url, _served) = vendor(head, Then::Close).await;
        let answer = Upstream::new().send(call(url), &Timers::whole()).await.unwrap();
        assert_eq!(answer.retry_after, Some(Duration::from_millis(wait)));
    }
    // A day that is far enough, whatever this machine's clock says: a day is the longest wait.
    let head = b"HTTP/1.1 429 No\r\nretry-after: Fri, 01 Jan 2100 00:00:00 GMT\r\ncontent-length: 0\r\n\r\n";
    let (url, _served) = vendor(head, Then::Close).await;
    let answer = Upstream::new().send(call(url), &Timers::whole()).await.unwrap();
    assert_eq!(answer.retry_after, Some(Duration::from_secs(86_400)));
}

#[actix_web::test]
async fn metadata_addresses_are_never_called() {
    for host in [
        "169.254.169.254",
        "0xa9fea9fe",
        "2852039166",
        "[::ffff:169.254.169.254]",
        "[fd00:ec2::254]",
        "[64:ff9b::a9fe:a9fe]",
        "[2002:a9fe:a9fe::1]",
        "100.100.100.200",
        "[fe80::1]",
        "0.0.0.0",
    ] {
        let fault = get(format!("http://{host}/latest/meta-data"), &Timers::probe()).await.unwrap_err();
        assert_eq!(fault.kind, FaultKind::Address, "{host}");
    }
    for scheme in ["ftp://127.0.0.1/", "http://user@127.0.0.1/", "nonsense"] {
        assert_eq!(get(scheme.into(), &Timers::probe()).await.unwrap_err().kind, FaultKind::Address);
    }
}

#[test]
fn private_addresses_are_for_providers_alone() {
    let refused = |reach: Reach, text: &str| reach.refuses(text.parse::<IpAddr>().unwrap()).is_some();
    for private in [
        "127.0.0.1",
        "10.1.2.3",
        "192.168.0.1",
        "100.64.0.1",
        "::1",
        "fd12::1",
        "::ffff:10.0.0.1",
        "198.18.0.1",
    ] {
        assert!(!refused(Reach::Provider, private), "{private}");
        assert!(refused(Reach::Public, private), "{private}");
    }
    assert!(!refused(Reach::Public, "1.1.1.1") && !refused(Reach::Public, "2606:4700::1111"));
}

#[actix_web::test]
async fn a_script_is_played_under_the_same_timers() {
    let script = Script {
        status: 200,
        content_type: "text/event-stream".into(),
        chunks: vec![
            (Duration::ZERO, Bytes::from_static(b"a")),
            (Duration::from_millis(5), Bytes::from_static(b"b")),
        ],
        ..Script::default()
    };
    let play = async |script: Script| -> Result<Bytes, Fault> {
        Upstream::new().send(Transport::Demo(script), &short()).await?.body.collect(10, |_| Ok(())).await
    };
    assert_eq!(play(script.clone()).await.unwrap(), "ab");
    let cut = play(Script { end: ScriptEnd::Cut, ..script.clone() }).await.unwrap_err();
    assert_eq!(cut.kind, FaultKind::Cut);
    let stalled = play(Script { end: ScriptEnd::Stall, ..script.clone() }).await.unwrap_err();
    assert_eq!(stalled.kind, FaultKind::Timeout(Timer::Idle));
    let late = play(Script { head_after: Duration::from_secs(9), ..script.clone() }).await.unwrap_err();
    assert_eq!(late.kind, FaultKind::Timeout(Timer::FirstByte));
    assert_eq!(play(Script { status: 0, ..script }).await.unwrap_err().kind, FaultKind::Unreachable);
}
