//! What a key may be like, and how its lists are stored: words with commas between them.

use std::collections::BTreeSet;
use std::net::IpAddr;

use ipnet::IpNet;

use crate::base::clock::DAY;
use crate::base::ids::ApiId;
use crate::base::{Code, Error, Result, Timestamp, network};
use crate::domain::plans::Limits;
use crate::store::entity::key;
use crate::store::entity::states::{KeyReason, Scope};

/// Days a key lives when nobody says otherwise.
pub const DEFAULT_DAYS: u32 = 90;
/// The longest life in days that can be asked for; beside it there is only "never".
pub const MAX_DAYS: u32 = 3_650;
/// How many networks and limits one key may carry.
const MAX_LIST: usize = 64;

/// When a key stops.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Expiry {
    /// 90 days from now.
    #[default]
    Usual,
    Days(u32),
    At(Timestamp),
    Never,
}

impl Expiry {
    /// The instant, counted from `now`.
    ///
    /// # Errors
    /// `field_invalid` for one that has passed or lies too far away.
    pub fn at(self, now: Timestamp) -> Result<Option<Timestamp>> {
        let at = match self {
            Self::Never => return Ok(None),
            Self::Usual => now.plus(i64::from(DEFAULT_DAYS) * DAY),
            Self::Days(days) if (1..=MAX_DAYS).contains(&days) => now.plus(i64::from(days) * DAY),
            Self::At(at) if at > now && at.since(now) <= i64::from(MAX_DAYS) * DAY => at,
            Self::Days(_) | Self::At(_) => {
                let message =
                    format!("Choose an end that is still to come, at most {MAX_DAYS} days from now.");
                return Err(Code::FieldInvalid.saying(message).on("expires"));
            }
        };
        Ok(Some(at))
    }
}

/// Why a key is revoked, as a person says it.
pub fn revoke_reason(word: &str) -> Option<KeyReason> {
    KeyReason::parse(word).filter(|reason| matches!(reason, KeyReason::Revoked | KeyReason::Leaked))
}

/// What can be changed on a key that exists; none stays as it is.
#[derive(Clone, Debug, Default)]
pub struct Edit {
    pub name: Option<String>,
    pub scopes: Option<Vec<Scope>>,
    /// An inner none means every API.
    pub api_ids: Option<Option<Vec<ApiId>>>,
    pub ips: Option<Vec<IpNet>>,
    pub limits: Option<Limits>,
}

impl Edit {
    /// True when more than its name is to change.
    pub(super) fn changes_use(&self) -> bool {
        self.scopes.is_some() || self.api_ids.is_some() || self.ips.is_some() || self.limits.is_some()
    }
}

/// Scopes as stored: empty means all.
pub(super) fn scope_words(scopes: &[Scope]) -> String {
    let set: BTreeSet<Scope> = scopes.iter().copied().collect();
    if set.len() == Scope::ALL.len() {
        return String::new();
    }
    set.iter().map(|scope| scope.word()).collect::<Vec<_>>().join(",")
}

/// The scopes of a key; all of them where none are listed.
pub fn scopes(row: &key::Model) -> Vec<Scope> {
    if row.scopes.is_empty() {
        return Scope::ALL.to_vec();
    }
    row.scopes.split(',').filter_map(Scope::parse).collect()
}

pub(super) fn api_words(ids: Option<&[ApiId]>) -> Option<String> {
    ids.map(|ids| ids.iter().map(ApiId::to_string).collect::<Vec<_>>().join(","))
}

/// The APIs a key is bound to; none means all.
pub fn api_ids(row: &key::Model) -> Option<Vec<ApiId>> {
    let ids = row.api_ids.as_deref()?;
    Some(ids.split(',').filter_map(|id| id.parse().ok()).collect())
}

pub(super) fn ip_words(networks: &[IpNet]) -> Result<String> {
    if networks.len() > MAX_LIST {
        let message = format!("At most {MAX_LIST} addresses or networks.");
        return Err(Code::FieldInvalid.saying(message).on("ips"));
    }
    Ok(networks.iter().map(|net| plain(*net).to_string()).collect::<Vec<_>>().join(","))
}

/// A caller's address is judged as IPv4 where it is one in an IPv6 coat (RFC 4291 §2.5.5.2), so a network is kept so.
fn plain(net: IpNet) -> IpNet {
    let IpNet::V6(six) = net else { return net };
    let four = six.addr().to_ipv4_mapped().zip(six.prefix_len().checked_sub(96));
    four.and_then(|(addr, length)| IpNet::new(IpAddr::V4(addr), length).ok()).unwrap_or(net)
}

/// The networks a key may be used from; empty means any.
pub fn networks(row: &key::Model) -> Vec<IpNet> {
    row.ip_list.split(',').filter_map(|net| net.parse().ok()).collect()
}

/// Reads addresses and networks as a person types them: one a line, or with commas or spaces between.
///
/// # Errors
/// `field_invalid` naming the first that is neither.
pub fn check_ips(text: &str) -> Result<Vec<IpNet>> {
    let words = text.split(|c: char| c == ',' || c.is_whitespace()).filter(|word| !word.is_empty());
    let read = words.map(|word| network::read(word).ok_or_else(|| no_network(word).on("ips")));
    Ok(once(read.collect::<Result<_>>()?))
}

/// Reads a list in which each entry is one address or network. A blank one is a mistake: with it dropped, a
/// list of blanks alone would open the key to everywhere.
///
/// # Errors
/// `field_invalid` naming the place of the first that is neither.
pub fn read_ips(entries: &[String]) -> Result<Vec<IpNet>> {
    let read = entries.iter().enumerate().map(|(at, entry)| {
        network::read(entry.trim()).ok_or_else(|| no_network(entry).on(format!("ips.{at}")))
    });
    Ok(once(read.collect::<Result<_>>()?))
}

fn no_network(word: &str) -> Error {
    Code::FieldInvalid.saying(network::is_none(word))
}

fn once(read: Vec<IpNet>) -> Vec<IpNet> {
    let mut networks = Vec::with_capacity(read.len());
    for network in read {
        if !networks.contains(&network) {
            networks.push(network);
        }
    }
    networks
}

#[cfg(test)]
mod tests;
