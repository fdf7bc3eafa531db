//! How a call reads.

use crate::base::ids::CallId;
use crate::base::{Code, Nanos, Timestamp};
use crate::domain::names::{Names, Wanted};
use crate::ledger::record::{CallState, UsageSource};
use crate::portal::look;
use crate::store::entity::call;

/// A call in a list.
pub struct CallLine {
    pub id: CallId,
    pub at: Timestamp,
    pub state: String,
    /// Empty where it went well.
    pub code: String,
    /// Empty for a call that a crash cut off.
    pub status: String,
    pub model: String,
    pub endpoint: String,
    pub stream: bool,
    /// `slug/v1`, or empty.
    pub version: String,
    pub app: String,
    pub key_prefix: String,
    pub tokens: String,
    /// None where the price is unknown or no vendor was asked.
    pub cost: Option<Nanos>,
    pub total: String,
}

impl CallLine {
    pub fn new(call: &call::Model, names: &Names) -> Self {
        Self {
            id: call.id,
            at: call.at,
            state: call.state.clone(),
            code: call.code.clone().unwrap_or_default(),
            status: if call.status == 0 { String::new() } else { call.status.to_string() },
            model: call.model.clone(),
            endpoint: call.endpoint.clone(),
            stream: call.stream,
            version: names.version(call.version_id),
            app: names.app(call.app_id),
            key_prefix: call.key_prefix.clone(),
            tokens: tokens(call),
            cost: cost(call),
            total: total(call),
        }
    }

    /// What its code says; empty without one.
    pub fn meaning(&self) -> &'static str {
        Code::parse(&self.code).map_or("", Code::message)
    }

    /// The names that lines show.
    pub fn wanted(calls: &[call::Model]) -> Wanted {
        Wanted {
            apps: calls.iter().filter_map(|call| call.app_id).collect(),
            versions: calls.iter().filter_map(|call| call.version_id).collect(),
            ..Wanted::default()
        }
    }
}

/// What it cost; none where that is unknown, or no vendor was asked and so nothing could cost.
pub fn cost(call: &call::Model) -> Option<Nanos> {
    call.cost_nanos.filter(|cost| cost.0 != 0 || call.provider_id.is_some())
}

/// "40 + 12": in and out, "≈ 40 + 12" where they were estimated; a dash where nobody counted.
pub fn tokens(call: &call::Model) -> String {
    match (call.input_tokens, call.output_tokens) {
        (None, None) => "—".to_owned(),
        // Older journals held the sum alone.
        (Some(all), None) if is_lost(call) => format!("up to {}", look::grouped(all)),
        (input, output) => {
            let about = match UsageSource::parse(&call.usage_source) {
                // What was set aside.
                _ if is_lost(call) => "up to ",
                Some(UsageSource::Estimated) => "≈ ",
                _ => "",
            };
            let (input, output) = (input.unwrap_or(0), output.unwrap_or(0));
            format!("{about}{} + {}", look::grouped(input), look::grouped(output))
        }
    }
}

/// How long it took; a dash where nobody saw its end.
pub fn total(call: &call::Model) -> String {
    if is_lost(call) { "—".to_owned() } else { look::duration(call.total_us) }
}

/// The process ended while it was open.
pub fn is_lost(call: &call::Model) -> bool {
    call.state == CallState::Lost.word()
}
