use super::*;
use crate::domain::gate::{SubscriptionState, team};
use crate::gateway::fixtures::{NOW, World};

type State = SubscriptionState;

fn ask<'a>(door: &'a Door, model: &'a str) -> Wanted<'a> {
    Wanted { endpoint: Endpoint::Chat, door, model }
}

fn unified(world: &World, model: &str) -> Result<Grant> {
    authorize(&world.key, &world.app, &world.catalogue(), ask(&Door::Unified, model), NOW)
}

fn at(world: &World, slug: &str, version: &str, model: &str) -> Result<Grant> {
    let door = Door::Api { slug: slug.into(), version: version.into() };
    authorize(&world.key, &world.app, &world.catalogue(), ask(&door, model), NOW)
}

/// The application's only subscription, in this state.
fn with_state(state: State) -> World {
    let mut world = World::new();
    world.app.subscriptions[0].state = state;
    world
}

#[test]
fn b30_every_refusal_has_its_own_code() {
    let table: Vec<(&str, World, &str, Option<Code>)> = vec![
        ("all in order", World::new(), "fast", None),
        ("requested", with_state(State::Requested), "fast", Some(Code::SubscriptionPending)),
        ("denied", with_state(State::Denied), "fast", Some(Code::SubscriptionDenied)),
        ("suspended", with_state(State::Suspended), "fast", Some(Code::SubscriptionSuspended)),
        ("ended", with_state(State::Ended), "fast", Some(Code::SubscriptionEnded)),
        ("withdrawn", with_state(State::Withdrawn), "fast", Some(Code::SubscriptionMissing)),
        ("unknown model", World::new(), "fsat", Some(Code::ModelNotFound)),
        (
            "end date passed",
            {
                let mut world = World::new();
                world.app.subscriptions[0].ends_at = Some(NOW);
                world
            },
            "fast",
            Some(Code::SubscriptionEnded),
        ),
        (
            "end date ahead",
            {
                let mut world = World::new();
                world.app.subscriptions[0].ends_at = Some(NOW.plus(1));
                world
            },
            "fast",
            None,
        ),
        (
            "no subscription at all",
            {
                let mut world = World::new();
                world.app.subscriptions.clear();
                world
            },
            "fast",
            Some(Code::SubscriptionMissing),
        ),
        (
            "no subscription, unknown model",
            {
                let mut world = World::new();
                world.app.subscriptions.clear();
                world
            },
            "nonsense",
            Some(Code::SubscriptionMissing),
        ),
        (
            "version retired",
            {
                let mut world = World::new();
                world.version_row("assistants", "v1").state = VersionState::Retired;
                world
            },
            "fast",
            Some(Code::VersionRetired),
        ),
        (
            "version deprecated",
            {
                let mut world = World::new();
                world.version_row("assistants", "v1").state = VersionState::Deprecated;
                world
            },
            "fast",
            None,
        ),
        (
            "plan without the model",
            {
                let mut world = World::new();
                world.plan("assistants", "small", &["tiny"]);
                world.app.subscriptions.clear();
                world.subscribe("assistants", "v1", "small", State::Approved);
                world
            },
            "fast",
            Some(Code::ModelNotAllowed),
        ),
        (
            "scope for other endpoints",
            {
                let mut world = World::new();
                world.key.scopes = Some(vec!["embeddings".into()]);
                world
            },
            "fast",
            Some(Code::ScopeMissing),
        ),
        (
            "the scope comes before the model",
            {
                let mut world = World::new();
                world.key.scopes = Some(vec!["embeddings".into()]);
                world
            },
            "nonsense",
            Some(Code::ScopeMissing),
        ),
        (
            "key limited to another API",
            {
                let mut world = World::new();
                world.key.apis = Some(vec![crate::base::ids::ApiId::fresh()]);
                world
            },
            "fast",
            Some(Code::ScopeMissing),
        ),
        (
            "a model of an API without subscription",
            {
                let mut world = World::new();
                world.api("vision");
                world.version("vision", "v1", &["eyes"]);
                world
            },
            "eyes",
            Some(Code::SubscriptionMissing),
        ),
        (
            "a model of an API that is not for this team",
            {
                let mut world = World::new();
                world.api("secret");
                world.version("secret", "v1", &["eyes"]);
                world.rows.apis[1].visibility = crate::domain::gate::Visibility::Teams;
                world
            },
            "eyes",
            Some(Code::ModelNotFound),
        ),
        (
            "an embedding model asked to chat",
            {
                let mut world = World::new();
                world.rows.models[0].kind = "embedding".into();
                world
            },
            "fast",
            Some(Code::FieldInvalid),
        ),
    ];
    for (what, world, model, wanted) in table {
        assert_eq!(unified(&world, model).err().map(|error| error.code()), wanted, "{what}");
    }
}

/// An application with one subscription per state, all to APIs that serve `fast`.
fn many(states: &[State]) -> World {
    let mut world = World::new();
    world.app.subscriptions.clear();
    for (n, state) in states.iter().enumerate() {
        let slug = format!("api-{n}");
        world.api(&slug);
        world.version(&slug, "v1", &["fast"]);
        world.plan(&slug, "gold", &[]);
        world.subscribe(&slug, "v1", "gold", *state);
    }
    world
}

#[test]
fn the_first_that_fits_serves_and_the_best_refusal_is_told() {
    let served = |states: &[State]| unified(&many(states), "fast").map(|grant| grant.api.slug.clone());
    assert_eq!(served(&[State::Approved, State::Approved]).unwrap(), "api-0");
    assert_eq!(served(&[State::Denied, State::Suspended, State::Approved]).unwrap(), "api-2");
    let told = |states: &[State]| served(states).unwrap_err().code();
    assert_eq!(
        told(&[State::Denied, State::Ended, State::Requested, State::Suspended]),
        Code::SubscriptionSuspended
    );
    assert_eq!(told(&[State::Denied, State::Ended, State::Requested]), Code::SubscriptionPending);
    assert_eq!(told(&[State::Denied, State::Ended]), Code::SubscriptionEnded);
    assert_eq!(told(&[State::Denied]), Code::SubscriptionDenied);
}

#[test]
fn a_subscription_without_the_model_does_not_hide_the_cause() {
    let mut world = World::new();
    world.api("other");
    world.version("other", "v1", &["slow"]);
    world.plan("other", "gold", &[]);
    world.subscribe("other", "v1", "gold", State::Suspended);
    assert_eq!(unified(&world, "nonsense").err().unwrap().code(), Code::ModelNotFound);
    assert_eq!(unified(&world, "slow").err().unwrap().code(), Code::SubscriptionSuspended);
    world.app.subscriptions.remove(0);
    assert_eq!(unified(&world, "nonsense").err().unwrap().code(), Code::SubscriptionSuspended);
}

#[test]
fn two_versions_live_side_by_side_and_each_keeps_its_models() {
    let mut world = World::new();
    world.version("assistants", "v2", &["fast", "deep"]);
    assert_eq!(unified(&world, "fast").unwrap().version.row.name, "v1");
    assert!(unified(&world, "deep").is_err(), "v1 keeps its own list until the subscription moves");
    let v2 = world.version_row("assistants", "v2").id;
    world.app.subscriptions[0].version_id = v2;
    assert_eq!(unified(&world, "deep").unwrap().version.row.name, "v2");
}

#[test]
fn a_subscription_on_another_version_is_told_to_move() {
    let mut world = World::new();
    world.version("assistants", "v2", &["fast", "deep"]);
    let own = world.app.subscriptions[0].id.0;
    let told = |refused: Result<Grant>, words: &str| {
        let error = refused.err().unwrap();
        assert_eq!((error.code(), error.subject()), (Code::SubscriptionMissing, Some(own)), "{error}");
        assert!(
            error.message().contains(words) && error.next().starts_with("Move the subscription"),
            "{error}"
        );
    };
    told(unified(&world, "deep"), "subscribed to v1 of API assistants, which lacks model `deep`; v2 has it");
    told(at(&world, "assistants", "v2", "deep"), "not to v2");
    world.version_row("assistants", "v1").state = VersionState::Retired;
    told(at(&world, "assistants", "v2", "deep"), "v1 of API assistants, which was retired, not to v2");
    assert_eq!(at(&world, "assistants", "v1", "fast").err().unwrap().code(), Code::VersionRetired);
    world.app.subscriptions[0].state = State::Suspended;
    let suspended = at(&world, "assistants", "v2", "deep").err().unwrap();
    assert_eq!(suspended.code(), Code::SubscriptionSuspended, "moving would not help");
}

#[test]
fn under_an_api_only_that_api_counts() {
    let mut world = World::new();
    world.version("assistants", "v2", &["fast"]);
    world.api("vision");
    world.version("vision", "v1", &["eyes"]);
    let code = |slug, version, model| at(&world, slug, version, model).err().map(|error| error.code());
    assert_eq!(code("assistants", "v1", "fast"), None);
    assert_eq!(code("assistant", "v1", "fast"), Some(Code::ApiUnknown));
    assert_eq!(code("assistants", "v9", "fast"), Some(Code::VersionUnknown));
    assert_eq!(code("assistants", "v2", "fast"), Some(Code::SubscriptionMissing));
    assert_eq!(code("assistants", "v1", "eyes"), Some(Code::ModelNotFound));
    assert_eq!(code("vision", "v1", "eyes"), Some(Code::SubscriptionMissing));
    let said = at(&world, "assistant", "v1", "fast").err().unwrap();
    assert!(said.message().contains("nearest: `assistants`"), "{said}");
    let said = at(&world, "assistants", "v9", "fast").err().unwrap();
    assert_eq!(said.message(), "API assistants has v1, v2.");
}

#[test]
fn a_retired_version_names_its_successor() {
    let mut world = World::new();
    let v2 = world.version("assistants", "v2", &["fast"]);
    let v1 = world.version_row("assistants", "v1");
    (v1.state, v1.successor_id, v1.retired_at) = (VersionState::Retired, Some(v2), Some(NOW));
    let said = at(&world, "assistants", "v1", "fast").err().unwrap();
    assert_eq!((said.code(), said.status()), (Code::VersionRetired, 410));
    assert!(said.message().contains("use v2"), "{said}");
    let v2 = world.version_row("assistants", "v2");
    v2.state = VersionState::Draft;
    assert_eq!(
        at(&world, "assistants", "v2", "fast").err().unwrap().code(),
        Code::VersionUnknown,
        "a draft is not told"
    );
}

#[test]
fn a_grant_holds_all_limits_that_apply() {
    use crate::base::limit::LimitKind;
    let mut world = World::new();
    let plan = world.rows.plans[0].id;
    world.plan_limit(plan, LimitKind::RequestsPerMinute, 60);
    let of = |scope, subject, kind| Limit { scope, subject, kind, amount: 5 };
    world.key.limits.push(of(LimitScope::Key, world.key.key.id.0, LimitKind::ConcurrentCalls));
    world.app.team_limits.push(of(LimitScope::Team, world.app.team.id.0, LimitKind::UsdPerMonth));
    let grant = unified(&world, "fast").unwrap();
    let SubscriptionId(subscription) = world.app.subscriptions[0].id;
    let wanted = Limit {
        scope: LimitScope::Plan,
        subject: subscription,
        kind: LimitKind::RequestsPerMinute,
        amount: 60,
    };
    assert_eq!(grant.limits.len(), 3);
    assert_eq!(grant.limits[0], wanted, "a plan's limit counts for each subscription by itself");
}

#[test]
fn listed_models_are_those_a_call_would_be_granted() {
    let mut world = World::new();
    world.version("assistants", "v2", &["deep"]);
    let names = |world: &World| -> Vec<String> {
        let listed = models(&world.key, &world.app, &world.catalogue(), &Door::Unified, NOW).unwrap();
        listed.into_iter().map(|listed| listed.name).collect()
    };
    assert_eq!(names(&world), ["fast"]);
    world.app.subscriptions[0].state = State::Suspended;
    assert!(names(&world).is_empty());
    world.key.scopes = Some(vec!["chat".into()]);
    let refused = models(&world.key, &world.app, &world.catalogue(), &Door::Unified, NOW).err().unwrap();
    assert_eq!(refused.code(), Code::ScopeMissing);
}

#[test]
fn p29_a_list_by_the_address_of_a_version_is_refused_as_a_call_there_is() {
    let mut world = World::new();
    world.version("assistants", "v2", &["deep"]);
    let at = |world: &World, version: &str| {
        let door = Door::Api { slug: "assistants".into(), version: version.into() };
        models(&world.key, &world.app, &world.catalogue(), &door, NOW).map(|listed| listed.len())
    };
    assert_eq!(at(&world, "v1").unwrap(), 1);
    assert_eq!(at(&world, "v2").unwrap_err().code(), Code::SubscriptionMissing);
    world.app.subscriptions[0].state = State::Suspended;
    assert_eq!(at(&world, "v1").unwrap_err().code(), Code::SubscriptionSuspended);
}

#[test]
fn a_bar_and_its_words_have_one_code() {
    for state in [State::Requested, State::Denied, State::Suspended, State::Ended, State::Approved] {
        for version in [VersionState::Published, VersionState::Retired, VersionState::Draft] {
            let mut world = with_state(state);
            world.version_row("assistants", "v1").state = version;
            let catalogue = world.catalogue();
            let candidate = candidates(&world.app, &catalogue).next().unwrap();
            match in_force(&candidate, NOW) {
                Ok(()) => assert_eq!((state, version), (State::Approved, VersionState::Published)),
                Err(bar) => assert_eq!(bar.code(), bar.error(&candidate).code(), "{state:?} {version:?}"),
            }
        }
    }
}

#[test]
fn a_refusal_names_the_rows_it_speaks_of() {
    let suspended = with_state(State::Suspended);
    let mut retired = World::new();
    retired.version_row("assistants", "v1").state = VersionState::Retired;
    let mut scoped = World::new();
    scoped.key.scopes = Some(vec!["embeddings".into()]);
    for world in [suspended, retired, scoped] {
        for door in [Door::Unified, Door::Api { slug: "assistants".into(), version: "v1".into() }] {
            let catalogue = world.catalogue();
            let refusal =
                authorize(&world.key, &world.app, &catalogue, ask(&door, "fast"), NOW).err().unwrap();
            let mut what = crate::ledger::record::What::default();
            name_rows(&refusal, &world.app, &catalogue, &door, &mut what);
            let row = &world.app.subscriptions[0];
            assert_eq!(
                (what.api, what.version, what.plan, what.subscription),
                (Some(row.api_id), Some(row.version_id), Some(row.plan_id), Some(row.id)),
                "{} at {door:?}",
                refusal.code()
            );
        }
    }
}

#[test]
fn who_waits_is_told_which_team_decides_and_no_persons_name() {
    let mut world = with_state(State::Requested);
    let team = |personal_of| team::Model {
        id: world.rows.apis[0].owner_team_id,
        name: "Harbor".into(),
        personal_of,
        ..world.app.team.clone()
    };
    let (shared, own) = (team(None), team(Some(world.owner.id)));
    for (owner, expected) in
        [(shared, "waits for the decision of its owner, team Harbor."), (own, "of its owner.")]
    {
        world.rows.owners = vec![owner];
        let refused = unified(&world, "fast").err().unwrap();
        assert!(refused.message().ends_with(expected), "{refused}");
    }
}
