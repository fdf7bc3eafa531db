//! A bounded map of cards, each read once however many ask for it at the same time.

use std::hash::Hash;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use moka::future::Cache;
use moka::ops::compute::{CompResult, Op};

use crate::base::{Clock, Code, Error, Result, Timestamp};

use super::log::ChangeLog;
use super::too_old;

/// Rows about one subject.
pub trait Card: Send + Sync + 'static {
    /// Was anything told about its subjects after `seq`?
    fn changed_since(&self, log: &ChangeLog, seq: i64) -> bool;
    /// Bytes it takes, roughly.
    fn weight(&self) -> usize;
}

/// A card with what is needed to judge whether it may still be used.
pub struct Held<C> {
    pub card: C,
    /// The rows are at least as new as this change.
    pub seq: i64,
    loaded: Timestamp,
    /// The generation of the log at which it was last found to be fresh.
    checked: AtomicU64,
}

impl<C: Card> Held<C> {
    fn is_fresh(&self, log: &ChangeLog, now: Timestamp) -> bool {
        if too_old(self.loaded, log.confirmed(), now) {
            return false;
        }
        let generation = log.generation();
        if self.checked.load(Ordering::Acquire) == generation {
            return true;
        }
        let fresh = !self.card.changed_since(log, self.seq);
        if fresh {
            self.checked.store(generation, Ordering::Release);
        }
        fresh
    }
}

pub struct Shelf<K, C> {
    cards: Cache<K, Arc<Held<C>>>,
    clock: Clock,
}

impl<K: Hash + Eq + Copy + Send + Sync + 'static, C: Card> Shelf<K, C> {
    pub fn new(clock: Clock, bytes: u64) -> Self {
        let weigh = |_: &K, held: &Arc<Held<C>>| u32::try_from(held.card.weight()).unwrap_or(u32::MAX);
        Self { cards: Cache::builder().max_capacity(bytes).weigher(weigh).build(), clock }
    }

    /// The card, if it is held and may be used.
    pub async fn fresh(&self, key: &K, log: &ChangeLog) -> Option<Arc<Held<C>>> {
        let held = self.cards.get(key).await?;
        held.is_fresh(log, self.clock.now()).then_some(held)
    }

    /// The card, read when it has to be. Reads of one key wait for each other, and those that
    /// waited take what the first one brought.
    pub async fn get<F>(&self, key: K, log: &ChangeLog, load: impl Fn() -> F) -> Result<Option<Arc<Held<C>>>>
    where
        F: Future<Output = Result<Option<(i64, C)>>>,
    {
        if let Some(held) = self.fresh(&key, log).await {
            return Ok(Some(held));
        }
        // A read that a change overtook is not used; under a storm of changes we give up in the end.
        for _ in 0..4 {
            // Boxed: a read is rare, and every call would carry room for it.
            match Box::pin(self.read(key, log, &load)).await? {
                None => return Ok(None),
                Some(held) if held.is_fresh(log, self.clock.now()) => return Ok(Some(held)),
                Some(_) => {}
            }
        }
        Err(Code::AuthUnavailable.with("changed again and again while it was read").after(1))
    }

    async fn read<F>(&self, key: K, log: &ChangeLog, load: &impl Fn() -> F) -> Result<Option<Arc<Held<C>>>>
    where
        F: Future<Output = Result<Option<(i64, C)>>>,
    {
        let done = self
            .cards
            .entry(key)
            .and_try_compute_with(async |there| {
                if there.is_some_and(|there| there.value().is_fresh(log, self.clock.now())) {
                    return Ok(Op::Nop);
                }
                let loaded = self.clock.now();
                let Some((seq, card)) = load().await? else { return Ok(Op::Remove) };
                Ok::<_, Error>(Op::Put(Arc::new(Held { card, seq, loaded, checked: AtomicU64::new(0) })))
            })
            .await?;
        Ok(match done {
            CompResult::Inserted(entry) | CompResult::ReplacedWith(entry) | CompResult::Unchanged(entry) => {
                Some(entry.into_value())
            }
            CompResult::Removed(_) | CompResult::StillNone(_) => None,
        })
    }

    pub async fn drop_entry(&self, key: &K) {
        self.cards.invalidate(key).await;
    }
}

/// Digests that no key has, for at most a second and only until any key changes: a flood of unknown
/// keys costs one read each, and a key that was just made works at once.
pub struct Unknown {
    digests: moka::sync::Cache<[u8; 32], (u64, Timestamp)>,
}

const UNKNOWN_FOR: i64 = crate::base::clock::SECOND;

impl Unknown {
    pub fn new() -> Self {
        Self { digests: moka::sync::Cache::new(10_000) }
    }

    pub fn holds(&self, digest: &[u8; 32], generation: u64, now: Timestamp) -> bool {
        let entry = self.digests.get(digest);
        entry.is_some_and(|(at, since)| at == generation && (0..UNKNOWN_FOR).contains(&now.since(since)))
    }

    /// `generation` is the one from before the read: a change that came meanwhile makes this void.
    pub fn remember(&self, digest: &[u8; 32], generation: u64, now: Timestamp) {
        self.digests.insert(*digest, (generation, now));
    }
}
