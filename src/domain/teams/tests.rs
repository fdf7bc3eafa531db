use super::*;
use crate::domain::people::tests::{actor_of, fresh, person};
use crate::store::entity::states::Role;

#[actix_web::test]
async fn everybody_has_a_team_from_the_start() {
    let (_folder, db) = fresh().await;
    let dana = person(&db, "dana@example.com", Role::Member).await;
    let own = personal(&db, dana.id).await.unwrap();
    let actor = actor_of(&db, &dana).await;
    assert!(actor.owns(own.id));
    assert_eq!(leave(&db, &actor, own.id).await.unwrap_err().code(), Code::Conflict);
    let added = add(&db, &actor, own.id, "dana@example.com", TeamRole::Member).await;
    assert_eq!(added.unwrap_err().code(), Code::Conflict);
}

#[actix_web::test]
async fn a_team_always_has_an_owner() {
    let (_folder, db) = fresh().await;
    let dana = person(&db, "dana@example.com", Role::Member).await;
    let omar = person(&db, "omar@example.com", Role::Member).await;
    let team = create(&db, &actor_of(&db, &dana).await, "Search").await.unwrap();
    let owner = actor_of(&db, &dana).await;
    assert_eq!(leave(&db, &owner, team.id).await.unwrap_err().code(), Code::Conflict);
    let demoted = set_role(&db, &owner, team.id, dana.id, TeamRole::Member).await;
    assert_eq!(demoted.unwrap_err().code(), Code::Conflict);

    add(&db, &owner, team.id, "OMAR@example.com", TeamRole::Owner).await.unwrap();
    leave(&db, &owner, team.id).await.unwrap();
    let members = list_members(&db, &actor_of(&db, &omar).await, team.id).await.unwrap();
    assert_eq!(members.len(), 1);
    assert_eq!(members[0].user.id, omar.id);
}

#[actix_web::test]
async fn b45_a_team_of_others_is_not_there() {
    let (_folder, db) = fresh().await;
    let dana = person(&db, "dana@example.com", Role::Member).await;
    let omar = person(&db, "omar@example.com", Role::Member).await;
    let team = create(&db, &actor_of(&db, &dana).await, "Search").await.unwrap();
    let stranger = actor_of(&db, &omar).await;
    for fault in [
        get_visible(&db, &stranger, team.id).await.map(|_| ()).unwrap_err(),
        rename(&db, &stranger, team.id, "Mine").await.unwrap_err(),
        add(&db, &stranger, team.id, "omar@example.com", TeamRole::Owner).await.unwrap_err(),
        remove(&db, &stranger, team.id, dana.id).await.unwrap_err(),
    ] {
        assert_eq!(fault.code(), Code::NotFound);
    }
    let auditor = actor_of(&db, &person(&db, "ada@example.com", Role::Auditor).await).await;
    assert_eq!(list_all(&db, &auditor, "sear").await.unwrap().len(), 1);
    assert_eq!(rename(&db, &auditor, team.id, "Mine").await.unwrap_err().code(), Code::NotPermitted);
}

#[actix_web::test]
async fn a_member_may_look_but_not_manage() {
    let (_folder, db) = fresh().await;
    let dana = person(&db, "dana@example.com", Role::Member).await;
    let omar = person(&db, "omar@example.com", Role::Member).await;
    let team = create(&db, &actor_of(&db, &dana).await, "Search").await.unwrap();
    let owner = actor_of(&db, &dana).await;
    add(&db, &owner, team.id, "omar@example.com", TeamRole::Member).await.unwrap();
    let twice = add(&db, &owner, team.id, "omar@example.com", TeamRole::Member).await.unwrap_err();
    assert_eq!(twice.param(), Some("email"));
    let member = actor_of(&db, &omar).await;
    assert!(get_visible(&db, &member, team.id).await.is_ok());
    assert_eq!(remove(&db, &member, team.id, dana.id).await.unwrap_err().code(), Code::NotPermitted);
    leave(&db, &member, team.id).await.unwrap();
    assert!(!actor_of(&db, &omar).await.is_member(team.id));
}

#[actix_web::test]
async fn an_admin_suspends_a_team_with_a_reason() {
    let (_folder, db) = fresh().await;
    let admin = actor_of(&db, &person(&db, "ada@example.com", Role::Admin).await).await;
    let team = create(&db, &admin, "Search").await.unwrap();
    assert_eq!(suspend(&db, &admin, team.id, " ").await.unwrap_err().param(), Some("reason"));
    suspend(&db, &admin, team.id, "Unpaid").await.unwrap();
    assert_eq!(suspend(&db, &admin, team.id, "Again").await.unwrap_err().code(), Code::Conflict);
    resume(&db, &admin, team.id).await.unwrap();
    assert_eq!(get_visible(&db, &admin, team.id).await.unwrap().reason, None);
}
