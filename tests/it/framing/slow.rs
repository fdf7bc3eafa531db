//! Clients that send a head or a body as slowly as they can.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::stage;
use crate::support::spawn_with;
use crate::support::vendor::Vendor;

#[actix_web::test]
async fn p25_slow_heads_are_gone_in_time_and_hold_nobody_up() {
    let stage = stage().await;
    let address = stage.app.base.strip_prefix("http://").unwrap();
    let mut slow = Vec::new();
    for n in 0..200 {
        let mut socket = TcpStream::connect(address).await.unwrap();
        let part: &[u8] = if n % 2 == 0 {
            b"POST /v1/chat"
        } else {
            b"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nX-Slow: "
        };
        socket.write_all(part).await.unwrap();
        slow.push(socket);
    }
    let started = Instant::now();
    stage.app.chat(&stage.dev.secret, "gpt-test").await.is(200);
    assert!(started.elapsed() < Duration::from_secs(1), "{:?} beside 200 slow heads", started.elapsed());
    for (n, socket) in slow.iter_mut().enumerate() {
        let mut text = Vec::new();
        let left = Duration::from_secs(10).saturating_sub(started.elapsed());
        let read = tokio::time::timeout(left, socket.read_to_end(&mut text)).await;
        assert!(read.is_ok(), "head {n} is still held after 10 s");
        let text = String::from_utf8_lossy(&text);
        assert!(text.is_empty() || text.starts_with("HTTP/1.1 408"), "{text}");
    }
}

#[actix_web::test]
async fn p25_a_slow_body_is_408_on_every_other_door_too() {
    let app = spawn_with(|config| config.gateway.body_seconds = 2).await;
    let admin = app.admin().await;
    let token = app.token(&admin).await;
    let origin = &app.base;
    let doors = [
        format!(
            "POST /sign-in HTTP/1.1\r\nOrigin: {origin}\r\nContent-Type: application/x-www-form-urlencoded"
        ),
        format!(
            "POST /reset HTTP/1.1\r\nOrigin: {origin}\r\nContent-Type: application/x-www-form-urlencoded"
        ),
        format!(
            "POST /api/v1/teams HTTP/1.1\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json"
        ),
    ];
    let host = app.base.strip_prefix("http://").unwrap();
    for door in doors {
        let mut socket = TcpStream::connect(host).await.unwrap();
        let head = format!("{door}\r\nHost: {host}\r\nContent-Length: 5000\r\n\r\na");
        socket.write_all(head.as_bytes()).await.unwrap();
        let mut text = Vec::new();
        let read = tokio::time::timeout(Duration::from_secs(10), socket.read_to_end(&mut text)).await;
        let text = String::from_utf8_lossy(&text);
        assert!(read.is_ok() && text.starts_with("HTTP/1.1 408"), "{door}: {text}");
    }
}

#[actix_web::test]
async fn p25_a_slow_body_is_408_and_reaches_no_vendor() {
    let app = spawn_with(|config| config.gateway.body_seconds = 2).await;
    let vendor = Vendor::start().await;
    let starter = app.vendor_api(&app.admin().await, "custom", &vendor.base, &["gpt-test"]).await;
    let dev = app.developer("dana", &starter).await;
    let address = app.base.strip_prefix("http://").unwrap();
    for drips in [false, true] {
        let mut socket = TcpStream::connect(address).await.unwrap();
        let head = format!(
            "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n{{",
            dev.secret
        );
        socket.write_all(head.as_bytes()).await.unwrap();
        let started = Instant::now();
        let (mut reading, mut writing) = socket.into_split();
        let drip = async {
            while drips && writing.write_all(b" ").await.is_ok() {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            std::future::pending::<()>().await;
        };
        let mut text = Vec::new();
        tokio::select! {
            _ = reading.read_to_end(&mut text) => {}
            () = drip => {}
            () = tokio::time::sleep(Duration::from_secs(10)) => panic!("the slow body is still read"),
        }
        let text = String::from_utf8_lossy(&text);
        assert!(
            text.starts_with("HTTP/1.1 408") && text.contains("request_timeout"),
            "drips {drips}: {text}"
        );
        assert!((2..4).contains(&started.elapsed().as_secs()), "{:?}", started.elapsed());
    }
    assert_eq!(vendor.hits(), 0);
    let rows = app.calls(2).await;
    assert!(
        rows.iter()
            .all(|row| row.code.as_deref() == Some("request_timeout") && row.key_id == Some(dev.key.id))
    );
    assert!(app.app.gateway.limits().memory().used() < 64 * 1024, "nothing stays held");
}
