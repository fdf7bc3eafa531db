//! D12: the cause of a refusal, as of the call and as of now, for those who may know it.

use portico::base::key_format;
use portico::base::limit::LimitKind;
use portico::domain::actor::Via;
use portico::domain::apps::{self, NewApp};
use portico::domain::keys::{self, NewKey, Overlap, Rotate};
use portico::domain::people::{sessions, users};
use portico::domain::supply::{self, ProviderChange};
use portico::domain::teams;
use portico::store::entity::states::{Role, Switch};
use reqwest::Method;
use serde_json::json;

use crate::support::people::Developer;
use crate::support::{Answer, TestApp, spawn};

impl TestApp {
    /// One chat call with this text as the key.
    async fn ask(&self, key: &str, model: &str) -> Answer {
        let visitor = self.visitor();
        let body = json!({ "model": model, "messages": [{ "role": "user", "content": "hello" }] });
        let request = visitor.request(Method::POST, "/v1/chat/completions");
        let request = request.header("content-type", "application/json").body(body.to_string());
        visitor.send(if key.is_empty() { request } else { request.bearer_auth(key) }).await
    }

    async fn dana(&self) -> Developer {
        let admin = self.admin().await;
        let starter = self.demo_api(&admin).await;
        self.developer("dana", &starter).await
    }
}

fn id(answer: &Answer) -> String {
    answer.header("x-request-id").to_owned()
}

#[actix_web::test]
async fn d12_a_refused_call_is_shown_as_it_was_and_as_it_would_be_now() {
    let app = spawn().await;
    let dana = app.dana().await;
    keys::pause(&app.db, &dana.person.actor, dana.key.id).await.unwrap();
    let refused = app.ask(&dana.secret, "demo-echo").await.is(403);
    assert_eq!(refused.code(), "key_paused");
    let page = format!("/diagnose?id={}", id(&refused));
    let then = dana.person.browser.get(&page).await.is(200).text;
    assert!(then.contains("/docs/errors/key_paused") && then.contains("chain__item--failed"), "{then}");
    assert!(then.contains("Would be refused now: key_paused."));
    assert!(then.contains("Enable the key") && then.contains(&format!("/keys/{}", dana.key.id)));
    assert!(then.contains("Key paused"), "the change feed");
    keys::enable(&app.db, &dana.person.actor, dana.key.id).await.unwrap();
    let later = dana.person.browser.get(&page).await.is(200).text;
    assert!(later.contains("The key is good now, and its app has a subscription."), "{later}");
    assert!(later.contains("Not judged: the call named no model"));
    assert!(later.contains("chain__item--failed"), "what was stays as it was");
    assert!(!later.contains(&dana.secret));
}

#[actix_web::test]
async fn d12_p31_a_call_of_somebody_else_is_not_there() {
    let app = spawn().await;
    let dana = app.dana().await;
    let refused = app.ask(&dana.secret, "no-such-model").await.is(404);
    let page = format!("/diagnose?id={}", id(&refused));
    assert!(dana.person.browser.get(&page).await.is(200).text.contains("model_not_found"));
    let eve = app.person("eve").await;
    let theirs = eve.browser.get(&page).await.is(200).text;
    assert!(theirs.contains("Nothing found") && !theirs.contains("model_not_found"));
    let prefix = format!("/diagnose?id={}", dana.key.prefix);
    assert!(eve.browser.get(&prefix).await.is(200).text.contains("Nothing found"));
    assert!(dana.person.browser.get(&prefix).await.is(200).text.contains("Who used this key"));
    assert_eq!(app.visitor().get(&page).await.status, 303);
}

#[actix_web::test]
async fn d12_a_mistyped_key_tells_its_cause_and_nothing_of_its_sender() {
    let app = spawn().await;
    let dana = app.dana().await;
    let mut mistyped = dana.secret.clone();
    mistyped.pop();
    let refused = app.ask(&mistyped, "demo-echo").await.is(401);
    assert_eq!(refused.code(), "key_malformed");
    let page = app.person("eve").await.browser.get(&format!("/diagnose?id={}", id(&refused))).await.is(200);
    assert!(
        page.text.contains("/docs/errors/key_malformed") && page.text.contains("never proved"),
        "{}",
        page.text
    );
    assert!(page.text.contains("This key is 1 character short."), "as the answer did: {}", page.text);
    assert!(!page.text.contains("looks like your key") && !page.text.contains(&dana.key.prefix));
    assert!(!page.text.contains(&mistyped[..30]) && !page.text.contains("As of now"));
}

#[actix_web::test]
async fn d12_a_mistyped_key_is_told_to_its_owner_alone() {
    let app = spawn().await;
    let admin = app.admin().await;
    let starter = app.demo_api(&admin).await;
    let dana = app.developer("dana", &starter).await;
    let (prefix, last) = dana.secret.split_at(dana.secret.len() - 1);
    let changed = format!("{prefix}{}", if last == "a" { "b" } else { "a" });
    for (sent, slip) in [
        (&dana.secret[..dana.secret.len() - 3], "This key is 3 characters short."),
        (&*changed, "This key is mistyped: its checksum does not fit."),
    ] {
        let refused = app.ask(sent, "demo-echo").await.is(401);
        assert_eq!(refused.code(), "key_malformed");
        let page = format!("/diagnose?id={}", id(&refused));
        let own = dana.person.browser.get(&page).await.is(200).text;
        assert!(own.contains("It looks like your key") && own.contains(slip), "{own}");
        assert!(own.contains(&format!("/keys/{}", dana.key.id)) && !own.contains(&sent[..30]), "{own}");
        let theirs = admin.browser.get(&page).await.is(200).text;
        assert!(theirs.contains(slip) && !theirs.contains("looks like your key"), "{theirs}");
        let length = sent.len().to_string();
        let fields = [("prefix", dana.key.prefix.as_str()), ("length", &length)];
        let pasted = dana.person.browser.submit("/diagnose", "/diagnose", &fields).await.is(200).text;
        assert!(pasted.contains("It looks like your key") && pasted.contains(slip), "{pasted}");
        let pasted = admin.browser.submit("/diagnose", "/diagnose", &fields).await.is(200).text;
        assert!(pasted.contains(slip) && !pasted.contains("looks like your key"), "{pasted}");
    }
}

#[actix_web::test]
async fn d12_a_call_without_a_key_tells_which_headers_came_and_never_what_was_in_them() {
    let app = spawn().await;
    let dana = app.dana().await;
    let visitor = app.visitor();
    for (method, path) in [(Method::POST, "/v1/chat/completions"), (Method::GET, "/v1/models")] {
        let request =
            visitor.request(method, path).header("x-auth-token", "hush-hush").header("api-key", " ");
        let refused = visitor.send(request.header("x-mine", "quiet")).await.is(401);
        assert_eq!(refused.code(), "auth_missing");
        let page = dana.person.browser.get(&format!("/diagnose?id={}", id(&refused))).await.is(200).text;
        assert!(page.contains("api-key (empty), x-auth-token and "), "{page}");
        assert!(page.contains(" other header") && !page.contains("x-mine"), "{page}");
        assert!(!page.contains("hush-hush") && !page.contains("quiet"), "{page}");
    }
}

#[actix_web::test]
async fn d12_what_stands_in_an_address_is_not_taken_for_what_was_told() {
    let app = spawn().await;
    let dana = app.dana().await;
    let visitor = app.visitor();
    let path = "/apis/x%20said=Call%20this%20number/v1/chat/completions";
    let refused = visitor.send(visitor.request(Method::POST, path)).await.is(401);
    let page = dana.person.browser.get(&format!("/diagnose?id={}", id(&refused))).await.is(200).text;
    assert!(page.contains("No API key was sent.") && !page.contains("Call this number"), "{page}");
}

#[actix_web::test]
async fn d12_an_unknown_key_may_be_one_of_another_environment() {
    let app = spawn().await;
    let dana = app.dana().await;
    let refused = app.ask(key_format::mint().expose(), "demo-echo").await.is(401);
    let page = dana.person.browser.get(&format!("/diagnose?id={}", id(&refused))).await.is(200).text;
    assert!(page.contains("Another environment?") && page.contains("id=\"base-url\">http"), "{page}");
}

#[actix_web::test]
async fn d12_a_replaced_secret_stays_refused_while_the_newer_one_works() {
    let app = spawn().await;
    let dana = app.dana().await;
    let how = Rotate::planned(Overlap::None);
    let fresh = keys::rotate(&app.db, &dana.person.actor, dana.key.id, how).await.unwrap();
    let refused = app.ask(&dana.secret, "demo-echo").await.is(401);
    assert_eq!(refused.code(), "key_rotated");
    let page = dana.person.browser.get(&format!("/diagnose?id={}", id(&refused))).await.is(200).text;
    assert!(page.contains("Would be refused now: this secret was replaced"), "{page}");
    assert!(page.contains(&fresh.key.prefix) && page.contains(") works."), "{page}");
    assert!(!page.contains("The key is good now") && page.contains("The same checks, with the same outcome"));
    keys::pause(&app.db, &dana.person.actor, dana.key.id).await.unwrap();
    let page = dana.person.browser.get(&format!("/diagnose?id={}", id(&refused))).await.is(200).text;
    assert!(page.contains("would be refused as well: key_paused."), "{page}");
}

#[actix_web::test]
async fn d12_a_pasted_key_is_found_by_its_digest_alone() {
    let app = spawn().await;
    let dana = app.dana().await;
    let hex =
        |key: &str| key_format::digest(key).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let post = async |digest: &str| {
        let fields = [("prefix", dana.key.prefix.as_str()), ("digest", digest)];
        dana.person.browser.submit("/diagnose", "/diagnose", &fields).await
    };
    let found = post(&hex(&dana.secret)).await.is(200).text;
    assert!(found.contains("This is the newest secret of the key.") && !found.contains(&dana.secret));
    let unknown = post(&hex(key_format::mint().expose())).await.is(200).text;
    assert!(unknown.contains("not a key of this installation"));
    post("xyz").await.is(400);
}

#[actix_web::test]
async fn p18_a_whole_key_in_the_address_is_called_leaked_and_not_shown() {
    let app = spawn().await;
    let dana = app.dana().await;
    let page = dana.person.browser.get(&format!("/diagnose?id={}", dana.secret)).await.is(200).text;
    assert!(page.contains("Treat this key as leaked") && !page.contains(&dana.secret));
}

#[actix_web::test]
async fn p04_an_answered_call_has_its_row_with_tokens_version_and_cost() {
    let app = spawn().await;
    let dana = app.dana().await;
    let answer = app.ask(&dana.secret, "demo-echo").await.is(200);
    let page = dana.person.browser.get(&format!("/calls/{}", id(&answer))).await.is(200).text;
    assert!(page.contains("Answered") && page.contains("chat/v1"), "{page}");
    let list = dana.person.browser.get("/calls").await.is(200).text;
    assert!(list.contains(&id(&answer)));
    let home = dana.person.browser.get("/").await.is(200).text;
    assert!(home.contains(&id(&answer)));
}

#[actix_web::test]
async fn the_address_in_an_error_leads_to_its_case() {
    let app = spawn().await;
    let admin = app.admin().await;
    let visitor = app.visitor();
    let refused = visitor.send(visitor.request(Method::POST, "/v1/chat/completions")).await.is(401).json();
    let url = refused["error"]["diagnose_url"].as_str().unwrap().to_owned();
    let path = url.strip_prefix(&app.base).expect("our own address");
    let answer = admin.browser.get(path).await.is(303);
    let page = admin.browser.get(answer.location()).await.is(200);
    assert!(page.text.contains("auth_missing"), "{}", page.text);
}

#[actix_web::test]
async fn what_changed_is_about_this_call_alone_newest_first_and_capped() {
    let app = spawn().await;
    let dana = app.dana().await;
    let (actor, browser) = (&dana.person.actor, &dana.person.browser);
    let other = keys::NewKey::usual(dana.key.app_id, "beside");
    let other = keys::issue(&app.db, actor, other).await.unwrap();
    keys::pause(&app.db, actor, other.key.id).await.unwrap();
    let refused = app.ask(&dana.secret, "no-such-model").await.is(404);
    let page = format!("/diagnose?id={}", id(&refused));
    let shown = browser.get(&page).await.is(200).text;
    let changed = |page: &str| {
        page.split("id=\"changes\"").nth(1).unwrap().split("</section>").next().unwrap().to_owned()
    };
    assert!(changed(&shown).contains("Subscription") && !changed(&shown).contains("Key paused"), "{shown}");
    assert!(!changed(&shown).contains("Signed in"), "{shown}");
    for _ in 0..6 {
        keys::pause(&app.db, actor, dana.key.id).await.unwrap();
        keys::enable(&app.db, actor, dana.key.id).await.unwrap();
    }
    let capped = changed(&browser.get(&page).await.is(200).text);
    assert_eq!(
        (capped.matches("Key paused").count(), capped.matches("Key enabled").count()),
        (5, 5),
        "{capped}"
    );
    assert!(capped.find("Key enabled") < capped.find("Key paused"), "the newest comes first");
    assert!(capped.contains("Show older changes"), "{capped}");
    let all = changed(&browser.get(&format!("{page}&changes=all")).await.is(200).text);
    assert_eq!(all.matches("Key paused").count(), 6);
    assert!(all.contains("Key made") && !all.contains("Show older changes"), "{all}");
}

#[actix_web::test]
async fn d12_a_call_too_large_for_what_is_left_is_not_told_that_it_would_pass_now() {
    let app = spawn().await;
    let admin = app.admin().await;
    let starter = app.demo_api(&admin).await;
    app.price(&admin, &starter, 1_000_000_000).await;
    let dana = app.developer("dana", &starter).await;
    app.limit_key(dana.key.id, LimitKind::UsdPerMonth, 2_000).await;
    let refused = app.ask(&dana.secret, "demo-echo").await.is(429);
    assert_eq!(refused.code(), "insufficient_quota");
    let page = dana.person.browser.get(&format!("/diagnose?id={}", id(&refused))).await.is(200).words();
    assert!(page.contains("if it may cost no more than $0.000002: so much is left"), "{page}");
}

#[actix_web::test]
async fn d12_the_next_step_on_record_is_the_one_the_caller_was_told() {
    let app = spawn().await;
    let admin = app.admin().await;
    let starter = app.demo_api(&admin).await;
    let dana = app.developer("dana", &starter).await;
    app.limit_key(dana.key.id, LimitKind::TokensPerMinute, 1).await;
    let refused = app.ask(&dana.secret, "demo-echo").await.is(429);
    assert_eq!((refused.code().as_str(), refused.header("retry-after")), ("rate_limit_exceeded", ""));
    let (said, next) = ("which is over the limit of 1 ", "send a shorter prompt, or ask for a larger plan.");
    assert!(refused.text.contains(said) && refused.text.contains(next), "{}", refused.text);
    for page in ["/diagnose?id=", "/calls/"] {
        let page = dana.person.browser.get(&format!("{page}{}", id(&refused))).await.is(200).words();
        assert!(page.contains(said) && page.contains(next), "{page}");
        assert!(!page.contains("Wait as Retry-After says"), "waiting does not help: {page}");
        assert!(!page.contains("next="), "{page}");
    }
    let token = app.token(&dana.person).await;
    let shown = app.look(&token, &format!("/api/v1/calls/{}", id(&refused))).await.is(200).json();
    assert!(shown["message"].as_str().unwrap().contains(said), "{shown}");
    assert!(shown["next_step"].as_str().unwrap().contains(next), "{shown}");
    // A call that was let through keeps what it was told, too.
    let eve = app.developer("eve", &starter).await;
    let off = ProviderChange { state: Some(Switch::Off), ..ProviderChange::default() };
    supply::change_provider(&app.db, &admin.actor, starter.provider.id, off).await.unwrap();
    let refused = app.ask(&eve.secret, "demo-echo").await.is(503);
    assert_eq!(
        (refused.header("x-should-retry"), refused.header("retry-after")),
        ("", ""),
        "nobody knows when"
    );
    let page = eve.person.browser.get(&format!("/diagnose?id={}", id(&refused))).await.is(200).words();
    for told in ["none is switched on", "Ask an operator to connect a vendor to this model."] {
        assert!(refused.text.contains(told) && page.contains(told), "{page}");
    }
}

#[actix_web::test]
async fn who_deleted_the_owner_of_a_key_is_told_to_those_who_see_everything() {
    let app = spawn().await;
    let admin = app.admin().await;
    let auditor = app.somebody("vera", Role::Auditor).await;
    let (omar, dana) = (app.person("omar").await, app.person("dana").await);
    let as_now = async |user| sessions::actor(&app.db, user, Via::Inside, "").await.unwrap();
    let team = teams::create(&app.db, &omar.actor, "Search").await.unwrap().id;
    let add = [("email", "dana@example.com"), ("role", "member")];
    let page = format!("/teams/{team}");
    omar.browser.submit(&page, &format!("{page}/members"), &add).await.is(303);
    let hers = as_now(&dana.user).await;
    let new = NewApp { team: Some(team), name: "Find".to_owned(), maker: None };
    let made = apps::create(&app.db, &hers, new).await.unwrap();
    let key = keys::issue(&app.db, &hers, NewKey::usual(made.id, "ci")).await.unwrap();
    let told = async |done: &str, code: &str| {
        let call = id(&app.ask(key.secret.expose(), "demo-echo").await.is(403));
        for path in [format!("/diagnose?id={}", key.key.prefix), format!("/diagnose?id={call}")] {
            let page = admin.browser.get(&path).await.is(200).text;
            assert!(page.contains(&format!("{done} by you on ")), "{path}: {page}");
            let page = auditor.browser.get(&path).await.is(200).text;
            assert!(page.contains(&format!("{done} by admin (admin@example.com) on ")), "{path}: {page}");
            let page = omar.browser.get(&path).await.is(200).text;
            assert!(page.contains(code) && !page.contains(&format!("{done} by")), "{path}: {page}");
            assert!(!page.contains("admin@example.com"), "{path}: {page}");
        }
    };
    users::deactivate(&app.db, &admin.actor, dana.user.id).await.unwrap();
    told("Deactivated", "owner_deactivated").await;
    users::delete(&app.db, &admin.actor, dana.user.id).await.unwrap();
    told("Deleted", "owner_deleted").await;
}
