//! Settled records as rows of the calls database.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap};

use sea_orm::prelude::Uuid;
use sha2::{Digest, Sha256};

use super::record::{Attempt, Begin, CallState, End, Refusal, UsageSource, What, Who};
use super::tail::Settled;
use crate::base::clock::HOUR;
use crate::base::ids::{CallId, ProviderId};
use crate::base::{Nanos, Timestamp};
use crate::store::entity::{attempt, budget_spent, call, refusal, usage_series, usage_sum};

/// The rows of some settled records, in their order.
#[derive(Default)]
pub struct Rows {
    pub calls: Vec<call::Model>,
    pub attempts: Vec<attempt::Model>,
    pub refusals: Vec<refusal::Model>,
}

/// What a batch adds up to. The parts are sorted, so that nodes lock their rows in one order.
#[derive(Default)]
pub struct Totals {
    budgets: BTreeMap<Budget, budget_spent::Model>,
    series: HashMap<Uuid, usage_series::Model>,
    sums: BTreeMap<(i64, Uuid), usage_sum::Model>,
}

type Budget = (&'static str, Uuid, String);

/// Makes the rows of those settled records that `wanted` names, and adds them to the totals. `stored` tells
/// which series need no row.
pub fn rows(
    settled: &[Settled],
    mut wanted: impl FnMut(Uuid) -> bool,
    stored: impl Fn(Uuid) -> bool,
    totals: &mut Totals,
) -> Rows {
    let mut rows = Rows::default();
    for entry in settled.iter().filter(|entry| wanted(id(entry))) {
        let last = match entry {
            Settled::Call(begin, end) => {
                rows.calls.push(call(begin, end));
                rows.attempts.extend(later_attempts(begin.at, end));
                totals.spend(begin, end);
                end.attempts.last()
            }
            Settled::Refusal(refusal) => {
                rows.calls.push(refused(refusal));
                None
            }
            Settled::Count(count) => {
                rows.refusals.push(refusal::Model {
                    id: count.id,
                    minute: count.minute,
                    net: clean(&count.net),
                    code: count.code.word().to_owned(),
                    n: count.count,
                });
                continue;
            }
        };
        if let Some(call) = rows.calls.last() {
            totals.count(call, last, &stored);
        }
    }
    rows
}

impl Totals {
    pub fn budgets(&mut self) -> Vec<budget_spent::Model> {
        std::mem::take(&mut self.budgets).into_values().collect()
    }

    /// What the sums are of, where that is not stored already.
    pub fn series(&mut self) -> Vec<usage_series::Model> {
        let mut series: Vec<_> = std::mem::take(&mut self.series).into_values().collect();
        series.sort_unstable_by_key(|row| row.id);
        series
    }

    pub fn sums(&mut self) -> Vec<usage_sum::Model> {
        std::mem::take(&mut self.sums).into_values().collect()
    }

    /// A call counts in the month in which it began, as its reservation did.
    fn spend(&mut self, begin: &Begin, end: &End) {
        if begin.reserved.budgets.is_empty() {
            return;
        }
        let period = begin.at.month();
        for (scope, subject) in &begin.reserved.budgets {
            let key = (scope.word(), *subject, period.clone());
            let row = self.budgets.entry(key).or_insert_with(|| budget_spent::Model {
                scope_kind: scope.word().to_owned(),
                scope_id: *subject,
                period: period.clone(),
                nanos: Nanos::ZERO,
                tokens: 0,
            });
            row.nanos = row.nanos.plus(end.cost.unwrap_or_default());
            row.tokens = row.tokens.saturating_add(whole(end.tokens.total()));
        }
    }

    fn count(&mut self, call: &call::Model, last: Option<&Attempt>, stored: impl Fn(Uuid) -> bool) {
        // A name that was refused is the caller's own invention: it must not make rows without end.
        let model = if call.state == CallState::Refused.word() { "" } else { &call.model };
        let provider = last.map(|attempt| attempt.provider);
        let id = series_id(call, provider, model);
        if !stored(id) {
            self.series.entry(id).or_insert_with(|| series(id, call, provider, model));
        }
        let one = sum_of(id, call);
        match self.sums.entry((one.hour, one.series_id)) {
            Entry::Vacant(place) => {
                place.insert(one);
            }
            Entry::Occupied(place) => {
                let sum = place.into_mut();
                sum.calls += 1;
                sum.unpriced += one.unpriced;
                sum.input_tokens = sum.input_tokens.saturating_add(one.input_tokens);
                sum.output_tokens = sum.output_tokens.saturating_add(one.output_tokens);
                sum.cost_nanos = sum.cost_nanos.plus(one.cost_nanos);
                sum.total_us = sum.total_us.saturating_add(one.total_us);
            }
        }
    }
}

pub fn id(entry: &Settled) -> Uuid {
    match entry {
        Settled::Call(begin, _) => begin.id.0,
        Settled::Refusal(refusal) => refusal.id.0,
        Settled::Count(count) => count.id,
    }
}

fn call(begin: &Begin, end: &End) -> call::Model {
    let mut row = blank(begin.id, begin.at, &begin.who, &begin.what);
    row.state = end.state.word().to_owned();
    row.code = end.code.map(|code| code.word().to_owned());
    row.status = i32::from(end.status);
    row.input_tokens = end.tokens.input.map(whole);
    row.cached_read_tokens = end.tokens.cached_read.map(whole);
    row.cache_write_tokens = end.tokens.cache_write.map(whole);
    row.output_tokens = end.tokens.output.map(whole);
    row.reasoning_tokens = end.tokens.reasoning.map(whole);
    row.usage_source = end.usage_source.word().to_owned();
    row.cost_nanos = end.cost;
    row.first_byte_us = end.first_byte_us;
    row.total_us = end.at.since(begin.at).max(0);
    row.policy_seq = end.policy_seq;
    row.facts = clean(&end.facts);
    row.attempts = i32::try_from(end.attempts.len()).unwrap_or(i32::MAX);
    if let Some(first) = end.attempts.first() {
        row.provider_id = Some(first.provider);
        row.target_id = Some(first.target);
        row.credential_id = first.credential;
        row.vendor_model = Some(clean(&first.vendor_model));
        row.attempt_code = first.code.map(|code| code.word().to_owned());
        row.attempt_status = Some(i32::from(first.status));
        row.attempt_after_us = Some(first.at.since(begin.at));
        row.attempt_us = Some(first.micros);
    }
    row
}

fn refused(refusal: &Refusal) -> call::Model {
    let mut row = blank(refusal.id, refusal.at, &refusal.who, &refusal.what);
    row.code = Some(refusal.code.word().to_owned());
    row.status = i32::from(refusal.status);
    row.total_us = refusal.micros.max(0);
    row.policy_seq = refusal.policy_seq;
    row.facts = clean(&refusal.facts);
    row
}

/// A refused call without answer, usage or attempt.
fn blank(id: CallId, at: Timestamp, who: &Who, what: &What) -> call::Model {
    call::Model {
        id,
        at,
        state: CallState::Refused.word().to_owned(),
        code: None,
        status: 0,
        endpoint: clean(&what.endpoint),
        model: clean(&what.model),
        stream: what.stream,
        team_id: who.team,
        app_id: who.app,
        key_id: who.key,
        secret_id: who.secret,
        user_id: who.user,
        key_prefix: clean(&who.key_prefix),
        ip: who.ip.to_canonical().to_string(),
        agent: clean(&who.agent),
        client_request_id: who.client_request_id.as_deref().map(clean),
        api_id: what.api,
        version_id: what.version,
        plan_id: what.plan,
        subscription_id: what.subscription,
        input_tokens: None,
        cached_read_tokens: None,
        cache_write_tokens: None,
        output_tokens: None,
        reasoning_tokens: None,
        usage_source: UsageSource::None.word().to_owned(),
        cost_nanos: None,
        first_byte_us: None,
        total_us: 0,
        policy_seq: 0,
        facts: String::new(),
        attempts: 0,
        provider_id: None,
        target_id: None,
        credential_id: None,
        vendor_model: None,
        attempt_code: None,
        attempt_status: None,
        attempt_after_us: None,
        attempt_us: None,
    }
}

fn later_attempts(start: Timestamp, end: &End) -> impl Iterator<Item = attempt::Model> {
    end.attempts.iter().zip(1..).skip(1).map(move |(attempt, number)| attempt::Model {
        call_id: end.id,
        number,
        provider_id: attempt.provider,
        target_id: attempt.target,
        credential_id: attempt.credential,
        vendor_model: clean(&attempt.vendor_model),
        code: attempt.code.map(|code| code.word().to_owned()),
        status: i32::from(attempt.status),
        after_us: attempt.at.since(start),
        micros: attempt.micros,
    })
}

/// The name of what a call is added up by: made from its parts, so that every node finds the same one.
fn series_id(call: &call::Model, provider: Option<ProviderId>, model: &str) -> Uuid {
    let mut sum = Sha256::new();
    for part in [
        call.team_id.map(|id| id.0),
        call.app_id.map(|id| id.0),
        call.key_id.map(|id| id.0),
        call.user_id.map(|id| id.0),
        call.subscription_id.map(|id| id.0),
        call.api_id.map(|id| id.0),
        call.version_id.map(|id| id.0),
        provider.map(|id| id.0),
    ] {
        sum.update(part.unwrap_or_default().as_bytes());
    }
    for part in [model, "\0", &call.state, "\0", call.code.as_deref().unwrap_or("")] {
        sum.update(part.as_bytes());
    }
    let digest: [u8; 32] = sum.finalize().into();
    Uuid::from_slice(digest.get(..16).unwrap_or(&[0; 16])).unwrap_or_default()
}

fn series(id: Uuid, call: &call::Model, provider: Option<ProviderId>, model: &str) -> usage_series::Model {
    usage_series::Model {
        id,
        team_id: call.team_id,
        app_id: call.app_id,
        key_id: call.key_id,
        user_id: call.user_id,
        subscription_id: call.subscription_id,
        api_id: call.api_id,
        version_id: call.version_id,
        provider_id: provider,
        model: model.to_owned(),
        state: call.state.clone(),
        code: call.code.clone(),
    }
}

fn sum_of(series: Uuid, call: &call::Model) -> usage_sum::Model {
    let tokens = call.input_tokens.is_some() || call.output_tokens.is_some();
    usage_sum::Model {
        hour: call.at.0.div_euclid(HOUR),
        series_id: series,
        calls: 1,
        unpriced: i64::from(tokens && call.cost_nanos.is_none()),
        input_tokens: call.input_tokens.unwrap_or(0),
        output_tokens: call.output_tokens.unwrap_or(0),
        cost_nanos: call.cost_nanos.unwrap_or_default(),
        total_us: call.total_us,
    }
}

fn whole(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// PostgreSQL takes no NUL in a text (B22).
fn clean(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}
