//! Would this key work now? The checks of a call, asked without making one.

use crate::base::Result;
use crate::domain::actor::Actor;
use crate::gateway::Gateway;
use crate::gateway::explain::{self, Question, Verdict};
use crate::portal::diagnose::fix::{Fix, for_key};
use crate::store::entity::key;

/// The chain of checks as of now.
pub struct Now {
    pub checks: Vec<(&'static str, &'static str)>,
    /// What stops it; none when it works.
    pub refusal: Option<Refusal>,
    /// Words for what would serve it; empty when none was reached.
    pub serves: String,
    /// Every check of the key passes, and yet there is no model that a call could name.
    pub empty: bool,
}

/// Why a call is refused, and the one thing to do about it.
pub struct Refusal {
    pub code: &'static str,
    pub message: String,
    pub next: String,
    pub fix: Option<Fix>,
}

impl Now {
    pub fn stops(&self) -> bool {
        self.refusal.is_some() || self.empty
    }
}

/// `any`: the application has a model that it may call.
pub async fn now(gateway: &Gateway, actor: &Actor, key: &key::Model, model: &str, any: bool) -> Result<Now> {
    let model = Some(model).filter(|model| !model.is_empty());
    let told = explain::dry_run(gateway, Question { model, ..Question::of(key.id) }).await?;
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
        empty: told.error.is_none() && !any,
        refusal: told.error.as_ref().map(|error| Refusal {
            code: error.code().word(),
            message: error.message().to_owned(),
            next: error.next().to_owned(),
            fix: for_key(actor, key, error),
        }),
        serves,
    })
}
