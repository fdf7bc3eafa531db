//! Requests and decisions in the browser and by script.

use portico::base::clock::DAY;
use portico::base::ids::{AppId, SubscriptionId};
use portico::domain::actor::Actor;
use portico::domain::catalogue;
use portico::domain::keys::{self, NewKey};
use portico::domain::people::admin_tokens::Reach;
use portico::domain::plans::{self, NewStarter, Starter};
use portico::domain::{subscriptions, teams};
use portico::store::entity::states::{Approval, SubscriptionState, TeamRole};
use reqwest::Method;
use serde_json::{Value, json};

use crate::keys::{call, token};
use crate::support::people::Person;
use crate::support::{TestApp, spawn};

/// An API `chat` whose plan a person approves.
async fn manual_api(app: &TestApp, admin: &Person) -> Starter {
    let mut new = NewStarter::of_preset("demo", None, admin.team()).unwrap();
    new.plan.approval = Approval::Manual;
    plans::publish_starter(&app.db, &admin.actor, new).await.unwrap()
}

/// Sends the subscribe form as it is and gives the request's id.
async fn ask(person: &Person, slug: &str) -> String {
    let page = format!("/subscribe/{slug}");
    let form = person.browser.get(&page).await.is(200);
    let plan = form.field("plan").unwrap();
    let fields = [("plan", &*plan), ("reason", "to answer mail"), ("make_key", "true")];
    let answer = person.browser.submit(&page, &page, &fields).await.is(303);
    answer.location().strip_prefix("/requests/").expect("it leads to the request").to_owned()
}

async fn state(app: &TestApp, person: &Person, id: &str) -> SubscriptionState {
    let id: SubscriptionId = id.parse().unwrap();
    subscriptions::get_visible(&app.db, &person.actor, id).await.unwrap().row.state
}

/// A decision that came too late is answered with the request as it is now, and nothing left to press.
async fn overtaken(who: &Person, action: &str, fields: &[(&str, &str)], state: &str) {
    let told = who.browser.submit("/keys/new", action, fields).await.is(409).text;
    let note = told.split("note--bad").nth(1).unwrap_or_default();
    assert!(note.contains("Nothing was changed") && note.contains(state), "{told}");
    assert!(!told.contains(&format!("action=\"{action}\"")), "it is offered again: {told}");
}

#[actix_web::test]
async fn b44_a_request_is_decided_by_form_once_by_those_who_may() {
    let app = spawn().await;
    let admin = app.admin().await;
    let starter = manual_api(&app, &admin).await;
    let (dana, eve) = (app.person("dana").await, app.person("eve").await);
    let id = ask(&dana, &starter.api.slug).await;
    let approval = format!("/inbox/{id}/approval");
    // The address opened again, as by Enter in the address bar, leads to the page and decides nothing.
    let opened = admin.browser.get(&approval).await.is(303);
    assert_eq!(opened.location(), format!("/inbox/{id}"));
    assert_eq!(state(&app, &dana, &id).await, SubscriptionState::Requested);
    // Neither a stranger nor the requester, whose role decides nothing.
    for person in [&eve, &dana] {
        person.browser.submit("/keys/new", &approval, &[]).await.is(404);
        person
            .browser
            .submit("/keys/new", &format!("/inbox/{id}/denial"), &[("comment", "no")])
            .await
            .is(404);
        let token = token(&app, person, Reach::ReadAndWrite).await;
        let path = format!("/api/v1/subscriptions/{id}/approval");
        assert_eq!(call(&app, &token, Method::POST, &path, json!({})).await.is(404).code(), "not_found");
    }
    let page = format!("/inbox/{id}");
    admin.browser.submit(&page, &approval, &[]).await.is(303);
    assert_eq!(state(&app, &dana, &id).await, SubscriptionState::Approved);
    overtaken(&admin, &approval, &[], "approved").await;
    let lines = subscriptions::history(&app.db, &admin.actor, id.parse().unwrap()).await.unwrap();
    assert_eq!(lines.iter().filter(|line| line.what == "approved").count(), 1);
    let page = admin.browser.get(&page).await.is(200);
    assert!(page.text.contains("Decided by admin"), "{}", page.text);
    // People are called by their names; the address stands beside.
    for page in [page, dana.browser.get(&format!("/requests/{id}")).await.is(200)] {
        assert!(page.text.contains("title=\"admin@example.com\">Approved by admin<"), "{}", page.text);
    }
    for act in ["withdrawal", "reminder"] {
        overtaken(&dana, &format!("/requests/{id}/{act}"), &[], "approved").await;
    }
}

#[actix_web::test]
async fn b44_a_withdrawn_request_cannot_be_decided() {
    let app = spawn().await;
    let admin = app.admin().await;
    let starter = manual_api(&app, &admin).await;
    let dana = app.person("dana").await;
    let id = ask(&dana, &starter.api.slug).await;
    let page = format!("/requests/{id}");
    assert!(dana.browser.get("/requests").await.is(200).text.contains("Not yet"));
    dana.browser.submit(&page, &format!("{page}/withdrawal"), &[]).await.is(303);
    let list = dana.browser.get("/requests").await.is(200).text;
    assert!(list.contains("Withdrawn <time") && !list.contains("Not yet"), "{list}");
    for act in ["approval", "denial"] {
        overtaken(&admin, &format!("/inbox/{id}/{act}"), &[("comment", "late")], "withdrawn").await;
    }
}

#[actix_web::test]
async fn a_denial_needs_a_comment_that_the_requester_reads_and_answers() {
    let app = spawn().await;
    let admin = app.admin().await;
    let starter = manual_api(&app, &admin).await;
    let dana = app.person("dana").await;
    let id = ask(&dana, &starter.api.slug).await;
    let (inbox, request) = (format!("/inbox/{id}"), format!("/requests/{id}"));
    assert!(admin.browser.get("/inbox").await.is(200).text.contains(&inbox));
    let answer = admin.browser.submit(&inbox, &format!("{inbox}/denial"), &[]).await.is(422);
    assert!(answer.text.contains("Say why"));
    admin.browser.submit(&inbox, &format!("{inbox}/denial"), &[("comment", "Which mail?")]).await.is(303);
    assert!(dana.browser.get(&request).await.text.contains("Which mail?"));
    let fields = [("reason", "Mail about orders")];
    dana.browser.submit(&request, &format!("{request}/repeat"), &fields).await.is(303);
    assert_eq!(state(&app, &dana, &id).await, SubscriptionState::Requested);
    let page = admin.browser.get(&inbox).await.text;
    assert!(page.contains("Which mail?") && page.contains("Mail about orders"), "its history is lost");
}

#[actix_web::test]
async fn d1_home_tells_what_became_of_a_request_and_when_its_version_ends() {
    let app = spawn().await;
    let admin = app.admin().await;
    let fresh = admin.browser.get("/").await.is(200).text;
    assert!(fresh.contains("Four steps") && fresh.contains("href=\"/setup/vendor\""));
    assert!(fresh.contains("No call yet.") && !fresh.contains("Every call was answered"));
    admin.browser.get("/setup/vendor").await.is(200);
    let starter = manual_api(&app, &admin).await;
    assert!(!admin.browser.get("/").await.text.contains("/setup/vendor"));
    assert_eq!(admin.browser.get("/setup/vendor").await.is(303).location(), "/manage/vendors");
    let (dana, eve) = (app.person("dana").await, app.person("eve").await);
    let home = async || dana.browser.get("/").await.is(200).text;
    assert!(!home().await.contains("Connect a vendor") && !home().await.contains("News of your requests"));
    let id = ask(&dana, &starter.api.slug).await;
    assert!(home().await.contains("Your request waits for its decision."), "asking is not the whole step");
    let (inbox, request) = (format!("/inbox/{id}"), format!("/requests/{id}"));
    admin.browser.submit(&inbox, &format!("{inbox}/denial"), &[("comment", "Which mail?")]).await.is(303);
    let denied = home().await;
    assert!(denied.contains("News of your requests") && denied.contains("Which mail?"));
    assert!(denied.contains(&format!("href=\"{request}\"")) && denied.contains("Ask again"));
    assert!(denied.contains("Open catalogue"));
    assert!(!eve.browser.get("/").await.text.contains("Which mail?"), "b45");
    let fields = [("reason", "Mail about orders")];
    dana.browser.submit(&request, &format!("{request}/repeat"), &fields).await.is(303);
    admin.browser.submit(&inbox, &format!("{inbox}/approval"), &[]).await.is(303);
    assert!(!home().await.contains("Which mail?") && !home().await.contains("Open catalogue"));
    let notice = catalogue::Deprecation {
        sunset_at: app.db.now().plus(30 * DAY),
        successor: None,
        guide_url: String::new(),
    };
    let day = notice.sunset_at.day();
    catalogue::deprecate(&app.db, &admin.actor, starter.version.id, notice).await.unwrap();
    assert!(home().await.contains(&format!("It ends on {day}.")));
    app.clock.forward(std::time::Duration::from_secs(15 * 86_400));
    let later = subscriptions::list_news(&app.db, &dana.actor, app.db.now().minus(14 * DAY)).await.unwrap();
    assert!(later.is_empty(), "after two weeks it is no news");
}

#[actix_web::test]
async fn an_approval_with_changes_sets_an_end() {
    let app = spawn().await;
    let admin = app.admin().await;
    let starter = manual_api(&app, &admin).await;
    let dana = app.person("dana").await;
    let id = ask(&dana, &starter.api.slug).await;
    let inbox = format!("/inbox/{id}");
    let approval = format!("{inbox}/approval");
    admin.browser.submit(&inbox, &approval, &[("ends_on", "soon")]).await.is(422);
    admin.browser.submit(&inbox, &approval, &[("ends_on", "2000-01-01")]).await.is(422);
    let day = app.db.now().plus(30 * DAY).day();
    admin.browser.submit(&inbox, &approval, &[("ends_on", &*day), ("comment", "A month")]).await.is(303);
    let view = subscriptions::get_visible(&app.db, &dana.actor, id.parse().unwrap()).await.unwrap();
    assert_eq!(view.row.ends_at.map(portico::base::Timestamp::day), Some(day));
}

#[actix_web::test]
async fn b45_another_persons_request_is_as_if_it_were_not_there() {
    let app = spawn().await;
    let admin = app.admin().await;
    let starter = manual_api(&app, &admin).await;
    let (dana, eve) = (app.person("dana").await, app.person("eve").await);
    let id = ask(&dana, &starter.api.slug).await;
    for path in [format!("/requests/{id}"), format!("/inbox/{id}")] {
        eve.browser.get(&path).await.is(404);
    }
    for act in ["withdrawal", "reminder", "move", "rank", "repeat"] {
        eve.browser.submit("/keys/new", &format!("/requests/{id}/{act}"), &[]).await.is(404);
    }
    let token = token(&app, &eve, Reach::ReadAndWrite).await;
    let path = format!("/api/v1/subscriptions/{id}");
    call(&app, &token, Method::GET, &path, Value::Null).await.is(404);
    call(&app, &token, Method::POST, &format!("{path}/approval"), json!({})).await.is(404);
}

#[actix_web::test]
async fn a_script_asks_and_another_decides() {
    let app = spawn().await;
    let admin = app.admin().await;
    let starter = manual_api(&app, &admin).await;
    let dana = app.person("dana").await;
    let (hers, theirs) =
        (token(&app, &dana, Reach::ReadAndWrite).await, token(&app, &admin, Reach::ReadAndWrite).await);
    let new = json!({ "version_id": starter.version.id, "plan_id": starter.plan.id, "reason": "mail" });
    let asked = call(&app, &hers, Method::POST, "/api/v1/subscriptions", new.clone()).await.is(201).json();
    assert_eq!(asked["state"], "requested");
    call(&app, &hers, Method::POST, "/api/v1/subscriptions", new).await.is(409);
    let inbox =
        call(&app, &theirs, Method::GET, "/api/v1/subscriptions?inbox=true", Value::Null).await.json();
    assert_eq!(inbox["items"][0]["id"], asked["id"]);
    let path = format!("/api/v1/subscriptions/{}", asked["id"].as_str().unwrap());
    let denial =
        call(&app, &theirs, Method::POST, &format!("{path}/denial"), json!({ "comment": "" })).await.is(400);
    assert_eq!(denial.code(), "field_invalid");
    let done = call(&app, &theirs, Method::POST, &format!("{path}/approval"), json!({})).await.is(200).json();
    assert_eq!(done["state"], "approved");
    let twice = call(&app, &theirs, Method::POST, &format!("{path}/approval"), json!({})).await.is(409);
    assert_eq!(twice.code(), "conflict");
    let events = call(&app, &hers, Method::GET, &format!("{path}/events"), Value::Null).await.is(200).json();
    assert_eq!(events.as_array().map(Vec::len), Some(2));
}

#[actix_web::test]
async fn an_app_that_has_the_api_already_comes_back_with_what_was_typed() {
    let app = spawn().await;
    let admin = app.admin().await;
    let starter = manual_api(&app, &admin).await;
    let dana = app.person("dana").await;
    let id = ask(&dana, &starter.api.slug).await;
    let page = format!("/subscribe/{}", starter.api.slug);
    let form = dana.browser.get(&page).await.is(200);
    assert!(form.text.contains("disabled>My app (already on Standard)</option>"), "{}", form.text);
    let plan = form.field("plan").unwrap();
    let fields = [("plan", &*plan), ("reason", "to answer letters")];
    let back = dana.browser.submit(&page, &page, &fields).await.is(422);
    for part in ["My app has a subscription to", "app-error", "to answer letters", &format!("/requests/{id}")]
    {
        assert!(back.text.contains(part), "{part}: {}", back.text);
    }
}

#[actix_web::test]
async fn a_rule_is_shown_with_its_team_and_a_decision_with_its_plan() {
    let app = spawn().await;
    let admin = app.admin().await;
    let mut new = NewStarter::of_preset("demo", None, admin.team()).unwrap();
    new.plan.approval = Approval::Rule;
    new.plan.rule_domains = vec!["corp.test".to_owned()];
    new.plan.rule_team = Some(admin.team());
    let starter = plans::publish_starter(&app.db, &admin.actor, new).await.unwrap();
    let dana = app.person("dana").await;
    let page = format!("/catalogue/{}/plans", starter.api.slug);
    for (person, says) in [(&admin, "corp.test or your team"), (&dana, "corp.test or some teams")] {
        for page in [page.clone(), format!("/subscribe/{}", starter.api.slug)] {
            let text = person.browser.get(&page).await.is(200).text;
            assert!(text.contains(&format!("At once for {says}")), "{page}: {text}");
        }
    }
    let page = format!("/subscribe/{}", starter.api.slug);
    let plan = starter.plan.id.to_string();
    let sent = admin.browser.submit(&page, &page, &[("plan", &*plan)]).await.is(303);
    let text = admin.browser.get(sent.location()).await.is(200).text;
    assert!(text.contains("Approved at once, as the plan says"), "{text}");
}

#[actix_web::test]
async fn a_denial_or_an_end_that_is_refused_comes_back_open() {
    let app = spawn().await;
    let admin = app.admin().await;
    let starter = manual_api(&app, &admin).await;
    let dana = app.person("dana").await;
    let id = ask(&dana, &starter.api.slug).await;
    let page = format!("/inbox/{id}");
    let back = admin.browser.submit(&page, &format!("{page}/denial"), &[("comment", " ")]).await.is(422);
    assert!(back.text.contains("id=\"deny-dialog\" open data-open"), "{}", back.text);
    admin.browser.submit(&page, &format!("{page}/approval"), &[]).await.is(303);
    let (page, long) = (format!("/requests/{id}"), "x".repeat(20_000));
    let back = dana.browser.submit(&page, &format!("{page}/end"), &[("comment", &long)]).await.is(422);
    assert!(back.text.contains("id=\"end-dialog\" open data-open") && back.text.contains(&long));
    assert_eq!(state(&app, &dana, &id).await, SubscriptionState::Approved);
}

#[actix_web::test]
async fn an_end_that_has_passed_is_said_at_its_field() {
    let app = spawn().await;
    let admin = app.admin().await;
    let starter = manual_api(&app, &admin).await;
    let dana = app.person("dana").await;
    let page = format!("/subscribe/{}", starter.api.slug);
    let plan = starter.plan.id.to_string();
    let fields = [("plan", &*plan), ("ends_on", "2020-01-01")];
    let back = dana.browser.submit(&page, &page, &fields).await.is(422).text;
    for part in ["id=\"ends_on-error\"", "has passed already", "<details class=\"stack stack--s\" open>"] {
        assert!(back.contains(part), "{part}: {back}");
    }
    assert!(back.contains(&format!(" min=\"{}\"", app.db.now().day())), "{back}");
    let id = ask(&dana, &starter.api.slug).await;
    let inbox = format!("/inbox/{id}");
    let approval = format!("{inbox}/approval");
    let back = admin.browser.submit(&inbox, &approval, &[("ends_on", "2020-01-01")]).await.is(422).text;
    assert!(back.contains("id=\"change-ends_on-error\"") && !back.contains("note--bad"), "{back}");
    admin.browser.submit(&inbox, &format!("{inbox}/denial"), &[("comment", "Which?")]).await.is(303);
    let request = format!("/requests/{id}");
    for day in ["2020-01-01", "soon"] {
        let fields = [("plan", &*plan), ("reason", "orders"), ("ends_on", day)];
        let back = dana.browser.submit(&request, &format!("{request}/repeat"), &fields).await.is(422).text;
        assert!(back.contains("id=\"ends_on-error\""), "{day}: {back}");
    }
}

#[actix_web::test]
async fn a_retired_version_is_told_wherever_its_subscriptions_are_shown() {
    let app = spawn().await;
    let admin = app.admin().await;
    let starter = app.demo_api(&admin).await;
    let dana = app.developer("dana", &starter).await;
    let request = format!("/requests/{}", dana.subscription.id);
    let notice = catalogue::Deprecation {
        sunset_at: app.db.now().plus(30 * DAY),
        successor: None,
        guide_url: String::new(),
    };
    catalogue::deprecate(&app.db, &admin.actor, starter.version.id, notice).await.unwrap();
    let says = format!("Retired {}, calls are refused", app.db.now().day());
    assert!(!dana.person.browser.get(&request).await.text.contains(&says));
    catalogue::retire(&app.db, &admin.actor, starter.version.id, "Old".to_owned()).await.unwrap();
    for page in ["/", "/requests", &format!("/apps/{}", dana.app), &request] {
        let text = dana.person.browser.get(page).await.is(200).text;
        assert!(text.contains(&says) && !text.contains("badge--ok\">Approved"), "{page}: {text}");
    }
    let subscribers = format!("/manage/apis/{}/subscribers", starter.api.id);
    assert!(admin.browser.get(&subscribers).await.is(200).text.contains(&says));
    let key = dana.person.browser.get(&format!("/keys/{}", dana.key.id)).await.is(200).text;
    assert!(key.contains("Active, calls are refused") && key.contains("Move to the successor"), "{key}");
    assert!(key.find("Would it work now?") < key.find("id=\"try\""), "the verdict comes first");
}

#[actix_web::test]
async fn a_plan_without_a_model_of_the_version_is_told_before_and_after() {
    let app = spawn().await;
    let admin = app.admin().await;
    let starter = app.demo_api(&admin).await;
    let dana = app.developer("dana", &starter).await;
    let only = portico::domain::plans::PlanChange {
        models: Some(Some(vec![starter.models[0].name.clone()])),
        ..Default::default()
    };
    plans::change_plan(&app.db, &admin.actor, starter.plan.id, only).await.unwrap();
    let add = format!("/manage/apis/{}/versions", starter.api.id);
    let editor = format!("/manage/apis/{}", starter.api.id);
    admin.browser.submit(&editor, &add, &[("name", "v2")]).await.is(303);
    let managed = catalogue::get_managed(&app.db, &admin.actor, starter.api.id).await.unwrap();
    let v2 = managed.versions.iter().find(|view| view.version.name == "v2").unwrap().version.id;
    let other = catalogue::VersionModel { public_name: "other".to_owned(), model: starter.models[1].id };
    catalogue::set_models(&app.db, &admin.actor, v2, vec![other]).await.unwrap();
    catalogue::publish(&app.db, &admin.actor, v2).await.unwrap();
    let request = format!("/requests/{}", dana.subscription.id);
    let shown = dana.person.browser.get(&request).await.is(200).text;
    assert!(shown.contains("No model is left.") && shown.contains("Lost on the way"), "{shown}");
    let page = format!("/subscribe/{}", starter.api.slug);
    let eve = app.person("eve").await;
    let (version, plan) = (v2.to_string(), starter.plan.id.to_string());
    assert!(eve.browser.get(&page).await.text.contains("No model of this plan is in v2"));
    let fields = [("plan", &*plan), ("version", &*version)];
    let back = eve.browser.submit(&page, &page, &fields).await.is(422).text;
    assert!(back.contains("plan-error") && back.contains("is in v2: choose another plan"), "{back}");
    // Moved all the same: the pages say that nothing can be called.
    dana.person.browser.submit(&request, &format!("{request}/move"), &[("version", &*version)]).await.is(303);
    assert!(dana.person.browser.get(&request).await.text.contains("Approved, but empty"));
    let key = dana.person.browser.get(&format!("/keys/{}", dana.key.id)).await.is(200).text;
    assert!(key.contains("No: there is no model to call") && !key.contains("note__title\">Yes"), "{key}");
    let form = dana.person.browser.get(&page).await.is(200).text;
    assert!(
        form.contains("Every app of yours has this API already") && form.contains("type=\"submit\" disabled")
    );
}

#[actix_web::test]
async fn who_ends_a_subscription_for_others_is_told_how_many_keys_it_reaches() {
    let app = spawn().await;
    let admin = app.admin().await;
    let starter = app.demo_api(&admin).await;
    let (dana, eve) = (app.person("dana").await, app.person("eve").await);
    let team = teams::create(&app.db, &admin.actor, "Search").await.unwrap().id;
    for (person, role) in [(&dana, TeamRole::Owner), (&eve, TeamRole::Member)] {
        teams::add(&app.db, &admin.actor, team, &person.user.email, role).await.unwrap();
    }
    let place =
        dana.browser.submit("/apps/new", "/apps", &[("name", "Shop"), ("team", &team.to_string())]).await;
    let place = place.is(303).location().to_owned();
    let shop: AppId = place.strip_prefix("/apps/").unwrap().parse().unwrap();
    let ask = format!("/subscribe/{}", starter.api.slug);
    let fields = [("plan", &*starter.plan.id.to_string()), ("app", &shop.to_string()), ("reason", "mail")];
    let request = dana.browser.submit(&ask, &ask, &fields).await.is(303).location().to_owned();
    for name in ["first", "second"] {
        let key = NewKey { owner: Some(dana.user.id), ..NewKey::usual(shop, name) };
        keys::issue(&app.db, &Actor::system("test"), key).await.unwrap();
    }
    let page = eve.browser.get(&place).await.is(200).text;
    assert!(page.contains("None of them is yours") && !page.contains("second"), "{page}");
    let page = eve.browser.get(&request).await.is(200).text;
    let (card, dialog) = page.split_once("id=\"end-dialog\"").expect("she may end it");
    assert!(card.contains("Any member of Search"), "{card}");
    assert!(dialog.contains("2 working keys") && dialog.contains("as any member may"), "{dialog}");
    eve.browser.submit(&request, &format!("{request}/end"), &[]).await.is(303);
    overtaken(&dana, &format!("{request}/end"), &[], "ended").await;
}

#[actix_web::test]
async fn a_call_before_the_decision_names_the_team_that_decides_as_it_is_called_now() {
    let app = spawn().await;
    let admin = app.admin().await;
    let crew = teams::create(&app.db, &admin.actor, "Crew").await.unwrap();
    let mut new = NewStarter::of_preset("demo", None, crew.id).unwrap();
    new.plan.approval = Approval::Manual;
    let starter = plans::publish_starter(&app.db, &admin.actor, new).await.unwrap();
    let dana = app.developer("dana", &starter).await;
    for name in ["Crew", "Harbor"] {
        teams::rename(&app.db, &admin.actor, crew.id, name).await.unwrap();
        let refused = app.chat(&dana.secret, "demo-echo").await.is(403);
        assert_eq!(refused.code(), "subscription_pending");
        assert!(
            refused.text.contains(&format!("waits for the decision of its owner, team {name}.")),
            "{}",
            refused.text
        );
    }
}
