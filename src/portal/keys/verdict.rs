//! Would this key work now? The checks of a call, asked without making one.

use crate::base::Result;
use crate::base::ids::KeyId;
use crate::gateway::Gateway;
use crate::gateway::explain::{self, Question, Verdict};

/// The chain of checks as of now.
pub struct Now {
    pub checks: Vec<(&'static str, &'static str)>,
    /// What stops it: code, sentence, what to do; none when it works.
    pub refusal: Option<(&'static str, String, &'static str)>,
    /// Words for what would serve it; empty when none was reached.
    pub serves: String,
}

pub async fn now(gateway: &Gateway, key: KeyId, model: &str) -> Result<Now> {
    let model = Some(model).filter(|model| !model.is_empty());
    let told = explain::dry_run(gateway, Question { model, ..Question::of(key) }).await?;
    let state = |verdict| match verdict {
        Verdict::Passed => "passed",
        Verdict::Failed => "failed",
        Verdict::NotReached => "skipped",
    };
    let serves = match (&told.api, &told.plan) {
        (Some(api), Some(plan)) => format!(" by {api}, plan {plan}"),
        _ => String::new(),
    };
    Ok(Now {
        checks: told.chain.iter().map(|(check, verdict)| (check.label(), state(*verdict))).collect(),
        refusal: told
            .error
            .as_ref()
            .map(|error| (error.code().word(), error.message().to_owned(), error.code().next())),
        serves,
    })
}
