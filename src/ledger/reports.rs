//! Sums for dashboards, from the hourly roll-up, and who calls with a key.

mod exposure;
mod outcomes;
mod secret_use;
mod tries;

use std::collections::BTreeMap;

use sea_orm::sea_query::{Expr, ExprTrait as _, SimpleExpr};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, Select,
};

use super::calls::Sight;
use super::record::CallState;
use crate::base::clock::HOUR;
use crate::base::ids::{AppId, KeyId, TeamId, VersionId};
use crate::base::{Nanos, Result, Timestamp};
use crate::store::Db;
use crate::store::entity::{call, usage_series, usage_sum};

pub use exposure::{Exposure, exposure};
pub use outcomes::{
    ApiOutcome, ModelCalls, SubscriptionCost, VendorOutcome, api_outcomes, key_calls, key_costs, model_calls,
    subscription_costs, vendor_outcomes,
};
pub use secret_use::{SecretCaller, SecretUse, secret_use};
pub use tries::{PassedOn, passed_on};

/// Calls of one hour that ended the same way.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Slice {
    /// Hours since 1970.
    pub hour: i64,
    pub state: String,
    pub code: Option<String>,
    pub calls: i64,
    pub unpriced: i64,
    pub input_tokens: i64,
    pub output_tokens: i64,
    pub cost_nanos: Nanos,
    pub total_us: i64,
}

/// What happened since a time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    pub calls: i64,
    pub errors: i64,
    pub tokens: i64,
    pub cost: Nanos,
    /// Calls with tokens whose cost is unknown; they are not in `cost`.
    pub unpriced: i64,
    /// Code (or the state where there is none) and how often, most first.
    pub causes: Vec<(String, i64)>,
    /// Calls and errors of each hour, oldest first, hours without calls included.
    pub hours: Vec<(Timestamp, i64, i64)>,
}

/// Sums up the calls one may see since `from`.
pub async fn summary(db: &Db, sight: &Sight, from: Timestamp) -> Result<Summary> {
    let first = from.0.div_euclid(HOUR);
    let last = Ord::max(db.now().0.div_euclid(HOUR), first);
    let slices = slices(db, sight, first).await?;
    let mut causes: BTreeMap<String, i64> = BTreeMap::new();
    let mut hours: BTreeMap<i64, (i64, i64)> = (first..=last).map(|hour| (hour, (0, 0))).collect();
    let mut summary = Summary::default();
    for slice in slices {
        let failed = CallState::parse(&slice.state).is_none_or(CallState::is_error);
        let errors = if failed { slice.calls } else { 0 };
        summary.calls += slice.calls;
        summary.errors += errors;
        summary.tokens += slice.input_tokens + slice.output_tokens;
        summary.cost = summary.cost.plus(slice.cost_nanos);
        summary.unpriced += slice.unpriced;
        if failed {
            *causes.entry(slice.code.unwrap_or(slice.state)).or_default() += slice.calls;
        }
        let hour = hours.entry(slice.hour).or_default();
        *hour = (hour.0 + slice.calls, hour.1 + errors);
    }
    summary.causes = causes.into_iter().collect();
    summary.causes.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    summary.hours =
        hours.into_iter().map(|(hour, (calls, errors))| (Timestamp(hour * HOUR), calls, errors)).collect();
    Ok(summary)
}

async fn slices(db: &Db, sight: &Sight, first: i64) -> Result<Vec<Slice>> {
    use usage_sum::Column;
    let mut query = since(first);
    query = query.column(Column::Hour).columns([usage_series::Column::State, usage_series::Column::Code]);
    for column in [
        Column::Calls,
        Column::Unpriced,
        Column::InputTokens,
        Column::OutputTokens,
        Column::CostNanos,
        Column::TotalUs,
    ] {
        query = query.expr_as(sum(column), sea_orm::IdenStatic::as_str(&column));
    }
    query = query.filter(scope(sight));
    query = query.group_by(Column::Hour);
    query = query.group_by(usage_series::Column::State).group_by(usage_series::Column::Code);
    Ok(query.into_model::<Slice>().all(db.calls()).await?)
}

/// The sums from this hour on, each beside its series.
fn since(hour: i64) -> Select<usage_sum::Entity> {
    usage_sum::Entity::find()
        .select_only()
        .inner_join(usage_series::Entity)
        .filter(usage_sum::Column::Hour.gte(hour))
}

/// PostgreSQL adds bigints up to a numeric, which must come back as a bigint.
fn sum(column: usage_sum::Column) -> SimpleExpr {
    Expr::col((usage_sum::Entity, column)).sum().cast_as("bigint")
}

fn last_hour() -> SimpleExpr {
    Expr::col((usage_sum::Entity, usage_sum::Column::Hour)).max()
}

fn scope(sight: &Sight) -> Condition {
    match sight {
        Sight::Everything => Condition::all(),
        Sight::Own { user, teams } => Condition::any()
            .add(usage_series::Column::UserId.eq(*user))
            .add(usage_series::Column::TeamId.is_in(teams.iter().copied())),
    }
}

/// An application that called a version.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct VersionCaller {
    pub version_id: VersionId,
    pub app_id: Option<AppId>,
    pub team_id: Option<TeamId>,
    pub calls: i64,
    /// The newest hour with a call, since 1970.
    pub last_hour: i64,
}

/// Who called these versions since `from`, most calls first: who must move before one is retired.
pub async fn version_callers(db: &Db, versions: &[VersionId], from: Timestamp) -> Result<Vec<VersionCaller>> {
    use usage_series::Column;
    let query = since(from.0.div_euclid(HOUR))
        .columns([Column::VersionId, Column::AppId, Column::TeamId])
        .expr_as(sum(usage_sum::Column::Calls), "calls")
        .expr_as(last_hour(), "last_hour")
        .filter(Column::VersionId.is_in(versions.iter().copied()))
        .group_by(Column::VersionId)
        .group_by(Column::AppId)
        .group_by(Column::TeamId);
    let mut callers = query.into_model::<VersionCaller>().all(db.calls()).await?;
    callers.sort_by_key(|caller| std::cmp::Reverse(caller.calls));
    Ok(callers)
}

/// One address and agent that used a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyCaller {
    pub ip: String,
    pub agent: String,
    pub first: Timestamp,
    pub last: Timestamp,
    /// Cause (`ok` where it went well) and how often, most first.
    pub causes: Vec<(String, i64)>,
    pub calls: i64,
}

/// Calls of a key that are looked at to find its callers.
const KEY_CALLS: u64 = 2_000;

#[derive(FromQueryResult)]
struct Seen {
    at: Timestamp,
    ip: String,
    agent: String,
    state: String,
    code: Option<String>,
}

/// Who used this key, in its latest calls; the one seen last comes first. What the actor may see
/// of the key is the door's business.
pub async fn key_callers(db: &Db, key: KeyId) -> Result<Vec<KeyCaller>> {
    use call::Column;
    let query = call::Entity::find()
        .select_only()
        .columns([Column::At, Column::Ip, Column::Agent, Column::State, Column::Code])
        .filter(Column::KeyId.eq(key))
        .order_by_desc(Column::Id)
        .limit(KEY_CALLS);
    let seen = query.into_model::<Seen>().all(db.calls()).await?;
    type Sum = (Timestamp, Timestamp, BTreeMap<String, i64>);
    let mut callers: BTreeMap<(String, String), Sum> = BTreeMap::new();
    for one in seen {
        let cause = match (one.code, one.state.as_str()) {
            (Some(code), _) => code,
            (None, "answered") => "ok".to_owned(),
            (None, _) => one.state,
        };
        let entry = callers.entry((one.ip, one.agent)).or_insert((one.at, one.at, BTreeMap::new()));
        entry.0 = Ord::min(entry.0, one.at);
        entry.1 = Ord::max(entry.1, one.at);
        *entry.2.entry(cause).or_default() += 1;
    }
    let mut callers: Vec<KeyCaller> = callers
        .into_iter()
        .map(|((ip, agent), (first, last, causes))| {
            let calls = causes.values().sum();
            let mut causes: Vec<_> = causes.into_iter().collect();
            causes.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
            KeyCaller { ip, agent, first, last, causes, calls }
        })
        .collect();
    callers.sort_by_key(|caller| std::cmp::Reverse(caller.last));
    Ok(callers)
}

#[cfg(test)]
mod tests;
