//! The rules of the house: which room may use which, and which library stays in which room. The tables are
//! those of `docs/ARCHITECTURE.md`: an arrow that is not in them is a decision, not an accident, and one
//! that no file uses is a promise gone stale.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::templates;

/// What a row of a table allows: the room, and the one file where it is allowed if it is not all of them.
struct Allowed {
    room: String,
    only_in: Option<String>,
}

/// The rows of the table under this heading, in order: the names of the first cell, what the last allows.
/// "store, vendors (as data, in `supply/facts.rs` alone)" allows two rooms, one of them in one file.
fn table(heading: &str) -> Vec<(Vec<String>, Vec<Allowed>)> {
    let page = fs::read_to_string(root().join("docs/ARCHITECTURE.md")).unwrap();
    let from = page.find(heading).unwrap_or_else(|| panic!("{heading} is not in docs/ARCHITECTURE.md"));
    let rows = page[from..].lines().skip(2).take_while(|line| line.starts_with('|'));
    rows.map(|row| {
        let cells: Vec<_> = row.trim_matches('|').split('|').map(str::trim).collect();
        let names = cells[0].split(", ").map(|name| name.trim_matches('`').to_owned()).collect();
        (names, allowed(cells[cells.len() - 1]))
    })
    .collect()
}

fn allowed(cell: &str) -> Vec<Allowed> {
    let mut depth = 0;
    let items = cell.split(|c| {
        depth += i32::from(c == '(') - i32::from(c == ')');
        c == ',' && depth == 0
    });
    let items = items.map(str::trim).filter(|item| *item != "–");
    items
        .map(|item| {
            let (room, remark) = item.split_once(" (").unwrap_or((item, ""));
            let only_in = remark.split_once("in `").and_then(|(_, rest)| rest.split_once("` alone"));
            Allowed {
                room: room.trim_matches('`').to_owned(),
                only_in: only_in.map(|(file, _)| file.to_owned()),
            }
        })
        .collect()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every source file by its room, without tests. `app.rs`, `lib.rs`, `main.rs` and the commands may know all.
fn rooms() -> BTreeMap<String, Vec<PathBuf>> {
    let mut rooms = BTreeMap::new();
    for entry in fs::read_dir(root().join("src")).unwrap().flatten().filter(|entry| entry.path().is_dir()) {
        let mut files = Vec::new();
        collect(&entry.path(), &mut files);
        let tests: Vec<PathBuf> = files.iter().flat_map(|file| for_tests(file)).collect();
        files.retain(|file| {
            !tests.iter().any(|test| file.starts_with(test) || *file == test.with_extension("rs"))
        });
        rooms.insert(entry.file_name().to_string_lossy().into_owned(), files);
    }
    rooms.remove("cli");
    rooms
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            files.push(path);
        }
    }
}

/// The modules of a file that are compiled for tests alone, as paths without an ending.
fn for_tests(file: &Path) -> Vec<PathBuf> {
    let text = fs::read_to_string(file).unwrap();
    let folder =
        if file.ends_with("mod.rs") { file.parent().unwrap().into() } else { file.with_extension("") };
    let after = text.split("#[cfg(test)]").skip(1).filter_map(|rest| rest.trim_start().lines().next());
    let names = after.filter_map(|line| line.strip_suffix(';')?.split("mod ").nth(1));
    names.map(|name| folder.join(name)).collect()
}

/// The code of a file without its comments.
fn code(file: &Path) -> String {
    let text = fs::read_to_string(file).unwrap();
    text.lines().map(|line| line.split("//").next().unwrap_or("")).collect::<Vec<_>>().join("\n")
}

/// The rooms that a file uses.
fn used(file: &Path) -> BTreeSet<String> {
    let is_name = |c: &char| c.is_alphanumeric() || *c == '_';
    code(file).split("crate::").skip(1).map(|rest| rest.chars().take_while(is_name).collect()).collect()
}

/// True where the name stands as a word of its own.
fn names(text: &str, library: &str) -> bool {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(library)
        .any(|(at, _)| !text[..at].ends_with(is_name) && !text[at + library.len()..].starts_with(is_name))
}

/// Holds what files do against what a row allows, and tells what nothing does any more.
fn judge<'f>(of: &str, allowed: &[Allowed], uses: impl Iterator<Item = (String, &'f Path)>) -> Vec<String> {
    let mut stale: BTreeSet<&str> = allowed.iter().map(|allowed| allowed.room.as_str()).collect();
    let mut faults = Vec::new();
    for (used, file) in uses {
        let allows = |allowed: &&Allowed| {
            allowed.room == used
                && allowed.only_in.as_deref().is_none_or(|only| file.to_string_lossy().ends_with(only))
        };
        match allowed.iter().find(allows) {
            Some(allowed) => drop(stale.remove(allowed.room.as_str())),
            None => faults.push(format!("{}: {of} and {used}", file.display())),
        }
    }
    faults.dedup();
    faults.extend(stale.iter().map(|room| format!("{of} and {room}: no file does")));
    faults
}

#[test]
fn arrows_run_one_way_and_each_is_used() {
    let (rooms, table) = (rooms(), table("| Room |"));
    let known: Vec<&String> = table.iter().flat_map(|(names, _)| names).collect();
    let mut faults: Vec<String> = rooms
        .keys()
        .filter(|room| !known.contains(room))
        .map(|room| format!("src/{room} has no row"))
        .collect();
    let mut above: Vec<&str> = Vec::new();
    for (names, allowed) in &table {
        for name in names {
            let Some(files) = rooms.get(name) else { continue };
            for allowed in allowed.iter().filter(|allowed| !above.contains(&allowed.room.as_str())) {
                faults.push(format!("{name} and {}: not in a row above", allowed.room));
            }
            let uses =
                files.iter().flat_map(|file| used(file).into_iter().map(move |used| (used, file.as_path())));
            let uses = uses.filter(|(used, _)| used != name && rooms.contains_key(used));
            faults.extend(judge(name, allowed, uses));
        }
        above.extend(names.iter().map(String::as_str));
    }
    assert!(faults.is_empty(), "against the rooms of docs/ARCHITECTURE.md:\n{}", faults.join("\n"));
}

#[test]
fn each_library_stays_in_its_rooms_and_is_used_there() {
    let (rooms, mut faults) = (rooms(), Vec::new());
    for (libraries, allowed) in table("| Library |") {
        for library in libraries {
            let files = rooms
                .iter()
                .flat_map(|(room, files)| files.iter().map(move |file| (room.clone(), file.as_path())));
            let uses = files.filter(|(_, file)| names(&code(file), &library));
            faults.extend(judge(&library, &allowed, uses));
        }
    }
    assert!(faults.is_empty(), "against the libraries of docs/ARCHITECTURE.md:\n{}", faults.join("\n"));
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
