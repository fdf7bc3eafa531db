//! The real binary as a process of its own, for what only a process can show: signals, a crash, a
//! disk that is full, a log.

use std::fs::File;
use std::net::TcpListener;
use std::ops::Deref;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus};
use std::time::{Duration, Instant};

use portico::base::Clock;
use portico::config::{Flags, load};
use portico::store::Db;
use tempfile::TempDir;

use super::{World, fresh_postgres};

/// How to start it.
#[derive(Clone, Default)]
pub struct Launch {
    variables: Vec<(String, String)>,
    /// Said by the shell before it becomes the server.
    before: String,
}

impl Launch {
    /// Sets an environment variable.
    pub fn set(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// A shell command to run first, such as a `ulimit`.
    pub fn first(mut self, command: &str) -> Self {
        self.before = format!("{command}; ");
        self
    }
}

pub struct Process {
    world: World,
    launch: Launch,
    child: Child,
    pub folder: TempDir,
}

impl Deref for Process {
    type Target = World;

    fn deref(&self) -> &World {
        &self.world
    }
}

impl Process {
    /// Starts a server on a data folder of its own and waits until it is ready.
    pub async fn start(launch: Launch) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let database_url = fresh_postgres().await;
        let mut launch = launch
            .set("PORTICO_SERVER_LISTEN", &address.to_string())
            .set("PORTICO_DATA_DIR", folder.path().join("data").to_str().unwrap());
        if let Some(url) = &database_url {
            launch = launch.set("PORTICO_DATABASE_URL", url);
        }
        let child = launched(&launch, &folder);
        let base = format!("http://{address}");
        ready(&base, &folder).await;
        let data_dir = Some(folder.path().join("data"));
        let flags = Flags { listen: Some(address), data_dir, database_url, ..Flags::default() };
        let db = Db::open(&load(&flags).unwrap(), Clock::default()).await.unwrap();
        Self { world: World { base, db }, launch, child, folder }
    }

    /// Starts it again, after it ended, on the same data and the same port.
    pub async fn again(&mut self) -> Duration {
        let begin = Instant::now();
        self.child = launched(&self.launch, &self.folder);
        ready(&self.world.base, &self.folder).await;
        begin.elapsed()
    }

    /// Sends a signal: `TERM`, `KILL` …
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").arg(format!("-{name}")).arg(self.child.id().to_string()).status();
        assert!(sent.unwrap().success(), "the process is gone");
    }

    /// Lets no file of the running process grow beyond so many bytes: to it the disk is full. `None`
    /// makes room again. Needs a launch that ignores the signal: `trap '' XFSZ`.
    pub fn disk(&self, bytes: Option<u64>) {
        let most = bytes.map_or("unlimited".to_owned(), |bytes| bytes.to_string());
        let mut prlimit = Command::new("prlimit");
        prlimit.arg("--pid").arg(self.child.id().to_string()).arg(format!("--fsize={most}:unlimited"));
        assert!(prlimit.status().unwrap().success());
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub fn is_alive(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Waits until it has ended.
    pub async fn ended(&mut self, within: Duration) -> ExitStatus {
        let started = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(started.elapsed() < within, "it still runs after {within:?}: {}", self.log());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Everything it has said so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(log_path(&self.folder)).unwrap_or_default()
    }

    /// The peak of its memory in use, in KiB.
    pub fn peak_kib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn log_path(folder: &TempDir) -> PathBuf {
    folder.path().join("log")
}

fn launched(launch: &Launch, folder: &TempDir) -> Child {
    let log = File::options().create(true).append(true).open(log_path(folder)).unwrap();
    let mut command = Command::new("sh");
    command.arg("-c").arg(format!("{}exec \"$0\" serve", launch.before)).arg(env!("CARGO_BIN_EXE_portico"));
    command.envs(launch.variables.iter().map(|(name, value)| (name, value)));
    command.stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap()
}

async fn ready(base: &str, folder: &TempDir) {
    let started = Instant::now();
    while super::raw::exchange_once(base, b"GET /readyz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        .await
        != 200
    {
        let log = || std::fs::read_to_string(log_path(folder)).unwrap_or_default();
        assert!(started.elapsed() < Duration::from_secs(30), "it does not get ready: {}", log());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
