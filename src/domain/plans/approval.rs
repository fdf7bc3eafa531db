//! Whether a plan lets somebody in without a person deciding.

use crate::base::ids::TeamId;
use crate::store::entity::plan;
use crate::store::entity::states::Approval;

/// What a rule looks at.
pub struct Applicant<'a> {
    pub email: &'a str,
    /// The team of the application.
    pub team: TeamId,
}

/// True when the plan is `auto`, or when its rule fits: the requester's e-mail domain is listed or the
/// application's team is the one named. Whatever a rule does not let in waits for a person.
pub fn decides_at_once(plan: &plan::Model, applicant: &Applicant<'_>) -> bool {
    match plan.approval {
        Approval::Auto => true,
        Approval::Manual => false,
        Approval::Rule => {
            let domain = applicant.email.rsplit_once('@').map(|(_, domain)| domain.to_lowercase());
            let listed = domain.is_some_and(|domain| domains(plan).any(|allowed| allowed == domain));
            listed || plan.rule_team_id == Some(applicant.team)
        }
    }
}

/// The e-mail domains of a plan's rule.
pub(super) fn domains(plan: &plan::Model) -> impl Iterator<Item = &str> {
    plan.rule_domains.split(',').filter(|domain| !domain.is_empty())
}
