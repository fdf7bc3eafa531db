//! `portico backup`: a consistent copy of everything, while the server runs.
//!
//! The journal is copied before the databases: a call that is drained in between is then in both,
//! and replay knows it by its id. The other way round it could be in neither.

use std::fs::{self, DirBuilder};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;

use sea_orm::{ConnectionTrait, DatabaseConnection};

use super::manifest::{self, Manifest};
use super::{installed, say};
use crate::base::{Clock, Code, OrCode, Result};
use crate::config::Config;
use crate::store::{Db, Dialect};

/// The parts of a data folder that are plain files.
pub const JOURNAL: &str = "journal";
pub const KEY_FILE: &str = "secrets.key";
pub const SETTINGS: &str = "portico.toml";
pub const DATABASES: [&str; 2] = ["calls.db", "portico.db"];
/// Where `install.sh` keeps the backups that it makes before an upgrade.
const UPGRADES: &str = "backups";
pub const DUMP: &str = "portico.pgdump";

pub async fn run(config: &Config, settings: Option<PathBuf>, folder: &Path) -> Result<()> {
    installed(config)?;
    outside(&config.data.dir, folder)?;
    let made = make_empty(folder)?;
    fill(config, settings, folder).await.inspect_err(|_| clear(folder, &made))
}

async fn fill(config: &Config, settings: Option<PathBuf>, folder: &Path) -> Result<()> {
    let clock = Clock::default();
    let made_at = clock.now().rfc3339();
    let db = Db::open(config, clock).await?;
    copy_folder(&config.data.dir.join(JOURNAL), &folder.join(JOURNAL))?;
    let store = match (db.dialect(), config.database.url.as_deref()) {
        (Dialect::Postgres, Some(url)) => dump(url, &folder.join(DUMP)).map(|()| "postgres")?,
        _ => {
            copy_database(db.calls(), &folder.join("calls.db")).await?;
            copy_database(db.read(), &folder.join("portico.db")).await?;
            "sqlite"
        }
    };
    copy(&config.data.dir.join(KEY_FILE), &folder.join(KEY_FILE))?;
    if let Some(path) = settings.filter(|path| path.is_file()) {
        copy(&path, &folder.join(SETTINGS))?;
    }
    let version = env!("CARGO_PKG_VERSION").to_owned();
    let manifest = Manifest { version, made_at, store: store.to_owned(), files: Vec::new() };
    let count = manifest.write(folder)?;
    say(format_args!(
        "{count} files are in {}. They hold secrets: keep them as you keep the key file.",
        folder.display()
    ))
}

/// A copy among the data is lost with it, and may lie where a restore puts things. `backups` alone is kept
/// free for it: upgrades leave their short way back there. A folder that is not made yet lies where the
/// nearest one above it does.
fn outside(data: &Path, folder: &Path) -> Result<()> {
    let data = data.canonicalize().or_code(Code::Internal)?;
    let folder = std::path::absolute(folder).or_code(Code::Internal)?;
    let place = folder.ancestors().find_map(|above| {
        let rest = folder.strip_prefix(above).ok()?;
        above.canonicalize().ok().map(|above| above.join(rest))
    });
    match place {
        Some(place) if place.starts_with(&data) && !place.starts_with(data.join(UPGRADES)) => {
            let sentence = format!("Choose a folder outside the data folder {}.", data.display());
            Err(Code::Conflict.saying(sentence))
        }
        _ => Ok(()),
    }
}

/// SQLite's own call: one consistent state, writers go on meanwhile.
async fn copy_database(on: &DatabaseConnection, to: &Path) -> Result<()> {
    let path = to.to_string_lossy().replace('\'', "''");
    on.execute_unprepared(&format!("VACUUM INTO '{path}'")).await?;
    private(to)
}

/// PostgreSQL's own tool, where it is installed. The password travels in its environment.
fn dump(url: &str, to: &Path) -> Result<()> {
    let (address, password) = apart(url)?;
    let mut command = Command::new("pg_dump");
    command.arg("--format=custom").arg("--no-owner").arg("--file").arg(to).arg("--dbname").arg(&address);
    run_tool(command.env("PGPASSWORD", password), "pg_dump", &address)?;
    private(to)
}

pub fn run_tool(command: &mut Command, name: &str, address: &str) -> Result<()> {
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(Code::Internal.saying(format!("{name} failed ({status}); see its message above."))),
        Err(cause) => Err(Code::Internal
            .saying(format!(
                "{name} is not installed here. Run it where it is, on {address}, and keep the key file with its \
                 output; docs/backup.md shows the commands."
            ))
            .caused_by(cause)),
    }
}

/// The address without its password, and the password.
pub fn apart(url: &str) -> Result<(String, String)> {
    let mut address = url::Url::parse(url).or_code(Code::FieldInvalid)?;
    let password = address.password().unwrap_or_default().to_owned();
    let password = percent_encoding::percent_decode_str(&password).decode_utf8_lossy().into_owned();
    let _ = address.set_password(None);
    Ok((address.into(), password))
}

/// Gives the folders that had to be made, the innermost first.
fn make_empty(folder: &Path) -> Result<Vec<PathBuf>> {
    let full = folder.read_dir().is_ok_and(|mut entries| entries.next().is_some());
    if full {
        let sentence = format!("{} is not empty; name a folder that is not there yet.", folder.display());
        return Err(Code::Conflict.saying(sentence));
    }
    let missing = |above: &&Path| !above.as_os_str().is_empty() && !above.exists();
    let made = folder.ancestors().take_while(missing).map(Path::to_owned).collect();
    DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(|fault| {
        Code::Internal.saying(format!("The folder {} cannot be made: {fault}.", folder.display()))
    })?;
    Ok(made)
}

/// Takes away what a backup that failed has left, so that the next may have the same name. A folder that somebody
/// else has put something in stays.
fn clear(folder: &Path, made: &[PathBuf]) {
    let _ = fs::remove_dir_all(folder.join(JOURNAL));
    for name in DATABASES.into_iter().chain([KEY_FILE, SETTINGS, DUMP, manifest::FILE]) {
        let _ = fs::remove_file(folder.join(name));
    }
    for folder in made {
        let _ = fs::remove_dir(folder);
    }
}

/// Copies the files of a flat folder. One that is drained and deleted meanwhile is in the database.
pub fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    if !from.is_dir() {
        return Ok(());
    }
    DirBuilder::new().recursive(true).mode(0o700).create(to).or_code(Code::Internal)?;
    for entry in fs::read_dir(from).or_code(Code::Internal)? {
        let path = entry.or_code(Code::Internal)?.path();
        let Some(name) = path.file_name().filter(|_| path.is_file()) else { continue };
        match fs::copy(&path, to.join(name)) {
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => {}
            done => done.map(drop).or_code(Code::Internal)?,
        }
        private(&to.join(name))?;
    }
    Ok(())
}

pub fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::copy(from, to).map(drop).or_code(Code::Internal)?;
    private(to)
}

fn private(path: &Path) -> Result<()> {
    if !path.exists() {
        return Ok(());
    }
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).or_code(Code::Internal)
}
