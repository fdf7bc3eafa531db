//! The states of an account and what leads from one to the other.

use crate::store::entity::states::UserState;

/// What happens to an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// An invited person takes the account over.
    Accept,
    /// An admin lets a waiting person in.
    LetIn,
    Deactivate,
    Reactivate,
    /// The account is emptied; its row stays so that keys and audit still name it.
    Delete,
}

impl Step {
    pub const ALL: &[Self] = &[Self::Accept, Self::LetIn, Self::Deactivate, Self::Reactivate, Self::Delete];
}

/// The state after the step, or none where the step is not allowed.
pub fn next(from: UserState, step: Step) -> Option<UserState> {
    match (from, step) {
        (UserState::Invited, Step::Accept)
        | (UserState::Waiting, Step::LetIn)
        | (UserState::Deactivated, Step::Reactivate) => Some(UserState::Active),
        (UserState::Active, Step::Deactivate) => Some(UserState::Deactivated),
        (UserState::Deactivated, Step::Delete) => Some(UserState::Deleted),
        _ => None,
    }
}
