use super::*;
use crate::base::clock::{HOUR, MINUTE};

const CODE: Code = Code::KeyUnknown;
const AT: Timestamp = Timestamp(50 * HOUR);

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[test]
fn the_first_twenty_of_a_network_keep_their_row() {
    let gate = Gate::default();
    let kept = (0..50_u8).filter(|n| gate.keeps(IpAddr::from([203, 0, 113, *n]), CODE, AT)).count();
    assert_eq!(kept, 20);
    assert!(gate.keeps(ip("203.0.114.1"), CODE, AT), "another network");
    assert!(gate.keeps(ip("203.0.113.1"), Code::KeyMalformed, AT), "another code");
    assert!(gate.keeps(ip("203.0.113.1"), CODE, AT.plus(MINUTE)), "another minute");
    let counts = gate.take(AT.plus(MINUTE));
    assert_eq!(
        counts.iter().map(|it| (it.net.as_str(), it.count)).collect::<Vec<_>>(),
        [("203.0.113.0/24", 30)]
    );
    assert!(gate.take(AT.plus(MINUTE)).is_empty(), "handed over once");
}

#[test]
fn an_ipv6_network_is_a_64() {
    let gate = Gate::default();
    for host in 0..21_u128 {
        gate.keeps(IpAddr::from((0x2001_0db8_u128 << 96 | host).to_be_bytes()), CODE, AT);
    }
    assert_eq!(gate.take(AT)[0].net, "2001:db8::/64");
}

#[test]
fn a_flood_from_everywhere_is_bounded() {
    let gate = Gate::default();
    let kept = (0..60_000_u32).filter(|n| gate.keeps(IpAddr::from((n << 8).to_be_bytes()), CODE, AT)).count();
    assert_eq!(kept, ALL_ROWS as usize);
    let counts = gate.take(AT);
    assert!(counts.len() <= NETS + 1);
    assert_eq!(counts.iter().map(|it| it.count).sum::<i64>(), 60_000 - i64::from(ALL_ROWS));
}
