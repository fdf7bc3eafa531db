//! Tries that failed and were followed by another: the roll-up knows a call by its last try alone.

use sea_orm::sea_query::{CaseStatement, Expr, ExprTrait as _, JoinType, Order, Query, SelectStatement};
use sea_orm::{Condition, ConnectionTrait, QueryResult};

use crate::base::clock::HOUR;
use crate::base::ids::ProviderId;
use crate::base::{Result, Timestamp};
use crate::ledger::calls::oldest;
use crate::ledger::record::CallState;
use crate::store::Db;
use crate::store::entity::{attempt, call};

/// Later tries looked at, the newest first: more of them in a day are rare, and would keep a page waiting.
const MOST: u64 = 50_000;

/// Tries at a vendor after each of which the call went on to another try.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PassedOn {
    /// Why they failed, how many did, and how many of their calls were answered in the end.
    pub causes: Vec<(String, i64, i64)>,
    /// There may be more: only the newest were looked at.
    pub cut: bool,
}

/// Reads them since the hour of `from`, as the roll-up counts.
pub async fn passed_on(db: &Db, provider: ProviderId, from: Timestamp) -> Result<PassedOn> {
    let query = query(db, Timestamp(from.0.div_euclid(HOUR) * HOUR));
    let mut found = PassedOn::default();
    let mut seen = 0;
    for row in db.calls().query_all(&query).await? {
        let tries: i64 = row.try_get("", "tries")?;
        seen += tries;
        if row.try_get::<Option<ProviderId>>("", "vendor")? == Some(provider) {
            found.add(&row, tries)?;
        }
    }
    found.cut = seen >= i64::try_from(MOST).unwrap_or(i64::MAX);
    Ok(found)
}

impl PassedOn {
    fn add(&mut self, row: &QueryResult, tries: i64) -> Result<()> {
        // Each has one, but for a try that was dropped unjudged.
        let Some(code) = row.try_get::<Option<String>>("", "why")? else { return Ok(()) };
        let state: String = row.try_get("", "ended")?;
        let answered = if state == CallState::Answered.word() { tries } else { 0 };
        match self.causes.iter_mut().find(|(known, ..)| *known == code) {
            Some((_, sum, mended)) => (*sum, *mended) = (*sum + tries, *mended + answered),
            None => self.causes.push((code, tries, answered)),
        }
        Ok(())
    }
}

/// Each row of `attempts` says that the try before it failed: that one stands in the call where it was the
/// first, and in a row of its own where it was not. So a day without a second try reads nothing else.
fn query(db: &Db, from: Timestamp) -> SelectStatement {
    use attempt::Column::{CallId, Code, Number, ProviderId};
    let later = Query::select()
        .columns([CallId, Number])
        .from(attempt::Entity)
        .and_where(Expr::col(CallId).gte(oldest(db, from)))
        .order_by(CallId, Order::Desc)
        .limit(MOST)
        .to_owned();
    let before = |first: call::Column, other: attempt::Column| {
        let is_second = Expr::col(("later", Number)).eq(2);
        CaseStatement::new()
            .case(is_second, Expr::col((call::Entity, first)))
            .finally(Expr::col((attempt::Entity, other)))
    };
    Query::select()
        .expr_as(before(call::Column::ProviderId, ProviderId), "vendor")
        .expr_as(before(call::Column::AttemptCode, Code), "why")
        .expr_as(Expr::col((call::Entity, call::Column::State)), "ended")
        .expr_as(Expr::col(("later", CallId)).count(), "tries")
        .from_subquery(later, "later")
        .inner_join(call::Entity, Expr::col((call::Entity, call::Column::Id)).equals(("later", CallId)))
        .join(
            JoinType::LeftJoin,
            attempt::Entity,
            Condition::all()
                .add(Expr::col((attempt::Entity, CallId)).equals(("later", CallId)))
                .add(Expr::col((attempt::Entity, Number)).eq(Expr::col(("later", Number)).sub(1))),
        )
        .and_where(Expr::col((call::Entity, call::Column::At)).gte(from))
        // No table here has a column of these names, so that they are the ones above.
        .group_by_columns(["vendor", "why", "ended"])
        .to_owned()
}
