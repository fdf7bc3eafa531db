//! The facts of a call, taken apart. They stand in this order, each behind its word: what it was decided on,
//! what came in place of a key, what the caller was told, and why its vendors failed.

use super::record::{CAUSE, NEXT, RECEIVED, SAID};

/// What is kept of a call; empty where there is nothing of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kept<'a> {
    /// `slug/version`.
    pub api: &'a str,
    pub plan: &'a str,
    /// The headers that came in place of a key.
    pub received: &'a str,
    /// The next step the caller was told; empty where it was the code's own.
    pub next: &'a str,
    /// The sentence the caller was told.
    pub said: &'a str,
    /// Why tries at vendors failed; only operators are given it.
    pub causes: &'a str,
}

impl<'a> Kept<'a> {
    pub fn read(facts: &'a str) -> Self {
        let (facts, causes) = apart(facts, CAUSE);
        // What was said may say anything; what stands before it is ours.
        let (facts, said) = apart(facts, SAID);
        let (facts, next) = apart(facts, NEXT);
        let (facts, received) = apart(facts, RECEIVED);
        let (facts, plan) = apart(facts, "plan");
        let (_, api) = apart(facts, "api");
        Self { api, plan, received, next, said, causes }
    }
}

/// What stands before `name=`, and its value.
fn apart<'a>(facts: &'a str, name: &str) -> (&'a str, &'a str) {
    let sign = format!("{name}=");
    let starts = |at: &usize| *at == 0 || facts.get(..*at).is_some_and(|before| before.ends_with(' '));
    let Some(at) = facts.match_indices(&sign).map(|(at, _)| at).find(starts) else { return (facts, "") };
    let (before, rest) = facts.split_at(at);
    (before.trim_end(), rest.get(sign.len()..).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_of_the_facts_is_found_whatever_was_said() {
        let facts =
            "api=chat/v1 plan=Pay as you go next=Send less. said=No plan=free next=now. cause=no room";
        let kept = Kept {
            api: "chat/v1",
            plan: "Pay as you go",
            received: "",
            next: "Send less.",
            said: "No plan=free next=now.",
            causes: "no room",
        };
        assert_eq!(Kept::read(facts), kept);
        let facts = "received=x-key said=No key.";
        assert_eq!(Kept::read(facts), Kept { received: "x-key", said: "No key.", ..Kept::default() });
        assert_eq!(Kept::read("cause=a; then b"), Kept { causes: "a; then b", ..Kept::default() });
        assert_eq!(Kept::read(""), Kept::default());
    }
}
