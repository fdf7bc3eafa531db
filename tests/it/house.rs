//! The rules of the house: which room may use which, and which crate stays in which room. The table
//! is the one of `docs/ARCHITECTURE.md`; a new arrow is a decision, not an accident.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::templates;

/// A room and the rooms it may use. A path such as `domain::people` allows that part alone.
const ROOMS: &[(&str, &[&str])] = &[
    ("base", &[]),
    ("config", &["base"]),
    ("wire", &["base"]),
    ("store", &["config", "base"]),
    ("limits", &["config", "base"]),
    ("upstream", &["config", "base"]),
    ("vendors", &["wire", "base"]),
    ("domain", &["vendors", "store", "base"]),
    ("ledger", &["store", "config", "base"]),
    ("gateway", &["domain", "ledger", "limits", "vendors", "upstream", "wire", "store", "config", "base"]),
    ("web", &["domain", "upstream", "store", "config", "base"]),
    ("ingress", &["gateway", "wire", "web", "config", "base"]),
    ("api", &["domain", "ledger", "gateway", "vendors", "web", "store", "config", "base"]),
    ("portal", &["domain", "ledger", "gateway", "vendors", "web", "store", "config", "base"]),
    ("jobs", &["domain", "ledger", "gateway", "upstream", "store", "base"]),
];

/// A folder that alone may use more than its room: it reads the vendors' presets and prices, as data.
const EXCEPTIONS: &[(&str, &[&str])] = &[("/domain/supply/", &["vendors", "wire"])];

/// A crate and the rooms that may name it.
const CRATES: &[(&str, &[&str])] = &[
    ("actix_web", &["web", "ingress", "api", "portal"]),
    ("sea_orm", &["store", "domain", "ledger", "gateway", "base"]),
    ("reqwest", &["upstream"]),
    ("askama", &["portal"]),
    ("utoipa", &["api"]),
];

/// Every source file by its room. `app.rs`, `lib.rs`, `main.rs` and the commands may know all.
fn rooms() -> BTreeMap<String, Vec<PathBuf>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut rooms = BTreeMap::new();
    for entry in fs::read_dir(&root).unwrap().flatten().filter(|entry| entry.path().is_dir()) {
        let mut files = Vec::new();
        collect(&entry.path(), &mut files);
        rooms.insert(entry.file_name().to_string_lossy().into_owned(), files);
    }
    rooms.remove("cli");
    rooms
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            if !path.ends_with("tests") {
                collect(&path, files);
            }
        } else if path.extension().is_some_and(|kind| kind == "rs") && !path.ends_with("tests.rs") {
            files.push(path);
        }
    }
}

/// The code of a file without its comments.
fn code(file: &Path) -> String {
    let text = fs::read_to_string(file).unwrap();
    text.lines().map(|line| line.split("//").next().unwrap_or("")).collect::<Vec<_>>().join("\n")
}

#[test]
fn arrows_run_one_way() {
    let mut faults = Vec::new();
    for (room, files) in rooms() {
        let Some((_, allowed)) = ROOMS.iter().find(|(name, _)| *name == room) else {
            faults.push(format!("src/{room} has no row in the table"));
            continue;
        };
        for file in files {
            for used in code(&file).split("crate::").skip(1) {
                let used: String = used.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                let known = ROOMS.iter().any(|(name, _)| *name == used);
                let excepted = EXCEPTIONS.iter().any(|(path, more)| {
                    file.to_string_lossy().contains(path) && more.contains(&used.as_str())
                });
                if known && used != room && !excepted && !allowed.contains(&used.as_str()) {
                    faults.push(format!("{}: {room} -> {used}", file.display()));
                }
            }
        }
    }
    faults.dedup();
    assert!(faults.is_empty(), "arrows against the table:\n{}", faults.join("\n"));
}

#[test]
fn each_library_stays_in_its_rooms() {
    let mut faults = Vec::new();
    for (room, files) in rooms() {
        for file in files {
            let text = code(&file);
            for (name, homes) in CRATES {
                let named = text.contains(&format!("{name}::")) || text.contains(&format!("use {name}"));
                if named && !homes.contains(&room.as_str()) {
                    faults.push(format!("{}: {name} in {room}", file.display()));
                }
            }
        }
    }
    assert!(faults.is_empty(), "libraries outside their rooms:\n{}", faults.join("\n"));
}

#[test]
fn t11_no_process_is_started_and_nothing_is_called_safe() {
    for (room, files) in rooms() {
        for file in files {
            assert!(!code(&file).contains("Command::new"), "{} in {room} starts a process", file.display());
        }
    }
    for (file, text) in templates() {
        for banned in
            ["|safe", "| safe", " style=\"", "<style", "onclick=", "onerror=", "onload=", "javascript:"]
        {
            assert!(!text.contains(banned), "{} has {banned}", file.display());
        }
        assert!(!text.contains("<script>"), "{} has an inline script", file.display());
    }
}
