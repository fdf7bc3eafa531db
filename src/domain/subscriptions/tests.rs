use super::*;
use crate::base::clock::{DAY, HOUR};
use crate::base::ids::PlanId;
use crate::base::{Code, Result};
use crate::domain::actor::Actor;
use crate::domain::apps;
use crate::domain::subscriptions::scene::{Scene, Shop, own, scene};
use crate::store::entity::states::{Role, SubscriptionState as State, TeamRole};
use crate::store::entity::subscription;

#[test]
fn every_step_from_every_state_is_in_this_table() {
    use Step::{Approve, AskAgain, ChangePlan, Deny, End, Resume, Suspend, Withdraw};
    let table = [
        (State::Requested, Approve, State::Approved),
        (State::Requested, Deny, State::Denied),
        (State::Requested, Withdraw, State::Withdrawn),
        (State::Approved, Suspend, State::Suspended),
        (State::Approved, End, State::Ended),
        (State::Approved, ChangePlan, State::Requested),
        (State::Suspended, Resume, State::Approved),
        (State::Suspended, End, State::Ended),
        (State::Denied, AskAgain, State::Requested),
    ];
    for from in State::ALL {
        for step in Step::ALL {
            let to = table.iter().find(|row| row.0 == *from && row.1 == *step).map(|row| row.2);
            assert_eq!(transition(*from, *step), to, "{from} {step:?}");
        }
    }
}

fn ask(shop: &Shop, plan: PlanId) -> NewRequest {
    NewRequest {
        app: None,
        version: shop.v1,
        plan,
        reason: "  to answer mail  ".to_owned(),
        volume: String::new(),
        ends_at: None,
        requester: None,
    }
}

fn code<T>(done: Result<T>) -> Code {
    done.err().map(|error| error.code()).expect("it should be refused")
}

struct Cast {
    scene: Scene,
    admin: Actor,
    dana: Actor,
    shop: Shop,
}

async fn cast() -> Cast {
    let scene = scene().await;
    let admin = scene.person("admin@site.test", Role::Admin).await;
    let dana = scene.person("dana@example.org", Role::Member).await;
    let shop = scene.shop(own(&admin)).await;
    Cast { scene, admin, dana, shop }
}

impl Cast {
    async fn asked(&self) -> subscription::Model {
        request(&self.scene.db, &self.dana, ask(&self.shop, self.shop.manual)).await.unwrap()
    }
}

#[actix_web::test]
async fn an_auto_plan_is_asked_and_approved_in_one_go_by_the_rule() {
    let c = cast().await;
    let row = request(&c.scene.db, &c.dana, ask(&c.shop, c.shop.auto)).await.unwrap();
    assert_eq!((row.state, row.decided_by, row.reason.as_str()), (State::Approved, None, "to answer mail"));
    assert_eq!(c.scene.acts(row.id.0).await, ["subscription_requested", "subscription_approved"]);
    let lines = history(&c.scene.db, &c.dana, row.id).await.unwrap();
    let lines: Vec<_> = lines.iter().map(|line| (line.what.as_str(), line.actor_label.as_str())).collect();
    assert_eq!(lines, [("requested", "dana@example.org"), ("approved", "rule:plan")]);
    let apps = apps::list_visible(&c.scene.db, &c.dana, None, 10).await.unwrap();
    assert_eq!((apps[0].app.name.as_str(), apps[0].subscriptions), (apps::OWN_NAME, 1));
}

#[actix_web::test]
async fn a_rule_lets_in_its_domain_and_makes_others_wait() {
    let c = cast().await;
    let staff = c.scene.person("sam@example.com", Role::Member).await;
    let row = request(&c.scene.db, &staff, ask(&c.shop, c.shop.rule)).await.unwrap();
    assert_eq!(row.state, State::Approved);
    let row = request(&c.scene.db, &c.dana, ask(&c.shop, c.shop.rule)).await.unwrap();
    assert_eq!(row.state, State::Requested);
}

#[actix_web::test]
async fn one_application_has_one_live_subscription_to_an_api() {
    let c = cast().await;
    let row = c.asked().await;
    assert_eq!(code(request(&c.scene.db, &c.dana, ask(&c.shop, c.shop.auto)).await), Code::Conflict);
    withdraw(&c.scene.db, &c.dana, row.id).await.unwrap();
    request(&c.scene.db, &c.dana, ask(&c.shop, c.shop.auto)).await.unwrap();
}

#[actix_web::test]
async fn b44_a_request_is_decided_once_and_by_those_who_decide() {
    let c = cast().await;
    let row = c.asked().await;
    assert_eq!(code(approve(&c.scene.db, &c.dana, row.id, Decision::default()).await), Code::NotFound);
    assert_eq!(code(deny(&c.scene.db, &c.admin, row.id, "  ".to_owned()).await), Code::FieldInvalid);
    assert_eq!(count_inbox(&c.scene.db, &c.admin).await.unwrap(), 1);
    approve(&c.scene.db, &c.admin, row.id, Decision::default()).await.unwrap();
    assert_eq!(code(approve(&c.scene.db, &c.admin, row.id, Decision::default()).await), Code::Conflict);
    assert_eq!(code(deny(&c.scene.db, &c.admin, row.id, "no".to_owned()).await), Code::Conflict);
    assert_eq!(c.scene.acts(row.id.0).await, ["subscription_requested", "subscription_approved"]);
    assert_eq!(list_decided(&c.scene.db, &c.admin, 10).await.unwrap()[0].decider, "admin");
    assert_eq!(count_inbox(&c.scene.db, &c.admin).await.unwrap(), 0);
}

#[actix_web::test]
async fn a_withdrawn_request_cannot_be_approved() {
    let c = cast().await;
    let row = c.asked().await;
    withdraw(&c.scene.db, &c.dana, row.id).await.unwrap();
    assert_eq!(code(approve(&c.scene.db, &c.admin, row.id, Decision::default()).await), Code::Conflict);
    assert_eq!(code(withdraw(&c.scene.db, &c.dana, row.id).await), Code::Conflict);
}

#[actix_web::test]
async fn a_sole_admin_approves_their_own_and_the_audit_says_so() {
    let c = cast().await;
    let row = request(&c.scene.db, &c.admin, ask(&c.shop, c.shop.manual)).await.unwrap();
    approve(&c.scene.db, &c.admin, row.id, Decision::default()).await.unwrap();
    assert_eq!(c.scene.acts(row.id.0).await, ["subscription_requested", "self_approved"]);
}

#[actix_web::test]
async fn nobody_approves_their_own_request_while_another_can() {
    let c = cast().await;
    let row = request(&c.scene.db, &c.admin, ask(&c.shop, c.shop.manual)).await.unwrap();
    let team = own(&c.admin);
    let paula = c.scene.joined("paula@site.test", Role::Publisher, &[(team, TeamRole::Member)]).await;
    assert_eq!(code(approve(&c.scene.db, &c.admin, row.id, Decision::default()).await), Code::NotPermitted);
    approve(&c.scene.db, &paula, row.id, Decision::default()).await.unwrap();
}

#[actix_web::test]
async fn a_publisher_decides_for_their_own_apis_only() {
    let c = cast().await;
    let row = c.asked().await;
    let other = c.scene.person("olga@site.test", Role::Publisher).await;
    assert_eq!(code(approve(&c.scene.db, &other, row.id, Decision::default()).await), Code::NotFound);
    assert_eq!(code(get_visible(&c.scene.db, &other, row.id).await), Code::NotFound);
    assert!(list_inbox(&c.scene.db, &other, None, 10).await.unwrap().is_empty());
}

#[actix_web::test]
async fn a_denied_request_is_asked_again_with_its_history() {
    let c = cast().await;
    let row = c.asked().await;
    deny(&c.scene.db, &c.admin, row.id, "too vague".to_owned()).await.unwrap();
    let again =
        AskAgain { plan: None, reason: "to answer mail faster".into(), volume: String::new(), ends_at: None };
    let row = ask_again(&c.scene.db, &c.dana, row.id, again.clone()).await.unwrap();
    assert_eq!((row.state, row.decided_at), (State::Requested, None));
    deny(&c.scene.db, &c.admin, row.id, "still vague".to_owned()).await.unwrap();
    // The subscribe form leads to the same request.
    let third = request(&c.scene.db, &c.dana, ask(&c.shop, c.shop.auto)).await.unwrap();
    assert_eq!((third.id, third.state), (row.id, State::Approved));
    let lines = history(&c.scene.db, &c.dana, row.id).await.unwrap();
    let words: Vec<_> = lines.iter().map(|line| line.what.as_str()).collect();
    assert_eq!(words, ["requested", "denied", "asked_again", "denied", "asked_again", "approved"]);
    assert_eq!(lines[1].comment.as_deref(), Some("too vague"));
}

#[actix_web::test]
async fn an_approval_may_change_the_plan_and_set_an_end() {
    let c = cast().await;
    let row = c.asked().await;
    let ends_at = Some(c.scene.db.now().plus(DAY));
    let decision = Decision { plan: Some(c.shop.auto), ends_at, comment: "start small".to_owned() };
    let row = approve(&c.scene.db, &c.admin, row.id, decision).await.unwrap();
    assert_eq!((row.plan_id, row.ends_at), (c.shop.auto, ends_at));
    c.scene.clock.forward(std::time::Duration::from_secs(25 * 3_600));
    assert!(is_over(&row, c.scene.db.now()));
    assert_eq!(end_due(&c.scene.db).await.unwrap(), 1);
    assert_eq!(get_visible(&c.scene.db, &c.dana, row.id).await.unwrap().row.state, State::Ended);
    request(&c.scene.db, &c.dana, ask(&c.shop, c.shop.auto)).await.unwrap();
}

#[actix_web::test]
async fn a_plan_of_another_api_is_refused() {
    let c = cast().await;
    let other = c.scene.shop(own(&c.admin)).await;
    assert_eq!(code(request(&c.scene.db, &c.dana, ask(&c.shop, other.auto)).await), Code::FieldInvalid);
    let row = c.asked().await;
    let decision = Decision { plan: Some(other.auto), ..Decision::default() };
    assert_eq!(code(approve(&c.scene.db, &c.admin, row.id, decision).await), Code::FieldInvalid);
}

#[actix_web::test]
async fn moving_to_another_version_keeps_the_approval() {
    let c = cast().await;
    let row = c.asked().await;
    approve(&c.scene.db, &c.admin, row.id, Decision::default()).await.unwrap();
    let to = Move { version: Some(c.shop.v2), plan: None };
    let row = move_to(&c.scene.db, &c.dana, row.id, to).await.unwrap();
    assert_eq!((row.state, row.version_id), (State::Approved, c.shop.v2));
    let lines = history(&c.scene.db, &c.dana, row.id).await.unwrap();
    assert_eq!(lines[2].comment.as_deref(), Some("v1 → v2"));
    assert_eq!(code(move_to(&c.scene.db, &c.dana, row.id, to).await), Code::Conflict);
}

#[actix_web::test]
async fn a_plan_that_somebody_approves_makes_it_wait_again() {
    let c = cast().await;
    let row = request(&c.scene.db, &c.dana, ask(&c.shop, c.shop.auto)).await.unwrap();
    let to = Move { version: Some(c.shop.v2), plan: Some(c.shop.manual) };
    let row = move_to(&c.scene.db, &c.dana, row.id, to).await.unwrap();
    assert_eq!(row.state, State::Requested);
    let row = approve(&c.scene.db, &c.admin, row.id, Decision::default()).await.unwrap();
    let row =
        move_to(&c.scene.db, &c.dana, row.id, Move { version: None, plan: Some(c.shop.auto) }).await.unwrap();
    assert_eq!((row.state, row.plan_id), (State::Approved, c.shop.auto));
}

#[actix_web::test]
async fn a_suspension_says_why_and_ends_with_resume() {
    let c = cast().await;
    let row = request(&c.scene.db, &c.dana, ask(&c.shop, c.shop.auto)).await.unwrap();
    assert_eq!(code(suspend(&c.scene.db, &c.dana, row.id, "mine".to_owned()).await), Code::NotPermitted);
    let row = suspend(&c.scene.db, &c.admin, row.id, "a storm of calls".to_owned()).await.unwrap();
    assert_eq!((row.state, row.comment.as_deref()), (State::Suspended, Some("a storm of calls")));
    assert_eq!(resume(&c.scene.db, &c.admin, row.id).await.unwrap().state, State::Approved);
    assert_eq!(end(&c.scene.db, &c.dana, row.id, String::new()).await.unwrap().state, State::Ended);
}

#[actix_web::test]
async fn a_reminder_is_sent_once_a_day() {
    let c = cast().await;
    let row = c.asked().await;
    remind(&c.scene.db, &c.dana, row.id).await.unwrap();
    assert_eq!(code(remind(&c.scene.db, &c.dana, row.id).await), Code::Conflict);
    c.scene.clock.forward(std::time::Duration::from_micros((DAY + HOUR) as u64));
    remind(&c.scene.db, &c.dana, row.id).await.unwrap();
}

#[actix_web::test]
async fn raising_changes_the_order_in_which_they_serve() {
    let c = cast().await;
    let other = c.scene.shop(own(&c.admin)).await;
    let first = request(&c.scene.db, &c.dana, ask(&c.shop, c.shop.auto)).await.unwrap();
    let second = request(&c.scene.db, &c.dana, ask(&other, other.auto)).await.unwrap();
    raise(&c.scene.db, &c.dana, second.id).await.unwrap();
    let order = list_of_app(&c.scene.db, &c.dana, first.app_id).await.unwrap();
    assert_eq!(order.iter().map(|view| view.row.id).collect::<Vec<_>>(), [second.id, first.id]);
    assert_eq!(code(raise(&c.scene.db, &c.dana, second.id).await), Code::Conflict);
}

#[actix_web::test]
async fn b45_a_stranger_does_not_see_that_it_exists() {
    let c = cast().await;
    let row = c.asked().await;
    let eve = c.scene.person("eve@example.org", Role::Member).await;
    assert_eq!(code(get_visible(&c.scene.db, &eve, row.id).await), Code::NotFound);
    assert_eq!(code(withdraw(&c.scene.db, &eve, row.id).await), Code::NotFound);
    assert_eq!(code(end(&c.scene.db, &eve, row.id, String::new()).await), Code::NotFound);
    let theirs = NewRequest { app: Some(row.app_id), ..ask(&c.shop, c.shop.auto) };
    assert_eq!(code(request(&c.scene.db, &eve, theirs).await), Code::NotFound);
}
