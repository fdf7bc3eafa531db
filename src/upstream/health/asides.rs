//! What a vendor said of one model alone. The credential is good for its other models meanwhile.

use std::time::Duration;

use super::{Standing, Why};

/// A model that is set aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aside {
    /// The vendor's name of it.
    pub model: String,
    /// For so much longer.
    pub wait: Duration,
    pub why: Why,
    /// It is asked all the same when nothing else is left.
    pub is_last_resort: bool,
}

/// The vendor said no, not "later": to ask again does no harm when nothing else is left, and
/// brings the caller the vendor's own answer.
fn is_refusal(why: Why) -> bool {
    matches!(why, Why::Denied | Why::Missing)
}

/// All of one credential: at most one for each model and cause, and models come from the operator.
#[derive(Default)]
pub(super) struct Asides(Vec<(String, Duration, Why)>);

impl Asides {
    pub(super) fn standing(&self, model: &str, now: Duration) -> Standing {
        let mut standing = Standing::Ready;
        for (until, why) in self.of(model, now) {
            if !is_refusal(why) {
                return Standing::Cooling { wait: until - now, why };
            }
            standing = Standing::Shaky;
        }
        standing
    }

    pub(super) fn refusal(&self, model: &str, now: Duration) -> Option<Why> {
        self.of(model, now).map(|(_, why)| why).find(|why| is_refusal(*why))
    }

    fn of(&self, model: &str, now: Duration) -> impl Iterator<Item = (Duration, Why)> {
        let of_it = self.0.iter().filter(move |(name, until, _)| name == model && now < *until);
        of_it.map(|(_, until, why)| (*until, *why))
    }

    pub(super) fn list(&self, now: Duration) -> Vec<Aside> {
        let left = self.0.iter().filter(|(_, until, _)| now < *until);
        let aside = |(model, until, why): &(String, Duration, Why)| Aside {
            model: model.clone(),
            wait: *until - now,
            why: *why,
            is_last_resort: is_refusal(*why),
        };
        left.map(aside).collect()
    }

    /// The longer wait of the same cause stays.
    pub(super) fn put(&mut self, model: &str, until: Duration, why: Why, now: Duration) {
        self.0.retain(|(_, until, _)| now < *until);
        match self.0.iter_mut().find(|(name, _, other)| name == model && *other == why) {
            Some((_, known, _)) => *known = until.max(*known),
            None => self.0.push((model.to_owned(), until, why)),
        }
    }

    /// The vendor gave it after all. A limit is not over because a call got in before it.
    pub(super) fn worked(&mut self, model: &str) {
        self.0.retain(|(name, _, why)| name != model || !is_refusal(*why));
    }
}
