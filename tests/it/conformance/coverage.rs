//! What of the wire documents has a test, where they are there to be read: each recorded file, each feature
//! the recordings show, each row of the mapping to Messages, each quirk of the compatible vendors. What is
//! new in one of them fails here until a test, or a reason, names it.

mod features;
mod mapping;
mod quirks;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use portico::wire::Quirks;

use super::exchange::{all, recorded, shared};
use features::{FEATURES, LATER_APIS, LATER_INDEXES};
use mapping::ROWS;
use quirks::{LATER_QUIRKS, NOT_WIRE, READ};

fn home() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Names of all tests of the wire, its neighbors here among them.
fn tests() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut folders = vec![home().join("src/wire"), home().join("tests/it/conformance")];
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            let after = text.split("#[test]").skip(1).filter_map(|rest| rest.split_once("fn "));
            names.extend(after.filter_map(|(_, rest)| Some(rest.split_once('(')?.0.to_owned())));
        }
    }
    names
}

fn document(name: &str) -> Option<String> {
    std::fs::read_to_string(shared(home()).join("wire").join(name)).ok()
}

#[test]
fn every_test_that_is_named_here_exists() {
    let tests = tests();
    let rows = ROWS.iter().flat_map(|(_, rows)| rows.iter().map(|(_, test)| *test));
    let others = FEATURES.iter().chain(READ).map(|(test, _)| *test);
    let missing: Vec<&str> = rows.chain(others).filter(|test| !tests.contains(*test)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_row_of_the_mapping_has_a_test() {
    let Some(text) = document("anthropic.md") else { return };
    for (section, rows) in ROWS {
        let (_, rest) = text.split_once(&format!("\n{section} ")).expect(section);
        let rest = rest.split("\n## ").next().unwrap();
        let lines = rest.lines().filter_map(|line| line.strip_prefix("| "));
        let firsts: BTreeSet<&str> =
            lines.skip(1).filter_map(|line| Some(line.split_once(" | ")?.0)).collect();
        let named: BTreeSet<&str> = rows.iter().map(|(row, _)| *row).collect();
        assert_eq!(firsts, named, "{section} of anthropic.md");
    }
}

#[test]
fn every_quirk_acts_is_read_or_has_a_reason() {
    let Some(text) = document("compatible-vendors.json") else { return };
    let vendors: serde_json::Value = serde_json::from_str(&text).unwrap();
    let flags: Vec<&String> = vendors["quirk_flags"].as_object().unwrap().keys().collect();
    assert!(flags.len() > 100);
    for flag in flags {
        let acts = Quirks::of([flag.as_str()]) != Quirks::default();
        let read = READ.iter().flat_map(|(_, flags)| flags.iter()).any(|known| known == flag);
        let reason = NOT_WIRE.contains(&flag.as_str()) || LATER_QUIRKS.contains(&flag.as_str());
        let ways = [acts, read, reason].into_iter().filter(|way| *way).count();
        assert_eq!(ways, 1, "{flag}: acts {acts}, read {read}, reason {reason}");
    }
}

#[test]
fn every_feature_of_a_recording_is_named() {
    let named: BTreeSet<&str> = FEATURES.iter().flat_map(|(_, features)| features.iter().copied()).collect();
    for exchange in all() {
        for feature in &exchange.features {
            assert!(named.contains(feature.as_str()), "{}: {feature}", exchange.name);
        }
    }
}

/// A file nobody reads would look like a test that passes.
#[test]
fn every_recorded_file_is_exercised_or_waits_for_its_format() {
    let root = shared(home()).join("wire/recorded");
    if !root.exists() {
        return;
    }
    let mut known: BTreeSet<PathBuf> = BTreeSet::new();
    for exchange in all() {
        let is_tested = exchange.status == 200 || exchange.status >= 400;
        assert!(is_tested, "{}: no test takes status {}", exchange.name, exchange.status);
        known.extend(exchange.paths());
    }
    for index in ["index-1.json", "index-4.json"].iter().chain(LATER_INDEXES) {
        for exchange in recorded(&root, index) {
            let later = LATER_APIS.contains(&exchange.api.as_str()) || LATER_INDEXES.contains(index);
            assert!(later || known.is_superset(&exchange.paths().into_iter().collect()), "{}", exchange.name);
            known.extend(exchange.paths());
        }
    }
    let (mut folders, mut files) = (vec![root.clone()], 0);
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            files += 1;
            let is_index = path.parent() == Some(&root);
            assert!(is_index || known.contains(&path), "{} is in no index", path.display());
        }
    }
    assert!(files > 300);
}
