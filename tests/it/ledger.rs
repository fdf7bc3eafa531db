//! Calls from the journal to the pages, on both databases.

use std::collections::BTreeSet;
use std::time::Duration;

use portico::base::ids::{CallId, KeyId, TeamId, UserId};
use portico::base::limit::LimitScope;
use portico::base::{Code, Nanos};
use portico::domain::keys::{self, Expiry, NewKey};
use portico::domain::people::admin_tokens::Reach;
use portico::domain::teams;
use portico::ledger::calls::{Filter, Sight};
use portico::ledger::record::{Begin, CallState, End, Refusal, Reserved, Tokens, UsageSource, What, Who};
use portico::ledger::{calls, reports};
use portico::store::entity::states::{Role, UserState};
use portico::store::entity::user;
use reqwest::Method;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use serde_json::Value;

use crate::keys::{call, token};
use crate::support::people::Person;
use crate::support::{TestApp, spawn};

fn begin(app: &TestApp, team: TeamId, user: UserId, key: KeyId) -> Begin {
    Begin {
        id: CallId::fresh(),
        at: app.clock.now(),
        who: Who {
            team: Some(team),
            user: Some(user),
            key: Some(key),
            key_prefix: "sk-ptc-Te57".to_owned(),
            agent: "tests/1 \u{0} <script>alert(1)</script>".to_owned(),
            ..Who::stranger([192, 0, 2, 7].into())
        },
        what: What { endpoint: "chat".into(), model: "fast".to_owned(), stream: true, ..What::default() },
        reserved: Reserved {
            nanos: Nanos(9_000),
            tokens: 500,
            prompt: 80,
            budgets: vec![(LimitScope::Key, key.0)],
        },
    }
}

fn end(begin: &Begin) -> End {
    End {
        id: begin.id,
        at: begin.at.plus(250_000),
        state: CallState::Answered,
        code: None,
        status: 200,
        tokens: Tokens { input: Some(1_234), output: Some(56), ..Tokens::default() },
        usage_source: UsageSource::Reported,
        cost: Some(Nanos(4_210_000)),
        first_byte_us: Some(80_000),
        attempts: Vec::new(),
        policy_seq: 1,
        facts: String::new(),
    }
}

fn refusal(app: &TestApp, who: Who, code: Code, proved: bool) -> Refusal {
    Refusal {
        id: CallId::fresh(),
        at: app.clock.now(),
        who,
        what: What { endpoint: "chat".into(), model: "fast".to_owned(), ..What::default() },
        proved,
        code,
        status: code.status(),
        policy_seq: 1,
        facts: String::new(),
        micros: 90,
    }
}

impl TestApp {
    /// A whole call of somebody's, with a key of its own.
    fn called(&self, person: &Person) -> Begin {
        let call = begin(self, person.team(), person.user.id, KeyId::fresh());
        self.app.ledger.begin(&call).unwrap();
        self.app.ledger.end(&end(&call));
        call
    }
}

#[actix_web::test]
async fn p04_p05_calls_are_posted_once_on_this_database() {
    let app = spawn().await;
    let dana = app.person("dana").await;
    for _ in 0..700 {
        app.called(&dana);
    }
    for _ in 0..30 {
        app.app.ledger.refuse(&refusal(&app, Who::stranger([192, 0, 2, 9].into()), Code::KeyUnknown, false));
    }
    app.app.ledger.flush_counts();
    app.app.ledger.drain_once(&app.db).await.unwrap();
    let all = calls::list(&app.db, &Sight::Everything, &Filter::default(), None, 1_000).await.unwrap();
    assert_eq!(all.calls.len(), 720);
    assert!(all.calls.iter().all(|call| !call.agent.contains('\0')), "b22");
    let spent = app.app.ledger.spent(&app.db).await.unwrap();
    assert_eq!(spent.iter().map(|row| row.nanos.0).sum::<i64>(), 700 * 4_210_000);
    let summary = reports::summary(&app.db, &Sight::Everything, app.clock.now().minus(1)).await.unwrap();
    assert_eq!((summary.calls, summary.errors), (720, 20));
    assert_eq!(summary.causes, [("key_unknown".to_owned(), 20)]);
    let code = Filter { code: Some(Code::KeyUnknown), ..Filter::default() };
    let some = calls::list(&app.db, &Sight::Everything, &code, None, 15).await.unwrap();
    assert_eq!((some.calls.len(), some.next.is_some()), (15, true));
    let loose = Filter { model: Some("fast".to_owned()), stream: Some(true), ..Filter::default() };
    let sight = Sight::Own { user: dana.user.id, teams: vec![dana.team()] };
    assert_eq!(calls::list(&app.db, &sight, &loose, None, 100).await.unwrap().calls.len(), 100);
}

#[actix_web::test]
async fn d10_my_calls_show_answered_and_refused_ones_and_nobody_elses() {
    let app = spawn().await;
    app.admin().await;
    let (dana, eve) = (app.person("dana").await, app.person("eve").await);
    let mine = app.called(&dana);
    let theirs = app.called(&eve);
    let refused = refusal(&app, mine.who.clone(), Code::KeyExpired, true);
    app.app.ledger.refuse(&refused);
    let page = dana.browser.get("/calls").await.is(200).text;
    assert!(page.contains(&mine.id.to_string()) && page.contains(&refused.id.to_string()));
    assert!(page.contains("key_expired") && page.contains("1,234 + 56") && page.contains("$0.00421"));
    assert!(!page.contains(&theirs.id.to_string()), "p31");
    let all = dana.browser.get("/calls?scope=all").await.is(200).text;
    assert!(!all.contains(&theirs.id.to_string()), "asking for all widens nothing");
    dana.browser.get(&format!("/calls/{}", theirs.id)).await.is(404);
    dana.browser.get("/calls/nonsense").await.is(404);
    let one = dana.browser.get(&format!("/calls/{}", mine.id)).await.is(200).text;
    assert!(one.contains("reported by the vendor") && one.contains("250 ms"));
    assert!(!one.contains("<script>alert"), "b42");
    let filtered = dana.browser.get("/calls?code=key_expired&range=24h").await.is(200).text;
    assert!(filtered.contains(&refused.id.to_string()) && !filtered.contains(&mine.id.to_string()));
    // What cannot be read is told at its filter, beside the list without it; a file is whole or none.
    let odd = dana.browser.get("/calls?range=1000y&until=now&status=4xx").await.is(400).text;
    assert!(odd.contains("id=\"range-error\"") && odd.contains("<code>until</code> is no filter"), "{odd}");
    assert!(odd.contains("key_expired"), "the rest is followed: {odd}");
    dana.browser.get("/calls.csv?range=1000y").await.is(400);
    let file = dana.browser.get("/calls.csv").await.is(200);
    assert_eq!(file.header("content-disposition"), "attachment; filename=\"calls.csv\"");
    assert_eq!(file.text.lines().count(), 3);
    assert_eq!(app.visitor().get("/calls").await.status, 303);
}

#[actix_web::test]
async fn m16_an_auditor_sees_all_calls() {
    let app = spawn().await;
    app.admin().await;
    let (dana, auditor) = (app.person("dana").await, app.somebody("audra", Role::Auditor).await);
    let call = app.called(&dana);
    let stranger = refusal(&app, Who::stranger([192, 0, 2, 9].into()), Code::KeyMalformed, false);
    app.app.ledger.refuse(&stranger);
    let own = auditor.browser.get("/calls?scope=mine").await.is(200).text;
    assert!(!own.contains(&call.id.to_string()));
    for everybodys in ["/calls", "/calls?scope=all", "/"] {
        let all = auditor.browser.get(everybodys).await.is(200).text;
        assert!(all.contains(&call.id.to_string()) && all.contains(&stranger.id.to_string()), "{everybodys}");
        assert!(!all.contains("New key") && !all.contains("steps to a first answer"), "{everybodys}");
    }
    assert!(!dana.browser.get("/").await.is(200).text.contains(&stranger.id.to_string()));
    auditor.browser.get(&format!("/calls/{}", call.id)).await.is(200);
}

#[actix_web::test]
async fn d1_home_starts_with_three_steps_and_then_shows_calls() {
    let app = spawn().await;
    app.admin().await;
    let dana = app.person("dana").await;
    let fresh = dana.browser.get("/").await.is(200).text;
    assert!(fresh.contains("Three steps to a first answer"));
    let call = app.called(&dana);
    app.app.ledger.refuse(&refusal(&app, call.who.clone(), Code::ModelNotAllowed, true));
    let home = dana.browser.get("/").await.is(200).text;
    assert!(!home.contains("Three steps") && home.contains(&call.id.to_string()));
    assert!(home.contains("model_not_allowed") && home.contains("$0.00421"));
    assert_eq!(app.visitor().get("/").await.location(), "/catalogue");
}

#[actix_web::test]
async fn d1_home_shows_everyones_keys_that_end_soon_and_all_that_waits() {
    let app = spawn().await;
    let admin = app.admin().await;
    let starter = app.demo_api(&admin).await;
    let dana = app.developer("dana", &starter).await;
    let expiry = Expiry::Days(3);
    let new = NewKey { expiry, ..NewKey::usual(dana.app, "ends in three days") };
    keys::issue(&app.db, &dana.person.actor, new).await.unwrap();
    assert!(dana.person.browser.get("/").await.text.contains("ends in three days"));
    assert!(!admin.browser.get("/").await.text.contains("ends in three days"));
    let all = admin.browser.get("/?scope=all").await.is(200).text;
    assert!(all.contains("ends in three days") && all.contains("· dana"));
    assert!(!dana.person.browser.get("/?scope=all").await.text.contains("· dana"));
    assert!(!all.contains("in the inbox"));
    app.person("paul").await;
    app.db
        .transact(async move |tx| {
            let waits = user::ActiveModel { state: Set(UserState::Waiting), ..Default::default() };
            let paul = user::Entity::update_many().set(waits).filter(user::Column::Name.eq("paul"));
            paul.exec(&tx).await?;
            Ok(())
        })
        .await
        .unwrap();
    assert!(admin.browser.get("/").await.text.contains("1 waits for you in the inbox"), "as the badge says");
}

#[actix_web::test]
async fn f09_f12_while_the_database_is_locked_calls_wait_in_the_journal() {
    use sea_orm::ConnectionTrait;
    let app = spawn().await;
    let dana = app.person("dana").await;
    app.app.ledger.drain_once(&app.db).await.unwrap();
    let writer = app.db.calls_writer();
    writer.execute_unprepared("ALTER TABLE calls RENAME TO away").await.unwrap();
    for _ in 0..20 {
        app.called(&dana);
    }
    assert!(app.app.ledger.drain_once(&app.db).await.is_err());
    assert!(app.app.ledger.gauges().bytes > 4_000);
    writer.execute_unprepared("ALTER TABLE away RENAME TO calls").await.unwrap();
    app.app.ledger.drain_once(&app.db).await.unwrap();
    let all = calls::list(&app.db, &Sight::Everything, &Filter::default(), None, 100).await.unwrap();
    assert_eq!(all.calls.len(), 20);
}

#[actix_web::test]
async fn a_budget_starts_afresh_with_the_month() {
    let app = spawn().await;
    let dana = app.person("dana").await;
    app.called(&dana);
    assert_eq!(app.app.ledger.spent(&app.db).await.unwrap().len(), 1);
    app.clock.forward(Duration::from_secs(40 * 86_400));
    assert!(app.app.ledger.spent(&app.db).await.unwrap().is_empty());
}

#[actix_web::test]
async fn p31_the_list_of_who_owns_many_teams_has_the_calls_of_all() {
    let app = spawn().await;
    app.admin().await;
    let (dana, omar) = (app.person("dana").await, app.person("omar").await);
    let called = |user: &Person, team: TeamId| {
        let begin = begin(&app, team, user.user.id, KeyId::fresh());
        app.app.ledger.begin(&begin).unwrap();
        app.app.ledger.end(&end(&begin));
        begin.id.to_string()
    };
    let mut expected = BTreeSet::from([called(&dana, dana.team())]);
    for n in 0..25 {
        let team = teams::create(&app.db, &dana.actor, &format!("Team {n}")).await.unwrap();
        expected.insert(called(&omar, team.id));
    }
    let unseen = called(&omar, omar.team());
    app.calls(27).await;
    let page = dana.browser.get("/calls").await.is(200).text;
    for id in &expected {
        assert!(page.contains(&format!("/calls/{id}")), "{id} is not on the page");
    }
    assert!(!page.contains(&unseen));
    let token = token(&app, &dana, Reach::Read).await;
    let (mut seen, mut before) = (Vec::new(), String::new());
    loop {
        let path = format!("/api/v1/calls?limit=7{before}");
        let answer = call(&app, &token, Method::GET, &path, Value::Null).await.is(200).json();
        seen.extend(
            answer["items"].as_array().unwrap().iter().map(|call| call["id"].as_str().unwrap().to_owned()),
        );
        let Some(next) = answer["next"].as_str() else { break };
        before = format!("&before={next}");
    }
    assert_eq!(seen.len(), expected.len(), "each once");
    assert_eq!(BTreeSet::from_iter(seen), expected);
}
