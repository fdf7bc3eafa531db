//! One HTTP client for each worker thread, so that a connection's bytes never cross threads.

use std::cell::RefCell;
use std::time::Duration;

use reqwest::{Client, ClientBuilder};

use super::addresses::{Filter, Reach};
use super::fault::Fault;

/// More differing connect timers than this on one thread, and the oldest client goes.
const KEPT: usize = 8;
const IDLE_CONNECTIONS: usize = 512;
const IDLE: Duration = Duration::from_secs(60);

thread_local! {
    static CLIENTS: RefCell<Vec<(Key, Client)>> = const { RefCell::new(Vec::new()) };
}

/// The connect timer belongs to a client, so it is part of its name.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Key {
    upstream: u64,
    reach: Reach,
    connect: Duration,
}

/// The process has one crypto provider; installing it again changes nothing.
pub(super) fn install_crypto() {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
}

pub(super) fn of_this_thread(upstream: u64, reach: Reach, connect: Duration) -> Result<Client, Fault> {
    let key = Key { upstream, reach, connect };
    CLIENTS.with_borrow_mut(|clients| {
        if let Some((_, client)) = clients.iter().find(|(other, _)| *other == key) {
            return Ok(client.clone());
        }
        let client = build(&key)?;
        if clients.len() >= KEPT {
            clients.remove(0);
        }
        clients.push((key, client.clone()));
        Ok(client)
    })
}

fn build(key: &Key) -> Result<Client, Fault> {
    let builder = || -> ClientBuilder {
        Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            .referer(false)
            .http1_only()
            .tcp_nodelay(true)
            .connect_timeout(key.connect)
            .pool_max_idle_per_host(IDLE_CONNECTIONS)
            .pool_idle_timeout(IDLE)
            .dns_resolver(Filter(key.reach))
    };
    // A machine without any root certificate can still talk plain HTTP; TLS then fails as TLS.
    builder()
        .build()
        .or_else(|cause| {
            tracing::warn!(%cause, "no root certificates: providers over https will not be reachable");
            builder().tls_certs_only([]).build()
        })
        .map_err(|cause| Fault::unreachable(cause.without_url().to_string()))
}
