//! The filters of the list, as they stand in its address.

use serde_json::{Map, Value};

use crate::base::ids::CallId;
use crate::base::{Code, Result, Timestamp};
use crate::ledger::asked::Asked;
use crate::ledger::calls::Filter;
use crate::ledger::record::CallState;
use crate::portal::look::{self, Choice};
use crate::portal::paging;
use crate::web::FieldErrors;

/// Filters that have a field of their own; the others are told above the list.
pub const FIELDS: [&str; 8] = ["range", "state", "code", "status", "model", "ip", "stream", "request"];

/// Asks for the filters that name a thing as well.
pub const MORE: &str = "more";

/// What an address asks for, without the parts of it that cannot be read: each is told, none is followed.
pub struct Told {
    pub asked: Asked,
    pub filter: Filter,
    pub before: Option<CallId>,
    /// The filters that name a thing are shown with their options.
    pub more: bool,
    pub errors: FieldErrors,
}

/// Reads the query of the list.
///
/// # Errors
/// What is no fault of the query.
pub fn read(query: Vec<(String, String)>, now: Timestamp) -> Result<Told> {
    let (mut known, mut unknown, mut more) = (Map::new(), Vec::new(), false);
    for (name, value) in query {
        if name == MORE {
            more = !value.is_empty();
        } else if Asked::default().pairs().iter().any(|(field, _)| *field == name) {
            known.insert(name, Value::String(value));
        } else {
            unknown.push(format!("`{name}` is no filter of this list"));
        }
    }
    let mut errors = FieldErrors::default();
    loop {
        let asked: Asked = serde_json::from_value(Value::Object(known.clone())).unwrap_or_default();
        let error = match asked.read(now) {
            Ok((filter, before)) => {
                if !unknown.is_empty() {
                    errors.add("", format!("{}. The list below goes without.", unknown.join("; ")));
                }
                return Ok(Told { asked, filter, before, more, errors });
            }
            Err(error) => error,
        };
        let field = error.param().unwrap_or_default().to_owned();
        let Some(Value::String(value)) = known.remove(&field) else { return Err(error) };
        let short: String = value.chars().take(40).collect();
        if FIELDS.contains(&field.as_str()) {
            errors.add(&field, format!("“{short}” cannot be read; the list goes without it."));
        } else {
            let what = match field.as_str() {
                "before" => "the id of no call".to_owned(),
                "from" | "until" => "no time".to_owned(),
                _ => format!("no `{field}`"),
            };
            unknown.push(format!("“{short}” is {what}"));
        }
    }
}

/// True when everything is shown.
pub fn is_empty(asked: &Asked) -> bool {
    asked.pairs().iter().all(|(name, value)| *name == "scope" || value.is_empty())
}

/// The address of the same list, starting behind a call.
pub fn older(asked: &Asked, base: &str, before: CallId) -> String {
    paging::address(base, Asked { before: before.to_string(), ..asked.clone() }.pairs())
}

/// The address of the list without one of its filters, from its newest call on.
pub fn without(asked: &Asked, base: &str, name: &str) -> String {
    paging::address(base, asked.pairs().into_iter().filter(|(other, _)| *other != name && *other != "before"))
}

/// The options of the selects.
pub struct Choices {
    pub ranges: Vec<Choice>,
    pub states: Vec<Choice>,
    pub statuses: Vec<Choice>,
    pub streams: Vec<Choice>,
    pub codes: Vec<Choice>,
}

impl Choices {
    pub fn new() -> Self {
        let any = |label: &str| Choice::new("", label);
        let mut states = vec![any("Any outcome")];
        states
            .extend(CallState::ALL.iter().map(|state| Choice::new(state.word(), look::ended(state.word()))));
        let mut codes = vec![any("Any cause")];
        codes.extend(Code::ALL.iter().map(|code| Choice::new(code.word(), code.word())));
        Self {
            ranges: vec![
                any("Any time"),
                Choice::new("1h", "Last hour"),
                Choice::new("24h", "Last 24 hours"),
                Choice::new("7d", "Last 7 days"),
                Choice::new("30d", "Last 30 days"),
            ],
            states,
            statuses: [any("Any status")]
                .into_iter()
                .chain(["2xx", "4xx", "5xx"].map(|class| Choice::new(class, class)))
                .collect(),
            streams: vec![any("Streamed or not"), Choice::new("yes", "Streamed"), Choice::new("no", "Whole")],
            codes,
        }
    }
}

#[cfg(test)]
mod tests;
