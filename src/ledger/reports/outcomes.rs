//! Sums over the hourly roll-up that answer one question of one page.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, FromQueryResult, QueryFilter, QuerySelect};

use super::{last_hour, since, sum};
use crate::base::clock::HOUR;
use crate::base::ids::{ApiId, KeyId, ProviderId, SubscriptionId, VersionId};
use crate::base::{Nanos, Result, Timestamp};
use crate::ledger::record::CallState;
use crate::store::Db;
use crate::store::entity::usage_series::Column;
use crate::store::entity::usage_sum;

/// How calls that ended at a vendor came out.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct VendorOutcome {
    /// A word of `CallState`.
    pub state: String,
    pub code: Option<String>,
    pub calls: i64,
    /// The newest hour with one, since 1970.
    pub last_hour: i64,
}

/// Outcomes of calls whose last try went to this vendor, since `from`; most first.
pub async fn vendor_outcomes(db: &Db, provider: ProviderId, from: Timestamp) -> Result<Vec<VendorOutcome>> {
    let query = since(from.0.div_euclid(HOUR))
        .columns([Column::State, Column::Code])
        .expr_as(sum(usage_sum::Column::Calls), "calls")
        .expr_as(last_hour(), "last_hour")
        .filter(Column::ProviderId.eq(provider))
        .group_by(Column::State)
        .group_by(Column::Code);
    let mut outcomes = query.into_model::<VendorOutcome>().all(db.calls()).await?;
    outcomes.sort_by_key(|outcome| std::cmp::Reverse(outcome.calls));
    Ok(outcomes)
}

/// Calls with a key since the hour of `from`, refused ones included.
pub async fn key_calls(db: &Db, key: KeyId, from: Timestamp) -> Result<i64> {
    let query = since(from.0.div_euclid(HOUR))
        .expr_as(sum(usage_sum::Column::Calls), "calls")
        .filter(Column::KeyId.eq(key));
    let calls: Option<Option<i64>> = query.into_tuple().one(db.calls()).await?;
    Ok(calls.flatten().unwrap_or_default())
}

/// How often a model of a version was called.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct ModelCalls {
    pub model: String,
    pub calls: i64,
}

/// Calls to these public names of a version since `from`, names without a call left out.
pub async fn model_calls(
    db: &Db,
    version: VersionId,
    names: &[String],
    from: Timestamp,
) -> Result<Vec<ModelCalls>> {
    let query = since(from.0.div_euclid(HOUR))
        .columns([Column::Model])
        .expr_as(sum(usage_sum::Column::Calls), "calls")
        .filter(Column::VersionId.eq(version))
        .filter(Column::Model.is_in(names))
        .group_by(Column::Model);
    Ok(query.into_model::<ModelCalls>().all(db.calls()).await?)
}

/// What one subscription cost.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct SubscriptionCost {
    pub subscription_id: SubscriptionId,
    pub calls: i64,
    pub cost_nanos: Nanos,
    /// Calls with tokens whose cost is unknown.
    pub unpriced: i64,
}

/// What these subscriptions cost since `from`, those without a call left out. Ask for at most 500.
pub async fn subscription_costs(
    db: &Db,
    ids: &[SubscriptionId],
    from: Timestamp,
) -> Result<Vec<SubscriptionCost>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let query = since(from.0.div_euclid(HOUR))
        .columns([Column::SubscriptionId])
        .expr_as(sum(usage_sum::Column::Calls), "calls")
        .expr_as(sum(usage_sum::Column::CostNanos), "cost_nanos")
        .expr_as(sum(usage_sum::Column::Unpriced), "unpriced")
        .filter(Column::SubscriptionId.is_in(ids.iter().copied()))
        .group_by(Column::SubscriptionId);
    Ok(query.into_model::<SubscriptionCost>().all(db.calls()).await?)
}

/// How the calls to an API came out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ApiOutcome {
    pub answered: i64,
    /// Turned away here: by a key, a plan, a limit.
    pub refused: i64,
    /// Their caller hung up.
    pub left: i64,
    /// Let through, and yet without a whole answer.
    pub failed: i64,
}

impl ApiOutcome {
    /// Calls that were let through and whose caller waited: of these a share is answered.
    pub fn served(&self) -> i64 {
        self.answered + self.failed
    }

    fn add(&mut self, state: Option<CallState>, calls: i64) {
        let part = match state {
            Some(CallState::Answered) => &mut self.answered,
            Some(CallState::Refused) => &mut self.refused,
            Some(CallState::CutClient) => &mut self.left,
            Some(CallState::Failed | CallState::CutVendor | CallState::Lost) | None => &mut self.failed,
        };
        *part += calls;
    }
}

#[derive(FromQueryResult)]
struct Ended {
    api_id: ApiId,
    state: String,
    calls: i64,
}

/// How the calls to these APIs came out since `from`, those without a call left out. Ask for at most 500.
pub async fn api_outcomes(
    db: &Db,
    apis: impl IntoIterator<Item = ApiId>,
    from: Timestamp,
) -> Result<HashMap<ApiId, ApiOutcome>> {
    let query = since(from.0.div_euclid(HOUR))
        .columns([Column::ApiId, Column::State])
        .expr_as(sum(usage_sum::Column::Calls), "calls")
        .filter(Column::ApiId.is_in(apis))
        .group_by(Column::ApiId)
        .group_by(Column::State);
    let mut outcomes: HashMap<ApiId, ApiOutcome> = HashMap::new();
    for row in query.into_model::<Ended>().all(db.calls()).await? {
        outcomes.entry(row.api_id).or_default().add(CallState::parse(&row.state), row.calls);
    }
    Ok(outcomes)
}

#[derive(FromQueryResult)]
struct KeyCost {
    key_id: KeyId,
    cost_nanos: Nanos,
    unpriced: i64,
}

/// What these keys cost since `from`, those without a call left out; `None` where no call of one had a
/// known price. Ask for at most 500.
pub async fn key_costs(
    db: &Db,
    keys: impl IntoIterator<Item = KeyId>,
    from: Timestamp,
) -> Result<HashMap<KeyId, Option<Nanos>>> {
    let query = since(from.0.div_euclid(HOUR))
        .columns([Column::KeyId])
        .expr_as(sum(usage_sum::Column::CostNanos), "cost_nanos")
        .expr_as(sum(usage_sum::Column::Unpriced), "unpriced")
        .filter(Column::KeyId.is_in(keys))
        .group_by(Column::KeyId);
    let rows = query.into_model::<KeyCost>().all(db.calls()).await?;
    let known = |row: &KeyCost| (row.cost_nanos.0 > 0 || row.unpriced == 0).then_some(row.cost_nanos);
    Ok(rows.iter().map(|row| (row.key_id, known(row))).collect())
}
