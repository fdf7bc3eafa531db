//! How a vendor fares: what the gateway knows of each credential now, and how the calls of a day ended.

use std::time::Duration;

use uuid::Uuid;

use crate::base::clock::DAY;
use crate::base::codes::Fault;
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
        Standing::Ready if report.fails_often() => ("warn", "Often failing", String::new()),
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

/// How the tries of the last 24 hours came out at a vendor.
#[derive(Default)]
pub struct Day {
    tries: i64,
    failed: i64,
    /// Of the failed: those whose call another try answered.
    mended: i64,
    /// The counts may be too low.
    cut: bool,
    /// Why tries failed, and what else kept calls from being answered that is not the vendor's doing.
    pub failures: Vec<Cause>,
    pub others: Vec<Cause>,
}

/// A code, or a state in words, and how often.
pub struct Cause {
    pub word: String,
    pub is_code: bool,
    count: i64,
}

impl Cause {
    pub fn times(&self) -> String {
        look::grouped(self.count)
    }
}

/// Reads it: the last try of each call from the roll-up, and those before it.
pub async fn day(db: &Db, id: ProviderId) -> Result<Day> {
    let from = db.now().minus(DAY);
    let outcomes = reports::vendor_outcomes(db, id, from).await?;
    let before = reports::passed_on(db, id, from).await?;
    let mut day = Day { cut: before.cut, ..Day::default() };
    for one in outcomes {
        day.count(&one.state, one.code.as_deref(), one.calls, 0);
    }
    for (code, tries, mended) in before.causes {
        day.count(CallState::Failed.word(), Some(&code), tries, mended);
    }
    for causes in [&mut day.failures, &mut day.others] {
        causes.sort_by_key(|cause| std::cmp::Reverse(cause.count));
    }
    Ok(day)
}

/// True when a try went wrong by the vendor, and not by what the caller sent or by this gateway.
fn is_vendors(code: Code) -> bool {
    match code {
        Code::VendorRejected => false,
        // The vendor knows no model of the name.
        Code::NoTarget => true,
        code => code.fault() == Fault::Vendor,
    }
}

impl Day {
    fn count(&mut self, state: &str, code: Option<&str>, tries: i64, mended: i64) {
        self.tries += tries;
        if state == CallState::Answered.word() {
            return;
        }
        let known = code.and_then(Code::parse);
        let is_error = CallState::parse(state).is_none_or(CallState::is_error);
        let causes = if is_error && known.is_some_and(is_vendors) {
            self.failed += tries;
            self.mended += mended;
            &mut self.failures
        } else {
            &mut self.others
        };
        let word = known.map_or_else(|| look::ended(state), |code| code.word().to_owned());
        match causes.iter_mut().find(|cause| cause.word == word) {
            Some(cause) => cause.count += tries,
            None => causes.push(Cause { word, is_code: known.is_some(), count: tries }),
        }
    }

    /// True without a try.
    pub fn is_quiet(&self) -> bool {
        self.tries == 0
    }

    /// "120 tries, 3 failed. Another try answered the call of 2 of them."
    pub fn line(&self) -> String {
        let tries = match self.tries {
            1 => "1 try".to_owned(),
            many if self.cut => format!("At least {} tries", look::grouped(many)),
            many => format!("{} tries", look::grouped(many)),
        };
        let rest: i64 = self.others.iter().map(|cause| cause.count).sum();
        match (self.tries, self.failed) {
            (0, _) => "No call.".to_owned(),
            (1, 0) if rest == 0 => "1 try, answered.".to_owned(),
            (_, 0) if rest == 0 => format!("{tries}, all answered."),
            (_, 0) => format!("{tries}, none failed."),
            (_, failed) => format!("{tries}, {} failed.{}", look::grouped(failed), self.mended()),
        }
    }

    fn mended(&self) -> String {
        match (self.mended, self.failed) {
            (0, _) => String::new(),
            (1, 1) => " Another try answered its call.".to_owned(),
            (mended, failed) if mended == failed => " Other tries answered their calls.".to_owned(),
            (mended, _) => format!(" Other tries answered the calls of {}.", look::grouped(mended)),
        }
    }
}

#[cfg(test)]
mod tests;
