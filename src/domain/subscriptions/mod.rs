//! Subscriptions: an application asks for an API, somebody or a rule decides, and it lives and ends.
//! Every change of state goes through [`transition`]; it must not know keys, calls or HTTP.

mod approvers;
mod care;
mod decide;
mod moves;
mod queries;
mod request;
mod step;
mod view;

pub use approvers::{Decider, may_decide};
pub use care::{end, end_due, raise, remind, resume, suspend, withdraw};
pub use decide::{Decision, approve, deny};
pub use moves::{Move, move_to};
pub use request::{AskAgain, NewRequest, ask_again, request};
pub use step::{Step, is_live, is_over, transition};
pub use view::{
    Callable, SubscriptionView, callable_models, count_inbox, count_own, get_visible, history,
    list_all_visible, list_decided, list_inbox, list_news, list_of_api, list_of_app, list_visible, peers,
    usual_waits,
};

#[cfg(test)]
pub(in crate::domain) mod scene;
#[cfg(test)]
mod tests;
