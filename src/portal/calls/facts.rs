//! What is on record of how a call was decided, in words.

/// The words of one call's facts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// "API Support chat, v1, plan Free"; empty where nothing was decided on.
    pub on: String,
    /// Why tries at vendors failed; only operators are given it.
    pub causes: String,
}

impl Facts {
    /// `api` is what the API of the call is called; empty where nobody knows, and its place is told instead.
    pub fn read(facts: &str, api: &str) -> Self {
        let (facts, causes) = apart(facts, "cause");
        // What was said, and which headers came, have places of their own on the page.
        let (facts, _) = apart(facts, "said");
        let (facts, _) = apart(facts, "received");
        let (place, plan) = apart(facts, "plan");
        let (_, place) = apart(place, "api");
        let (slug, version) = place.split_once('/').unwrap_or((place, ""));
        let api = if api.is_empty() { slug } else { api };
        let known = if place.is_empty() && plan.is_empty() { "" } else { api };
        let parts = [("API ", known), ("", version), ("plan ", plan)];
        let parts = parts.iter().filter(|(_, value)| !value.is_empty());
        let parts: Vec<String> = parts.map(|(name, value)| format!("{name}{value}")).collect();
        Self { on: parts.join(", "), causes: causes.to_owned() }
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
mod tests;
