use super::lifecycle::{Move, transition};
use super::*;
use crate::base::Code;
use crate::base::clock::DAY;
use crate::base::ids::TeamId;
use crate::domain::actor::Actor;
use crate::domain::audit;
use crate::domain::plans::{self, NewStarter, Starter, publish_starter};
use crate::domain::tests::{fresh, member, publisher, team};
use crate::store::Db;
use crate::store::entity::states::{PlanState, VersionState, Visibility};

fn admin() -> Actor {
    Actor::system("test")
}

async fn starter(db: &Db, owner: TeamId, slug: &str) -> Starter {
    let mut new = NewStarter::of_preset("demo", None, owner).unwrap();
    new.api.slug = slug.to_owned();
    new.provider.name = format!("Demo for {slug}");
    publish_starter(db, &admin(), new).await.unwrap()
}

fn new_api(slug: &str, owner: TeamId) -> NewApi {
    NewApi {
        slug: slug.to_owned(),
        name: "Some API".to_owned(),
        summary: String::new(),
        owner_team: owner,
        visibility: Visibility::Everyone,
        teams: Vec::new(),
        contact: String::new(),
    }
}

#[test]
fn a_version_moves_forward_only() {
    use VersionState::{Deprecated, Draft, Published, Retired};
    let allowed = [
        (Draft, Move::Publish, Published),
        (Published, Move::Deprecate, Deprecated),
        (Deprecated, Move::Deprecate, Deprecated),
        (Deprecated, Move::Retire, Retired),
    ];
    for from in VersionState::ALL {
        for by in Move::ALL {
            let expected = allowed.iter().find(|(f, b, _)| f == from && b == by).map(|(.., to)| *to);
            assert_eq!(transition(*from, *by).ok(), expected, "{from} {by:?}");
        }
    }
}

#[actix_web::test]
async fn a_version_is_published_when_its_checks_are_met() {
    let (_folder, db) = fresh().await;
    let owner = team(&db, "Platform").await;
    let made = starter(&db, owner, "chat").await;
    assert_eq!(made.version.state, VersionState::Published);
    let draft = NewVersion { name: "v2".to_owned(), copy_of: None };
    let draft = add_version(&db, &admin(), made.api.id, draft).await.unwrap();
    let refused = publish(&db, &admin(), draft.id).await.unwrap_err();
    assert!(refused.message().contains("at least one model"), "{refused}");
    set_models(&db, &admin(), draft.id, one(&made, "fast")).await.unwrap();
    publish(&db, &admin(), draft.id).await.unwrap();
    let page = get_visible(&db, &member(&[]), "chat").await.unwrap();
    let live: Vec<_> =
        page.versions.iter().map(|view| (view.version.name.as_str(), view.version.state)).collect();
    assert_eq!(live, [("v2", VersionState::Published), ("v1", VersionState::Published)]);
    let names: Vec<_> =
        page.version(Some("v2")).unwrap().models.iter().map(|m| m.public_name.as_str()).collect();
    assert_eq!(names, ["fast"], "a version has names of its own");
}

fn one(made: &Starter, public_name: &str) -> Vec<VersionModel> {
    vec![VersionModel { public_name: public_name.to_owned(), model: made.models[0].id }]
}

#[actix_web::test]
async fn a_copied_version_starts_with_the_models_and_docs_of_the_other() {
    let (_folder, db) = fresh().await;
    let owner = team(&db, "Platform").await;
    let made = starter(&db, owner, "chat").await;
    let copy = NewVersion { name: "v2".to_owned(), copy_of: Some(made.version.id) };
    let copy = add_version(&db, &admin(), made.api.id, copy).await.unwrap();
    assert_eq!((copy.state, copy.docs), (VersionState::Draft, made.version.docs));
    let api = get_managed(&db, &admin(), made.api.id).await.unwrap();
    let counts: Vec<_> = api.versions.iter().map(|view| view.models.len()).collect();
    assert_eq!(counts, [made.models.len(), made.models.len()]);
    discard_draft(&db, &admin(), copy.id).await.unwrap();
    assert!(discard_draft(&db, &admin(), made.version.id).await.is_err(), "v1 is no draft");
}

#[actix_web::test]
async fn a_version_is_deprecated_with_a_date_and_then_retired() {
    let (_folder, db) = fresh().await;
    let owner = team(&db, "Platform").await;
    let made = starter(&db, owner, "chat").await;
    let other = starter(&db, owner, "other").await;
    let early = retire(&db, &admin(), made.version.id, String::new()).await.unwrap_err();
    assert_eq!(early.code(), Code::Conflict);
    let notice = |days: i64, successor| Deprecation {
        sunset_at: db.now().plus(days * DAY),
        successor,
        guide_url: "https://example.com/move".to_owned(),
    };
    for (bad, field) in [
        (notice(-9, None), "sunset"),
        (notice(9, Some(other.version.id)), "successor"),
        (notice(9, Some(made.version.id)), "successor"),
        (Deprecation { guide_url: "javascript:alert(1)".to_owned(), ..notice(9, None) }, "guide_url"),
    ] {
        assert_eq!(deprecate(&db, &admin(), made.version.id, bad).await.unwrap_err().param(), Some(field));
    }
    let next = NewVersion { name: "v2".to_owned(), copy_of: Some(made.version.id) };
    let next = add_version(&db, &admin(), made.api.id, next).await.unwrap();
    publish(&db, &admin(), next.id).await.unwrap();
    let row = deprecate(&db, &admin(), made.version.id, notice(30, Some(next.id))).await.unwrap();
    assert!(row.deprecated_at.is_some() && row.successor_id == Some(next.id));
    let told = audit::latest(&db).await.unwrap();
    let same = Deprecation {
        sunset_at: row.sunset_at.unwrap(),
        successor: Some(next.id),
        guide_url: row.guide_url.clone().unwrap_or_default(),
    };
    deprecate(&db, &admin(), made.version.id, same).await.unwrap();
    assert_eq!(audit::latest(&db).await.unwrap(), told, "the same notice again is no deed");
    let row = retire(&db, &admin(), made.version.id, String::new()).await.unwrap();
    assert!(row.state == VersionState::Retired && row.retired_at.is_some());
    assert!(change_docs(&db, &admin(), row.id, "x".to_owned()).await.is_err());
    assert!(publish(&db, &admin(), row.id).await.is_err());
}

#[actix_web::test]
async fn b45_an_api_for_teams_is_not_there_for_others() {
    let (_folder, db) = fresh().await;
    let (owner, friends) = (team(&db, "Platform").await, team(&db, "Friends").await);
    let made = starter(&db, owner, "inner").await;
    let change = ApiChange { visibility: Some((Visibility::Teams, vec![friends])), ..Default::default() };
    change_api(&db, &admin(), made.api.id, change).await.unwrap();
    let sees = async |actor: Actor| {
        let found = list_visible(&db, &actor, "", None).await.unwrap().cards.len();
        let page = get_visible(&db, &actor, "inner").await.map_err(|error| error.code());
        assert_eq!(found == 1, page.is_ok());
        assert_eq!(plans::list_plans(&db, &actor, made.api.id).await.is_ok(), page.is_ok());
        page.err()
    };
    assert_eq!(sees(member(&[])).await, Some(Code::NotFound));
    assert_eq!(sees(member(&[friends])).await, None);
    assert_eq!(sees(member(&[owner])).await, None);
    assert_eq!(sees(admin()).await, None);
}

#[actix_web::test]
async fn what_is_not_published_is_seen_by_its_makers_alone() {
    let (_folder, db) = fresh().await;
    let owner = team(&db, "Platform").await;
    let maker = publisher(&[owner]);
    let api = make_api(&db, &maker, new_api("soon", owner)).await.unwrap();
    assert!(list_visible(&db, &maker, "", None).await.unwrap().cards.is_empty());
    assert!(get_visible(&db, &maker, "soon").await.is_ok());
    assert!(get_visible(&db, &member(&[]), "soon").await.is_err());
    assert_eq!(make_api(&db, &maker, new_api("soon", owner)).await.unwrap_err().param(), Some("slug"));
    let stranger = publisher(&[]);
    for nobody in [&stranger, &member(&[]), &member(&[owner])] {
        assert_eq!(get_managed(&db, nobody, api.id).await.unwrap_err().code(), Code::NotFound);
    }
    assert!(make_api(&db, &stranger, new_api("mine", owner)).await.is_err(), "not their team");
    assert!(make_api(&db, &member(&[owner]), new_api("mine", owner)).await.is_err(), "no publisher");
    remove_api(&db, &maker, api.id).await.unwrap();
}

#[actix_web::test]
async fn b48_a_search_is_plain_text() {
    let (_folder, db) = fresh().await;
    let owner = team(&db, "Platform").await;
    starter(&db, owner, "chat").await;
    let count =
        async |search: &str| list_visible(&db, &admin(), search, None).await.map(|found| found.cards.len());
    assert_eq!(count("CHAT mod").await.unwrap(), 1);
    assert_eq!(count("%").await.unwrap(), 0);
    assert_eq!(count("c_at").await.unwrap(), 0);
    assert_eq!(count("'; DROP TABLE apis; --").await.unwrap(), 0);
    assert_eq!(count(&"%_".repeat(1_000)).await.unwrap_err().code(), Code::FieldInvalid);
}

#[actix_web::test]
async fn the_catalogue_is_paged_by_address() {
    let (_folder, db) = fresh().await;
    let owner = team(&db, "Platform").await;
    for index in 0..26 {
        starter(&db, owner, &format!("api-{index:02}")).await;
    }
    let first = list_visible(&db, &admin(), "", None).await.unwrap();
    let rest = list_visible(&db, &admin(), "", first.next.as_deref()).await.unwrap();
    assert_eq!((first.cards.len(), rest.cards.len(), rest.next), (24, 2, None));
}

#[actix_web::test]
async fn a_closed_plan_is_not_on_the_card() {
    let (_folder, db) = fresh().await;
    let owner = team(&db, "Platform").await;
    let made = starter(&db, owner, "chat").await;
    let close = plans::PlanChange { state: Some(PlanState::Closed), ..Default::default() };
    plans::change_plan(&db, &admin(), made.plan.id, close).await.unwrap();
    let card = list_visible(&db, &admin(), "", None).await.unwrap().cards.remove(0);
    assert!(card.plans.is_empty() && card.models.len() == made.models.len());
}
