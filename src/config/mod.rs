//! Configuration: flags, environment and file become checked plain data, once, at start.
//! Precedence: flag > environment > `portico.toml` > default.

mod fields;
mod load;
mod names;

use std::net::SocketAddr;
use std::path::PathBuf;

use ipnet::IpNet;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};

use crate::base::network;

pub use fields::{FIELDS, Field};
pub use load::{ADDRESS, Flags, load, named_file, unread};

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub server: Server,
    pub data: Data,
    pub database: Database,
    pub gateway: Gateway,
    pub journal: Journal,
    pub log: Log,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    pub listen: SocketAddr,
    /// How people and SDKs reach this server; links are made from it. None: `http://` + the listen address.
    pub public_url: Option<String>,
    /// Peers whose `X-Forwarded-For` is believed, its rightmost foreign entry.
    #[serde(deserialize_with = "networks")]
    pub trusted_proxies: Vec<IpNet>,
    pub workers: usize,
    /// Seconds that open calls get to end after SIGTERM.
    pub shutdown_seconds: u64,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Data {
    pub dir: PathBuf,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// `postgres://…`; none means SQLite in the data folder.
    pub url: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gateway {
    /// Bytes of a chat body at most.
    pub body_cap: usize,
    /// Bytes that all open calls together may hold before new ones are shed.
    pub memory_budget: usize,
    /// Seconds in which a body must have arrived whole, and in which a piece of an answer must be taken.
    pub body_seconds: u64,
    /// Answer the fixed sentences of an error code alone, without what is special to the call.
    pub terse_errors: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Journal {
    /// Bytes the journal may grow to while the database is away.
    pub max_bytes: u64,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// A `tracing` filter, such as `info` or `portico=debug`.
    pub level: String,
    pub format: LogFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    Pretty,
    Json,
}

/// Networks as a person types them, like those of a key.
fn networks<'de, D: Deserializer<'de>>(reader: D) -> Result<Vec<IpNet>, D::Error> {
    let read =
        |word: &String| network::read(word.trim()).ok_or_else(|| D::Error::custom(network::is_none(word)));
    Vec::<String>::deserialize(reader)?.iter().map(read).collect()
}

impl Config {
    /// The address in links, without a slash at the end.
    pub fn public_url(&self) -> String {
        match &self.server.public_url {
            Some(url) => url.trim_end_matches('/').to_owned(),
            None => format!("http://{}", self.server.listen),
        }
    }

    /// True where browsers take `__Host-` cookies.
    pub fn is_https(&self) -> bool {
        self.public_url().starts_with("https://")
    }
}

#[cfg(test)]
mod tests;
