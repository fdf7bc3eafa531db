//! The list of calls, as far as one may see it, and one call with its attempts.
//!
//! Ids sort by time, so pages go by id. A filter that no index serves looks at a bounded stretch of
//! calls at a time: the answer says where to go on, and stays quick however many calls there are.

use sea_orm::sea_query::{Expr, Order, Query, SelectStatement, UnionType};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::record::{CAUSE, CallState, NEXT, RECEIVED, SAID};
use crate::base::ids::{ApiId, AppId, CallId, KeyId, ProviderId, SubscriptionId, TeamId, UserId, VersionId};
use crate::base::{Code, Result, Timestamp};
use crate::store::Db;
use crate::store::entity::{attempt, call};

/// Calls looked at for one page when no index serves the filter.
const STRETCH: u64 = 50_000;
/// Teams whose calls are looked for apart, each by its index; more of them are rare, and looked for in one.
const TEAMS: usize = 20;

/// Whose calls may be seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sight {
    Everything,
    /// Those of one's own keys, and those of the teams one owns.
    Own {
        user: UserId,
        teams: Vec<TeamId>,
    },
}

impl Sight {
    /// True when this call may be seen whole.
    pub fn sees(&self, call: &call::Model) -> bool {
        match self {
            Self::Everything => true,
            Self::Own { user, teams } => {
                call.user_id == Some(*user) || call.team_id.is_some_and(|team| teams.contains(&team))
            }
        }
    }

    /// The call without what speaks of the operator's account at a vendor, for those it is not for.
    fn shown(&self, mut call: call::Model) -> call::Model {
        let end = call.facts.find(&format!(" {CAUSE}="));
        if let Some(end) = end.filter(|_| *self != Self::Everything) {
            call.facts.truncate(end);
        }
        call
    }
}

/// What to look for; what is absent does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    pub from: Option<Timestamp>,
    pub to: Option<Timestamp>,
    pub state: Option<CallState>,
    pub code: Option<Code>,
    /// 2 to 5: the first digit of the status.
    pub status_class: Option<u8>,
    pub app: Option<AppId>,
    pub key: Option<KeyId>,
    pub api: Option<ApiId>,
    pub version: Option<VersionId>,
    pub subscription: Option<SubscriptionId>,
    pub model: Option<String>,
    /// Of the first attempt.
    pub provider: Option<ProviderId>,
    pub team: Option<TeamId>,
    pub user: Option<UserId>,
    pub ip: Option<String>,
    pub stream: Option<bool>,
    /// Our id, or else the caller's own.
    pub request_id: Option<String>,
}

/// One page of the list, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    pub calls: Vec<call::Model>,
    /// Where the next page starts.
    pub next: Option<CallId>,
    /// True when the page ended because enough calls were looked at, not because it is full.
    pub stopped: bool,
}

/// Lists the calls before `before` that the filter lets through, at most `most` of them.
pub async fn list(
    db: &Db,
    sight: &Sight,
    filter: &Filter,
    before: Option<CallId>,
    most: u64,
) -> Result<Listing> {
    let range = Range::new(db, filter, before);
    let branches = branches(sight, filter);
    let bound = if loose(filter) { bound(db, &branches, &range).await? } else { None };
    let condition = conditions(filter).add_option(bound.map(|id| call::Column::Id.gte(id)));
    let condition = range.apply(condition);
    let mut calls = match branches.as_slice() {
        [one] => {
            let found = call::Entity::find().filter(one.clone()).filter(condition);
            found.order_by_desc(call::Column::Id).limit(most + 1).all(db.calls()).await?
        }
        several => {
            let ids = ids(db, several, &condition, most + 1).await?;
            let found = call::Entity::find().filter(call::Column::Id.is_in(ids));
            found.order_by_desc(call::Column::Id).all(db.calls()).await?
        }
    };
    let full = calls.len() as u64 > most;
    calls.truncate(usize::try_from(most).unwrap_or(usize::MAX));
    let next = if full { calls.last().map(|call| call.id) } else { bound };
    let calls = calls.into_iter().map(|call| sight.shown(call)).collect();
    Ok(Listing { calls, next, stopped: !full && bound.is_some() })
}

/// Ids bounded by the page before and by the times asked for.
struct Range {
    before: Option<CallId>,
    newest: Option<CallId>,
    oldest: Option<CallId>,
}

impl Range {
    fn new(db: &Db, filter: &Filter, before: Option<CallId>) -> Self {
        Self {
            before,
            newest: filter.to.map(|to| edge(to.plus(2_000), Uuid::max())),
            oldest: filter.from.map(|from| oldest(db, from)),
        }
    }

    fn apply(&self, condition: Condition) -> Condition {
        condition
            .add_option(self.before.map(|id| call::Column::Id.lt(id)))
            .add_option(self.newest.map(|id| call::Column::Id.lte(id)))
            .add_option(self.oldest.map(|id| call::Column::Id.gte(id)))
    }
}

fn millis(id: Uuid) -> i64 {
    i64::try_from(id.as_u128() >> 80).unwrap_or(i64::MAX)
}

/// No call made since `from` has an id before this one.
pub(super) fn oldest(db: &Db, from: Timestamp) -> CallId {
    // Ids carry the system's time; a clock that was moved (in tests) is ahead of it.
    let fresh = Timestamp(millis(CallId::fresh().0).saturating_mul(1_000));
    let ahead = db.now().since(fresh).max(0);
    edge(from.minus(ahead).minus(1_000_000), Uuid::nil())
}

/// The first or last id of a millisecond.
fn edge(at: Timestamp, fill: Uuid) -> CallId {
    let millis = u128::from(at.millis().max(0).unsigned_abs()) & ((1 << 48) - 1);
    CallId(Uuid::from_u128(millis << 80 | (fill.as_u128() & ((1 << 80) - 1))))
}

/// Conditions each of which an index serves; together they are what may be seen.
fn branches(sight: &Sight, filter: &Filter) -> Vec<Condition> {
    let all = Condition::all();
    match sight {
        Sight::Everything => vec![all],
        // A key's own index serves; so many teams would make too long a question.
        Sight::Own { user, teams } if filter.key.is_some() || teams.len() > TEAMS => {
            let mine = call::Column::UserId.eq(*user);
            vec![Condition::any().add(mine).add(call::Column::TeamId.is_in(teams.iter().copied()))]
        }
        Sight::Own { user, teams } => {
            let teams = teams.iter().map(|team| Condition::all().add(call::Column::TeamId.eq(*team)));
            [all.add(call::Column::UserId.eq(*user))].into_iter().chain(teams).collect()
        }
    }
}

/// True when a part of the filter has to look into each call.
fn loose(filter: &Filter) -> bool {
    let Filter { state, status_class, app, api, version, subscription, model, provider, ip, .. } = filter;
    let own_id = filter.request_id.as_deref().is_some_and(|text| Uuid::try_parse(text).is_err());
    own_id
        || state.is_some()
        || status_class.is_some()
        || app.is_some()
        || api.is_some()
        || version.is_some()
        || subscription.is_some()
        || model.is_some()
        || provider.is_some()
        || ip.is_some()
        || filter.stream.is_some()
}

/// What an index serves of the filter: the stretch is counted along it.
fn indexed(filter: &Filter) -> Condition {
    Condition::all()
        .add_option(filter.key.map(|id| call::Column::KeyId.eq(id)))
        .add_option(filter.code.map(|code| call::Column::Code.eq(code.word())))
        .add_option(filter.team.map(|id| call::Column::TeamId.eq(id)))
        .add_option(filter.user.map(|id| call::Column::UserId.eq(id)))
}

fn conditions(filter: &Filter) -> Condition {
    let (from, to) = match filter.status_class {
        Some(class) => (Some(i32::from(class) * 100), Some(i32::from(class) * 100 + 99)),
        None => (None, None),
    };
    indexed(filter)
        .add_option(filter.from.map(|at| call::Column::At.gte(at)))
        .add_option(filter.to.map(|at| call::Column::At.lte(at)))
        .add_option(filter.state.map(|state| call::Column::State.eq(state.word())))
        .add_option(from.map(|status| call::Column::Status.gte(status)))
        .add_option(to.map(|status| call::Column::Status.lte(status)))
        .add_option(filter.app.map(|id| call::Column::AppId.eq(id)))
        .add_option(filter.api.map(|id| call::Column::ApiId.eq(id)))
        .add_option(filter.version.map(|id| call::Column::VersionId.eq(id)))
        .add_option(filter.subscription.map(|id| call::Column::SubscriptionId.eq(id)))
        .add_option(filter.model.as_deref().map(|name| call::Column::Model.eq(name)))
        .add_option(filter.provider.map(|id| call::Column::ProviderId.eq(id)))
        .add_option(filter.ip.as_deref().map(|ip| call::Column::Ip.eq(ip)))
        .add_option(filter.stream.map(|stream| call::Column::Stream.eq(stream)))
        .add_option(filter.request_id.as_deref().map(|text| match Uuid::try_parse(text) {
            Ok(id) => call::Column::Id.eq(id),
            Err(_) => call::Column::ClientRequestId.eq(text),
        }))
}

/// The id at which a page stops looking: the end of the stretch, in whichever branch it comes first.
async fn bound(db: &Db, branches: &[Condition], range: &Range) -> Result<Option<CallId>> {
    let stretch = |branch: &Condition| {
        select(range.apply(Condition::all().add(branch.clone()))).limit(1).offset(STRETCH).to_owned()
    };
    let Some(query) = union(branches.iter().map(stretch), 1) else { return Ok(None) };
    let found = db.calls().query_one(&query).await?;
    Ok(found.map(|row| row.try_get("", "id")).transpose()?)
}

async fn ids(db: &Db, branches: &[Condition], condition: &Condition, most: u64) -> Result<Vec<CallId>> {
    let page = |branch: &Condition| {
        select(Condition::all().add(branch.clone()).add(condition.clone())).limit(most).to_owned()
    };
    let Some(query) = union(branches.iter().map(page), most) else { return Ok(Vec::new()) };
    let rows = db.calls().query_all(&query).await?;
    Ok(rows.iter().map(|row| row.try_get("", "id")).collect::<Result<_, _>>()?)
}

fn select(condition: Condition) -> SelectStatement {
    let mut query = Query::select();
    query.column(call::Column::Id).from(call::Entity).cond_where(condition);
    query.order_by(call::Column::Id, Order::Desc).to_owned()
}

/// The newest ids of all parts, each once.
fn union(parts: impl Iterator<Item = SelectStatement>, most: u64) -> Option<SelectStatement> {
    let mut wrapped = parts.zip(0..).map(|(part, number)| {
        Query::select().expr(Expr::col("id")).from_subquery(part, format!("part{number}")).to_owned()
    });
    let mut query = wrapped.next()?;
    for other in wrapped {
        query.union(UnionType::Distinct, other);
    }
    Some(query.order_by("id", Order::Desc).limit(most).to_owned())
}

/// A call with its attempts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    pub call: call::Model,
    /// All of them, the first included, in order.
    pub attempts: Vec<attempt::Model>,
}

/// One call, if it may be seen.
pub async fn find(db: &Db, sight: &Sight, id: CallId) -> Result<Option<Told>> {
    let found = call::Entity::find_by_id(id).one(db.calls()).await?;
    match found.filter(|call| sight.sees(call)) {
        None => Ok(None),
        Some(call) => Ok(Some(Told { attempts: attempts(db, &call).await?, call: sight.shown(call) })),
    }
}

/// One call for the diagnosis. A refusal of a stranger belongs to nobody: whoever has its id, from the
/// answer, may learn the cause, and no more than the answer told. The beginning of the key that was sent
/// stays in it for the door, to find the asker's own key by; it is not to be shown.
pub async fn find_for_diagnosis(db: &Db, sight: &Sight, id: CallId) -> Result<Option<Told>> {
    let Some(mut call) = call::Entity::find_by_id(id).one(db.calls()).await? else { return Ok(None) };
    if !sight.sees(&call) {
        if call.team_id.is_some() || call.key_id.is_some() || call.user_id.is_some() {
            return Ok(None);
        }
        call.ip.clear();
        call.agent.clear();
        let told =
            [RECEIVED, NEXT, SAID].iter().filter_map(|word| call.facts.find(&format!("{word}="))).min();
        call.facts = told.and_then(|from| call.facts.get(from..)).unwrap_or_default().to_owned();
        call.client_request_id = None;
    }
    Ok(Some(Told { attempts: attempts(db, &call).await?, call: sight.shown(call) }))
}

async fn attempts(db: &Db, call: &call::Model) -> Result<Vec<attempt::Model>> {
    let mut attempts: Vec<attempt::Model> = first_attempt(call).into_iter().collect();
    if call.attempts > 1 {
        let later = attempt::Entity::find().filter(attempt::Column::CallId.eq(call.id));
        attempts.extend(later.order_by_asc(attempt::Column::Number).all(db.calls()).await?);
    }
    Ok(attempts)
}

fn first_attempt(call: &call::Model) -> Option<attempt::Model> {
    Some(attempt::Model {
        call_id: call.id,
        number: 1,
        provider_id: call.provider_id?,
        target_id: call.target_id?,
        credential_id: call.credential_id,
        vendor_model: call.vendor_model.clone().unwrap_or_default(),
        code: call.attempt_code.clone(),
        status: call.attempt_status.unwrap_or(0),
        after_us: call.attempt_after_us.unwrap_or(0),
        micros: call.attempt_us.unwrap_or(0),
    })
}

#[cfg(test)]
mod tests;
