//! How a vendor fares: what the gateway knows of each credential now, and how the calls of a day ended.

use std::time::Duration;

use uuid::Uuid;

use crate::base::clock::DAY;
use crate::base::ids::ProviderId;
use crate::base::{Code, Result};
use crate::domain::supply::ProviderView;
use crate::gateway::Gateway;
use crate::gateway::health::{Aside, Report, Standing, Why};
use crate::ledger::record::CallState;
use crate::ledger::reports;
use crate::portal::look;
use crate::store::Db;

/// One credential (or the vendor itself, where it needs none) as a badge and a sentence.
pub struct Pulse {
    pub tone: &'static str,
    pub label: &'static str,
    pub text: String,
}

/// Reads it.
pub fn pulse(gateway: &Gateway, id: Uuid) -> Pulse {
    told(&gateway.health_of(id))
}

fn told(report: &Report) -> Pulse {
    let (tone, label, now) = match report.standing {
        Standing::Ready if !report.models.is_empty() => ("warn", "Ready in part", String::new()),
        Standing::Ready if report.judged == 0 => ("quiet", "Not used since the start", String::new()),
        // Not so bad that the gateway looks for another, and nothing to call well.
        Standing::Ready if report.judged >= 5 && report.failed * 2 > report.judged => {
            ("warn", "Often failing", String::new())
        }
        Standing::Ready => ("ok", "Ready", String::new()),
        Standing::Shaky => ("warn", "Failing", "Used when nothing better is left. ".to_owned()),
        Standing::Cooling { wait, why } => {
            let text = format!("{}: not used for {}. ", reason(why), seconds(wait));
            (if why == Why::Credential { "bad" } else { "warn" }, "Cooling down", text)
        }
    };
    let models: String = report.models.iter().map(aside).collect();
    Pulse { tone, label, text: format!("{now}{models}{}", tries(report)) }
}

/// One model that this credential does not serve now.
fn aside(one: &Aside) -> String {
    let rest = match one.is_last_resort {
        true => "asked only when nothing better is left, for",
        false => "not used for",
    };
    format!("{} for {}: {rest} {}. ", reason(one.why), one.model, seconds(one.wait))
}

/// The worst of a vendor's credentials that are switched on; none when all fare well.
pub fn trouble(gateway: &Gateway, view: &ProviderView) -> Option<Pulse> {
    let usable = view.credentials.iter().filter(|credential| credential.is_usable());
    let mut ids: Vec<Uuid> = usable.map(|credential| credential.id.0).collect();
    if view.credentials.is_empty() {
        ids.push(view.provider.id.0);
    }
    let rank = |pulse: &Pulse| ["warn", "bad"].iter().position(|tone| *tone == pulse.tone);
    let pulses = ids.into_iter().map(|id| pulse(gateway, id));
    pulses.filter(|pulse| rank(pulse).is_some()).max_by_key(rank)
}

fn reason(why: Why) -> &'static str {
    match why {
        Why::Limited => "The vendor's own limit was reached",
        Why::Overloaded => "The vendor is overloaded",
        Why::Credential => "The vendor does not take this credential",
        Why::Failing => "Too many tries failed",
        Why::Denied => "The vendor does not give this credential the model it was asked",
        Why::Missing => "The vendor knows no model of the name it was asked",
    }
}

fn tries(report: &Report) -> String {
    if report.judged == 0 && report.last_failure.is_none() {
        return String::new();
    }
    let counted = match (report.failed, report.judged) {
        (_, 0) => String::new(),
        (0, 1) => "The last try went well.".to_owned(),
        (0, judged) => format!("The last {judged} tries went well."),
        (failed, judged) => format!("{failed} of the last {judged} tries failed."),
    };
    match report.last_failure {
        Some((ago, why)) => {
            format!("{counted} Last failure {} ago: {}.", seconds(ago), word(why)).trim().to_owned()
        }
        None => counted,
    }
}

fn word(why: Why) -> &'static str {
    match why {
        Why::Limited => "limited by the vendor",
        Why::Overloaded => "overloaded",
        Why::Credential => "credential refused",
        Why::Failing => "failed",
        Why::Denied => "model refused",
        Why::Missing => "model unknown",
    }
}

fn seconds(time: Duration) -> String {
    match time.as_secs() {
        0 => "less than a second".to_owned(),
        seconds @ 1..=89 => format!("{seconds} s"),
        seconds @ 90..=5_399 => format!("{} min", (seconds + 30) / 60),
        seconds => format!("{} h", (seconds + 1_800) / 3_600),
    }
}

/// How the calls of the last 24 hours ended at a vendor.
pub struct Day {
    pub calls: i64,
    pub failed: i64,
    /// Code or state of those that did not go well, how often, and whether it is a code.
    pub causes: Vec<(String, String, bool)>,
}

/// Reads it from the roll-up.
pub async fn day(db: &Db, id: ProviderId) -> Result<Day> {
    let outcomes = reports::vendor_outcomes(db, id, db.now().minus(DAY)).await?;
    let calls = outcomes.iter().map(|one| one.calls).sum();
    let bad: Vec<_> = outcomes.into_iter().filter(|one| one.state != CallState::Answered.word()).collect();
    // How many callers left is told beside the errors.
    let is_error =
        |one: &&reports::VendorOutcome| CallState::parse(&one.state).is_none_or(CallState::is_error);
    let failed = bad.iter().filter(is_error).map(|one| one.calls).sum();
    let causes = bad.into_iter().map(|one| {
        let word = one.code.unwrap_or(one.state);
        let is_code = Code::parse(&word).is_some();
        (if is_code { word } else { look::ended(&word) }, look::grouped(one.calls), is_code)
    });
    Ok(Day { calls, failed, causes: causes.collect() })
}

impl Day {
    /// "120 calls, 3 refused or failed".
    pub fn line(&self) -> String {
        match (self.calls, self.failed) {
            (0, _) => "No call.".to_owned(),
            (1, 0) => "1 call, answered.".to_owned(),
            (calls, 0) if self.causes.is_empty() => format!("{}, all answered.", look::count(calls, "call")),
            (calls, 0) => format!("{}, none refused or failed.", look::count(calls, "call")),
            (calls, failed) => {
                format!("{}, {} refused or failed.", look::count(calls, "call"), look::grouped(failed))
            }
        }
    }
}

#[cfg(test)]
mod tests;
