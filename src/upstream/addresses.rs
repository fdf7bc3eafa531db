//! Which addresses may be connected to. Names are judged after they were resolved, by the address
//! that is connected to, so a name that points at a metadata service is caught as its address is.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::Host;

use super::fault::Fault;

/// How far a call may reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reach {
    /// Everything but metadata services: a provider may run on this very machine.
    Provider,
    /// Public addresses alone: for addresses that people type in (webhooks, imports).
    Public,
}

impl Reach {
    /// Gives the reason when this address may not be connected to.
    pub fn refuses(self, address: IpAddr) -> Option<&'static str> {
        let address = plain(address);
        if is_metadata(address) {
            return Some("it is the address of a cloud's metadata service");
        }
        if is_nowhere(address) {
            return Some("it is not the address of one machine");
        }
        (self == Self::Public && is_private(address)).then_some("it is a private address")
    }

    /// Judges a host that is written as an address: those never pass the resolver.
    pub(super) fn judge_literal(self, url: &Url) -> Result<(), Fault> {
        let address = match url.host() {
            Some(Host::Ipv4(address)) => IpAddr::V4(address),
            Some(Host::Ipv6(address)) => IpAddr::V6(address),
            Some(Host::Domain(_)) => return Ok(()),
            None => return Err(Fault::address("the address has no host")),
        };
        match self.refuses(address) {
            Some(reason) => Err(Fault::address(format!("this address may not be connected to: {reason}"))),
            None => Ok(()),
        }
    }
}

/// IPv6 forms that carry an IPv4 address are judged by what they carry.
fn plain(address: IpAddr) -> IpAddr {
    let IpAddr::V6(six) = address else { return address };
    if let Some(four) = six.to_ipv4_mapped() {
        return IpAddr::V4(four);
    }
    let four = |high: u16, low: u16| {
        let [a, b] = high.to_be_bytes();
        let [c, d] = low.to_be_bytes();
        IpAddr::V4(Ipv4Addr::new(a, b, c, d))
    };
    match six.segments() {
        // NAT64 (RFC 6052) and its local-use prefix (RFC 8215), then 6to4 (RFC 3056).
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => four(high, low),
        [0x64, 0xff9b, 1, .., high, low] => four(high, low),
        [0x2002, high, low, ..] => four(high, low),
        // The deprecated compatible form, but not `::` and `::1`.
        [0, 0, 0, 0, 0, 0, high, low] if high != 0 => four(high, low),
        _ => address,
    }
}

fn is_metadata(address: IpAddr) -> bool {
    match address {
        // All of link-local: 169.254.169.254 and the container endpoints beside it; then the
        // services of Alibaba, Oracle and Azure that live elsewhere.
        IpAddr::V4(four) => {
            four.is_link_local()
                || [[100, 100, 100, 200], [192, 0, 0, 192], [168, 63, 129, 16]].contains(&four.octets())
        }
        IpAddr::V6(six) => {
            const EC2: [u16; 7] = [0xfd00, 0xec2, 0, 0, 0, 0, 0];
            const GCE: [u16; 7] = [0xfd20, 0xce, 0, 0, 0, 0, 0];
            let [.., last] = six.segments();
            let starts = |with: &[u16; 7]| six.segments().starts_with(with);
            six.is_unicast_link_local() || starts(&EC2) || (starts(&GCE) && last == 0x254)
        }
    }
}

fn is_nowhere(address: IpAddr) -> bool {
    let broadcast = matches!(address, IpAddr::V4(four) if four.is_broadcast());
    address.is_unspecified() || address.is_multicast() || broadcast
}

fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(four) => {
            let [a, b, c, _] = four.octets();
            let shared = a == 100 && (64..128).contains(&b);
            let testing = a == 198 && (18..20).contains(&b);
            four.is_private()
                || four.is_loopback()
                || four.is_documentation()
                || shared
                || testing
                || a == 0
                || a >= 240
                || (a == 192 && b == 0 && c == 0)
        }
        IpAddr::V6(six) => six.is_loopback() || six.is_unique_local() || is_documentation(six),
    }
}

fn is_documentation(address: Ipv6Addr) -> bool {
    matches!(address.segments(), [0x2001, 0xdb8, ..])
}

/// The system's resolver, with the forbidden addresses taken out.
pub(super) struct Filter(pub Reach);

impl Resolve for Filter {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.0;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let (mut allowed, mut reason) = (Vec::<SocketAddr>::new(), None);
            for address in found {
                match reach.refuses(address.ip()) {
                    Some(why) => reason = Some(why),
                    None => allowed.push(address),
                }
            }
            match reason {
                Some(reason) if allowed.is_empty() => Err(Forbidden(reason).into()),
                _ => Ok(Box::new(allowed.into_iter()) as Addrs),
            }
        })
    }
}

/// Every address of a name is forbidden.
#[derive(Debug)]
pub(super) struct Forbidden(pub &'static str);

impl std::fmt::Display for Forbidden {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "this name may not be connected to: {}", self.0)
    }
}

impl std::error::Error for Forbidden {}
