//! A scripted vendor over real HTTP: it counts what it is asked, keeps what it saw, and misbehaves
//! as told.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// How the vendor answers from now on.
#[derive(Clone, Debug)]
pub enum Mode {
    /// A proper answer, whole or streamed as asked.
    Ok,
    /// This status with these header lines and body.
    Status(u16, String, String),
    /// These bytes instead of a proper answer, then the connection ends cleanly.
    Raw(Vec<u8>),
    /// Every second request gets status 500.
    Flaky,
    /// A proper answer after this while.
    Slow(Duration),
    /// Nothing at all: the connection stays open.
    Silent,
    /// So many bytes of a proper answer, then silence.
    Stall(usize),
    /// So many bytes of a proper answer, then a reset.
    Reset(usize),
}

/// One request as the vendor saw it.
#[derive(Clone, Debug)]
pub struct Seen {
    pub path: String,
    pub head: String,
    pub body: serde_json::Value,
}

pub struct Vendor {
    /// `http://127.0.0.1:PORT/v1`
    pub base: String,
    state: Arc<State>,
}

struct State {
    mode: Mutex<Mode>,
    seen: Mutex<Vec<Seen>>,
    /// Connections that the gateway closed while an answer was still open.
    left: AtomicUsize,
}

impl Vendor {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}/v1", listener.local_addr().unwrap());
        let state =
            Arc::new(State { mode: Mutex::new(Mode::Ok), seen: Mutex::default(), left: AtomicUsize::new(0) });
        let shared = Arc::clone(&state);
        actix_web::rt::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                actix_web::rt::spawn(serve(socket, Arc::clone(&shared)));
            }
        });
        Self { base, state }
    }

    pub fn set(&self, mode: Mode) {
        *self.state.mode.lock().unwrap() = mode;
    }

    pub fn hits(&self) -> usize {
        self.state.seen.lock().unwrap().len()
    }

    /// Everything it was asked, in order.
    pub fn seen(&self) -> Vec<Seen> {
        self.state.seen.lock().unwrap().clone()
    }

    pub fn last(&self) -> Seen {
        self.state.seen.lock().unwrap().last().unwrap().clone()
    }

    /// Waits until so many open answers were closed by the gateway.
    pub async fn until_left(&self, count: usize) -> Duration {
        let started = std::time::Instant::now();
        while self.state.left.load(Ordering::SeqCst) < count {
            assert!(started.elapsed() < Duration::from_secs(10), "the vendor's connection stays open");
            tokio::task::yield_now().await;
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        started.elapsed()
    }
}

async fn serve(mut socket: TcpStream, state: Arc<State>) {
    while let Some(seen) = read(&mut socket).await {
        let streamed = seen.body["stream"] == true;
        let answer = proper(&seen, streamed);
        state.seen.lock().unwrap().push(seen);
        let mode = state.mode.lock().unwrap().clone();
        let (bytes, then) = match mode {
            Mode::Flaky if state.seen.lock().unwrap().len() % 2 == 1 => {
                let bytes = "HTTP/1.1 500 X\r\ncontent-length: 4\r\n\r\nboom";
                (bytes.as_bytes().to_vec(), None)
            }
            Mode::Ok | Mode::Flaky => (answer, None),
            Mode::Slow(wait) => {
                tokio::time::sleep(wait).await;
                (answer, None)
            }
            Mode::Status(status, lines, body) => {
                let length = body.len();
                (
                    format!("HTTP/1.1 {status} X\r\n{lines}content-length: {length}\r\n\r\n{body}")
                        .into_bytes(),
                    None,
                )
            }
            Mode::Raw(bytes) => {
                let _ = socket.write_all(&bytes).await;
                return;
            }
            Mode::Silent => (Vec::new(), Some(false)),
            Mode::Stall(count) => (answer[..count.min(answer.len())].to_vec(), Some(false)),
            Mode::Reset(count) => (answer[..count.min(answer.len())].to_vec(), Some(true)),
        };
        if socket.write_all(&bytes).await.is_err() {
            return;
        }
        match then {
            None => {}
            Some(true) => {
                // What was written has to arrive before the reset does.
                tokio::time::sleep(Duration::from_millis(20)).await;
                let _ = socket.set_zero_linger();
                return;
            }
            Some(false) => {
                let mut rest = [0; 64];
                let _ = socket.read(&mut rest).await;
                state.left.fetch_add(1, Ordering::SeqCst);
                return;
            }
        }
    }
}

async fn read(socket: &mut TcpStream) -> Option<Seen> {
    let mut bytes = Vec::new();
    let mut chunk = vec![0; 64 << 10];
    loop {
        let end = bytes.windows(4).position(|part| part == b"\r\n\r\n");
        if let Some(end) = end {
            let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
            let length = head
                .lines()
                .find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
            let length: usize = length.unwrap_or(0);
            if bytes.len() >= end + 4 + length {
                let body = serde_json::from_slice(&bytes[end + 4..]).unwrap_or_default();
                let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
                return Some(Seen { path, head, body });
            }
        }
        match socket.read(&mut chunk).await {
            Ok(0) | Err(_) => return None,
            Ok(n) => bytes.extend_from_slice(&chunk[..n]),
        }
    }
}

fn proper(seen: &Seen, streamed: bool) -> Vec<u8> {
    let model = seen.body["model"].as_str().unwrap_or_default();
    let json = |body: serde_json::Value| {
        let body = body.to_string();
        format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )
    };
    if seen.path.ends_with("/models") {
        return json(serde_json::json!({"object": "list", "data": [{"id": "small-1", "object": "model"}]}))
            .into_bytes();
    }
    if seen.path.ends_with("/embeddings") {
        return json(serde_json::json!({
            "object": "list", "model": model, "data": [{"object": "embedding", "index": 0, "embedding": [0.25, -0.5]}],
            "usage": {"prompt_tokens": 3, "total_tokens": 3},
        }))
        .into_bytes();
    }
    let usage = serde_json::json!({"prompt_tokens": 11, "completion_tokens": 4, "total_tokens": 15});
    if !streamed {
        return json(serde_json::json!({
            "id": "chatcmpl-vendor", "object": "chat.completion", "created": 1, "model": model,
            "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello from the vendor"}, "finish_reason": "stop"}],
            "usage": usage,
        }))
        .into_bytes();
    }
    let chunk = |delta: serde_json::Value, finish: Option<&str>| {
        serde_json::json!({
            "id": "chatcmpl-vendor", "object": "chat.completion.chunk", "created": 1, "model": model,
            "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
        })
    };
    let mut events = vec![chunk(serde_json::json!({"role": "assistant", "content": ""}), None)];
    for word in ["Hello", " from", " the", " vendor"] {
        events.push(chunk(serde_json::json!({"content": word}), None));
    }
    events.push(chunk(serde_json::json!({}), Some("stop")));
    if seen.body["stream_options"]["include_usage"] == true {
        let mut last = chunk(serde_json::json!({}), None);
        last["choices"] = serde_json::json!([]);
        last["usage"] = usage;
        events.push(last);
    }
    let mut text =
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n".to_owned();
    let data = events.iter().map(ToString::to_string).chain(["[DONE]".to_owned()]);
    for event in data {
        let event = format!("data: {event}\n\n");
        text.push_str(&format!("{:x}\r\n{event}\r\n", event.len()));
    }
    text.push_str("0\r\n\r\n");
    text.into_bytes()
}
