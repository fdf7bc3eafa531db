use super::*;
use crate::base::ids::{ApiId, PlanId, TeamId};
use crate::base::{Code, Nanos, Timestamp};
use crate::domain::actor::Actor;
use crate::domain::tests::{fresh, member, publisher, team};
use crate::store::entity::plan;
use crate::store::entity::states::{Approval, PlanState};

fn row(approval: Approval, domains: &str, team: Option<TeamId>) -> plan::Model {
    plan::Model {
        id: PlanId::fresh(),
        api_id: ApiId::fresh(),
        name: "Plan".to_owned(),
        summary: String::new(),
        approval,
        rule_domains: domains.to_owned(),
        rule_team_id: team,
        state: PlanState::Open,
        position: 1,
        created_at: Timestamp(0),
    }
}

fn new_plan(name: &str) -> NewPlan {
    NewPlan {
        name: name.to_owned(),
        summary: String::new(),
        approval: Approval::Manual,
        rule_domains: Vec::new(),
        rule_team: None,
        models: None,
        limits: Limits::default(),
    }
}

#[test]
fn a_rule_lets_in_its_domains_and_its_team_alone() {
    let (ours, other) = (TeamId::fresh(), TeamId::fresh());
    for (plan, email, team, expected) in [
        (row(Approval::Auto, "", None), "a@x.org", other, true),
        (row(Approval::Manual, "x.org", Some(ours)), "a@x.org", ours, false),
        (row(Approval::Rule, "x.org,y.org", None), "a@X.org", other, true),
        (row(Approval::Rule, "x.org,y.org", None), "a@y.org", other, true),
        (row(Approval::Rule, "x.org", None), "a@evilx.org", other, false),
        (row(Approval::Rule, "x.org", None), "a@x.org.evil.com", other, false),
        (row(Approval::Rule, "x.org", None), "x.org", other, false),
        (row(Approval::Rule, "", Some(ours)), "a@z.org", ours, true),
        (row(Approval::Rule, "", Some(ours)), "a@z.org", other, false),
    ] {
        assert_eq!(decides_at_once(&plan, &Applicant { email, team }), expected, "{plan:?} {email}");
    }
}

#[test]
fn limits_read_as_sentences() {
    let limits = Limits {
        requests_per_minute: Some(60),
        tokens_per_minute: Some(200_000),
        concurrent_calls: None,
        usd_per_month: Some(Nanos::from_usd(50)),
    };
    assert_eq!(limits.lines(), ["60 requests a minute", "200,000 tokens a minute", "$50.00 a month"]);
    let large = Limits { usd_per_month: Some(Nanos(1_234_567_500_000_000)), ..Limits::default() };
    assert_eq!(large.lines(), ["$1,234,567.50 a month"]);
    let small = Limits { usd_per_month: Some(Nanos(250_000_000)), ..Limits::default() };
    assert_eq!(small.lines(), ["$0.25 a month"]);
}

#[actix_web::test]
async fn a_starter_makes_all_of_it_or_nothing() {
    let (_folder, db) = fresh().await;
    let owner = team(&db, "Platform").await;
    let admin = Actor::system("test");
    let mut broken = NewStarter::of_preset("demo", None, owner).unwrap();
    broken.plan.name = String::new();
    assert!(publish_starter(&db, &admin, broken).await.is_err());
    assert!(crate::domain::supply::list_providers(&db, &admin).await.unwrap().is_empty());
    let made =
        publish_starter(&db, &admin, NewStarter::of_preset("demo", None, owner).unwrap()).await.unwrap();
    assert!(!made.models.is_empty() && made.version.published_at.is_some());
    let plan = get_plan(&db, &admin, made.plan.id).await.unwrap();
    assert_eq!(plan.limits.requests_per_minute, Some(60));
    assert!(NewStarter::of_preset("nope", None, owner).is_err());
}

#[actix_web::test]
async fn a_starter_without_a_secret_is_not_published_for_a_vendor_that_wants_one() {
    let (_folder, db) = fresh().await;
    let owner = team(&db, "Platform").await;
    let new = NewStarter::of_preset("openai", None, owner).unwrap();
    let refused = publish_starter(&db, &Actor::system("test"), new).await.err().unwrap();
    assert!(refused.message().contains("no vendor that can answer"), "{refused}");
}

#[actix_web::test]
async fn a_plan_is_changed_by_those_who_manage_its_api() {
    let (_folder, db) = fresh().await;
    let owner = team(&db, "Platform").await;
    let new = NewStarter::of_preset("demo", None, owner).unwrap();
    let made = publish_starter(&db, &Actor::system("test"), new).await.unwrap();
    let maker = publisher(&[owner]);
    let narrow = NewPlan { models: Some(vec!["demo-echo".to_owned()]), ..new_plan("Narrow") };
    let narrow = make_plan(&db, &maker, made.api.id, narrow).await.unwrap();
    let view = get_plan(&db, &maker, narrow.id).await.unwrap();
    assert!(view.allows("demo-echo") && !view.allows("demo-lorem"));
    assert_eq!(narrow.position, made.plan.position + 1);
    let change = || PlanChange {
        limits: Some(Limits { concurrent_calls: Some(2), ..Limits::default() }),
        models: Some(None),
        ..PlanChange::default()
    };
    for stranger in [member(&[owner]), publisher(&[])] {
        let refused = change_plan(&db, &stranger, narrow.id, change()).await.unwrap_err();
        assert_eq!(refused.code(), Code::NotPermitted);
    }
    change_plan(&db, &maker, narrow.id, change()).await.unwrap();
    let view = get_plan(&db, &maker, narrow.id).await.unwrap();
    assert_eq!((view.limits.concurrent_calls, view.models), (Some(2), None));
    let zero = Limits { concurrent_calls: Some(0), ..Limits::default() };
    let zero = PlanChange { limits: Some(zero), ..PlanChange::default() };
    assert_eq!(
        change_plan(&db, &maker, narrow.id, zero).await.unwrap_err().param(),
        Some("concurrent_calls")
    );
    let twin = make_plan(&db, &maker, made.api.id, new_plan("Narrow")).await.unwrap_err();
    assert_eq!(twin.param(), Some("name"));
    let bare_rule = NewPlan { approval: Approval::Rule, ..new_plan("Rule") };
    assert!(make_plan(&db, &maker, made.api.id, bare_rule).await.is_err());
    remove_plan(&db, &maker, narrow.id).await.unwrap();
}
