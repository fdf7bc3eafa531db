//! The list of calls as CSV, safe to open in a spreadsheet.

use futures_util::Stream;
use futures_util::stream::try_unfold;

use super::calls::{Filter, Sight, list};
use crate::base::ids::CallId;
use crate::base::{Code, OrCode, Result};
use crate::store::Db;
use crate::store::entity::call;

/// Rows of one piece: what is in memory at a time.
const PAGE: u64 = 1_000;

const HEAD: [&str; 26] = [
    "id",
    "time",
    "state",
    "code",
    "status",
    "endpoint",
    "model",
    "stream",
    "team",
    "app",
    "key",
    "key_prefix",
    "user",
    "api",
    "version",
    "plan",
    "ip",
    "agent",
    "client_request_id",
    "input_tokens",
    "output_tokens",
    "usage_source",
    "cost_usd",
    "first_byte_ms",
    "total_ms",
    "attempts",
];

/// All calls that the filter lets through, newest first, piece by piece. No piece is empty, and the first
/// holds the head.
pub fn csv(db: Db, sight: Sight, filter: Filter) -> impl Stream<Item = Result<Vec<u8>>> {
    let place = Some(Place { before: None, head: true });
    try_unfold((db, sight, filter, place), async |(db, sight, filter, place)| {
        let Some(place) = place else { return Ok(None) };
        let (piece, next) = piece(&db, &sight, &filter, place).await?;
        Ok((!piece.is_empty()).then_some((piece, (db, sight, filter, next))))
    })
}

/// Where a piece begins.
struct Place {
    before: Option<CallId>,
    head: bool,
}

async fn piece(db: &Db, sight: &Sight, filter: &Filter, place: Place) -> Result<(Vec<u8>, Option<Place>)> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    if place.head {
        writer.write_record(HEAD).or_code(Code::Internal)?;
    }
    let mut before = place.before;
    loop {
        let page = list(db, sight, filter, before, PAGE).await?;
        for call in &page.calls {
            writer.write_record(record(call).map(safe)).or_code(Code::Internal)?;
        }
        before = page.next;
        // A page that found nothing in its stretch of time may have a next one.
        if !page.calls.is_empty() || before.is_none() {
            break;
        }
    }
    let piece = writer.into_inner().map_err(|error| Code::Internal.with(error.error()))?;
    Ok((piece, before.map(|id| Place { before: Some(id), head: false })))
}

fn record(call: &call::Model) -> [String; 26] {
    let id = |id: Option<uuid::Uuid>| id.map(|id| id.to_string()).unwrap_or_default();
    let number = |count: Option<i64>| count.map(|count| count.to_string()).unwrap_or_default();
    [
        call.id.to_string(),
        call.at.rfc3339(),
        call.state.clone(),
        call.code.clone().unwrap_or_default(),
        call.status.to_string(),
        call.endpoint.clone(),
        call.model.clone(),
        call.stream.to_string(),
        id(call.team_id.map(|it| it.0)),
        id(call.app_id.map(|it| it.0)),
        id(call.key_id.map(|it| it.0)),
        call.key_prefix.clone(),
        id(call.user_id.map(|it| it.0)),
        id(call.api_id.map(|it| it.0)),
        id(call.version_id.map(|it| it.0)),
        id(call.plan_id.map(|it| it.0)),
        call.ip.clone(),
        call.agent.clone(),
        call.client_request_id.clone().unwrap_or_default(),
        number(call.input_tokens),
        number(call.output_tokens),
        call.usage_source.clone(),
        call.cost_nanos.map(|cost| dollars(cost.0)).unwrap_or_default(),
        number(call.first_byte_us.map(|us| us / 1_000)),
        (call.total_us / 1_000).to_string(),
        call.attempts.to_string(),
    ]
}

fn dollars(nanos: i64) -> String {
    let sign = if nanos < 0 { "-" } else { "" };
    let nanos = nanos.unsigned_abs();
    format!("{sign}{}.{:09}", nanos / 1_000_000_000, nanos % 1_000_000_000)
}

/// A cell that a spreadsheet would run as a formula is made plain text.
pub fn safe(cell: String) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) { format!("'{cell}") } else { cell }
}

#[cfg(test)]
mod tests;
