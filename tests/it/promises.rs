//! Each promise has a test whose name starts with its id. `docs/promises.md` lists them; it is printed
//! from the names, so a test that is gone is missed here.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// What is promised: id, in a few words.
const PROMISES: &[(&str, &str)] = &[
    ("p01", "a revoked, expired or blocked key stops within a second and never comes back"),
    ("p02", "no cache is older than the last acknowledged write"),
    ("p03", "calls side by side never overspend a budget"),
    ("p04", "every vendor call has a row"),
    ("p05", "a crash loses no accounting"),
    ("p06", "known keys go on while the database is away; unknown ones are told 503, not 401"),
    ("p09", "what there is no memory for is refused at once, before memory runs out"),
    ("p10", "a stop is graceful and bounded"),
    ("p11", "a caller who leaves closes the vendor within a second and pays for what was used"),
    ("p13", "second tries never amplify a failure"),
    ("p14", "a key is recognised and checked offline"),
    ("p15", "a key is shown once and stored as a digest"),
    ("p16", "a rotation overlaps for the chosen time"),
    ("p17", "vendor secrets are sealed to their row and their address"),
    ("p18", "secrets and prompts are in no log, file or page"),
    ("p19", "what cannot be audited does not happen"),
    ("p20", "the time of an answer tells nothing"),
    ("p21", "password hashing holds no call up"),
    ("p22", "no input ends the process or is answered with a 5xx"),
    ("p25", "slow clients hold no place"),
    ("p26", "a wrong setting is named and keeps the server from starting"),
    ("p28", "an older schema is carried over, a newer one is refused"),
    ("p29", "errors are honest and uniform"),
    ("p30", "no sixty seconds hold more than a limit a minute"),
    ("p31", "nobody sees what belongs to others"),
    ("p33", "a bug is a 500 and the process lives"),
    ("b01", "both Content-Length and chunks"),
    ("b02", "two lengths, or one that is no number"),
    ("b03", "unknown or repeated transfer codings"),
    ("b04", "odd spelling of Transfer-Encoding"),
    ("b05", "broken chunks"),
    ("b06", "other versions of HTTP"),
    ("b07", "no Host, two Hosts"),
    ("b08", "a Host that is no name"),
    ("b09", "a request line of 200 KiB"),
    ("b10", "too many header fields, or one too large"),
    ("b11", "unclean header lines"),
    ("b12", "odd methods"),
    ("b13", "a body that is no object"),
    ("b14", "broken JSON"),
    ("b15", "deep nesting, many names"),
    ("b16", "a field twice"),
    ("b17", "model names of any kind"),
    ("b18", "token limits out of range"),
    ("b19", "messages of unknown shape"),
    ("b20", "counts over their caps"),
    ("b21", "not UTF-8"),
    ("b22", "NUL and lone surrogates"),
    ("b23", "a stream asked for by a string"),
    ("b24", "fields that would choose where a call goes"),
    ("b25", "no key"),
    ("b26", "a header that holds no bearer key"),
    ("b27", "SQL, wildcards, bytes as a key: no query is made"),
    ("b28", "a wrong checksum: no query is made"),
    ("b29", "an unknown key that is made a moment later"),
    ("b30", "each cause has its own code"),
    ("b31", "a key in the address"),
    ("b32", "two Authorization headers"),
    ("b33", "a cookie at the API, a key at the management API"),
    ("b34", "a playground token that is forged, changed or late"),
    ("b35", "a write without its token or from elsewhere"),
    ("b36", "an unknown address and a wrong password are told the same, in the same time"),
    ("b37", "guessing is slowed down; a forwarded header does not help"),
    ("b38", "sign-up and reset say the same to everybody"),
    ("b39", "fields nobody asked for"),
    ("b40", "passwords too short, too common, too long"),
    ("b41", "`next` leads nowhere else"),
    ("b42", "names with markup in them"),
    ("b43", "a reset link twice, late, with another Host"),
    ("b44", "a decision by the wrong person, twice, or too late"),
    ("b45", "ids of other people"),
    ("b46", "ids that are none"),
    ("b47", "parameters of lists"),
    ("b48", "long searches and wildcards"),
    ("b49", "other spellings of a guarded path"),
    ("b52", "a body one byte too long"),
    ("b54", "a body that is packed"),
    ("b55", "a Connection header that names others"),
    ("b56", "credentials of the caller beside a key"),
    ("b57", "odd request ids"),
    ("b58", "codings asked for and sent"),
    ("b59", "upgrades"),
    ("b60", "headers that claim an identity"),
    ("f01", "a vendor refuses connections"),
    ("f02", "a vendor swallows connections"),
    ("f03", "a vendor does not begin"),
    ("f04", "a vendor stops in the middle of a stream"),
    ("f05", "a vendor resets in the middle"),
    ("f06", "a vendor's stream is malformed"),
    ("f07", "a storm of 429"),
    ("f08", "5xx half the time"),
    ("f09", "the database is gone"),
    ("f12", "another process holds the SQLite files"),
    ("f13", "the disk is full"),
    ("f17", "SIGKILL under load"),
    ("f18", "SIGTERM with open streams"),
    ("f19", "a second SIGTERM, then SIGKILL"),
    ("f21", "a caller leaves: waiting, in the middle, while sending"),
    ("f22", "a body without end"),
    ("f26", "a cold cache: many who ask for one key cause one read"),
    ("f27", "memory runs short"),
    ("f28", "the power goes: torn and lost pages of the journal"),
    ("f29", "a vendor with a bad certificate"),
    ("f30", "a panic in a handler"),
];

/// What `scripts/deep` shows in its long form, by the part's name.
const DEEP: &[(&str, &[&str])] = &[
    ("kills", &["p04", "p05", "f17"]),
    ("kills_postgres", &["p04", "p05", "f17"]),
    ("outage", &["p06", "f09"]),
    ("timers", &["f02", "f03", "f04"]),
    ("stop", &["p10", "f18"]),
    ("slow_clients", &["p25"]),
    ("storm", &["p01"]),
    ("sign_in", &["p20", "p21", "b36"]),
];

const WEAKER: &str = "\
- B11: a line feed without its carriage return ends a header line for the HTTP server below, which is as good as the
  clean form and smuggles nothing; folded lines, NUL, DEL and odd names are refused.
- B5: when a chunk is broken the HTTP server below ends the connection without a word; nothing reaches a vendor.
  A chunk's extension of any length is read over, and a tab around `chunked` is let through (B4).
- B52: the HTTP server below says `100 Continue` before the head is judged; the refusal follows at once, and no more than
  64 KiB of such a body are read.
- P6: the suite compares the quicker nine tenths of calls, `scripts/deep` the p99; the fourteen minutes pass on the
  tests' clock in the suite, in real time in `scripts/deep`.
- P9: memory for bodies and answers is bounded; four times the load that can be served is not tried.
- P10: the suite allows a quarter of a second until the server is not ready, as other tests run beside it.
- P17: one key file seals all secrets; there is no exchange of it while the server runs.
- P26: settings are read at start alone, so none can go wrong later.
- P28: of older schemas the sums of calls are tried; for a kill during a migration a failure in its midst stands.
- P30: each process counts for itself: two of them admit twice a limit.
- P21: on two cores a flood of sign-ins takes one of them, and the p99 of calls beside it is some four times the usual
  (`scripts/deep`, limit 1.5); calls and pages go on.
- P20: the suite compares times coarsely, as other tests run beside it; the 2 ms are judged by `scripts/deep`.
- P25: the HTTP server below times the first head of a connection. A head that stops half-way on a connection that
  served a request before holds its socket, and nothing else, until the caller ends it; there is no cap of
  connections by address. A reverse proxy in front closes both.
- F26: one key is asked for by two hundred; thousands of cold keys at once are not tried.
- F28: shown of the journal; what SQLite and PostgreSQL do for their own files is taken as they say it.
- F9: the server that stops is PostgreSQL; with SQLite there is none, and tables that are gone stand for it.
- F3: the whole answer's own limit of ten minutes is not waited for; a shorter one is set on the target.
";

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            found.push(path);
        }
    }
}

/// The ids a name starts with: `b13_to_b24_…` stands for all of them.
fn ids(name: &str) -> Vec<String> {
    let number = |word: &str| word.get(1..).and_then(|rest| rest.parse::<u8>().ok());
    let is_id = |word: &str| {
        word.len() == 3 && word.starts_with(|c: char| c.is_ascii_lowercase()) && number(word).is_some()
    };
    let mut found: Vec<String> = Vec::new();
    let mut range = false;
    for word in name.split('_') {
        match word {
            "to" if !found.is_empty() => range = true,
            id if is_id(id) => {
                if let Some(first) = found.last().filter(|_| range).cloned() {
                    let between = number(&first).unwrap() + 1..number(id).unwrap();
                    found.extend(between.map(|n| format!("{}{n:02}", &id[..1])));
                }
                range = false;
                found.push(id.to_owned());
            }
            _ => break,
        }
    }
    found
}

/// Every test by the ids in its name, as `module::name`.
fn tests() -> BTreeMap<String, BTreeSet<String>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut all = Vec::new();
    files(&root.join("tests/it"), &mut all);
    files(&root.join("src"), &mut all);
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for path in all {
        let module = path.strip_prefix(root).unwrap().with_extension("");
        let module: Vec<_> = module
            .iter()
            .map(|part| part.to_string_lossy())
            .filter(|part| !matches!(&**part, "src" | "tests" | "mod"))
            .collect();
        let text = std::fs::read_to_string(&path).unwrap();
        let mut is_test = false;
        for line in text.lines().map(str::trim) {
            let name = line
                .trim_start_matches("async ")
                .strip_prefix("fn ")
                .and_then(|rest| rest.split(['(', '<']).next());
            if let Some(name) = name.filter(|_| is_test) {
                for id in ids(name) {
                    found.entry(id).or_default().insert(format!("{}::{name}", module.join("::")));
                }
            }
            is_test = line == "#[test]"
                || line == "#[actix_web::test]"
                || (is_test && (line.starts_with("#[") || line.starts_with("//")));
        }
    }
    found
}

fn page() -> String {
    let tests = tests();
    let mut page = "# Promises and their tests\n\nWhat Portico promises (P), how it takes bad input (B) and what happens when something fails (F), with the tests that \
show it. A test's name starts with the ids it shows; this page is printed from the names by \
`cargo test --test it promises::print -- --ignored`. *Deep* names the part of `scripts/deep` that shows the same in its long form; \
its last figures are in [deep-report.md](deep-report.md).\n\n| Id | Promise | Deep | Tests |\n|---|---|---|---|\n"
        .to_owned();
    for (id, promise) in PROMISES {
        let named = tests
            .get(*id)
            .into_iter()
            .flatten()
            .map(|name| format!("`{name}`"))
            .collect::<Vec<_>>()
            .join(", ");
        let deep: Vec<_> = DEEP.iter().filter(|(_, ids)| ids.contains(id)).map(|(part, _)| *part).collect();
        let number = id[1..].parse::<u8>().unwrap();
        writeln!(page, "| {}{number} | {promise} | {} | {named} |", id[..1].to_uppercase(), deep.join(", "))
            .unwrap();
    }
    page.push_str("\n## Weaker than promised\n\n");
    page.push_str(WEAKER);
    page
}

fn kept() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/promises.md")
}

#[test]
fn every_promise_has_a_test_of_its_name() {
    let tests = tests();
    let missing: Vec<_> = PROMISES.iter().map(|(id, _)| *id).filter(|id| !tests.contains_key(*id)).collect();
    assert!(missing.is_empty(), "no test is named after {missing:?}");
    let of_ours = |id: &&String| id.starts_with(['p', 'b', 'f']);
    let unlisted: Vec<_> =
        tests.keys().filter(of_ours).filter(|id| !PROMISES.iter().any(|(known, _)| known == id)).collect();
    assert!(unlisted.is_empty(), "tests are named after {unlisted:?}, which is not in the list");
    let script = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/deep")).unwrap();
    for (part, _) in DEEP {
        assert!(script.contains(&format!("    {part}) ")), "scripts/deep has no part {part}");
    }
}

#[test]
fn the_page_of_promises_names_tests_that_are_there() {
    let (kept, tests) = (std::fs::read_to_string(kept()).unwrap_or_default(), tests());
    let print = "to print docs/promises.md anew: cargo test --test it promises::print -- --ignored";
    let known: BTreeSet<&String> = tests.values().flatten().collect();
    for (id, promise) in PROMISES {
        let number = id[1..].parse::<u8>().unwrap();
        let start = format!("| {}{number} | {promise} |", id[..1].to_uppercase());
        let row = kept.lines().find(|line| line.starts_with(&start));
        let row = row.unwrap_or_else(|| panic!("{id} has no row; {print}"));
        let named: Vec<_> = row[start.len()..].split('`').skip(1).step_by(2).collect();
        assert!(!named.is_empty(), "{id} names no test; {print}");
        for name in named {
            assert!(known.contains(&name.to_owned()), "{id}: the test {name} is gone; {print}");
        }
    }
    assert!(kept.ends_with(WEAKER), "what is weaker is not as the code has it; {print}");
}

#[test]
#[ignore = "writes docs/promises.md"]
fn print_the_page() {
    std::fs::write(kept(), page()).unwrap();
}

#[test]
fn a_name_tells_its_ids() {
    assert_eq!(ids("b13_to_b15_bad_bodies"), ["b13", "b14", "b15"]);
    assert_eq!(ids("p05_f17_kills_under_load"), ["p05", "f17"]);
    assert!(ids("a_stream_of_b13").is_empty());
}
