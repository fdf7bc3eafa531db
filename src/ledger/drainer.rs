//! Moves settled records from the journal to the database, and lets drained segments go.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use sea_orm::sea_query::{Expr, ExprTrait as _, IntoIden, Query, TableRef, UpdateStatement, ValueTuple};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait};

use super::checkpoint;
use super::journal::Journal;
use super::posting::{Kept, Trust, post};
use super::record::Who;
use super::segment::Place;
use super::tail::{Settled, Tail};
use crate::base::clock::MINUTE;
use crate::base::ids::KeyId;
use crate::base::{Code, OrCode, Result, Timestamp};
use crate::store::entity::key;
use crate::store::{Db, Dialect};

/// Calls of one transaction at most: the more, the fewer times a page is written.
const BATCH: usize = 12_000;
/// Keys whose last use is noted in one transaction, and in one statement of it.
const KEYS: usize = 5_000;
const ROWS: usize = 500;

type Use = (Timestamp, IpAddr);

/// The one reader of the journal.
pub struct Drainer {
    journal: Arc<Journal>,
    tail: Tail,
    /// Read, but not posted yet: the database was away.
    waiting: Option<(Arc<Vec<Settled>>, Trust)>,
    kept: Kept,
    saved: Option<Place>,
    /// In the order of the table, so that keys of one page are written together.
    used: BTreeMap<KeyId, Use>,
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
            kept: Kept::default(),
            saved: None,
            used: BTreeMap::new(),
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
                posted += match post(db, &self.kept, Arc::clone(&batch), trust).await {
                    Err(error) if trust == Trust::Fresh && error.code() == Code::Conflict => {
                        post(db, &self.kept, Arc::clone(&batch), Trust::Doubt).await?
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
        let some: Vec<(KeyId, Use)> = self.used.iter().take(KEYS).map(|(key, one)| (*key, *one)).collect();
        let keys: Vec<KeyId> = some.iter().map(|(key, _)| *key).collect();
        db.transact(async move |tx| {
            for part in some.chunks(ROWS) {
                tx.execute(&note_uses(part)).await?;
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

/// Both databases name the columns of `VALUES` `column1` and so on.
fn note_uses(uses: &[(KeyId, Use)]) -> UpdateStatement {
    let seen = |number: &'static str| Expr::col(("seen", number));
    let rows = uses.iter().map(|(key, (at, ip))| {
        ValueTuple::Three((*key).into(), (*at).into(), ip.to_canonical().to_string().into())
    });
    let newer = Condition::any()
        .add(key::Column::LastUsedAt.is_null())
        .add(Expr::col((key::Entity, key::Column::LastUsedAt)).lt(seen("column2")));
    Query::update()
        .table(key::Entity)
        .value(key::Column::LastUsedAt, seen("column2"))
        .value(key::Column::LastUsedIp, seen("column3"))
        .from(TableRef::ValuesList(rows.collect(), "seen".into_iden()))
        .and_where(Expr::col((key::Entity, key::Column::Id)).eq(seen("column1")))
        .cond_where(newer)
        .to_owned()
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
