use actix_web::test::TestRequest;

use super::*;

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
