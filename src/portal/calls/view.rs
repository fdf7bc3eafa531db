//! How a call reads.

use crate::base::ids::CallId;
use crate::base::{Nanos, Timestamp};
use crate::domain::names::{Names, Wanted};
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
    /// None where the price is unknown.
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
            cost: call.cost_nanos,
            total: look::duration(call.total_us),
        }
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

/// "40 + 12": in and out; a dash where nobody counted.
pub fn tokens(call: &call::Model) -> String {
    if call.input_tokens.is_none() && call.output_tokens.is_none() {
        return "—".to_owned();
    }
    let (input, output) = (call.input_tokens.unwrap_or(0), call.output_tokens.unwrap_or(0));
    format!("{} + {}", look::grouped(input), look::grouped(output))
}
