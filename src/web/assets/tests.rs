use super::*;

#[test]
fn the_style_sheet_starts_with_the_order_of_layers() {
    let (_, bytes) = &ASSETS.files[css().trim_start_matches("/static/")];
    assert!(bytes.starts_with(b"@layer reset, base, parts;"));
}

#[test]
fn addresses_carry_the_hash_of_the_content() {
    let mut one = Assets::empty();
    let first = one.keep("app.css", Bytes::from_static(b"a{}"));
    let second = one.keep("app.css", Bytes::from_static(b"b{}"));
    assert_ne!(first, second);
    assert!(first.starts_with("/static/app.") && first.ends_with(".css"));
}

#[test]
fn a_squeezed_sheet_loses_comments_alone() {
    assert_eq!(squeezed("/* why */\na {\n  color: red; /* x */\n}\n"), "a {\ncolor: red;\n}\n");
}

#[test]
fn both_bundles_stay_small() {
    let size = |url: &str| ASSETS.files[url.trim_start_matches("/static/")].1.len();
    assert!(size(css()) < 48 * 1024, "style sheet: {}", size(css()));
    assert!(size(js()) < 24 * 1024, "script: {}", size(js()));
}

#[test]
fn every_script_is_short_and_uses_nothing_inline() {
    for name in Folder::iter().filter(|name| name.starts_with("js/")) {
        let file = Folder::get(&name).expect("listed a moment ago");
        let text = String::from_utf8(file.data.to_vec()).expect("scripts are UTF-8");
        assert!(text.lines().count() <= 60, "{name} has {} lines", text.lines().count());
        assert!(!text.contains("innerHTML"), "{name} writes markup");
    }
}
