use actix_web::test::TestRequest;

use super::*;
use crate::config::{Flags, load};

#[test]
fn b08_only_plain_hosts_pass() {
    for good in ["x", "a.example:8080", "127.0.0.1:1", "[::1]:80", "[::1]"] {
        assert!(is_host(good), "{good}");
    }
    for bad in ["x/?a", "x#y", "a@b", "x:99999", "", "x:", "[::1", "[zz]", "[::1]x", "x y"] {
        assert!(!is_host(bad), "{bad}");
    }
}

#[test]
fn b07_one_host_is_needed() {
    assert!(!has_good_host(&TestRequest::default().to_http_request()));
    let two = TestRequest::default().append_header(("host", "a")).append_header(("host", "b"));
    assert!(!has_good_host(&two.to_http_request()));
}

#[test]
fn b37_forwarded_addresses_count_only_from_trusted_proxies() {
    let request = |peer: &str, line: &str| {
        TestRequest::default()
            .peer_addr(peer.parse().unwrap())
            .append_header(("x-forwarded-for", line))
            .to_http_request()
    };
    let trusted: Vec<IpNet> = vec!["10.0.0.0/8".parse().unwrap()];
    let ip = |peer, line| client_ip(&request(peer, line), &trusted).to_string();
    assert_eq!(ip("9.9.9.9:1", "1.1.1.1"), "9.9.9.9", "an untrusted peer is not believed");
    assert_eq!(ip("10.0.0.1:1", "6.6.6.6, 1.1.1.1, 10.0.0.2"), "1.1.1.1", "the rightmost foreign one");
    for odd in ["nonsense", "1.1.1.1:x", "[1.1.1.1", ""] {
        assert_eq!(ip("10.0.0.1:1", odd), "10.0.0.1", "{odd}");
    }
    for (line, wanted) in [
        ("1.1.1.1:4444", "1.1.1.1"),
        ("[2001:db8::1]:99, 10.0.0.2:1", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("[::ffff:1.1.1.1]:7", "1.1.1.1"),
    ] {
        assert_eq!(ip("10.0.0.1:1", line), wanted, "{line}");
    }
}

#[test]
fn b35_a_write_comes_from_our_own_pages_as_far_as_it_says() {
    let folder = tempfile::tempdir().unwrap();
    let flags = Flags { data_dir: Some(folder.path().to_owned()), ..Flags::default() };
    let mut config = load(&flags).unwrap();
    let own = |config: &Config, headers: &[(&str, &str)]| {
        let mut request = TestRequest::post().insert_header(("host", "portal.example:8080"));
        for (name, value) in headers {
            request = request.insert_header((*name, *value));
        }
        is_own_origin(&request.to_http_request(), config)
    };
    let (page, evil) =
        ("http://portal.example:8080/keys/new?app=1", "https://evil.example/portal.example:8080");
    for (sent, passes) in [
        (&[][..], true),
        (&[("origin", "http://portal.example:8080")], true),
        (&[("origin", "https://evil.example")], false),
        (&[("origin", "null")], false),
        (&[("referer", page)], true),
        (&[("referer", evil)], false),
        (&[("referer", "http://portal.example:8080.evil.example/")], false),
        (&[("referer", "http://portal.example:8080@evil.example/")], false),
        (&[("referer", "http://portal.example/")], false),
        (&[("referer", "/keys")], false),
        // The Origin is the better witness.
        (&[("origin", "http://portal.example:8080"), ("referer", evil)], true),
        (&[("origin", "https://evil.example"), ("referer", page)], false),
        (&[("referer", page), ("sec-fetch-site", "cross-site")], false),
    ] {
        assert_eq!(own(&config, sent), passes, "{sent:?}");
    }
    config.server.public_url = Some("https://ai.example/".to_owned());
    assert!(own(&config, &[("referer", "https://ai.example/keys")]));
    assert!(!own(&config, &[("referer", page)]), "where the address is set, no other is ours");
}

#[test]
fn b46_b47_an_address_holds_no_nul() {
    let judged =
        |text: &str| is_legible(&text.parse().unwrap()).map_err(|error| (error.code(), error.status()));
    for good in ["/keys", "/keys?q=%2500", "/a%2500b", "/keys?q=a%0Ab", "/?%25=00"] {
        assert!(judged(good).is_ok(), "{good}");
    }
    assert_eq!(judged("/catalogue/a%00b").unwrap_err(), (Code::NotFound, 404));
    for bad in ["/keys?q=%00", "/calls?model=a&request=b%00", "/x?%00=1"] {
        assert_eq!(judged(bad).unwrap_err(), (Code::FieldInvalid, 400), "{bad}");
    }
}
