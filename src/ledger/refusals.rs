//! Refusals before proof. The first of a network, code and minute keep a row of their own; the rest
//! are counted, so that a flood of bad keys can fill neither the disk nor memory.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};

use uuid::Uuid;

use super::record::Count;
use crate::base::clock::MINUTE;
use crate::base::{Code, Timestamp};

/// Rows of their own for one network, code and minute.
pub const ROWS: u32 = 20;
/// … and for all strangers together in one minute.
const ALL_ROWS: u32 = 2_000;
/// Networks that are told apart in one minute; the rest share a name.
const NETS: usize = 20_000;
const OTHERS: &str = "other";

/// The network an address is counted under: /24, or /64.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Net {
    V4(u32),
    V6(u64),
    Others,
}

#[derive(Default)]
struct Seen {
    /// All of them, kept or counted.
    all: u32,
    /// Counted and not yet handed to the journal.
    counted: i64,
}

#[derive(Default)]
struct State {
    minute: i64,
    rows: u32,
    seen: HashMap<(i64, Net, Code), Seen>,
}

/// Decides which refusals of strangers keep a row.
#[derive(Default)]
pub struct Gate(Mutex<State>);

impl Gate {
    /// True when this refusal shall have its own row; otherwise it was counted.
    pub fn keeps(&self, ip: IpAddr, code: Code, at: Timestamp) -> bool {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let minute = at.0.div_euclid(MINUTE);
        if state.minute != minute {
            state.minute = minute;
            state.rows = 0;
        }
        let mut key = (minute, net(ip), code);
        if state.seen.len() >= NETS && !state.seen.contains_key(&key) {
            key.1 = Net::Others;
        }
        let may = state.rows < ALL_ROWS && key.1 != Net::Others;
        let seen = state.seen.entry(key).or_default();
        seen.all = seen.all.saturating_add(1);
        if may && seen.all <= ROWS {
            state.rows += 1;
            return true;
        }
        seen.counted = seen.counted.saturating_add(1);
        false
    }

    /// Counts a refusal that would have kept its row but could not be written.
    pub fn count(&self, ip: IpAddr, code: Code, at: Timestamp) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let minute = at.0.div_euclid(MINUTE);
        let net = if state.seen.len() >= NETS { Net::Others } else { net(ip) };
        let seen = state.seen.entry((minute, net, code)).or_default();
        seen.counted = seen.counted.saturating_add(1);
    }

    /// Takes what was counted since the last time, and forgets minutes that are over.
    pub fn take(&self, now: Timestamp) -> Vec<Count> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let minute = now.0.div_euclid(MINUTE);
        let counts = state
            .seen
            .iter_mut()
            .filter(|(_, seen)| seen.counted > 0)
            .map(|((minute, net, code), seen)| Count {
                id: Uuid::now_v7(),
                minute: *minute,
                net: name(*net),
                code: *code,
                count: std::mem::take(&mut seen.counted),
            })
            .collect();
        state.seen.retain(|(then, ..), _| *then >= minute);
        counts
    }
}

fn net(ip: IpAddr) -> Net {
    match ip.to_canonical() {
        IpAddr::V4(ip) => Net::V4(ip.to_bits() >> 8),
        IpAddr::V6(ip) => Net::V6((ip.to_bits() >> 64) as u64),
    }
}

fn name(net: Net) -> String {
    match net {
        Net::V4(bits) => format!("{}/24", Ipv4Addr::from_bits(bits << 8)),
        Net::V6(bits) => format!("{}/64", Ipv6Addr::from_bits(u128::from(bits) << 64)),
        Net::Others => OTHERS.to_owned(),
    }
}

#[cfg(test)]
mod tests;
