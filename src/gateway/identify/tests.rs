use super::*;
use crate::gateway::fixtures::World;

#[test]
fn an_owner_who_may_not_call_is_told_by_their_true_state() {
    let mut world = World::new();
    for (state, code, words) in [
        (UserState::Deactivated, Code::OwnerDeactivated, "is deactivated"),
        (UserState::Invited, Code::OwnerDeactivated, "has not accepted the invitation"),
        (UserState::Waiting, Code::OwnerDeactivated, "waits for an admin's approval"),
        (UserState::Deleted, Code::OwnerDeleted, "was deleted on"),
    ] {
        world.owner.state = state;
        let refused = owner(&world.key, Some(&world.owner)).unwrap_err();
        assert_eq!(refused.code(), code, "{state:?}");
        assert!(refused.message().contains(words), "{}", refused.message());
        let says_next = refused.next() != code.next();
        let is_new = matches!(state, UserState::Invited | UserState::Waiting);
        assert_eq!(says_next, is_new, "{state:?}: nobody is to be reactivated who never was active");
    }
    world.owner.state = UserState::Active;
    assert!(owner(&world.key, Some(&world.owner)).is_ok());
}
