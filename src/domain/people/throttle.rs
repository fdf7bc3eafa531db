//! Slows down guessing: ten tries at once, then one a minute, for each account; five times that for
//! each peer address, behind which there may be an office. A browser known to the account is counted by
//! itself (`devices`).
//! The try is counted and stored before the password is looked at, so neither a restart nor a crash
//! nor many requests at once win tries.

use sha2::{Digest, Sha256};

use super::queries;
use crate::base::clock::{MINUTE, SECOND};
use crate::base::{Code, Result};
use crate::store::{Db, Tx};

/// Tries on an account before waiting starts.
pub const BURST: i64 = 10;
/// One more try on an account each.
pub const STEP: i64 = MINUTE;
/// How many accounts' worth of tries a peer address has.
const PEER: i64 = 5;

/// What a subject's marks are made of: tries at once, and the time for one more.
fn pace(subject: &str) -> (i64, i64) {
    if subject.starts_with("peer:") { (BURST * PEER, STEP / PEER) } else { (BURST, STEP) }
}

/// Counts one try by each subject.
///
/// # Errors
/// `rate_limit_exceeded` with the seconds to wait when one of them has no try left; then none is counted.
pub async fn count(db: &Db, subjects: Vec<String>) -> Result<()> {
    db.transact(async move |tx| {
        for subject in &subjects {
            take(&tx, subject).await?;
        }
        Ok(())
    })
    .await
}

/// Gives the try back to each subject: it was not a guess.
///
/// # Errors
/// The database's own.
pub async fn give_back(tx: &Tx, subjects: &[String]) -> Result<()> {
    for subject in subjects {
        queries::give_back_throttle(tx, subject, pace(subject).1).await?;
    }
    Ok(())
}

/// Forgets those who have all their tries again. For a job.
///
/// # Errors
/// The database's own.
pub async fn sweep(db: &Db) -> Result<u64> {
    db.transact(async move |tx| queries::remove_idle_throttles(&tx).await).await
}

/// The subject an account is throttled under, whether it exists or not: of fixed length.
pub fn account(email: &str) -> String {
    let digest = Sha256::digest(email.trim().to_lowercase().as_bytes());
    format!("account:{}", digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect::<String>())
}

/// The subject a peer is throttled under: the address, or the /64 of an IPv6 one.
pub fn peer(ip: &str) -> String {
    match ip.parse() {
        Ok(std::net::IpAddr::V6(v6)) if v6.to_ipv4_mapped().is_none() => {
            let [a, b, c, d, ..] = v6.segments();
            format!("peer:{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        Ok(address) => format!("peer:{}", address.to_canonical()),
        Err(_) => "peer:unknown".to_owned(),
    }
}

/// The mark says when all tries are back. It moves on by one step a try and may lie at most
/// a burst of steps ahead.
async fn take(tx: &Tx, subject: &str) -> Result<()> {
    let now = tx.now().0;
    let (burst, step) = pace(subject);
    let latest = now + (burst - 1) * step;
    // The next time round is for a mark that somebody started in between.
    for _ in 0..3 {
        if queries::advance_throttle(tx, subject, step, latest).await? {
            return Ok(());
        }
        if let Some(full_at) = queries::throttled_until(tx, subject).await? {
            if full_at <= latest {
                continue;
            }
            let wait = (full_at - latest).max(SECOND);
            let seconds = u32::try_from(wait / SECOND + 1).unwrap_or(u32::MAX);
            let sentence = format!("Too many tries. Try again in {seconds} seconds.");
            return Err(Code::RateLimitExceeded.saying(sentence).after(seconds));
        }
        if queries::start_throttle(tx, subject, now + step).await? {
            return Ok(());
        }
    }
    Err(Code::Conflict.with("two tries at once"))
}
