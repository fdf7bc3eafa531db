//! Moves settled records from the journal to the database, and lets drained segments go.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter};

use super::checkpoint;
use super::journal::Journal;
use super::posting::{Texts, Trust, post};
use super::record::Who;
use super::segment::Place;
use super::tail::{Settled, Tail};
use crate::base::clock::MINUTE;
use crate::base::ids::KeyId;
use crate::base::{Code, OrCode, Result, Timestamp};
use crate::store::entity::key;
use crate::store::{Db, Dialect};

const BATCH: usize = 2_000;
/// Keys whose last use is noted in one go.
const KEYS: usize = 500;

/// The one reader of the journal.
pub struct Drainer {
    journal: Arc<Journal>,
    tail: Tail,
    /// Read, but not posted yet: the database was away.
    waiting: Option<(Arc<Vec<Settled>>, Trust)>,
    texts: Texts,
    saved: Option<Place>,
    used: HashMap<KeyId, (Timestamp, IpAddr)>,
    noted_at: Timestamp,
}

impl Drainer {
    pub fn new(journal: Arc<Journal>) -> Self {
        let posted = checkpoint::load(journal.folder());
        let tail = Tail::new(posted);
        Self {
            journal,
            tail,
            waiting: None,
            texts: Texts::default(),
            saved: None,
            used: HashMap::new(),
            noted_at: Timestamp(0),
        }
    }

    /// Posts all that is settled; gives how many entries were new.
    pub async fn drain(&mut self, db: &Db) -> Result<usize> {
        let mut posted = 0;
        loop {
            let (batch, trust, more) = match self.waiting.take() {
                Some((batch, trust)) => (batch, trust, true),
                None => {
                    let (settled, more) = self.tail.read(&self.journal, BATCH).or_code(Code::Internal)?;
                    let old = self.tail.place().segment < self.journal.session();
                    (Arc::new(settled), if old { Trust::Doubt } else { Trust::Fresh }, more)
                }
            };
            if !batch.is_empty() {
                self.waiting = Some((Arc::clone(&batch), Trust::Doubt));
                posted += match post(db, &self.texts, Arc::clone(&batch), trust).await {
                    Err(error) if trust == Trust::Fresh && error.code() == Code::Conflict => {
                        post(db, &self.texts, Arc::clone(&batch), Trust::Doubt).await?
                    }
                    done => done?,
                };
                self.waiting = None;
                batch.iter().for_each(|entry| self.note_use(entry));
            }
            if !more {
                break;
            }
        }
        self.tidy(db).await?;
        self.save_uses(db).await?;
        Ok(posted)
    }

    /// Deletes segments that are posted to their end. Calls still open in them are carried on first.
    async fn tidy(&mut self, db: &Db) -> Result<()> {
        let place = self.tail.place();
        if self.saved != Some(place) {
            checkpoint::save(self.journal.folder(), place).or_code(Code::Internal)?;
            self.saved = Some(place);
        }
        let behind = self.tail.behind(&self.journal);
        if behind.is_empty() {
            return Ok(());
        }
        let mut gone = Vec::new();
        for (number, open) in behind {
            let carried = open.into_iter().try_for_each(|id| self.tail.carry(&self.journal, id));
            match carried {
                Ok(()) => gone.push(number),
                Err(error) => tracing::warn!(%error, number, "an open call keeps a segment of the journal"),
            }
        }
        self.journal.sync().or_code(Code::Internal)?;
        make_durable(db).await?;
        for number in gone {
            self.journal.remove(number).or_code(Code::Internal)?;
        }
        Ok(())
    }

    fn note_use(&mut self, entry: &Settled) {
        let (who, at): (&Who, _) = match entry {
            Settled::Call(begin, _) => (&begin.who, begin.at),
            Settled::Refusal(refusal) if refusal.proved => (&refusal.who, refusal.at),
            _ => return,
        };
        let Some(key) = who.key else { return };
        let last = self.used.entry(key).or_insert((at, who.ip));
        if at >= last.0 {
            *last = (at, who.ip);
        }
    }

    /// Notes on each key when it was last used, at most once a minute.
    async fn save_uses(&mut self, db: &Db) -> Result<()> {
        let now = db.now();
        if self.used.is_empty() || now.since(self.noted_at) < MINUTE {
            return Ok(());
        }
        let some: Vec<_> = self.used.iter().take(KEYS).map(|(key, (at, ip))| (*key, *at, *ip)).collect();
        let keys: Vec<KeyId> = some.iter().map(|(key, ..)| *key).collect();
        db.transact(async move |tx| {
            for (id, at, ip) in some {
                let newer = Condition::any()
                    .add(key::Column::LastUsedAt.is_null())
                    .add(key::Column::LastUsedAt.lt(at));
                key::Entity::update_many()
                    .col_expr(key::Column::LastUsedAt, Expr::value(at))
                    .col_expr(key::Column::LastUsedIp, Expr::value(ip.to_canonical().to_string()))
                    .filter(key::Column::Id.eq(id))
                    .filter(newer)
                    .exec(&tx)
                    .await?;
            }
            Ok(())
        })
        .await?;
        for key in keys {
            self.used.remove(&key);
        }
        if self.used.is_empty() {
            self.noted_at = now;
        }
        Ok(())
    }
}

/// SQLite's call file is written without a sync per commit; before the journal lets go of its copy,
/// what was committed must be on the disk.
async fn make_durable(db: &Db) -> Result<()> {
    if db.dialect() == Dialect::Sqlite {
        db.calls_writer().execute_unprepared("PRAGMA wal_checkpoint(PASSIVE)").await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
