use super::*;

#[test]
fn an_ipv4_address_in_an_ipv6_coat_is_kept_as_what_it_is() {
    let kept = |text: &str| ip_words(&check_ips(text).unwrap()).unwrap();
    assert_eq!(kept("::ffff:127.0.0.1"), "127.0.0.1/32");
    assert_eq!(kept("::ffff:10.0.0.0/104"), "10.0.0.0/8");
    assert_eq!(kept("2001:db8::/32, 10.1.2.3"), "2001:db8::/32,10.1.2.3/32");
}
