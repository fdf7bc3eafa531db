//! A real server on a free port with a temporary data folder and a clock that tests move. The same
//! tests run on SQLite, and on PostgreSQL when `PORTICO_TEST_DB` names a server.

#![allow(dead_code, reason = "each test uses what it needs of the kit")]

pub mod browser;
pub mod calls;
pub mod people;
pub mod process;
pub mod raw;
pub mod relay;
pub mod vendor;

use std::net::TcpListener;
use std::ops::Deref;
use std::path::{Path, PathBuf};

use actix_web::dev::ServerHandle;
use portico::app::App;
use portico::base::Clock;
use portico::config::{Config, Flags, load};
use portico::store::{Db, Dialect};
use sea_orm::{ConnectionTrait, Database, DbBackend, Statement};
use tempfile::TempDir;

pub use browser::{Answer, Browser};

/// A server's address and its databases: people and things are made through them, whether the server
/// runs in this process or in one of its own.
pub struct World {
    /// `http://127.0.0.1:PORT`
    pub base: String,
    pub db: Db,
}

pub struct TestApp {
    world: World,
    pub app: App,
    pub clock: Clock,
    pub folder: TempDir,
    handle: ServerHandle,
}

impl Deref for TestApp {
    type Target = World;

    fn deref(&self) -> &World {
        &self.world
    }
}

/// Starts a server with the default configuration.
pub async fn spawn() -> TestApp {
    spawn_with(|_| {}).await
}

/// Starts a server with a changed configuration.
pub async fn spawn_with(change: impl FnOnce(&mut Config)) -> TestApp {
    let folder = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let flags = Flags {
        listen: Some(address),
        data_dir: Some(folder.path().join("data")),
        database_url: fresh_postgres().await,
        ..Flags::default()
    };
    let mut config = load(&flags).unwrap();
    config.server.workers = 1;
    config.server.shutdown_seconds = 1;
    change(&mut config);
    let clock = Clock::default();
    let app = App::open(config, clock.clone()).await.unwrap();
    let running = app.start(listener).unwrap();
    actix_web::rt::spawn(running.server);
    TestApp {
        world: World { base: format!("http://{address}"), db: app.db.clone() },
        app,
        clock,
        folder,
        handle: running.handle,
    }
}

impl World {
    /// A browser nobody is signed in with.
    pub fn visitor(&self) -> Browser {
        Browser::new(&self.base)
    }

    /// Asks SQLite whether its files are whole; PostgreSQL needs no asking.
    pub async fn sound(&self) {
        if self.db.dialect() != Dialect::Sqlite {
            return;
        }
        for on in [self.db.read(), self.db.calls()] {
            let row =
                on.query_one_raw(Statement::from_string(DbBackend::Sqlite, "PRAGMA integrity_check")).await;
            assert_eq!(row.unwrap().unwrap().try_get_by_index::<String>(0).unwrap(), "ok");
        }
    }
}

impl TestApp {
    pub async fn stop(&self) {
        self.handle.stop(true).await;
    }
}

/// A fresh database on the PostgreSQL server of `PORTICO_TEST_DB`.
#[expect(clippy::disallowed_methods, reason = "the one switch of the test suite")]
pub async fn fresh_postgres() -> Option<String> {
    let server = std::env::var("PORTICO_TEST_DB").ok()?;
    let name = format!("portico_test_{}", uuid::Uuid::now_v7().simple());
    let admin = Database::connect(&server).await.unwrap();
    admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await.unwrap();
    let mut url = url::Url::parse(&server).unwrap();
    url.set_path(&name);
    Some(url.to_string())
}

/// Every template with its text.
pub fn templates() -> Vec<(PathBuf, String)> {
    fn walk(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else {
                let text = std::fs::read_to_string(&path).unwrap();
                found.push((path, text));
            }
        }
    }
    let mut found = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("templates"), &mut found);
    assert!(found.len() > 50, "{} templates", found.len());
    found
}
