//! Bytes straight onto a socket, for requests that no client would send.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Sends the bytes and reads until the server closes or five seconds have passed. Gives the status
/// of the first answer (0 when there was none) and everything read.
pub async fn exchange(base: &str, bytes: &[u8]) -> (u16, String) {
    let address = base.strip_prefix("http://").unwrap();
    let mut socket = TcpStream::connect(address).await.unwrap();
    // A server that refuses early may close before all is written.
    let _ = socket.write_all(bytes).await;
    let mut read = Vec::new();
    let _ = tokio::time::timeout(Duration::from_secs(5), socket.read_to_end(&mut read)).await;
    let text = String::from_utf8_lossy(&read).into_owned();
    let status = text.split(' ').nth(1).and_then(|word| word.parse().ok()).unwrap_or(0);
    (status, text)
}

/// The status of the answer; 0 when nobody listens or the connection broke.
pub async fn exchange_once(base: &str, bytes: &[u8]) -> u16 {
    let Ok(mut socket) = TcpStream::connect(base.strip_prefix("http://").unwrap()).await else { return 0 };
    let mut read = Vec::new();
    let _ = socket.write_all(bytes).await;
    let _ = tokio::time::timeout(Duration::from_secs(5), socket.read_to_end(&mut read)).await;
    String::from_utf8_lossy(&read).split(' ').nth(1).and_then(|word| word.parse().ok()).unwrap_or(0)
}
