//! Which targets to try, in which order: position, weight, health, what the format offers.

use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;

use crate::base::ids::CallId;
use crate::base::{Code, Error, Result};
use crate::upstream::{Health, Standing, Why};
use crate::vendors;
use crate::wire::Endpoint;

use super::directory::{Credential, Model, Target};

/// One target with the credential it would be asked with.
#[derive(Clone)]
pub struct Choice {
    pub target: Arc<Target>,
    /// Its place in the provider's pool; absent where the provider needs none.
    credential: Option<usize>,
}

impl Choice {
    pub fn credential(&self) -> Option<&Credential> {
        self.credential.and_then(|at| self.target.provider.credentials.get(at))
    }

    /// What is sent to the vendor as its key, to be taken out of what it says; nothing where it needs none.
    pub fn secret(&self) -> &str {
        self.credential().map_or("", |credential| credential.secret.expose())
    }

    /// Whose health a try reports on.
    pub fn health_id(&self) -> Uuid {
        self.credential().map_or(self.target.provider.id.0, |credential| credential.id.0)
    }
}

/// Targets to try, best first; never empty.
pub struct Plan {
    pub choices: Vec<Choice>,
    /// Targets that are left alone for now.
    pub resting: Vec<Resting>,
}

/// One that is not asked now: for how long, and why.
pub struct Resting {
    pub choice: Choice,
    wait: Duration,
    why: Why,
}

impl Resting {
    /// How the choice stands, where that keeps a call from it.
    pub fn of(health: &Health, choice: &Choice) -> Option<Self> {
        match health.standing(choice.health_id(), &choice.target.vendor_model) {
            Standing::Cooling { wait, why } => Some(Self { choice: choice.clone(), wait, why }),
            Standing::Ready | Standing::Shaky => None,
        }
    }
}

impl Plan {
    /// What a call would most likely hear: every target that is left has lately refused the model. A
    /// call asks again all the same.
    pub fn foreseen(&self, health: &Health) -> Option<Error> {
        let refusal = |choice: &Choice| health.refusal(choice.health_id(), &choice.target.vendor_model);
        let whys: Option<Vec<Why>> = self.choices.iter().map(refusal).collect();
        whys?.first().map(|why| refused(*why))
    }
}

/// Orders the targets of a model.
///
/// # Errors
/// `no_target` where none can take the call now; the vendor's own limit where only that is in the way.
pub fn plan(health: &Health, model: &Model, endpoint: Endpoint, id: CallId) -> Result<Plan> {
    let usable = |target: &&Arc<Target>| {
        model.is_on
            && target.is_on
            && target.provider.is_on
            && vendors::adapter(target.provider.format).offers(endpoint)
    };
    let mut dice = Dice::of(id);
    let (mut ready, mut shaky, mut resting) = (Vec::new(), Vec::new(), Vec::new());
    let mut lacks_credential = false;
    let mut rest: Vec<&Arc<Target>> = model.targets.iter().filter(usable).collect();
    while let Some(first) = rest.first().map(|target| target.position) {
        // Targets of one position share the calls by weight; the others of it come next.
        let group = rest.iter().take_while(|target| target.position == first);
        let at = dice.pick(group.map(|target| target.weight));
        let target = rest.remove(at.min(rest.len() - 1));
        if target.provider.credentials.is_empty()
            && target.provider.auth != vendors::Auth::None
            && !target.provider.is_demo
        {
            lacks_credential = true;
            continue;
        }
        match choose(health, target, &mut dice, &mut resting) {
            Some((choice, Standing::Shaky)) => shaky.push(choice),
            Some((choice, _)) => ready.push(choice),
            None => {}
        }
    }
    ready.append(&mut shaky);
    if !ready.is_empty() {
        return Ok(Plan { choices: ready, resting });
    }
    Err(soonest(resting.iter(), &model.name).unwrap_or_else(|| {
        let lack = if lacks_credential { "its provider has no credential" } else { "none is switched on" };
        Code::NoTarget
            .saying(format!("No vendor can take calls for this model: {lack}."))
            .untimed()
            .then("Ask an operator to connect a vendor to this model.")
    }))
}

/// The credential to use: by weight among the healthy ones, else a shaky one.
fn choose(
    health: &Health,
    target: &Arc<Target>,
    dice: &mut Dice,
    resting: &mut Vec<Resting>,
) -> Option<(Choice, Standing)> {
    let pool = &target.provider.credentials;
    let choice = |credential| Choice { target: Arc::clone(target), credential };
    let mut left: Vec<Option<usize>> = (0..pool.len()).map(Some).collect();
    if left.is_empty() {
        left.push(None);
    }
    let mut last_resort = None;
    while !left.is_empty() {
        let weight = |at: &Option<usize>| at.and_then(|at| pool.get(at)).map_or(1, |found| found.weight);
        let at = dice.pick(left.iter().map(weight)).min(left.len() - 1);
        let choice = choice(left.remove(at));
        match health.standing(choice.health_id(), &target.vendor_model) {
            Standing::Ready => return Some((choice, Standing::Ready)),
            Standing::Shaky => last_resort = Some((choice, Standing::Shaky)),
            Standing::Cooling { wait, why } => resting.push(Resting { choice, wait, why }),
        }
    }
    last_resort
}

/// Why these are left alone, and until when the first of them is.
pub fn soonest<'r>(resting: impl Iterator<Item = &'r Resting>, model: &str) -> Option<Error> {
    let Resting { wait, why, .. } = resting.min_by_key(|resting| resting.wait)?;
    let error = match why {
        Why::Denied | Why::Missing => refused(*why),
        Why::Limited => Code::VendorLimit.saying("The vendor asked to wait."),
        Why::Overloaded => Code::VendorOverloaded.into(),
        Why::Credential => Code::VendorCredential.into(),
        Why::Failing => {
            Code::NoTarget.saying(format!("Every vendor behind model `{model}` has been failing."))
        }
    };
    Some(if error.retry() { error.after(seconds(*wait)) } else { error })
}

/// A wait in whole seconds, which is never shorter than the wait.
pub fn seconds(wait: Duration) -> u32 {
    u32::try_from(wait.as_millis().div_ceil(1_000)).unwrap_or(u32::MAX).max(1)
}

/// The vendor has no such model, or keeps it from our credential: the operator's to mend, either way.
pub fn refused(why: Why) -> Error {
    match why {
        Why::Missing => Code::NoTarget
            .saying("No vendor can take calls for this model: the vendor behind it has none of the name it is asked for.")
            .untimed()
            .then("Ask an operator to correct the vendor's name of the model on the model's page."),
        _ => Code::VendorCredential
            .saying("The vendor does not let the gateway's own key use this model; your key is fine."),
    }
}

/// Random numbers for one call, made from its id: 62 bits of it are random.
struct Dice(u64);

impl Dice {
    fn of(id: CallId) -> Self {
        Self(id.0.as_u64_pair().1)
    }

    fn next(&mut self) -> u64 {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A place among these weights; of weights that are all 0, the first.
    fn pick(&mut self, weights: impl Iterator<Item = u32> + Clone) -> usize {
        let total: u64 = weights.clone().map(u64::from).sum();
        if total == 0 {
            return 0;
        }
        let mut at = self.next() % total;
        for (place, weight) in weights.enumerate() {
            if at < u64::from(weight) {
                return place;
            }
            at -= u64::from(weight);
        }
        0
    }
}

#[cfg(test)]
mod tests;
