use super::*;
use crate::base::ids::CallId;
use crate::gateway::directory::Catalogue;
use crate::gateway::fixtures::World;
use crate::upstream::{Outcome, Upstream};

fn model(catalogue: &Catalogue) -> Arc<Model> {
    let api = catalogue.api_called("assistants").unwrap();
    Arc::clone(&api.versions[0].models["fast"])
}

fn order(health: &Health, model: &Model) -> Vec<String> {
    let plan = plan(health, model, Endpoint::Chat, CallId::fresh()).unwrap();
    plan.choices.iter().map(|choice| choice.target.vendor_model.clone()).collect()
}

#[test]
fn positions_are_kept_and_weights_shared() {
    let mut world = World::new();
    world.target("fast", "first", 0, 3).target("fast", "second", 0, 1).target("fast", "spare", 1, 1);
    let (upstream, model) = (Upstream::new(), model(&world.catalogue()));
    let orders: Vec<_> = (0..400).map(|_| order(upstream.health(), &model)).collect();
    assert!(orders.iter().all(|order| order.len() == 3 && order[2] == "spare"));
    let first = orders.iter().filter(|order| order[0] == "first").count();
    assert!((240..=360).contains(&first), "{first} of 400, three quarters were due");
}

#[test]
fn f07_what_cools_down_is_left_out_and_named_when_nothing_is_left() {
    let mut world = World::new();
    world.target("fast", "only", 0, 1);
    let (upstream, model) = (Upstream::new(), model(&world.catalogue()));
    let health = upstream.health();
    let id = plan(health, &model, Endpoint::Chat, CallId::fresh()).unwrap().choices[0].health_id();
    health.note(id, "only", Outcome::Limited(Some(Duration::from_secs(30))));
    let refused = plan(health, &model, Endpoint::Chat, CallId::fresh()).err().unwrap();
    assert_eq!(refused.code(), Code::VendorLimit);
    assert!((30..=33).contains(&refused.retry_after().unwrap()));
    health.forget(id);
    for _ in 0..20 {
        health.note(id, "only", Outcome::Failed);
    }
    assert_eq!(plan(health, &model, Endpoint::Chat, CallId::fresh()).err().unwrap().code(), Code::NoTarget);
}

#[test]
fn a_model_without_any_target_says_so() {
    let world = World::new();
    let refused = plan(Upstream::new().health(), &model(&world.catalogue()), Endpoint::Chat, CallId::fresh());
    let refused = refused.err().unwrap();
    assert_eq!((refused.code(), refused.retry(), refused.retry_after()), (Code::NoTarget, true, None));
    assert!(
        refused.is_untimed() && refused.next().contains("operator"),
        "nobody knows when: {}",
        refused.next()
    );
}

#[test]
fn a_credential_that_was_refused_is_told_alike_the_first_time_and_later() {
    let mut world = World::new();
    world.target("fast", "only", 0, 1);
    let (upstream, model) = (Upstream::new(), model(&world.catalogue()));
    let health = upstream.health();
    let id = plan(health, &model, Endpoint::Chat, CallId::fresh()).unwrap().choices[0].health_id();
    health.note(id, "only", Outcome::Credential);
    let refused = plan(health, &model, Endpoint::Chat, CallId::fresh()).err().unwrap();
    assert_eq!((refused.code(), refused.retry_after()), (Code::VendorCredential, None));
}

#[test]
fn a_model_the_vendor_keeps_back_comes_last_and_is_foreseen_when_nothing_else_is_left() {
    let mut world = World::new();
    world.target("fast", "denied", 0, 1).target("fast", "spare", 1, 1);
    let (upstream, model) = (Upstream::new(), model(&world.catalogue()));
    let health = upstream.health();
    let made = || plan(health, &model, Endpoint::Chat, CallId::fresh()).unwrap();
    let id = made().choices[0].health_id();
    health.note(id, "denied", Outcome::Denied);
    assert_eq!(order(health, &model), ["spare", "denied"]);
    assert!(made().foreseen(health).is_none(), "the spare one would answer");
    health.note(id, "spare", Outcome::Missing);
    assert_eq!(order(health, &model), ["denied", "spare"], "asked all the same");
    assert_eq!(made().foreseen(health).unwrap().code(), Code::VendorCredential);
}

#[test]
fn f08_a_failing_target_comes_last_and_its_credentials_other_models_do_not() {
    let mut world = World::new();
    world.target("fast", "failing", 0, 1).target("fast", "spare", 1, 1);
    let (upstream, model) = (Upstream::new(), model(&world.catalogue()));
    let health = upstream.health();
    let id = plan(health, &model, Endpoint::Chat, CallId::fresh()).unwrap().choices[0].health_id();
    (0..3).for_each(|_| health.note(id, "failing", Outcome::Failed));
    assert_eq!(order(health, &model), ["spare", "failing"]);
    (0..3).for_each(|_| health.note(id, "failing", Outcome::Unreached));
    assert_eq!(order(health, &model), ["failing", "spare"], "what is not reached has neither");
}
