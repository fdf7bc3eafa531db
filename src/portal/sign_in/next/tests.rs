use super::local;

#[test]
fn b41_only_pages_of_this_site() {
    for bad in [
        "",
        "evil",
        "//evil",
        "https:evil",
        "https://evil",
        "/\\evil",
        "\\\\evil",
        "javascript:1",
        "/%2f%2fevil",
        "/%5cevil",
        "/a//b",
        "/../a",
        "/a\tb",
        "/\u{a0}",
        "/sign-in",
        "/sign-in?next=/",
        "/a#b",
    ] {
        assert_eq!(local(bad), "/", "{bad:?}");
    }
    for good in ["/", "/keys", "/calls?state=failed&after=1", "/search?q=%2Fa"] {
        assert_eq!(local(good), good);
    }
}
