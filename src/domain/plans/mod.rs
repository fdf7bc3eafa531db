//! Plans: what a subscription allows, and how its request is decided.

mod approval;
mod limits;
pub(in crate::domain) mod queries;
mod starter;
mod terms;

pub use approval::{Applicant, decides_at_once};
pub use limits::{Limits, budgets_of, change_limits, limits_of};
pub use starter::{NewStarter, Starter, draft_api, publish_starter, standard_plan};
pub use terms::{NewPlan, PlanChange, PlanView, change_plan, get_plan, list_plans, make_plan, remove_plan};

#[cfg(test)]
mod tests;
