//! Addresses and networks as people type them, in settings and in a key's list: `10.0.0.0/8`, or an address
//! alone, which is the network of itself.

use std::net::IpAddr;

use ipnet::IpNet;

/// Reads one, without the bits that its length leaves out.
pub fn read(word: &str) -> Option<IpNet> {
    let network = word.parse::<IpNet>().or_else(|_| word.parse::<IpAddr>().map(IpNet::from));
    network.ok().map(|network| network.trunc())
}

/// What to say of a word that is none.
pub fn is_none(word: &str) -> String {
    let shown: String = word.chars().take(60).collect();
    format!("{shown:?} is neither an address nor a network such as 10.0.0.0/8.")
}
