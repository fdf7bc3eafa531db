use super::*;
use crate::base::Code;
use crate::base::ids::{ApiId, ProviderId, VersionId};
use crate::ledger::record::{Attempt, End, Refusal};
use crate::ledger::samples::{self, World};

#[actix_web::test]
async fn a_summary_counts_calls_errors_and_cost() {
    let world = World::fresh().await;
    let ledger = world.ledger();
    let first = samples::begin();
    for number in 0..5 {
        let mut call = samples::begin();
        call.who = first.who.clone();
        ledger.begin(&call).unwrap();
        let mut end = samples::end(&call);
        if number == 0 {
            end.cost = None;
        }
        ledger.end(&end);
    }
    for code in [Code::KeyExpired, Code::KeyExpired, Code::ModelNotAllowed] {
        let mut refusal = samples::refusal(samples::IP, world.db.now());
        refusal.who = first.who.clone();
        ledger.refuse(&Refusal { proved: true, code, ..refusal });
    }
    ledger.refuse(&samples::refusal(samples::IP, world.db.now()));
    ledger.drain_once(&world.db).await.unwrap();
    let sight = Sight::Own { user: first.who.user.unwrap(), teams: Vec::new() };
    let from = world.db.now().minus(24 * HOUR);
    let mine = summary(&world.db, &sight, from).await.unwrap();
    assert_eq!((mine.calls, mine.errors, mine.tokens, mine.unpriced), (8, 3, 5 * 52, 1));
    assert_eq!(mine.cost, Nanos(4 * 1_200));
    assert_eq!(mine.causes, [("key_expired".to_owned(), 2), ("model_not_allowed".to_owned(), 1)]);
    assert_eq!(mine.hours.len(), 25);
    assert_eq!(mine.hours.iter().map(|(_, calls, _)| calls).sum::<i64>(), 8);
    assert_eq!(summary(&world.db, &Sight::Everything, from).await.unwrap().calls, 9);
}

#[actix_web::test]
async fn it_tells_who_still_calls_a_version() {
    let world = World::fresh().await;
    let ledger = world.ledger();
    let (old, new) = (VersionId::fresh(), VersionId::fresh());
    let apps = [AppId::fresh(), AppId::fresh()];
    for (version, app) in [(old, apps[0]), (old, apps[0]), (old, apps[1]), (new, apps[1])] {
        let mut call = samples::begin();
        call.what.version = Some(version);
        call.who.app = Some(app);
        call.who.team = None;
        ledger.begin(&call).unwrap();
        ledger.end(&samples::end(&call));
    }
    ledger.drain_once(&world.db).await.unwrap();
    let callers = version_callers(&world.db, &[old], world.db.now().minus(24 * HOUR)).await.unwrap();
    let seen: Vec<_> = callers.iter().map(|it| (it.app_id.unwrap(), it.calls)).collect();
    assert_eq!(seen, [(apps[0], 2), (apps[1], 1)]);
    assert!(version_callers(&world.db, &[old], world.db.now().plus(HOUR)).await.unwrap().is_empty());
}

#[actix_web::test]
async fn it_tells_who_used_a_key_and_with_what_outcome() {
    let world = World::fresh().await;
    let ledger = world.ledger();
    let first = samples::begin();
    for agent in ["curl/8", "curl/8", "python"] {
        let mut call = samples::begin();
        call.who = first.who.clone();
        call.who.agent = agent.to_owned();
        ledger.begin(&call).unwrap();
        ledger.end(&samples::end(&call));
    }
    let mut refusal = samples::refusal(samples::IP, world.db.now());
    refusal.who = crate::ledger::record::Who { agent: "curl/8".to_owned(), ..first.who.clone() };
    ledger.refuse(&Refusal { proved: true, code: Code::KeyExpired, ..refusal });
    ledger.drain_once(&world.db).await.unwrap();
    let callers = key_callers(&world.db, first.who.key.unwrap()).await.unwrap();
    assert_eq!(callers.len(), 2);
    assert_eq!((callers[0].agent.as_str(), callers[0].calls), ("curl/8", 3));
    assert_eq!(callers[0].causes, [("ok".to_owned(), 2), ("key_expired".to_owned(), 1)]);
}

#[actix_web::test]
async fn it_tells_who_still_uses_a_replaced_secret() {
    let world = World::fresh().await;
    let ledger = world.ledger();
    let first = samples::begin();
    let (key, old, new) = (
        first.who.key.unwrap(),
        crate::base::ids::KeySecretId::fresh(),
        crate::base::ids::KeySecretId::fresh(),
    );
    let now = world.db.now();
    for (secret, agent, age) in
        [(old, "curl/8", 0), (old, "curl/8", 2 * HOUR), (old, "python", 5 * HOUR), (new, "curl/8", 0)]
    {
        let mut call = samples::begin();
        call.at = now.minus(age);
        call.who =
            crate::ledger::record::Who { secret: Some(secret), agent: agent.to_owned(), ..first.who.clone() };
        ledger.begin(&call).unwrap();
        ledger.end(&samples::end(&call));
    }
    let mut refusal = samples::refusal(samples::IP, now);
    refusal.who = crate::ledger::record::Who { secret: Some(old), ..first.who.clone() };
    ledger.refuse(&Refusal { proved: true, code: Code::KeyRotated, ..refusal });
    ledger.drain_once(&world.db).await.unwrap();
    let used = secret_use(&world.db, key, &[old], now.minus(4 * HOUR)).await.unwrap();
    assert_eq!((used.calls, used.last_hour, used.refused, used.cut), (3, 2, 1, false));
    assert_eq!(used.last, Some(now));
    assert!(used.from.iter().any(|caller| caller.agent == "curl/8" && caller.calls == 2), "{used:?}");
    assert!(used.from.iter().all(|caller| caller.agent != "python"), "before the rotation");
    assert_eq!(secret_use(&world.db, key, &[], now.minus(HOUR)).await.unwrap(), SecretUse::default());
}

#[actix_web::test]
async fn it_tells_how_the_calls_to_an_api_came_out_and_what_a_key_cost() {
    let world = World::fresh().await;
    let ledger = world.ledger();
    let (api, other) = (ApiId::fresh(), ApiId::fresh());
    let first = samples::begin();
    let states = [
        (CallState::Answered, Some(Nanos(700))),
        (CallState::Answered, None),
        (CallState::Failed, Some(Nanos(300))),
        (CallState::CutVendor, None),
        (CallState::CutClient, None),
    ];
    for (state, cost) in states {
        let mut call = samples::begin();
        call.who = first.who.clone();
        call.what.api = Some(api);
        ledger.begin(&call).unwrap();
        ledger.end(&End { state, cost, ..samples::end(&call) });
    }
    let unpriced = samples::begin();
    ledger.begin(&unpriced).unwrap();
    ledger.end(&End { cost: None, ..samples::end(&unpriced) });
    let mut refusal = samples::refusal(samples::IP, world.db.now());
    refusal.what.api = Some(api);
    ledger.refuse(&Refusal { proved: true, code: Code::RateLimitExceeded, ..refusal });
    ledger.drain_once(&world.db).await.unwrap();
    let from = world.db.now().minus(24 * HOUR);
    let outcomes = api_outcomes(&world.db, [api, other], from).await.unwrap();
    assert_eq!(outcomes[&api], ApiOutcome { answered: 2, refused: 1, left: 1, failed: 2 });
    assert_eq!(outcomes[&api].served(), 4);
    let all = summary(&world.db, &Sight::Everything, from).await.unwrap();
    assert_eq!((all.calls, all.errors), (7, 3), "a caller who left is no fault on any page");
    assert!(all.causes.iter().all(|(cause, _)| cause != "cut_client"), "{:?}", all.causes);
    assert!(!outcomes.contains_key(&other));
    let (known, unknown) = (first.who.key.unwrap(), unpriced.who.key.unwrap());
    let costs = key_costs(&world.db, [known, unknown, KeyId::fresh()], from).await.unwrap();
    assert_eq!(costs, [(known, Some(Nanos(1_000))), (unknown, None)].into());
    assert!(key_costs(&world.db, [known], world.db.now().plus(HOUR)).await.unwrap().is_empty());
}

#[actix_web::test]
async fn tries_that_were_passed_on_count_at_the_vendor_that_failed() {
    let world = World::fresh().await;
    let ledger = world.ledger();
    let (first, second) = (ProviderId::fresh(), ProviderId::fresh());
    let failed = Some(Code::VendorError);
    let chains = [
        (CallState::Answered, vec![(first, failed), (second, None)]),
        (CallState::Answered, vec![(second, failed), (first, Some(Code::VendorLimit)), (second, None)]),
        (CallState::Failed, vec![(first, failed), (first, failed)]),
        (CallState::Answered, vec![(first, None)]),
    ];
    for (state, chain) in chains {
        let call = samples::begin();
        ledger.begin(&call).unwrap();
        let mut end = samples::end(&call);
        let one = end.attempts.remove(0);
        end.state = state;
        end.attempts =
            chain.into_iter().map(|(provider, code)| Attempt { provider, code, ..one.clone() }).collect();
        ledger.end(&end);
    }
    ledger.drain_once(&world.db).await.unwrap();
    let from = world.db.now().minus(24 * HOUR);
    let mut of_first = passed_on(&world.db, first, from).await.unwrap();
    of_first.causes.sort();
    let expected = [("vendor_error".to_owned(), 2, 1), ("vendor_limit".to_owned(), 1, 1)];
    assert_eq!((of_first.causes.as_slice(), of_first.cut), (expected.as_slice(), false));
    let of_second = passed_on(&world.db, second, from).await.unwrap();
    assert_eq!(of_second.causes, [("vendor_error".to_owned(), 1, 1)]);
    let later = passed_on(&world.db, first, world.db.now().plus(2 * HOUR)).await.unwrap();
    assert_eq!(later, PassedOn::default());
}
