//! The steps to a first call, for who has not made one.

/// How far somebody's first request got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    None,
    Waits,
    Serves,
}

pub struct Step {
    pub number: usize,
    pub label: &'static str,
    pub text: &'static str,
    pub href: &'static str,
    pub action: &'static str,
    /// `done`, `current` or empty.
    pub state: &'static str,
}

/// `connect`: nothing can be called before this person connects a vendor.
pub fn steps(connect: bool, access: Access, has_key: bool) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut add = |label, text, href, action, done| {
        let state = if done { "done" } else { "" };
        steps.push(Step { number: steps.len() + 1, label, text, href, action, state });
    };
    if connect {
        let text = "Calls are passed on to a vendor. The page also publishes a first API of its models.";
        add("Connect a vendor", text, "/setup/vendor", "Connect a vendor", false);
    }
    let (text, href, action) = match access {
        Access::Waits => ("Your request waits for its decision.", "/requests", "Open requests"),
        Access::None | Access::Serves => {
            ("Pick an API and a plan. Some are approved at once.", "/catalogue", "Open catalogue")
        }
    };
    add("Subscribe to an API", text, href, action, access == Access::Serves);
    let text = "It is shown once and works as soon as a subscription is approved.";
    add("Make a key", text, "/keys/new", "New key", has_key);
    let text = "The key's page has a Send button and the command for your terminal.";
    add("Make the first call", text, "/keys", "Open my keys", false);
    if let Some(next) = steps.iter_mut().find(|step| step.state.is_empty()) {
        next.state = "current";
    }
    steps
}
