//! `portico restore`: a backup takes the place of the data folder's contents, which are set aside.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::backup::{DATABASES, DUMP, JOURNAL, KEY_FILE, apart, copy, copy_folder, run_tool};
use super::manifest::Manifest;
use super::say;
use crate::base::{Clock, Code, OrCode, Result};
use crate::config::Config;

pub fn run(config: &Config, folder: &Path, yes: bool) -> Result<()> {
    let manifest = Manifest::read(folder)?;
    let data = &config.data.dir;
    let store = if config.database.url.is_some() { "postgres" } else { "sqlite" };
    if manifest.store != store {
        let sentence = format!("This is a backup of {}, and the settings name {store}.", manifest.store);
        return Err(Code::Conflict.saying(sentence));
    }
    match store {
        "sqlite" => manifest.holds(&[KEY_FILE, DATABASES[0], DATABASES[1]])?,
        _ => manifest.holds(&[KEY_FILE, DUMP])?,
    }
    if is_served(data) {
        let sentence = format!("Portico is running on {}. Stop it first.", data.display());
        return Err(Code::Conflict.saying(sentence));
    }
    if !yes {
        return Err(Code::FieldInvalid.saying(format!(
            "This puts the state of {} in place of what {} holds. Say --yes to do it.",
            manifest.made_at,
            data.display()
        )));
    }
    let aside = set_aside(data)?;
    let before = match aside {
        Some(aside) => format!(" What was there before is in {}.", aside.display()),
        None => String::new(),
    };
    put_back(config, folder).map_err(|fault| {
        let told = fault.message().to_owned();
        fault.saying(format!("{told}{before}"))
    })?;
    say(format_args!("The state of {} is back.{before}", manifest.made_at))
}

fn put_back(config: &Config, folder: &Path) -> Result<()> {
    let data = &config.data.dir;
    copy_folder(&folder.join(JOURNAL), &data.join(JOURNAL))?;
    copy(&folder.join(KEY_FILE), &data.join(KEY_FILE))?;
    match config.database.url.as_deref() {
        Some(url) => load(url, &folder.join(DUMP)),
        None => DATABASES.iter().try_for_each(|name| copy(&folder.join(name), &data.join(name))),
    }
}

fn load(url: &str, from: &Path) -> Result<()> {
    let (address, password) = apart(url)?;
    let mut command = Command::new("pg_restore");
    command
        .args(["--clean", "--if-exists", "--no-owner", "--single-transaction", "--dbname", &address])
        .arg(from);
    run_tool(command.env("PGPASSWORD", password), "pg_restore", &address)
}

/// Moves the files that a restore replaces into a folder of their own; none is left where there were none.
fn set_aside(data: &Path) -> Result<Option<PathBuf>> {
    DirBuilder::new().recursive(true).mode(0o700).create(data).map_err(|fault| {
        Code::Internal.saying(format!("The data folder {} cannot be made: {fault}.", data.display()))
    })?;
    let stamp = Clock::default().now().rfc3339().replace(['-', ':'], "");
    let aside = fresh_folder(&data.join(format!("before-restore-{stamp}")))?;
    let with_logs = |name: &str| [name.to_owned(), format!("{name}-wal"), format!("{name}-shm")];
    let databases = DATABASES.into_iter().flat_map(with_logs);
    for name in databases.chain([JOURNAL.to_owned(), KEY_FILE.to_owned()]) {
        if data.join(&name).exists() {
            fs::rename(data.join(&name), aside.join(&name)).or_code(Code::Internal)?;
        }
    }
    // A folder that holds something stays.
    Ok(fs::remove_dir(&aside).is_err().then_some(aside))
}

/// Makes a folder of that name; with a number behind it where there is one already.
fn fresh_folder(wanted: &Path) -> Result<PathBuf> {
    let mut folder = wanted.to_path_buf();
    for number in 2..100 {
        match DirBuilder::new().mode(0o700).create(&folder) {
            Err(fault) if fault.kind() == io::ErrorKind::AlreadyExists => {
                folder
                    .set_file_name(format!("{}-{number}", wanted.file_name().unwrap_or_default().display()));
            }
            done => return done.map(|()| folder).or_code(Code::Internal),
        }
    }
    Err(Code::Internal.saying(format!("{} and many like it are there already.", wanted.display())))
}

/// True while a server holds the journal of this data folder.
fn is_served(data: &Path) -> bool {
    fs::File::open(data.join(JOURNAL).join("lock")).is_ok_and(|lock| lock.try_lock().is_err())
}
