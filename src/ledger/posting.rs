//! Writes a batch of settled records to the calls database, in one transaction, each once.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, Query, SimpleExpr, Value, Values};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, Iterable, ModelTrait, QueryFilter, QuerySelect, Statement,
};
use uuid::Uuid;

use super::rows::{self, Rows, Totals, rows};
use super::tail::Settled;
use crate::base::{Code, Result};
use crate::store::entity::{attempt, budget_spent, call, refusal, usage_series, usage_sum};
use crate::store::{Db, Dialect, Tx};

/// Rows of one statement. A few sizes only, so that few statements are prepared.
const SIZES: [usize; 5] = [500, 100, 25, 5, 1];
/// Records whose rows are made at a time: they stay in the processor's cache until they are written.
const PART: usize = 500;

/// Whether rows of the batch may be in the database already.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// They are new: a row that is there already makes this fail, and nothing is written.
    Fresh,
    /// They may be there: look first.
    Doubt,
}

/// What is kept between batches.
#[derive(Clone, Default)]
pub struct Kept {
    texts: Texts,
    series: Known,
}

/// Series that are stored: only a new one is written.
#[derive(Clone, Default)]
struct Known(Arc<Mutex<HashSet<Uuid>>>);

impl Known {
    /// Beyond this many (16 MB or so) it is learned anew.
    const MOST: usize = 500_000;

    fn lock(&self) -> MutexGuard<'_, HashSet<Uuid>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn has(&self, series: Uuid) -> bool {
        self.lock().contains(&series)
    }

    fn learn(&self, series: Vec<Uuid>) {
        let mut known = self.lock();
        if known.len() + series.len() > Self::MOST {
            known.clear();
        }
        known.extend(series);
    }
}

/// The text of each statement, made once: for 500 rows it names 20,000 values.
#[derive(Clone, Default)]
struct Texts(Arc<Mutex<HashMap<(&'static str, usize), String>>>);

impl Texts {
    fn find(
        &self,
        table: &'static str,
        size: usize,
        make: impl FnOnce() -> Result<String>,
    ) -> Result<String> {
        let mut texts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(text) = texts.get(&(table, size)) {
            return Ok(text.clone());
        }
        let text = make()?;
        texts.insert((table, size), text.clone());
        Ok(text)
    }
}

/// Posts the batch; gives how many entries were new.
pub async fn post(db: &Db, kept: &Kept, batch: Arc<Vec<Settled>>, trust: Trust) -> Result<usize> {
    let (texts, series) = (kept.texts.clone(), kept.series.clone());
    let (new, learned) = db
        .transact_calls(async move |tx| {
            let mut known = match trust {
                Trust::Fresh => None,
                Trust::Doubt => Some(known(&tx, &batch).await?),
            };
            let (mut new, mut totals) = (0, Totals::default());
            for part in batch.chunks(PART) {
                let wanted = |id| known.as_mut().is_none_or(|known| known.insert(id));
                let rows = rows(part, wanted, |id| series.has(id), &mut totals);
                new += write(&tx, &texts, rows).await?;
            }
            let missing = totals.series();
            insert::<budget_spent::Entity>(&tx, &texts, &totals.budgets(), &add_budget()).await?;
            insert::<usage_series::Entity>(&tx, &texts, &missing, &nothing(&[usage_series::Column::Id]))
                .await?;
            insert::<usage_sum::Entity>(&tx, &texts, &totals.sums(), &add_sum()).await?;
            Ok((new, missing.into_iter().map(|row| row.id).collect()))
        })
        .await?;
    // After the commit: what was rolled back is not known.
    kept.series.learn(learned);
    Ok(new)
}

/// Ids of the batch that are stored.
async fn known(tx: &Tx, batch: &[Settled]) -> Result<HashSet<Uuid>> {
    let mut known = HashSet::new();
    for part in batch.chunks(500) {
        let calls = call::Entity::find()
            .select_only()
            .column(call::Column::Id)
            .filter(call::Column::Id.is_in(part.iter().map(rows::id)));
        known.extend(calls.into_tuple::<Uuid>().all(tx).await?);
        let counts = part.iter().filter(|entry| matches!(entry, Settled::Count(_))).map(rows::id);
        let refusals = refusal::Entity::find()
            .select_only()
            .column(refusal::Column::Id)
            .filter(refusal::Column::Id.is_in(counts));
        known.extend(refusals.into_tuple::<Uuid>().all(tx).await?);
    }
    Ok(known)
}

async fn write(tx: &Tx, texts: &Texts, rows: Rows) -> Result<usize> {
    let new = rows.calls.len() + rows.refusals.len();
    let mut written = insert::<call::Entity>(tx, texts, &rows.calls, &nothing(&[call::Column::Id])).await?;
    written += insert::<refusal::Entity>(tx, texts, &rows.refusals, &nothing(&[refusal::Column::Id])).await?;
    if written != new {
        return Err(Code::Conflict.with(format!("{} of {new} calls are stored already", new - written)));
    }
    let attempt = nothing(&[attempt::Column::CallId, attempt::Column::Number]);
    insert::<attempt::Entity>(tx, texts, &rows.attempts, &attempt).await?;
    Ok(new)
}

fn nothing<C: ColumnTrait>(key: &[C]) -> OnConflict {
    OnConflict::columns(key.iter().copied()).do_nothing().to_owned()
}

fn add_budget() -> OnConflict {
    use budget_spent::Column::{Nanos, Period, ScopeId, ScopeKind, Tokens};
    let mut on = OnConflict::columns([ScopeKind, ScopeId, Period]);
    add(&mut on, budget_spent::Entity, &[Nanos, Tokens]);
    on
}

fn add_sum() -> OnConflict {
    use usage_sum::Column::{Calls, CostNanos, Hour, InputTokens, OutputTokens, SeriesId, TotalUs, Unpriced};
    let mut on = OnConflict::columns([Hour, SeriesId]);
    add(&mut on, usage_sum::Entity, &[Calls, Unpriced, InputTokens, OutputTokens, CostNanos, TotalUs]);
    on
}

fn add<E: EntityTrait>(on: &mut OnConflict, table: E, columns: &[E::Column]) {
    for column in columns {
        let sum = Expr::col((table, *column)).add(Expr::col(("excluded", *column)));
        on.value(*column, sum);
    }
}

async fn insert<E: EntityTrait>(
    tx: &Tx,
    texts: &Texts,
    mut rows: &[E::Model],
    on: &OnConflict,
) -> Result<usize> {
    let mut written = 0;
    for size in SIZES {
        while let Some((part, rest)) = rows.split_at_checked(size) {
            let text = texts.find(E::default().table_name(), size, || text::<E>(tx, size, on))?;
            let values = part.iter().flat_map(|row| E::Column::iter().map(|column| row.get(column)));
            let statement =
                Statement::from_sql_and_values(tx.get_database_backend(), text, Values(values.collect()));
            let done = tx.execute_raw(statement).await?;
            written += usize::try_from(done.rows_affected()).unwrap_or(0);
            rows = rest;
        }
    }
    Ok(written)
}

/// An insert of so many rows, with a place for each value in the order of the table's columns.
fn text<E: EntityTrait>(tx: &Tx, size: usize, on: &OnConflict) -> Result<String> {
    let mut insert = Query::insert();
    insert.into_table(E::default().table_ref()).columns(E::Column::iter()).on_conflict(on.clone());
    for _ in 0..size {
        let places = E::Column::iter().map(|_| SimpleExpr::from(Value::Bool(None)));
        insert.values(places).map_err(|error| Code::Internal.with(error))?;
    }
    let text = tx.get_database_backend().build(&insert).sql;
    // A statement that fails undoes the whole transaction here. SQLite would copy each page that the
    // statement touches to undo the statement alone; OR FAIL spares that.
    Ok(if tx.dialect() == Dialect::Sqlite {
        text.replacen("INSERT INTO", "INSERT OR FAIL INTO", 1)
    } else {
        text
    })
}
