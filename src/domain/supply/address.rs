//! The address of a vendor: what may be typed, and the destination a secret is bound to.
//! The connection itself is checked again, after name resolution, in `upstream`.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

use crate::base::Result;
use crate::domain::fields::{optional_line, wrong};

const FIELD: &str = "base_url";

/// Names under which clouds hand out their machine credentials.
const METADATA_NAMES: &[&str] =
    &["metadata", "metadata.google.internal", "metadata.goog", "instance-data", "instance-data.ec2.internal"];

/// Such addresses outside the link-local range.
const METADATA_V4: &[Ipv4Addr] = &[Ipv4Addr::new(100, 100, 100, 200), Ipv4Addr::new(192, 0, 0, 192)];
const METADATA_V6: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);

/// Reads a typed address: http or https, a host, perhaps a port and a path, nothing else.
///
/// # Errors
/// `field_invalid`, saying what is wrong.
pub fn read(typed: &str) -> Result<String> {
    let typed = optional_line(FIELD, typed, 500)?;
    let url = Url::parse(&typed)
        .map_err(|_| wrong(FIELD, "Type a whole address, such as https://api.example.com/v1."))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(wrong(FIELD, "The address must start with https:// or http://."));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong(FIELD, "No user name or password in the address: add the secret as a credential."));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(wrong(FIELD, "No `?` or `#` in the address."));
    }
    if url.host().is_none_or(|host| forbidden(&host)) {
        return Err(wrong(FIELD, "This address is never called: it is not a vendor's."));
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

/// Where a secret may go: scheme, host, port and path prefix. It is part of what seals the secret, so
/// a provider whose destination changed cannot open it.
pub fn destination(base_url: &str) -> String {
    let Ok(url) = Url::parse(base_url) else { return base_url.to_owned() };
    let port = url.port_or_known_default().map(|port| format!(":{port}")).unwrap_or_default();
    let path = url.path().trim_end_matches('/');
    format!("{}://{}{port}{path}", url.scheme(), url.host_str().unwrap_or_default())
}

fn forbidden(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => {
            let name = name.trim_end_matches('.');
            name.is_empty() || METADATA_NAMES.contains(&name)
        }
        Host::Ipv4(ip) => forbidden_v4(*ip),
        Host::Ipv6(ip) => match ip.to_canonical() {
            IpAddr::V4(mapped) => forbidden_v4(mapped),
            IpAddr::V6(ip) => {
                let link_local = ip.segments().first().is_some_and(|first| first & 0xffc0 == 0xfe80);
                ip.is_unspecified() || ip.is_multicast() || link_local || ip == METADATA_V6
            }
        },
    }
}

fn forbidden_v4(ip: Ipv4Addr) -> bool {
    ip.is_unspecified()
        || ip.is_broadcast()
        || ip.is_multicast()
        || ip.is_link_local()
        || METADATA_V4.contains(&ip)
}
