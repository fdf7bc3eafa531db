//! The pages printed from code are those in the repository.

use portico::cli::printed;

fn same(name: &str, printed: &str) {
    let path = format!("{}/docs/{name}.md", env!("CARGO_MANIFEST_DIR"));
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept.trim_end() == printed.trim_end(),
        "docs/{name}.md is not what the code prints; run: cargo run -- docs {name} > docs/{name}.md"
    );
}

#[test]
fn the_page_of_settings_is_the_printed_one() {
    same("configuration", &printed::configuration());
}

#[test]
fn the_page_of_errors_is_the_printed_one() {
    same("errors", &printed::errors());
}
