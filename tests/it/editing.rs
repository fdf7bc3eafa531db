//! Forms that change what is stored: two people at one thing, what is not offered because it would fail.

use portico::base::Clash;
use portico::domain::people::users;
use portico::domain::plans::Limits;
use portico::domain::{audit, catalogue, teams};
use portico::store::entity::states::Role;

use crate::support::people::Person;
use crate::support::spawn;

/// Two people open the same form and save one after the other; `theirs` has to be on the page then, and
/// what the second one typed as well, until they save again.
async fn saved_twice(
    (one, two): (&Person, &Person),
    page: &str,
    action: &str,
    fields: &[(&str, &str)],
    at: usize,
) {
    saved_twice_with((one, two), page, action, fields, at, ["said-first", "said-second", "said-third"]).await;
}

/// The same with words that fit the field.
async fn saved_twice_with(
    (one, two): (&Person, &Person),
    page: &str,
    action: &str,
    fields: &[(&str, &str)],
    at: usize,
    [said_first, said_second, said_third]: [&str; 3],
) {
    let with = |seen: &str, text: &str| -> Vec<(String, String)> {
        let mut all: Vec<(String, String)> =
            fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        all[at].1 = text.to_owned();
        all.push(("seen".to_owned(), seen.to_owned()));
        all
    };
    let send = async |who: &Person, seen: &str, text: &str| {
        let all = with(seen, text);
        let all: Vec<(&str, &str)> = all.iter().map(|(name, value)| (&**name, &**value)).collect();
        who.browser.submit(page, action, &all).await
    };
    let seen = |text: &str| {
        let form =
            text.split(&format!("action=\"{action}\"")).nth(1).unwrap_or_else(|| panic!("{page}: {text}"));
        form.split("name=\"seen\" value=\"")
            .nth(1)
            .and_then(|rest| rest.split('"').next())
            .unwrap()
            .to_owned()
    };
    let (first, second) =
        (one.browser.get(page).await.is(200).text, two.browser.get(page).await.is(200).text);
    send(one, &seen(&first), said_first).await.is(303);
    let told = send(two, &seen(&second), said_second).await.is(422);
    assert!(told.text.contains("admin@example.com changed this at"), "{page}: {}", told.text);
    assert!(told.text.contains(said_second), "{page} lost what was typed: {}", told.text);
    assert!(one.browser.get(page).await.text.contains(said_first), "{page} was overwritten");
    // Sent once more from the page that told it, it is saved.
    send(two, &seen(&told.text), said_second).await.is(303);
    assert!(one.browser.get(page).await.text.contains(said_second), "{page}");
    // The same person in two tabs is told in other words.
    let again = send(two, &seen(&second), said_third).await.is(422);
    assert!(again.text.contains("You changed this in another tab"), "{page}: {}", again.text);
}

#[actix_web::test]
async fn whoever_saves_second_is_told_who_saved_first_and_keeps_what_they_typed() {
    let app = spawn().await;
    let admin = app.admin().await;
    let other = app.somebody("other", Role::Admin).await;
    let starter = app.demo_models(&admin, &["demo-echo"]).await;
    let both = (&admin, &other);
    let editor = format!("/manage/apis/{}", starter.api.id);
    let api = starter.api.id.to_string();

    let docs = format!("/manage/versions/{}/docs", starter.version.id);
    saved_twice(both, &editor, &docs, &[("api", &api), ("version", "v1"), ("docs", "")], 2).await;

    let (page, fields) =
        (format!("{editor}/details"), [("name", "Chat"), ("summary", ""), ("visibility", "everyone")]);
    saved_twice(both, &page, &editor, &fields, 1).await;

    let plan = format!("/manage/plans/{}", starter.plan.id);
    let fields = [("name", "Free"), ("summary", ""), ("approval", "auto"), ("state", "open")];
    saved_twice(both, &plan, &plan, &fields, 1).await;

    let vendor = format!("/manage/vendors/{}", starter.provider.id);
    saved_twice(both, &format!("{vendor}/change"), &vendor, &[("name", "Demo"), ("state", "on")], 0).await;

    let model = format!("/manage/models/{}", starter.models[0].id);
    saved_twice(both, &model, &model, &[("name", "demo-echo"), ("state", "on")], 0).await;

    let models = format!("/manage/versions/{}/models", starter.version.id);
    let id = starter.models[0].id.to_string();
    let fields = [
        ("api", &*api),
        ("version", "v1"),
        ("public_name", "demo-echo"),
        ("model", &id),
        ("public_name", "other"),
        ("model", &id),
        // Taking off what callers use is asked first.
        ("taken_off", "said-first"),
    ];
    saved_twice(both, &editor, &models, &fields, 4).await;
}

#[actix_web::test]
async fn keys_teams_credentials_and_settings_tell_of_each_other_too() {
    let app = spawn().await;
    let admin = app.admin().await;
    let other = app.somebody("other", Role::Admin).await;
    let starter = app.demo_models(&admin, &["demo-echo"]).await;
    let both = (&admin, &other);

    let dana = app.developer("dana", &starter).await;
    let key = format!("/keys/{}/settings", dana.key.id);
    saved_twice(both, &key, &key, &[("name", ""), ("scopes", "chat")], 0).await;

    let team = teams::create(&app.db, &admin.actor, "Search").await.unwrap();
    let (page, form) = (format!("/teams/{}", team.id), format!("/teams/{}/limits", team.id));
    let amounts = ["4101", "4102", "4103"];
    saved_twice_with(both, &page, &form, &[("requests_per_minute", "")], 0, amounts).await;

    let fields = [
        ("preset", "custom"),
        ("name", "Spare"),
        ("base_url", "http://127.0.0.1:9/v1"),
        ("secret", "sk-fake-one"),
        ("more", "m-1"),
    ];
    let made =
        admin.browser.submit("/manage/vendors/new?preset=custom", "/manage/vendors", &fields).await.is(303);
    let page = made.location().to_owned();
    let shown = admin.browser.get(&page).await.is(200).text;
    let id = shown.split("action=\"/manage/credentials/").nth(1).and_then(|text| text.get(..36)).unwrap();
    let provider = page.rsplit('/').next().unwrap();
    let form = format!("/manage/credentials/{id}");
    let fields = [("provider", provider), ("name", ""), ("weight", "1"), ("state", "on")];
    saved_twice(both, &page, &form, &fields, 1).await;

    let page = "/manage/settings";
    saved_twice(both, page, "/manage/settings/site", &[("name", ""), ("contact", "")], 0).await;
    let domains = ["first.example", "second.example", "third.example"];
    let fields = [("mode", "open"), ("domains", "")];
    saved_twice_with(both, page, "/manage/settings/sign-up", &fields, 1, domains).await;
}

#[actix_web::test]
async fn of_two_that_save_in_the_same_instant_one_is_told() {
    let app = spawn().await;
    let admin = app.admin().await;
    let other = app.somebody("other", Role::Admin).await;
    let team = teams::create(&app.db, &admin.actor, "Search").await.unwrap();
    for amount in 1..=10 {
        let seen = audit::latest(&app.db).await.unwrap();
        let save = async |who: &Person, amount| {
            let limits = Limits { requests_per_minute: Some(amount), ..Limits::default() };
            teams::set_limits(&app.db, &who.actor.having_seen(seen), team.id, limits).await
        };
        let (one, two) = tokio::join!(save(&admin, amount), save(&other, 100 + amount));
        let (saved, refused) = if one.is_ok() { (amount, two) } else { (100 + amount, one) };
        assert_eq!(refused.unwrap_err().clash(), Some(Clash::Meanwhile));
        let now = teams::limits_of(&app.db, &admin.actor, team.id).await.unwrap();
        assert_eq!(now.requests_per_minute, Some(saved), "the refused one left nothing");
    }
}

#[actix_web::test]
async fn another_part_of_the_same_thing_is_no_clash() {
    let app = spawn().await;
    let admin = app.admin().await;
    let starter = app.demo_models(&admin, &["demo-echo"]).await;
    let page = format!("/manage/apis/{}", starter.api.id);
    let api = starter.api.id.to_string();
    let seen = admin.browser.get(&page).await.field("seen").unwrap();
    catalogue::change_docs(&app.db, &admin.actor, starter.version.id, "New words".to_owned()).await.unwrap();
    let (action, id) =
        (format!("/manage/versions/{}/models", starter.version.id), starter.models[0].id.to_string());
    let fields =
        [("seen", &*seen), ("api", &api), ("version", "v1"), ("public_name", "demo-echo"), ("model", &id)];
    admin.browser.submit(&page, &action, &fields).await.is(303);
}

#[actix_web::test]
async fn what_would_always_fail_is_not_offered_and_says_why() {
    let app = spawn().await;
    let admin = app.admin().await;
    let starter = app.demo_models(&admin, &["demo-echo"]).await;
    let model = format!("/manage/models/{}", starter.models[0].id);
    let page = admin.browser.get(&model).await.is(200).text;
    assert!(page.contains("Offered by <span class=\"mono\">chat/v1</span>"), "{page}");
    assert!(!page.contains("Remove demo-echo?"), "{page}");
    let spare = admin
        .browser
        .submit("/manage/models", "/manage/models", &[("name", "spare"), ("kind", "chat")])
        .await;
    let page = admin.browser.get(spare.is(303).location()).await.is(200).text;
    assert!(page.contains("Remove spare?"), "{page}");

    let own = format!("/users/{}", admin.user.id);
    let page = admin.browser.get(&own).await.is(200).text;
    assert!(page.contains("The only admin keeps the role") && !page.contains("/role\""), "{page}");
    let second = app.somebody("second", Role::Admin).await;
    assert!(admin.browser.get(&own).await.text.contains(&format!("{own}/role\"")));
    users::deactivate(&app.db, &admin.actor, second.user.id).await.unwrap();
    assert!(!admin.browser.get(&own).await.text.contains(&format!("{own}/role\"")));
}

#[actix_web::test]
async fn a_key_is_offered_with_the_plans_that_may_approve_at_once() {
    use portico::domain::plans::{self, NewPlan};
    use portico::store::entity::states::Approval;
    let app = spawn().await;
    let admin = app.admin().await;
    let starter = app.demo_api(&admin).await;
    let slow = NewPlan {
        name: "Asked".to_owned(),
        summary: String::new(),
        approval: Approval::Manual,
        rule_domains: Vec::new(),
        rule_team: None,
        models: None,
        limits: plans::Limits::default(),
    };
    let slow = plans::make_plan(&app.db, &admin.actor, starter.api.id, slow).await.unwrap();
    let dana = app.person("dana").await;
    let page = dana.browser.get("/subscribe/chat").await.is(200).text;
    let card = |id: &str| {
        let at = page.find(&format!("value=\"{id}\"")).unwrap_or_else(|| panic!("{page}"));
        page[at..].split('>').next().unwrap().to_owned()
    };
    assert!(card(&starter.plan.id.to_string()).contains("data-opens"), "{page}");
    assert!(!card(&slow.id.to_string()).contains("data-opens"), "{page}");
    let box_at = page.find("name=\"make_key\"").unwrap();
    assert!(
        page[..box_at].ends_with("id=\"make_key\" ") && page[..box_at].rfind("class=\"opened\"").is_some()
    );
    let css = dana.browser.get(portico::web::assets::css()).await.text;
    assert!(css.contains(":not(:has([data-opens]:checked)) .opened"), "the style sheet hides it");
}

#[actix_web::test]
async fn an_expired_key_stays_on_home_until_it_is_old_news() {
    use std::time::Duration;
    let app = spawn().await;
    let admin = app.admin().await;
    let starter = app.demo_api(&admin).await;
    let dana = app.developer("dana", &starter).await;
    let card = async |days: u64| {
        app.clock.forward(Duration::from_secs(days * 86_400));
        app.sign_in_again(&dana.person).await;
        let text = dana.person.browser.get("/").await.is(200).text;
        text.split("Keys to renew").nth(1).unwrap().split("</section>").next().unwrap().to_owned()
    };
    assert!(card(0).await.contains("None has expired"));
    let soon = card(80).await;
    assert!(soon.contains(&dana.key.prefix) && !soon.contains("Expired"), "{soon}");
    let over = card(11).await;
    assert!(over.contains("Expired") && over.contains(&dana.key.prefix), "{over}");
    assert!(card(31).await.contains("None has expired"));
}

#[actix_web::test]
async fn models_that_cannot_be_offered_are_told_at_their_field() {
    let app = spawn().await;
    let admin = app.admin().await;
    let starter = app.demo_api(&admin).await;
    let vendor = format!("/manage/vendors/{}", starter.provider.id);
    for (more, why) in [("", "Name at least one model."), ("fine bad!name", "Use letters")] {
        let page =
            admin.browser.submit(&vendor, &format!("{vendor}/models"), &[("more", more)]).await.is(422);
        let error = page.text.split("id=\"more-error\"").nth(1).expect("an error at the field");
        assert!(error.split("</p>").next().unwrap().contains(why), "{error}");
    }
}
