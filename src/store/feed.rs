//! The change feed: what was written, told to the caches of this node after commit and polled by all.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use sea_orm_migration::async_trait;
use uuid::Uuid;

use super::entity::change;
use crate::base::Result;
use crate::base::ids::{AppId, KeyId, TeamId, UserId};

/// Whose rows changed. One change drops one entry, whatever hangs on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Change {
    /// A key or its secrets, also a new one.
    Key(KeyId),
    /// An application, its team's state, its subscriptions or limits.
    App(AppId),
    /// A user's state or memberships.
    User(UserId),
    /// A team's state, members or limits.
    Team(TeamId),
    /// Providers, credentials, models, targets, prices, APIs, versions, plans, their limits.
    Catalogue,
    /// Settings of the site.
    Settings,
}

impl Change {
    pub fn word(self) -> &'static str {
        match self {
            Self::Key(_) => "key",
            Self::App(_) => "app",
            Self::User(_) => "user",
            Self::Team(_) => "team",
            Self::Catalogue => "catalogue",
            Self::Settings => "settings",
        }
    }

    pub fn subject(self) -> Uuid {
        match self {
            Self::Key(id) => id.0,
            Self::App(id) => id.0,
            Self::User(id) => id.0,
            Self::Team(id) => id.0,
            Self::Catalogue | Self::Settings => Uuid::nil(),
        }
    }

    /// Reads a row back; a word of a newer release is taken as the widest change.
    pub fn read(word: &str, subject: Uuid) -> Self {
        match word {
            "key" => Self::Key(KeyId(subject)),
            "app" => Self::App(AppId(subject)),
            "user" => Self::User(UserId(subject)),
            "team" => Self::Team(TeamId(subject)),
            "settings" => Self::Settings,
            _ => Self::Catalogue,
        }
    }
}

/// A change and its place in the order of commits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Noted {
    pub seq: i64,
    pub change: Change,
}

/// Somebody whose memory must follow what is stored.
#[async_trait::async_trait]
pub trait Listener: Send + Sync {
    /// Called in order of commit for each node's own changes, and again by the poll: must be idempotent.
    async fn apply(&self, noted: &[Noted]);
}

#[derive(Default)]
pub(super) struct Feed {
    listeners: RwLock<Vec<Arc<dyn Listener>>>,
    /// Everything up to here was there before this feed, or was told by the poll.
    seen: AtomicI64,
}

impl Feed {
    /// A feed of what comes after now. Made before anybody reads what they will keep in memory, so
    /// that no change falls between their first read and the first poll.
    pub async fn from_now(on: &DatabaseConnection) -> Result<Self> {
        let newest = change::Entity::find().order_by_desc(change::Column::Seq).one(on).await?;
        Ok(Self { seen: AtomicI64::new(newest.map_or(0, |row| row.seq)), ..Self::default() })
    }

    pub fn add(&self, listener: Arc<dyn Listener>) {
        self.listeners.write().unwrap_or_else(PoisonError::into_inner).push(listener);
    }

    pub async fn publish(&self, noted: &[Noted]) {
        if noted.is_empty() {
            return;
        }
        let listeners = self.listeners.read().unwrap_or_else(PoisonError::into_inner).clone();
        for listener in listeners {
            listener.apply(noted).await;
        }
    }

    pub async fn poll(&self, on: &DatabaseConnection) -> Result<()> {
        const PAGE: u64 = 1_000;
        loop {
            let seen = self.seen.load(Ordering::Acquire);
            let rows = change::Entity::find()
                .filter(change::Column::Seq.gt(seen))
                .order_by_asc(change::Column::Seq)
                .limit(PAGE)
                .all(on)
                .await?;
            let Some(last) = rows.last().map(|row| row.seq) else { return Ok(()) };
            let noted: Vec<Noted> = rows
                .iter()
                .map(|row| Noted { seq: row.seq, change: Change::read(&row.kind, row.subject) })
                .collect();
            self.publish(&noted).await;
            self.seen.store(last, Ordering::Release);
        }
    }
}
