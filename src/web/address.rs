//! Where a request comes from and which host it names, judged strictly.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use actix_web::HttpRequest;
use actix_web::http::Uri;
use actix_web::http::header::{self, HeaderValue};
use ipnet::IpNet;

use crate::base::{Code, Result};
use crate::config::Config;

/// The caller's address: the peer, or behind a trusted proxy the rightmost foreign entry of
/// `X-Forwarded-For`.
pub fn client_ip(request: &HttpRequest, trusted: &[IpNet]) -> IpAddr {
    let peer = request.peer_addr().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip()).to_canonical();
    let believed = |ip: &IpAddr| trusted.iter().any(|net| net.contains(ip));
    if !believed(&peer) {
        return peer;
    }
    let lines = request.headers().get_all("x-forwarded-for").filter_map(|line| line.to_str().ok());
    let hops: Vec<&str> = lines.flat_map(|line| line.split(',')).map(str::trim).collect();
    for hop in hops.iter().rev() {
        match address_of(hop) {
            Some(ip) if believed(&ip) => {}
            Some(ip) => return ip,
            None => return peer,
        }
    }
    peer
}

/// Some proxies write the port as well, and then brackets around an IPv6 address.
fn address_of(hop: &str) -> Option<IpAddr> {
    let bare = hop.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(hop);
    let ip = bare.parse().or_else(|_| hop.parse().map(|socket: SocketAddr| socket.ip()));
    ip.ok().map(|ip: IpAddr| ip.to_canonical())
}

/// True for exactly one `Host` of the form name[:port], with nothing a router could misread.
pub fn has_good_host(request: &HttpRequest) -> bool {
    let mut hosts = request.headers().get_all(header::HOST);
    let (Some(host), None) = (hosts.next(), hosts.next()) else { return false };
    host.to_str().is_ok_and(is_host)
}

fn is_host(text: &str) -> bool {
    let (name, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((inner, rest)) if inner.parse::<std::net::Ipv6Addr>().is_ok() => match rest.strip_prefix(':') {
            Some(port) => ("v6", port),
            None if rest.is_empty() => ("v6", "0"),
            None => return false,
        },
        Some(_) => return false,
        None => text.split_once(':').unwrap_or((text, "0")),
    };
    let name_fits = !name.is_empty() && name.len() <= 253;
    let letters = name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'));
    name_fits
        && letters
        && !port.is_empty()
        && port.bytes().all(|b| b.is_ascii_digit())
        && port.parse::<u16>().is_ok()
}

/// True when a write comes from this site's own pages: the Origin, or where none is sent the page before it,
/// is ours where it is named, and the browser does not call it cross-site.
pub fn is_own_origin(request: &HttpRequest, config: &Config) -> bool {
    if let Some(site) = request.headers().get("sec-fetch-site")
        && !matches!(site.as_bytes(), b"same-origin" | b"none")
    {
        return false;
    }
    let text = |value: &HeaderValue| value.to_str().map(str::to_owned).ok();
    let named = match (request.headers().get(header::ORIGIN), request.headers().get(header::REFERER)) {
        (Some(origin), _) => text(origin),
        (None, Some(page)) => text(page).and_then(|page| origin_of(&page)),
        (None, None) => return true,
    };
    let Some(origin) = named else { return false };
    if origin == config.public_url() {
        return true;
    }
    // Without a configured address the one in use is taken: a browser cannot forge Host.
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    config.server.public_url.is_none() && origin == format!("http://{host}")
}

fn origin_of(page: &str) -> Option<String> {
    url::Url::parse(page).ok().map(|page| page.origin().ascii_serialization())
}

/// No address holds a NUL: nothing here is called so, and PostgreSQL refuses one even in a question.
///
/// # Errors
/// `not_found` for one in the path, `field_invalid` for one in a parameter.
pub fn is_legible(uri: &Uri) -> Result<()> {
    if uri.path().contains("%00") {
        return Err(Code::NotFound.with("NUL in a path"));
    }
    let query = uri.query().unwrap_or_default();
    let told = |name: &str, value: &str| name.contains('\0') || value.contains('\0');
    match url::form_urlencoded::parse(query.as_bytes()).find(|(name, value)| told(name, value)) {
        Some((name, _)) => {
            let name = name.replace('\0', "");
            Err(Code::FieldInvalid.saying("No control characters.").on(name).as_status(400))
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
