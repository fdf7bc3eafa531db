use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use clap::{CommandFactory, Parser};

use super::line::{Command, Line};
use super::*;
use crate::base::key_format;

fn words(line: &str) -> Vec<OsString> {
    line.split_whitespace().map(OsString::from).collect()
}

fn status(line: &str) -> ExitCode {
    run(words(line), |_| Ok(()))
}

fn settings(data: &Path) -> Config {
    let flags = Flags { data_dir: Some(data.to_owned()), ..Flags::default() };
    config::load(&flags).unwrap()
}

/// A data folder with its databases.
fn installation() -> tempfile::TempDir {
    let data = tempfile::tempdir().unwrap();
    assert_eq!(status(&format!("portico --data {} migrate", data.path().display())), ExitCode::SUCCESS);
    data
}

#[test]
fn a_command_in_a_folder_without_an_installation_makes_nothing() {
    let place = tempfile::tempdir().unwrap();
    let (data, copy) = (place.path().join("d77"), place.path().join("copy"));
    let lines = [
        "setup-link",
        "user list",
        "user add dana@example.com",
        "user role dana@example.com admin",
        "user reset-password dana@example.com",
        "sign-up",
        "sign-up off",
        "token create ci",
        "token list",
        "token revoke 0198c0de-0000-7000-8000-000000000000",
        "audit check",
        "demo-data add",
        &format!("backup {}", copy.display()),
    ];
    for url in ["", " --database-url postgres://127.0.0.1:1/none"] {
        for line in lines {
            let done = status(&format!("portico --data {}{url} {line}", data.display()));
            assert_eq!(done, ExitCode::from(FAILURE), "{line}{url}");
        }
    }
    assert_eq!(fs::read_dir(place.path()).unwrap().count(), 0, "something was made");
    let refusal = wait(setup_link::run(&settings(&data))).unwrap_err();
    assert_eq!(refusal.message(), format!("There is no installation in {}.", data.display()));
}

#[test]
fn the_command_line_is_sound() {
    Line::command().debug_assert();
}

#[test]
fn it_serves_when_no_command_is_given() {
    let line = Line::try_parse_from(words("portico --listen 127.0.0.1:9000")).unwrap();
    assert!(line.command.is_none());
    assert!(line.settings.listen.is_some());
}

#[test]
fn flags_may_stand_before_and_after_the_command() {
    for text in ["portico --data d backup there", "portico backup there --data d"] {
        let line = Line::try_parse_from(words(text)).unwrap();
        assert!(matches!(line.command, Some(Command::Backup { .. })));
        assert_eq!(line.settings.data.unwrap(), Path::new("d"));
    }
}

#[test]
fn a_name_is_no_address_to_listen_on() {
    let Err(refusal) = Line::try_parse_from(words("portico --listen localhost:8080")) else { panic!() };
    let told = refusal.to_string();
    assert!(told.contains("localhost does not work") && told.contains("127.0.0.1:8080"), "{told}");
}

#[test]
fn exit_codes_tell_usage_from_settings() {
    assert_eq!(status("portico --help"), ExitCode::SUCCESS);
    assert_eq!(status("portico --version"), ExitCode::SUCCESS);
    assert_eq!(status("portico nonsense"), ExitCode::from(USAGE));
    assert_eq!(status("portico --config /nowhere/portico.toml config check"), ExitCode::from(CONFIGURATION));
    assert_eq!(status("portico key check sk-ptc-short"), ExitCode::from(FAILURE));
}

#[test]
fn a_key_is_judged_offline() {
    let key = key_format::mint();
    assert!(key_check::verdict(key.expose()).unwrap().contains("checksum fit"));
    let short = key.expose().get(..50).unwrap();
    assert!(key_check::verdict(short).unwrap_err().message().contains("50 characters"));
    assert!(key_check::verdict("sk-ant-fake").unwrap_err().message().contains("Anthropic"));
    assert_eq!(key_check::verdict("hello").unwrap_err().code(), Code::KeyMalformed);
    assert!(key_check::verdict("ptc-adm-x").unwrap_err().message().contains("a management token"));
    assert_eq!(key_check::read(&b"\xff\xfe\x00"[..]).unwrap_err().code(), Code::KeyMalformed);
    assert_eq!(key_check::read(key.expose().as_bytes()).unwrap(), key.expose());
}

#[tokio::test]
async fn a_backup_comes_back() {
    let (data, copy) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let config = settings(data.path());
    let db = Db::open(&config, Clock::default()).await.unwrap();
    fs::create_dir(data.path().join("journal")).unwrap();
    fs::write(data.path().join("journal/1"), "records").unwrap();
    let before = fs::read(data.path().join("secrets.key")).unwrap();

    let folder = copy.path().join("one");
    backup::run(&config, None, &folder).await.unwrap();
    for name in ["portico.db", "calls.db", "secrets.key", "journal/1"] {
        let mode = fs::metadata(folder.join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    drop(db);

    fs::write(data.path().join("secrets.key"), "lost").unwrap();
    fs::remove_file(data.path().join("journal/1")).unwrap();
    assert!(restore::run(&config, &folder, false).is_err(), "it wants --yes");
    restore::run(&config, &folder, true).unwrap();
    assert_eq!(fs::read(data.path().join("secrets.key")).unwrap(), before);
    assert_eq!(fs::read(data.path().join("journal/1")).unwrap(), b"records");
    // Within one second as well: each sets aside what it found, and none another's.
    for _ in 0..3 {
        restore::run(&config, &folder, true).unwrap();
    }
    let names = fs::read_dir(data.path()).unwrap().map(|entry| entry.unwrap().file_name());
    assert_eq!(names.filter(|name| name.to_string_lossy().starts_with("before-restore-")).count(), 4);
    Db::open(&config, Clock::default()).await.unwrap();
    // On a new machine there is no data folder yet.
    let elsewhere = settings(&copy.path().join("new/place"));
    restore::run(&elsewhere, &folder, true).unwrap();
    let names = fs::read_dir(&elsewhere.data.dir).unwrap().map(|entry| entry.unwrap().file_name());
    assert!(names.into_iter().all(|name| !name.to_string_lossy().starts_with("before-restore-")));
    Db::open(&elsewhere, Clock::default()).await.unwrap();
}

#[tokio::test]
async fn a_backup_that_fails_leaves_nothing() {
    let (data, copy) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let config = settings(data.path());
    drop(Db::open(&config, Clock::default()).await.unwrap());
    fs::create_dir(data.path().join("journal")).unwrap();
    fs::write(data.path().join("journal/1"), "records").unwrap();
    // A file that cannot be read from its beginning: the settings are the last that is copied.
    let unreadable = || Some("/proc/self/mem".into());
    let there = copy.path().join("there");
    fs::create_dir(&there).unwrap();
    for folder in [copy.path().join("deep/one"), there.clone()] {
        backup::run(&config, unreadable(), &folder).await.unwrap_err();
    }
    assert_eq!(fs::read_dir(&there).unwrap().count(), 0);
    assert_eq!(fs::read_dir(copy.path()).unwrap().count(), 1, "only the folder that was there before");
    backup::run(&config, None, &there).await.unwrap();
}

/// The list of a backup without its files.
fn without_files(listed: &str) -> String {
    let mut list: serde_json::Value = serde_json::from_str(listed).unwrap();
    list["files"] = serde_json::json!([]);
    list.to_string()
}

#[tokio::test]
async fn a_damaged_backup_is_refused() {
    let (data, copy) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let config = settings(data.path());
    Db::open(&config, Clock::default()).await.unwrap();
    let folder = copy.path().join("one");
    backup::run(&config, None, &folder).await.unwrap();
    let listed = fs::read_to_string(folder.join("backup.json")).unwrap();
    let few = listed.replace("portico.db", "journal/none").replace("secrets.key", "journal/nothing");
    for (text, told) in [("{", "cannot be read"), (&*few, "missing"), ("", "cannot be read")] {
        fs::write(folder.join("backup.json"), text).unwrap();
        let refusal = restore::run(&config, &folder, true).unwrap_err();
        assert!(refusal.message().contains(told), "{refusal}");
    }
    let none = without_files(&listed);
    fs::write(folder.join("backup.json"), none).unwrap();
    let refusal = restore::run(&config, &folder, true).unwrap_err();
    assert!(refusal.message().contains("not whole"), "{refusal}");
    assert!(data.path().join("portico.db").is_file(), "what is there stays");
    fs::write(folder.join("backup.json"), listed).unwrap();
    fs::write(folder.join("calls.db"), "torn").unwrap();
    let refusal = restore::run(&config, &folder, true).unwrap_err();
    assert!(refusal.message().contains("calls.db"));
    let again = backup::run(&config, None, &folder).await.unwrap_err();
    assert!(again.message().contains("not empty"));
}

#[test]
fn a_password_does_not_reach_the_command_line() {
    let (address, password) = backup::apart("postgres://me:p%40ss@db.example/portico").unwrap();
    assert_eq!(address, "postgres://me@db.example/portico");
    assert_eq!(password, "p@ss");
}

#[test]
fn a_wrong_line_is_told_from_a_command_that_failed() {
    let (data, copy) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (there, nowhere) = (data.path().display(), copy.path().join("nowhere"));
    let backup = copy.path().join("one");
    let (one, full, none) = (backup.display(), copy.path().display(), nowhere.display());
    let empty_dir = copy.path().join("empty-dir.toml");
    fs::write(&empty_dir, "[data]\ndir = \"\"\n").unwrap();
    let empty_dir = empty_dir.display();
    let at = |words: &str| status(&format!("portico --data {there} {words}"));
    let cases: &[(String, u8)] = &[
        ("user list".into(), FAILURE),
        ("sign-up".into(), FAILURE),
        ("token create ci".into(), FAILURE),
        (format!("backup {one}"), FAILURE),
        ("migrate".into(), 0),
        ("user add dana@example.com --role admin".into(), 0),
        ("user add dana@example.com".into(), FAILURE),
        ("user add DANA@example.com --role member".into(), FAILURE),
        ("user add dana".into(), USAGE),
        ("user add omar@example.com --role king".into(), USAGE),
        ("user add omar@example.com --name \u{200b}".into(), USAGE),
        ("user role dana@example.com member".into(), FAILURE),
        ("user role omar@example.com member".into(), FAILURE),
        ("user role omar member".into(), USAGE),
        ("user reset-password omar@example.com".into(), FAILURE),
        ("user reset-password omar".into(), USAGE),
        ("user reset-password dana@example.com".into(), 0),
        ("setup-link".into(), FAILURE),
        ("sign-up".into(), 0),
        ("sign-up domain".into(), USAGE),
        ("sign-up domain --domain a_b@c".into(), USAGE),
        ("sign-up domain --domain @example.com".into(), 0),
        ("token create ci --user omar@example.com".into(), FAILURE),
        ("token create ci --user omar".into(), USAGE),
        ("token create ci --days 0".into(), USAGE),
        ("token create ci --days 3651".into(), USAGE),
        ("token create ci --days soon".into(), USAGE),
        ("token create ci --days 1".into(), 0),
        ("token create ci --write --days never".into(), 0),
        ("token create ci".into(), 0),
        ("token create ci --read-only".into(), USAGE),
        ("token revoke 1".into(), USAGE),
        ("token revoke 0198c0de-0000-7000-8000-000000000000".into(), FAILURE),
        ("token list".into(), 0),
        ("key check hello".into(), FAILURE),
        ("demo-data".into(), USAGE),
        ("migrate now".into(), USAGE),
        ("migrate".into(), 0),
        ("backup".into(), USAGE),
        (format!("backup {one}"), 0),
        (format!("backup {one}"), FAILURE),
        (format!("backup {full}"), FAILURE),
        (format!("backup {there}/copies/one"), FAILURE),
        (format!("backup {there}"), FAILURE),
        (format!("backup {there}/journal/../one"), FAILURE),
        (format!("backup {there}/backups/one"), 0),
        (format!("restore {one}"), USAGE),
        (format!("restore {none}"), FAILURE),
        (format!("restore {none} --yes"), FAILURE),
        (format!("restore {one} --yes"), 0),
        ("config check".into(), 0),
        ("config check --listen nowhere".into(), USAGE),
        ("config check --database-url mysql://db".into(), CONFIGURATION),
        (format!("config check --config {none}"), CONFIGURATION),
    ];
    for (words, expected) in cases {
        assert_eq!(at(words), ExitCode::from(*expected), "{words}");
    }
    assert_eq!(status(&format!("portico config check --config {empty_dir}")), ExitCode::from(CONFIGURATION));
}

#[test]
fn sign_up_is_set_from_the_command_line() {
    let data = installation();
    let line = |words: &str| status(&format!("portico --data {} sign-up {words}", data.path().display()));
    assert_eq!(line("domain"), ExitCode::from(USAGE), "a mode that needs domains has none");
    assert_eq!(line("--domain example.com"), ExitCode::from(USAGE));
    assert_eq!(line("open --domain example.com"), ExitCode::from(USAGE), "the domain would do nothing");
    assert_eq!(line("domain --domain example.com"), ExitCode::SUCCESS);
    let rules = wait(async {
        let db = Db::open(&settings(data.path()), Clock::default()).await?;
        crate::domain::people::sign_up::rules(&db).await
    });
    assert_eq!(rules.unwrap().domains, ["example.com"]);
}

#[test]
fn a_token_of_the_command_line_looks_for_90_days_unless_it_is_told_otherwise() {
    let data = installation();
    let line = |words: &str| status(&format!("portico --data {} {words}", data.path().display()));
    assert_eq!(line("user add dana@example.com --role admin"), ExitCode::SUCCESS);
    for words in ["token create plain", "token create open --write --days never"] {
        assert_eq!(line(words), ExitCode::SUCCESS, "{words}");
    }
    let made = wait(async {
        let db = Db::open(&settings(data.path()), Clock::default()).await?;
        let actor = crate::domain::actor::Actor::system("test");
        crate::domain::people::admin_tokens::list(&db, &actor, None, 10).await
    });
    let mut made = made.unwrap();
    made.sort_by(|one, other| one.name.cmp(&other.name));
    let life =
        |at: usize| made[at].expires_at.map(|end| end.since(made[at].created_at) / crate::base::clock::DAY);
    assert_eq!((made[0].scopes.as_str(), life(0)), ("read,write", None));
    assert_eq!(
        (made[1].scopes.as_str(), life(1).map(|days| (89..=90).contains(&days))),
        ("read", Some(true))
    );
}
