use super::*;
use crate::domain::actor::Actor;
use crate::domain::audit::{self, Act};
use crate::domain::tests::fresh;

#[tokio::test]
async fn only_what_was_done_to_the_chain_is_in_its_feed_newest_first() {
    let (_folder, db) = fresh().await;
    let id = |n: u128| Uuid::from_u128(n);
    let (key, owner, app, team, api, version, model, provider) =
        (id(1), id(2), id(3), id(4), id(5), id(6), id(7), id(8));
    let other = id(99);
    let price = |name: &str| serde_json::json!({ "vendor_model": name, "input": 1 });
    let acts: Vec<(bool, Act)> = vec![
        (true, Act::new("team_suspended").on("team", team)),
        (true, Act::new("member_removed").on("team", team).touching([owner])),
        (false, Act::new("member_added").on("team", team).touching([other])),
        (false, Act::new("signed_in").on("user", owner)),
        (true, Act::new("user_role_changed").on("user", owner)),
        (false, Act::new("key_created").on("key", other).touching([app, owner])),
        (true, Act::new("key_paused").on("key", key).touching([app, owner])),
        (false, Act::new("app_created").on("app", other).touching([team])),
        (false, Act::new("version_published").on("version", other).touching([api])),
        (true, Act::new("version_deprecated").on("version", version).touching([api])),
        (false, Act::new("plan_changed").on("plan", other).touching([api])),
        (true, Act::new("subscription_approved").on("subscription", other).touching([app, api, version])),
        (false, Act::new("subscription_approved").on("subscription", other).touching([app, other])),
        (true, Act::new("target_changed").on("target", other).touching([model, provider])),
        (false, Act::new("target_changed").on("target", other).touching([other, provider])),
        (true, Act::new("credential_replaced").on("credential", other).touching([provider])),
        (true, Act::new("price_set").on("price", other).touching([provider]).noting(price("gpt-test"))),
        (false, Act::new("price_set").on("price", other).touching([provider]).noting(price("gpt-other"))),
        (false, Act::new("setting_changed")),
    ];
    let wanted: Vec<String> = acts
        .iter()
        .rev()
        .filter(|(shown, _)| *shown)
        .map(|(_, act)| format!("{} {}", act.act, act.kind))
        .collect();
    db.transact(async move |tx| {
        for (_, act) in acts {
            audit::record(&tx, &Actor::system("test"), act).await?;
        }
        Ok(())
    })
    .await
    .unwrap();
    let chain = CallChain {
        things: vec![key, app, team, api, version, model, provider],
        owner: Some(owner),
        model: Some(model),
        providers: vec![(provider, "gpt-test".to_owned())],
        wished: vec![app, api],
    };
    let rows = list_around(&db, &chain, Timestamp(0), 50).await.unwrap();
    let shown: Vec<String> = rows.iter().map(|row| format!("{} {}", row.act, row.subject_kind)).collect();
    assert_eq!(shown, wanted);
    assert_eq!(list_around(&db, &chain, Timestamp(0), 3).await.unwrap().len(), 3);
    let none = list_around(&db, &CallChain::default(), Timestamp(0), 50).await.unwrap();
    assert!(none.is_empty(), "a chain without things has no changes");
}
