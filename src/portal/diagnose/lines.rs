//! The chain of checks as lines of a page.

use crate::base::{Code, Error};
use crate::gateway::explain::{Came, Check, Explanation, Verdict, chain};

/// One check.
pub struct Line {
    pub name: &'static str,
    /// `passed`, `failed` or `skipped`.
    pub state: &'static str,
    pub text: String,
}

/// The checks of a call that came so far and ended with this code; `said` is what its caller was told.
pub fn then(code: Option<Code>, came: Came, said: &str) -> Vec<Line> {
    lines(chain(code, came), said)
}

/// The checks of a call that was let through and whose end nobody saw.
pub fn lost() -> Vec<Line> {
    let mut lines = then(None, Came::Begun, "");
    if let Some(vendor) = lines.last_mut() {
        vendor.state = "skipped";
        vendor.text = "Nobody saw whether a vendor was asked".to_owned();
    }
    lines
}

/// The checks as they would go now.
pub fn now(explained: &Explanation) -> Vec<Line> {
    let why = explained.error.as_ref().map(Error::message);
    let mut lines = lines(explained.chain.clone(), why.unwrap_or_default());
    if explained.error.is_none() && explained.api.is_none() {
        for (line, _) in
            lines.iter_mut().zip(&explained.chain).filter(|(_, (check, _))| *check > Check::KeyRate)
        {
            line.state = "skipped";
            line.text = "Not judged: the call named no model".to_owned();
        }
    }
    lines
}

fn lines(chain: Vec<(Check, Verdict)>, why: &str) -> Vec<Line> {
    chain
        .into_iter()
        .map(|(check, verdict)| {
            let (state, text) = match verdict {
                Verdict::Passed => ("passed", check.label().to_owned()),
                Verdict::Failed => ("failed", why.to_owned()),
                Verdict::NotReached => ("skipped", "Not reached".to_owned()),
            };
            Line { name: name(check), state, text }
        })
        .collect()
}

/// What is checked, in one or two words.
fn name(check: Check) -> &'static str {
    match check {
        Check::Route => "Endpoint",
        Check::Room => "Room",
        Check::Credential => "Format",
        Check::Found => "Key",
        Check::Expiry => "Expiry",
        Check::Revocation => "Revocation",
        Check::Pause => "Pause",
        Check::Owner => "Owner",
        Check::Standing => "App and team",
        Check::Address => "Address",
        Check::KeyRate => "Key's rate",
        Check::Body => "Request",
        Check::Version => "API version",
        Check::Subscription => "Subscription",
        Check::Scope => "Scope",
        Check::Model => "Model",
        Check::Limits => "Limits",
        Check::Budget => "Budget",
        Check::Vendor => "Vendor",
    }
}
