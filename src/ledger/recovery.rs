//! What the journal says after a crash: which calls began and never ended.

use std::collections::HashMap;
use std::io;
use std::path::Path;

use super::record::{Begin, CallState, End, Record, Tokens, UsageSource};
use super::segment::{self, Segment};
use super::tail::Open;
use crate::base::Timestamp;
use crate::base::ids::CallId;

pub struct Found {
    pub open: HashMap<CallId, Begin>,
    /// The time of the newest record.
    pub last: Timestamp,
}

/// Reads all segments once.
pub fn scan(folder: &Path, segments: &[Segment]) -> io::Result<Found> {
    let mut open = Open::default();
    let mut last = Timestamp(0);
    for segment in segments {
        let mut offset = 0;
        while offset < segment.bytes {
            offset = segment::read(folder, *segment, offset, |_, payload| {
                let Some(record) = super::codec::decode(payload) else { return };
                last = last.max(time(&record));
                open.settle(segment.number, record, true);
            })?;
        }
    }
    Ok(Found { open: open.into_begins(), last })
}

/// How a call ends of which only the begin survived: all that was set aside counts as spent.
pub fn lost(begin: &Begin, at: Timestamp) -> End {
    let counted = |tokens: i64| u64::try_from(tokens).ok().filter(|tokens| *tokens > 0);
    let (prompt, answer) =
        (begin.reserved.prompt, begin.reserved.tokens.saturating_sub(begin.reserved.prompt));
    let budgeted = begin.reserved.nanos.0 > 0 || !begin.reserved.budgets.is_empty();
    End {
        id: begin.id,
        at: at.max(begin.at),
        state: CallState::Lost,
        code: None,
        status: 0,
        tokens: Tokens { input: counted(prompt), output: counted(answer), ..Tokens::default() },
        usage_source: UsageSource::Estimated,
        cost: budgeted.then_some(begin.reserved.nanos),
        first_byte_us: None,
        attempts: Vec::new(),
        policy_seq: 0,
        facts: String::new(),
    }
}

fn time(record: &Record) -> Timestamp {
    match record {
        Record::Begin(begin) | Record::Carried(begin) => begin.at,
        Record::End(end) => end.at,
        Record::Refusal(refusal) => refusal.at,
        Record::Count(_) => Timestamp(0),
    }
}
