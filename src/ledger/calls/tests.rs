use super::*;
use crate::base::clock::{HOUR, SECOND};
use crate::ledger::record::{Begin, Refusal};
use crate::ledger::samples::{self, World};

/// Three calls of each of two teams, and one refusal of a stranger.
async fn two_teams(world: &World) -> (Vec<Begin>, Refusal) {
    let ledger = world.ledger();
    let (a, b) = (samples::begin(), samples::begin());
    let mut calls = Vec::new();
    for number in 0..6 {
        let mut call = samples::begin();
        call.at = world.db.now();
        call.who = if number % 2 == 0 { a.who.clone() } else { b.who.clone() };
        call.what.model = format!("m{}", number / 2);
        ledger.begin(&call).unwrap();
        ledger.end(&samples::end(&call));
        calls.push(call);
    }
    let stranger = samples::refusal(samples::IP, world.db.now());
    ledger.refuse(&stranger);
    ledger.drain_once(&world.db).await.unwrap();
    (calls, stranger)
}

fn own(call: &Begin, teams: &[TeamId]) -> Sight {
    Sight::Own { user: call.who.user.unwrap(), teams: teams.to_vec() }
}

async fn ids_of(world: &World, sight: &Sight, filter: &Filter) -> Vec<CallId> {
    let page = list(&world.db, sight, filter, None, 50).await.unwrap();
    page.calls.into_iter().map(|call| call.id).collect()
}

#[actix_web::test]
async fn p31_each_sees_their_own_calls_and_those_of_teams_they_own() {
    let world = World::fresh().await;
    let (calls, stranger) = two_teams(&world).await;
    let mine: Vec<CallId> =
        calls.iter().rev().filter(|call| call.who == calls[0].who).map(|call| call.id).collect();
    let all = Filter::default();
    assert_eq!(ids_of(&world, &own(&calls[0], &[]), &all).await, mine);
    let both = own(&calls[0], &[calls[0].who.team.unwrap(), calls[1].who.team.unwrap()]);
    assert_eq!(ids_of(&world, &both, &all).await.len(), 6, "each call once");
    assert_eq!(ids_of(&world, &Sight::Everything, &all).await.len(), 7);
    let theirs = Filter { key: calls[1].who.key, ..all };
    assert!(ids_of(&world, &own(&calls[0], &[]), &theirs).await.is_empty(), "a filter widens nothing");
    let sight = own(&calls[0], &[]);
    assert!(find(&world.db, &sight, calls[1].id).await.unwrap().is_none());
    assert!(find_for_diagnosis(&world.db, &sight, calls[1].id).await.unwrap().is_none());
    assert!(find(&world.db, &sight, stranger.id).await.unwrap().is_none());
    let told = find_for_diagnosis(&world.db, &sight, stranger.id).await.unwrap().unwrap();
    assert_eq!((told.call.code.as_deref(), told.call.ip.as_str()), (Some("key_unknown"), ""));
    assert!(!told.call.facts.contains("api="), "{}", told.call.facts);
}

#[actix_web::test]
async fn a_call_comes_with_all_its_attempts() {
    let world = World::fresh().await;
    let (calls, _) = two_teams(&world).await;
    let told = find(&world.db, &Sight::Everything, calls[0].id).await.unwrap().unwrap();
    let seen: Vec<_> = told.attempts.iter().map(|it| (it.number, it.code.as_deref(), it.status)).collect();
    assert_eq!(seen, [(1, Some("vendor_limit"), 429), (2, None, 200)]);
}

#[actix_web::test]
async fn pages_follow_each_other_without_gap() {
    let world = World::fresh().await;
    let (calls, _) = two_teams(&world).await;
    let sight = own(&calls[0], &[calls[1].who.team.unwrap()]);
    for most in 1..7 {
        let (mut seen, mut before) = (Vec::new(), None);
        loop {
            let page = list(&world.db, &sight, &Filter::default(), before, most).await.unwrap();
            seen.extend(page.calls.iter().map(|call| call.id));
            before = page.next;
            if before.is_none() {
                break;
            }
        }
        assert_eq!(seen, calls.iter().rev().map(|call| call.id).collect::<Vec<_>>(), "{most} a page");
    }
}

#[actix_web::test]
async fn every_filter_filters() {
    let world = World::fresh().await;
    let (calls, _) = two_teams(&world).await;
    let (all, at) = (Filter::default(), calls[0].at);
    let count = async |filter: Filter| ids_of(&world, &Sight::Everything, &filter).await.len();
    assert_eq!(count(Filter { state: Some(CallState::Answered), ..all.clone() }).await, 6);
    assert_eq!(count(Filter { code: Some(Code::KeyUnknown), ..all.clone() }).await, 1);
    assert_eq!(count(Filter { status_class: Some(4), ..all.clone() }).await, 1);
    assert_eq!(count(Filter { status_class: Some(2), ..all.clone() }).await, 6);
    assert_eq!(count(Filter { key: calls[0].who.key, ..all.clone() }).await, 3);
    assert_eq!(count(Filter { team: calls[0].who.team, ..all.clone() }).await, 3);
    assert_eq!(count(Filter { user: calls[1].who.user, ..all.clone() }).await, 3);
    assert_eq!(count(Filter { model: Some("m1".to_owned()), ..all.clone() }).await, 2);
    assert_eq!(count(Filter { ip: Some(samples::IP.to_string()), ..all.clone() }).await, 7);
    assert_eq!(count(Filter { ip: Some("192.0.2.1".to_owned()), ..all.clone() }).await, 0);
    assert_eq!(count(Filter { stream: Some(true), ..all.clone() }).await, 6);
    assert_eq!(count(Filter { provider: Some(ProviderId(calls[2].id.0)), ..all.clone() }).await, 1);
    assert_eq!(count(Filter { request_id: Some(calls[3].id.to_string()), ..all.clone() }).await, 1);
    assert_eq!(count(Filter { request_id: Some("' OR 1=1".to_owned()), ..all.clone() }).await, 0);
    for (field, app) in [("app", AppId::fresh())] {
        assert_eq!(count(Filter { app: Some(app), ..all.clone() }).await, 0, "{field}");
    }
    assert_eq!(count(Filter { version: Some(VersionId::fresh()), ..all.clone() }).await, 0);
    assert_eq!(count(Filter { api: Some(ApiId::fresh()), ..all.clone() }).await, 0);
    assert_eq!(count(Filter { subscription: Some(SubscriptionId::fresh()), ..all.clone() }).await, 0);
    assert_eq!(count(Filter { from: Some(at), ..all.clone() }).await, 7);
    assert_eq!(count(Filter { from: Some(at.plus(HOUR)), ..all.clone() }).await, 0);
    assert_eq!(count(Filter { to: Some(at.minus(SECOND)), ..all.clone() }).await, 0);
    assert_eq!(count(Filter { to: Some(at), ..all }).await, 1);
}

#[actix_web::test]
async fn times_hold_when_the_clock_was_moved() {
    let world = World::fresh().await;
    world.db.clock().forward(std::time::Duration::from_secs(90 * 86_400));
    let (calls, _) = two_teams(&world).await;
    let today =
        Filter { from: Some(world.db.now().minus(HOUR)), to: Some(world.db.now()), ..Filter::default() };
    assert_eq!(ids_of(&world, &own(&calls[0], &[]), &today).await.len(), 3);
}
