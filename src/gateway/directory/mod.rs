//! What the call path knows of callers and of the catalogue, in memory and never older than the last
//! change this node was told of. It holds rows, never counters.
//!
//! An entry remembers the change sequence its rows were read at. Whoever reads an entry asks the
//! change log whether anything about its subjects was told since: if so, the entry is not used and
//! the rows are read again. So an entry that was inserted late, by a read that a change overtook,
//! is recognised as old when it is used: a revoked key cannot come back to life.

mod catalogue;
mod log;
mod shelf;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio::sync::{Mutex, Semaphore};

use crate::base::ids::{CredentialId, KeyId, SessionId, UserId};
use crate::base::{Clock, Code, OrCode, Result, Timestamp};
use crate::domain::gate::{self, AppCard, Change, Db, KeyCard, Noted, SessionCard, UserCard};

pub use catalogue::{Api, Catalogue, Credential, Model, Plan, Provider, Target, Version};
pub use shelf::Held;

use log::ChangeLog;
use shelf::{Card, Shelf, Unknown};

/// So many reads of the database at once, whatever comes in.
const PARALLEL: usize = 16;
const LOAD: Duration = Duration::from_secs(1);
/// After a failed read the next ones fail at once for this long, so callers do not queue up.
const AWAY: i64 = crate::base::clock::SECOND / 4;

pub struct Directory {
    db: Db,
    log: ChangeLog,
    catalogue: ArcSwap<Catalogue>,
    rebuilding: Mutex<()>,
    loads: Semaphore,
    away_until: AtomicI64,
    keys: Shelf<[u8; 32], KeyCard>,
    keys_by_id: Shelf<KeyId, KeyCard>,
    apps: Shelf<crate::base::ids::AppId, AppCard>,
    users: Shelf<UserId, UserCard>,
    sessions: Shelf<SessionId, SessionCard>,
    unknown: Unknown,
}

/// Everything known about one caller.
#[derive(Clone)]
pub struct Cards {
    pub key: Arc<Held<KeyCard>>,
    pub app: Arc<Held<AppCard>>,
    /// Absent when the user's row is gone.
    pub owner: Option<Arc<Held<UserCard>>>,
}

impl Directory {
    /// An empty directory; the catalogue is read on the first `refresh`.
    pub fn new(db: Db) -> Self {
        let clock = db.clock().clone();
        Self {
            log: ChangeLog::new(),
            catalogue: ArcSwap::from_pointee(Catalogue::default()),
            rebuilding: Mutex::new(()),
            loads: Semaphore::new(PARALLEL),
            away_until: AtomicI64::new(0),
            keys: Shelf::new(clock.clone(), 128 << 20),
            keys_by_id: Shelf::new(clock.clone(), 8 << 20),
            apps: Shelf::new(clock.clone(), 96 << 20),
            users: Shelf::new(clock.clone(), 24 << 20),
            sessions: Shelf::new(clock, 4 << 20),
            unknown: Unknown::new(),
            db,
        }
    }

    pub fn catalogue(&self) -> Arc<Catalogue> {
        self.catalogue.load_full()
    }

    /// The catalogue in which the caller's subscriptions are found. Another process may have published
    /// an API and approved a subscription since the last poll: then it is read again, once.
    pub async fn catalogue_for(&self, cards: &Cards) -> Arc<Catalogue> {
        let catalogue = self.catalogue();
        let app = &cards.app;
        let is_behind = app.seq > catalogue.seq
            && app.card.subscriptions.iter().any(|row| catalogue.version(row.version_id).is_none());
        if !is_behind {
            return catalogue;
        }
        // Boxed: it is rare, and every call would carry room for it.
        Box::pin(self.rebuild(app.seq)).await;
        self.catalogue()
    }

    pub fn db(&self) -> &Db {
        &self.db
    }

    fn clock(&self) -> &Clock {
        self.db.clock()
    }

    /// The newest change this node knows of: decisions are recorded with it.
    pub fn sequence(&self) -> i64 {
        self.log.newest().max(self.catalogue.load().seq)
    }

    /// The cards behind a key's digest, or `None` when no key has it.
    ///
    /// # Errors
    /// `auth_unavailable` when they are not known and cannot be read.
    pub async fn by_digest(&self, digest: &[u8; 32]) -> Result<Option<Cards>> {
        let generation = self.log.generation();
        if let Some(held) = self.keys.fresh(digest, &self.log).await {
            return self.rest(held).await.map(Some);
        }
        if self.unknown.holds(digest, generation, self.clock().now()) {
            return Ok(None);
        }
        let load = || self.load(gate::find_key(&self.db, digest));
        match self.keys.get(*digest, &self.log, load).await? {
            Some(held) => self.rest(held).await.map(Some),
            None => {
                self.unknown.remember(digest, generation, self.clock().now());
                Ok(None)
            }
        }
    }

    /// The cards of a key by its id: for playground tokens and dry runs.
    ///
    /// # Errors
    /// As [`Directory::by_digest`].
    pub async fn by_id(&self, id: KeyId) -> Result<Option<Cards>> {
        let load = || self.load(gate::find_key_by_id(&self.db, id));
        match self.keys_by_id.get(id, &self.log, load).await? {
            Some(held) => self.rest(held).await.map(Some),
            None => Ok(None),
        }
    }

    /// Whether a session of this user lives, for a playground token. One that is over is held as well:
    /// what is left open in a browser asks the database once.
    ///
    /// # Errors
    /// As [`Directory::by_digest`].
    pub async fn session(&self, user: UserId, id: SessionId) -> Result<SessionCard> {
        let read = || async { gate::session(&self.db, user, id).await.map(Some) };
        let held = self.sessions.get(id, &self.log, || self.load(read())).await?;
        Ok(held.map_or(SessionCard { user, ends_at: None }, |held| held.card))
    }

    async fn user(&self, id: UserId) -> Result<Option<Arc<Held<UserCard>>>> {
        self.users.get(id, &self.log, || self.load(gate::find_user(&self.db, id))).await
    }

    async fn rest(&self, key: Arc<Held<KeyCard>>) -> Result<Cards> {
        let row = &key.card.key;
        let (app_id, owner_id, team_id) = (row.app_id, row.owner_id, row.team_id);
        let load = || self.load(gate::find_app(&self.db, app_id));
        let app = self.apps.get(app_id, &self.log, load).await?;
        let app = app.ok_or_else(|| Code::Internal.with(format!("key {} has no application", row.id)))?;
        let mut owner = self.user(owner_id).await?;
        // A team that the owner was added to meanwhile is not among the subjects of their card.
        if let Some(held) = &owner
            && !held.card.teams.contains(&team_id)
            && self.log.last(Change::Team(team_id)) > held.seq
        {
            self.users.drop_entry(&owner_id).await;
            owner = self.user(owner_id).await?;
        }
        Ok(Cards { key, app, owner })
    }

    /// Reads under the bounds of this path. The sequence is asked for first, so the rows are at
    /// least as new as it says.
    async fn load<C>(&self, read: impl Future<Output = Result<Option<C>>>) -> Result<Option<(i64, C)>> {
        if self.clock().now().0 < self.away_until.load(Ordering::Relaxed) {
            return Err(Code::AuthUnavailable.with("the database was away a moment ago").after(1));
        }
        let bounded = async {
            let _slot = self.loads.acquire().await.or_code(Code::AuthUnavailable)?;
            let seq = gate::newest_change(&self.db).await?;
            Ok::<_, crate::base::Error>(read.await?.map(|card| (seq, card)))
        };
        let failure = match tokio::time::timeout(LOAD, bounded).await {
            Ok(Ok(card)) => return Ok(card),
            Ok(Err(cause)) => Code::AuthUnavailable.with("reading a caller failed").caused_by(cause),
            Err(_) => Code::AuthUnavailable.with("reading a caller took too long"),
        };
        self.away_until.store(self.clock().now().plus(AWAY).0, Ordering::Relaxed);
        Err(failure.after(1))
    }

    /// Takes note of changes. Gives the credentials whose health starts anew.
    pub async fn apply(&self, noted: &[Noted]) -> Vec<CredentialId> {
        self.log.record(noted);
        let wanted =
            noted.iter().filter(|noted| noted.change == Change::Catalogue).map(|noted| noted.seq).max();
        match wanted {
            Some(seq) => self.rebuild(seq).await,
            None => Vec::new(),
        }
    }

    /// Follows the change feed once, and reads the catalogue when it is behind. Called each half second by a job.
    ///
    /// # Errors
    /// The database's own: what is cached stays good for its time.
    pub async fn follow(&self) -> Result<()> {
        let asked_at = self.clock().now();
        self.db.poll_changes().await?;
        self.log.confirm(asked_at);
        let behind = self.log.last(Change::Catalogue) > self.catalogue.load().seq;
        if behind || !self.catalogue.load().is_read {
            self.refresh().await?;
        }
        Ok(())
    }

    /// Reads the catalogue.
    ///
    /// # Errors
    /// The database's own; the last good catalogue stays.
    pub async fn refresh(&self) -> Result<Vec<CredentialId>> {
        let _alone = self.rebuilding.lock().await;
        let seq = gate::newest_change(&self.db).await?;
        let rows = gate::catalogue(&self.db).await?;
        let fresh = Catalogue::build(rows, seq, |provider, row| gate::unseal(&self.db, provider, row));
        let changed = fresh.changed_credentials(&self.catalogue.load());
        self.catalogue.store(Arc::new(fresh));
        Ok(changed)
    }

    async fn rebuild(&self, seq: i64) -> Vec<CredentialId> {
        if self.catalogue.load().seq >= seq {
            return Vec::new();
        }
        self.refresh().await.unwrap_or_else(|cause| {
            tracing::warn!(%cause, "the catalogue could not be read; the last one stays until it can");
            Vec::new()
        })
    }
}

impl Card for KeyCard {
    fn changed_since(&self, log: &ChangeLog, seq: i64) -> bool {
        log.last(Change::Key(self.key.id)) > seq
    }

    fn weight(&self) -> usize {
        600 + self.key.ip_list.len() * 3 + self.limits.len() * 48 + self.key.name.len()
    }
}

impl Card for AppCard {
    fn changed_since(&self, log: &ChangeLog, seq: i64) -> bool {
        log.last(Change::App(self.app.id)) > seq || log.last(Change::Team(self.team.id)) > seq
    }

    fn weight(&self) -> usize {
        700 + self.subscriptions.len() * 500 + self.team_limits.len() * 48
    }
}

impl Card for UserCard {
    fn changed_since(&self, log: &ChangeLog, seq: i64) -> bool {
        log.last(Change::User(self.id)) > seq
            || self.teams.iter().any(|team| log.last(Change::Team(*team)) > seq)
    }

    fn weight(&self) -> usize {
        200 + self.teams.len() * 16
    }
}

impl Card for SessionCard {
    // What ends a session is told of its user.
    fn changed_since(&self, log: &ChangeLog, seq: i64) -> bool {
        log.last(Change::User(self.user)) > seq
    }

    fn weight(&self) -> usize {
        120
    }
}

/// How long an entry is good while the change feed cannot be read.
const GOOD_FOR: i64 = 15 * crate::base::clock::MINUTE;

fn too_old(loaded: Timestamp, confirmed: Timestamp, now: Timestamp) -> bool {
    now.since(loaded.max(confirmed)) > GOOD_FOR
}

#[cfg(test)]
mod tests;
