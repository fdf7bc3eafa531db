//! The filter of the list of calls as texts, the way an address carries it.

use std::str::FromStr;

use serde::Deserialize;

use super::calls::Filter;
use super::record::CallState;
use crate::base::clock::{DAY, HOUR};
use crate::base::ids::CallId;
use crate::base::{Code, Result, Timestamp};

/// Longest text of a filter.
const LONGEST: usize = 200;

/// What was asked for; what is empty does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// `all`: not only one's own, for those who may see everything; `mine`: one's own.
    pub scope: String,
    /// `1h`, `24h`, `7d`, `30d`; empty is any time.
    pub range: String,
    /// Days or moments, both included.
    pub from: String,
    pub to: String,
    pub state: String,
    pub code: String,
    /// `2xx` …
    pub status: String,
    pub app: String,
    pub key: String,
    pub api: String,
    pub version: String,
    pub subscription: String,
    pub model: String,
    pub provider: String,
    pub team: String,
    pub user: String,
    pub ip: String,
    pub stream: String,
    pub request: String,
    /// The page starts behind this call.
    pub before: String,
}

impl Asked {
    /// Reads the texts; also where the page starts.
    ///
    /// # Errors
    /// `field_invalid` naming the filter that cannot be read.
    pub fn read(&self, now: Timestamp) -> Result<(Filter, Option<CallId>)> {
        if let Some((name, _)) = self.pairs().into_iter().find(|(_, value)| value.chars().count() > LONGEST) {
            return Err(Code::FieldInvalid.saying(format!("At most {LONGEST} characters.")).on(name));
        }
        let filter = Filter {
            from: later(self.since(now)?, span("from", &self.from)?.map(|span| span.0)),
            to: span("to", &self.to)?.map(|span| span.1),
            state: word(
                "state",
                &self.state,
                "How a call ended, such as `answered` or `refused`.",
                CallState::parse,
            )?,
            code: word("code", &self.code, "An error code, such as `key_expired`.", Code::parse)?,
            status_class: word("status", &self.status, "One of `2xx`, `3xx`, `4xx`, `5xx`.", |text| {
                text.strip_suffix("xx")?.parse().ok().filter(|class| (2..=5).contains(class))
            })?,
            app: id("app", &self.app)?,
            key: id("key", &self.key)?,
            api: id("api", &self.api)?,
            version: id("version", &self.version)?,
            subscription: id("subscription", &self.subscription)?,
            model: text(&self.model),
            provider: id("provider", &self.provider)?,
            team: id("team", &self.team)?,
            user: id("user", &self.user)?,
            ip: text(&self.ip),
            stream: word("stream", &self.stream, "`yes` or `no`.", |text| match text {
                "yes" => Some(true),
                "no" => Some(false),
                _ => None,
            })?,
            request_id: text(&self.request),
        };
        Ok((filter, id("before", &self.before)?))
    }

    fn since(&self, now: Timestamp) -> Result<Option<Timestamp>> {
        word("range", &self.range, "One of `1h`, `24h`, `7d`, `30d`.", |text| match text {
            "1h" => Some(now.minus(HOUR)),
            "24h" => Some(now.minus(DAY)),
            "7d" => Some(now.minus(7 * DAY)),
            "30d" => Some(now.minus(30 * DAY)),
            _ => None,
        })
    }

    /// Name and value of each, in the order of the form.
    pub fn pairs(&self) -> Vec<(&'static str, &str)> {
        vec![
            ("scope", &self.scope),
            ("range", &self.range),
            ("from", &self.from),
            ("to", &self.to),
            ("state", &self.state),
            ("code", &self.code),
            ("status", &self.status),
            ("app", &self.app),
            ("key", &self.key),
            ("api", &self.api),
            ("version", &self.version),
            ("subscription", &self.subscription),
            ("model", &self.model),
            ("provider", &self.provider),
            ("team", &self.team),
            ("user", &self.user),
            ("ip", &self.ip),
            ("stream", &self.stream),
            ("request", &self.request),
            ("before", &self.before),
        ]
    }
}

fn text(text: &str) -> Option<String> {
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

fn word<T>(
    name: &'static str,
    text: &str,
    wanted: &'static str,
    read: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>> {
    if text.is_empty() {
        return Ok(None);
    }
    let bad = || Code::FieldInvalid.saying(wanted).on(name).as_status(400);
    read(text).map(Some).ok_or_else(bad)
}

fn id<T: FromStr>(name: &'static str, text: &str) -> Result<Option<T>> {
    word(name, text.trim(), "An id.", |text| text.parse().ok())
}

fn span(name: &'static str, text: &str) -> Result<Option<(Timestamp, Timestamp)>> {
    let wanted = "A day such as 2027-03-31, or a time such as 2027-03-31T12:00:00Z.";
    word(name, text.trim(), wanted, Timestamp::span)
}

fn later(a: Option<Timestamp>, b: Option<Timestamp>) -> Option<Timestamp> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.max(b)),
        (a, b) => a.or(b),
    }
}

#[cfg(test)]
mod tests;
