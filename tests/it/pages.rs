//! What pages ask before they do it, what they offer first, and what they call it.

use portico::domain::{catalogue, supply};
use portico::store::entity::states::Role;
use portico::web::unsent::SECRETS;

use crate::support::people::Person;
use crate::support::{spawn, templates};

/// What stands between the first `from` and the `to` after it.
fn between<'t>(text: &'t str, from: &str, to: &str) -> &'t str {
    text.split(from)
        .nth(1)
        .and_then(|rest| rest.split(to).next())
        .unwrap_or_else(|| panic!("no {from} in {text}"))
}

#[actix_web::test]
async fn a_model_that_callers_use_is_taken_off_only_after_a_question() {
    let app = spawn().await;
    let admin = app.admin().await;
    let starter = app.demo_api(&admin).await;
    let dana = app.developer("dana", &starter).await;
    let gone = starter.models[0].name.clone();
    app.chat(&dana.secret, &gone).await.is(200);
    app.calls(1).await;
    let page = format!("/manage/apis/{}", starter.api.id);
    let action = format!("/manage/versions/{}/models", starter.version.id);
    let api = starter.api.id.to_string();
    let ids: Vec<(String, String)> =
        starter.models.iter().map(|model| (model.name.clone(), model.id.to_string())).collect();
    let mut fields = vec![("api", &*api), ("version", "v1")];
    for (name, id) in &ids {
        fields.push(("public_name", name));
        fields.push(("model", if *name == gone { "" } else { id }));
    }
    let offered = async || {
        let managed = catalogue::get_managed(&app.db, &admin.actor, starter.api.id).await.unwrap();
        managed.versions[0].models.iter().any(|model| model.public_name == gone)
    };
    let asked = admin.browser.submit(&page, &action, &fields).await.is(422);
    assert!(asked.text.contains("Take off what callers use?"), "{}", asked.text);
    assert!(asked.text.contains("1 subscription, 1 key, 1 call in the last 7 days"), "{}", asked.text);
    assert!(offered().await, "nothing is done before the answer");
    // The answer names what it agrees to; agreeing to something else is no answer.
    let other = [fields.clone(), vec![("taken_off", "another")]].concat();
    admin.browser.submit(&page, &action, &other).await.is(422);
    let agreed = [fields, vec![("taken_off", &*gone)]].concat();
    admin.browser.submit(&page, &action, &agreed).await.is(303);
    assert!(!offered().await);
}

#[actix_web::test]
async fn a_new_api_offers_first_what_works_and_says_what_does_not() {
    let app = spawn().await;
    let admin = app.admin().await;
    app.demo_models(&admin, &["demo-echo"]).await;
    let page = admin.browser.get("/manage/apis/new").await.is(200).text;
    let (_, only) = page.split_once("Models of v1").unwrap();
    assert!(only.contains(" checked"), "there is nothing to choose: {only}");
    let fields = [
        ("preset", "custom"),
        ("name", "Broken"),
        ("base_url", "http://127.0.0.1:9/v1"),
        ("secret", "sk-fake-0123456789"),
        ("more", "broken-model"),
    ];
    let form = "/manage/vendors/new?preset=custom";
    admin.browser.submit(form, "/manage/vendors", &fields).await.is(303);
    let page = admin.browser.get("/manage/apis/new").await.is(200).text;
    let line = |name: &str| {
        let boxes: Vec<&str> = page.split("<label class=\"check\">").collect();
        boxes.into_iter().find(|one| one.contains(&format!(">{name}<"))).unwrap().to_owned()
    };
    assert!(!line("demo-echo").contains(" checked"), "of several, one says oneself which: {page}");
    let broken = line("broken-model");
    assert!(!broken.contains(" checked") && broken.contains("failed its last test"), "{broken}");
    assert!(page.contains("v1 offers those that you tick"), "{page}");
}

#[actix_web::test]
async fn a_first_call_goes_to_a_model_that_would_answer_and_the_person_may_choose() {
    let app = spawn().await;
    let admin = app.admin().await;
    let starter = app.demo_models(&admin, &["demo-echo", "demo-lorem"]).await;
    let dana = app.developer("dana", &starter).await;
    let page = format!("/keys/{}", dana.key.id);
    let first = async || {
        let text = dana.person.browser.get(&page).await.is(200).text;
        let form = between(&text, "data-send", "</form>").to_owned();
        assert!(form.contains("demo-echo") && form.contains("demo-lorem"), "both may be chosen: {form}");
        between(&form, "<option value=\"", "\"").to_owned()
    };
    assert_eq!(first().await, "demo-echo");
    let off = [("name", "demo-echo"), ("state", "off")];
    let echo = starter.models.iter().find(|model| model.name == "demo-echo").unwrap();
    let model = format!("/manage/models/{}", echo.id);
    admin.browser.submit(&model, &model, &off).await.is(303);
    assert_eq!(first().await, "demo-lorem");
}

#[actix_web::test]
async fn one_form_pressed_three_times_makes_one_key() {
    let app = spawn().await;
    app.admin().await;
    let dana = app.person("dana").await;
    let names =
        async |dana: &Person| dana.browser.get("/keys").await.is(200).text.matches("twice pressed").count();
    let form = dana.browser.get("/keys/new").await.is(200);
    let (csrf, once) = (form.field("csrf").unwrap(), form.field("once").unwrap());
    let fields =
        [("once", &*once), ("app", ""), ("name", "twice pressed"), ("uses", "all"), ("expires", "90")];
    let send = || dana.browser.post_with(&csrf, "/keys", &fields);
    let (one, two, three) = futures_util::join!(send(), send(), send());
    assert_eq!(one.location(), two.location());
    assert_eq!(one.location(), three.location());
    assert_eq!(names(&dana).await, 1);
    let shown = dana.browser.shown(one).await;
    assert!(shown.text.contains("sk-ptc-"), "the secret is there for whoever pressed: {}", shown.text);
    // A form that is opened anew is another wish.
    let again = dana.browser.submit("/keys/new", "/keys", &fields).await.is(303);
    assert_ne!(again.location(), two.location());
    assert_eq!(names(&dana).await, 2);
}

#[actix_web::test]
async fn a_form_with_a_mistake_may_be_sent_again_as_it_is() {
    let app = spawn().await;
    app.admin().await;
    let dana = app.person("dana").await;
    let csrf = dana.browser.get("/keys/new").await.field("csrf").unwrap();
    let fields = [("once", "1"), ("app", ""), ("name", ""), ("uses", "all"), ("expires", "90")];
    for _ in 0..2 {
        let back = dana.browser.post_with(&csrf, "/keys", &fields).await.is(422);
        assert!(back.text.contains("Give it a name."), "{}", back.text);
    }
}

#[actix_web::test]
async fn an_invitation_is_taken_back_after_a_question() {
    let app = spawn().await;
    let admin = app.admin().await;
    let fields = [("email", "omar@example.com"), ("role", "member")];
    let made = admin.browser.submit("/users/new", "/users", &fields).await.is(303);
    admin.browser.get(made.location()).await.is(200);
    let list = admin.browser.get("/users?state=invited").await.is(200).text;
    let id = between(&list, "class=\"table__main\" href=\"/users/", "\"").to_owned();
    let page = admin.browser.get(&format!("/users/{id}")).await.is(200).text;
    assert!(page.contains("Take the invitation back?"), "{page}");
}

/// The menu of this person: address and words.
async fn menu(person: &Person) -> Vec<(String, String)> {
    let home = person.browser.get("/").await.is(200).text;
    let items = home.split("class=\"nav__item\" href=\"").skip(1);
    let item = |item: &str| {
        let (href, rest) = item.split_once('"').unwrap();
        let words = rest.split("</a>").next()?.split("<span>").nth(1)?.split("</span>").next()?;
        Some((href.to_owned(), words.to_owned()))
    };
    items.filter_map(item).collect()
}

#[actix_web::test]
async fn a_page_is_called_what_the_menu_calls_it() {
    let app = spawn().await;
    let admin = app.admin().await;
    app.demo_api(&admin).await;
    let mut seen = 0;
    for person in
        [admin, app.somebody("pat", Role::Publisher).await, app.somebody("aud", Role::Auditor).await]
    {
        for (href, words) in menu(&person).await {
            let page = person.browser.get(&href).await.is(200).text;
            assert_eq!(between(&page, "<h1>", "</h1>").trim(), words, "{href}");
            assert!(between(&page, "<title>", "</title>").starts_with(&format!("{words} ·")), "{href}");
            seen += 1;
        }
    }
    assert!(seen > 20, "only {seen} pages");
}

#[actix_web::test]
async fn a_shared_team_is_removed_once_nothing_needs_it() {
    let app = spawn().await;
    let admin = app.admin().await;
    let starter = app.demo_api(&admin).await;
    let dana = app.person("dana").await;
    let made = dana.browser.submit("/teams", "/teams", &[("name", "Search")]).await.is(303);
    let page = made.location().to_owned();
    let team = page.rsplit('/').next().unwrap().to_owned();
    let away = format!("{page}/removal");
    assert!(dana.browser.get(&page).await.is(200).text.contains("Remove Search?"));
    let own = dana.browser.submit("/apps/new", "/apps", &[("name", "Bot"), ("team", &team)]).await.is(303);
    let of_app = own.location().rsplit('/').next().unwrap().to_owned();
    let version = starter.version.id.to_string();
    let plan = starter.plan.id.to_string();
    let ask = [("app", &*of_app), ("version", &version), ("plan", &plan), ("reason", "")];
    let asked = dana.browser.submit("/subscribe/chat", "/subscribe/chat", &ask).await.is(303);
    dana.browser.refused(&page, &away, &[], "It has subscriptions that are not over").await;
    let end = format!("{}/end", asked.location());
    dana.browser.submit(asked.location(), &end, &[]).await.is(303);
    let gone = dana.browser.submit(&page, &away, &[]).await.is(303);
    assert_eq!(gone.location(), "/teams");
    dana.browser.get(&page).await.is(404);
    let seen = admin.browser.get(&page).await;
    assert!(seen.status == 404 || !seen.text.contains("Suspend team"), "nothing is done to it any more");
}

#[actix_web::test]
async fn the_quirks_of_a_vendor_are_changed_on_its_page() {
    let app = spawn().await;
    let admin = app.admin().await;
    let starter = app.vendor_api(&admin, "custom", "http://127.0.0.1:9/v1", &["own-small"]).await;
    let page = format!("/manage/vendors/{}", starter.provider.id);
    let form = format!("{page}/change");
    let base = [("name", "Own"), ("base_url", "http://127.0.0.1:9/v1"), ("state", "on")];
    let send =
        async |more: &[(&str, &str)]| admin.browser.submit(&form, &page, &[&base[..], more].concat()).await;
    let quirks = async || {
        supply::get_provider(&app.db, &admin.actor, starter.provider.id).await.unwrap().provider.quirks
    };
    let usual = quirks().await;
    send(&[("quirks", "drop:user\nrename:seed=random_seed")]).await.is(303);
    assert_eq!(quirks().await, "drop:user,rename:seed=random_seed");
    let shown = admin.browser.get(&form).await.is(200).text;
    assert!(shown.contains("drop:user\nrename:seed=random_seed"), "{shown}");
    let back = send(&[("quirks", "no_such_word")]).await.is(422);
    assert!(
        back.text.contains("is no quirk") && back.text.contains("<details class=\"stack stack--s\" open>")
    );
    // A form without the field leaves them; the box brings the preset's back.
    send(&[]).await.is(303);
    assert_eq!(quirks().await, "drop:user,rename:seed=random_seed");
    send(&[("quirks", "drop:user"), ("usual_quirks", "true")]).await.is(303);
    assert_eq!(quirks().await, usual);
}

/// Where these words stand on a page, in its order.
fn order<'w>(text: &str, words: &[&'w str]) -> Vec<&'w str> {
    let mut found: Vec<(usize, &str)> = words
        .iter()
        .map(|word| (text.find(&format!(">{word}</a>")).unwrap_or_else(|| panic!("{word}: {text}")), *word))
        .collect();
    found.sort_unstable();
    found.into_iter().map(|(_, word)| word).collect()
}

#[actix_web::test]
async fn keys_are_sorted_by_links_and_paged_in_that_order() {
    use portico::domain::keys::{self, Expiry, NewKey};
    let app = spawn().await;
    let admin = app.admin().await;
    let starter = app.demo_api(&admin).await;
    let dana = app.developer("dana", &starter).await;
    let browser = &dana.person.browser;
    for (name, days) in [("b-two", 20), ("A-one", 60), ("c-three", 40)] {
        let new =
            NewKey { name: name.to_owned(), expiry: Expiry::Days(days), ..NewKey::usual(dana.app, name) };
        keys::issue(&app.db, &dana.person.actor, new).await.unwrap();
    }
    app.chat(&dana.secret, &starter.models[0].name).await.is(200);
    app.calls(1).await;
    let names = ["A-one", "b-two", "c-three", "tests"];
    for (sort, sorted) in [
        ("", ["c-three", "A-one", "b-two", "tests"]),
        ("name", ["A-one", "b-two", "c-three", "tests"]),
        ("expires", ["b-two", "c-three", "A-one", "tests"]),
    ] {
        let page = browser.get(&format!("/keys?sort={sort}")).await.is(200).text;
        assert_eq!(order(&page, &names), sorted, "by {sort}");
        assert_eq!(page.contains("aria-sort=\"ascending\""), !sort.is_empty());
        // One by one, the same.
        let (mut path, mut seen) = (format!("/keys?sort={sort}&limit=1"), Vec::new());
        for _ in 0..4 {
            let page = browser.get(&path).await.is(200).text;
            seen.extend(names.into_iter().filter(|name| page.contains(&format!(">{name}</a>"))));
            let next =
                page.split("rel=\"next\"").next().and_then(|text| text.rsplit("href=\"").next()).unwrap();
            path = next.split('"').next().unwrap().replace("&#38;", "&");
        }
        assert_eq!(seen, sorted, "by {sort}, one a page");
    }
    let used = browser.get("/keys?sort=used").await.is(200).text;
    assert_eq!(order(&used, &names)[0], "tests", "the one that was used is first");
}

#[actix_web::test]
async fn a_list_goes_without_what_its_address_asks_wrongly_and_says_so() {
    let app = spawn().await;
    let admin = app.admin().await;
    let starter = app.demo_api(&admin).await;
    let dana = app.developer("dana", &starter).await;
    let subscribers = format!("/manage/apis/{}/subscribers", starter.api.id);
    let lists = [
        ("/keys", "state", "zzz"),
        ("/keys", "sort", "luck"),
        ("/keys", "limit", "many"),
        ("/users", "state", "zzz"),
        ("/users", "after", "x"),
        ("/apps", "before", "x"),
        ("/requests", "before", "x"),
        (subscribers.as_str(), "before", "x"),
        ("/manage/models", "sort", "luck"),
    ];
    for (path, name, value) in lists {
        let page = admin.browser.get(&format!("{path}?{name}={value}")).await.is(400).text;
        let told = format!("“{value}” is no <code>{name}</code>. The list below goes without.");
        assert!(page.contains(&told), "{path}: {page}");
        let plain = admin.browser.get(&format!("{path}?{name}=")).await.is(200).text;
        assert!(!plain.contains("goes without"), "{path}: {plain}");
    }
    let others =
        ["/catalogue", "/keys", "/teams", "/users", "/apps", "/manage/apis", "/manage/models", "/calls"];
    for path in others {
        let page = admin.browser.get(&format!("{path}?offset=9")).await.is(400).text;
        assert!(page.contains("<code>offset</code> is no filter of this list"), "{path}: {page}");
    }
    let page = dana.person.browser.get("/keys?state=zzz").await.is(400).text;
    assert!(page.contains(&format!("/keys/{}", dana.key.id)), "the list is there: {page}");
}

#[actix_web::test]
async fn models_are_sorted_by_links() {
    let app = spawn().await;
    let admin = app.admin().await;
    app.demo_models(&admin, &["demo-tools", "demo-echo", "demo-lorem"]).await;
    let page = admin.browser.get("/manage/models?sort=name").await.is(200).text;
    assert_eq!(
        order(&page, &["demo-tools", "demo-lorem", "demo-echo"]),
        ["demo-echo", "demo-lorem", "demo-tools"]
    );
    assert!(page.contains("href=\"/manage/models?sort=window\"") && page.contains("aria-sort"), "{page}");
}

#[actix_web::test]
async fn filters_are_folded_until_one_is_set() {
    let app = spawn().await;
    let admin = app.admin().await;
    let starter = app.demo_api(&admin).await;
    let dana = app.developer("dana", &starter).await;
    for (plain, narrowed) in [("/calls", "/calls?model=x"), ("/keys", "/keys?q=x"), ("/users", "/users?q=x")]
    {
        let who = if plain == "/users" { &admin } else { &dana.person };
        assert!(
            who.browser.get(plain).await.is(200).text.contains("<details class=\"fold\"><summary"),
            "{plain}"
        );
        assert!(
            who.browser.get(narrowed).await.is(200).text.contains("<details class=\"fold\" open>"),
            "{narrowed}"
        );
    }
}

#[test]
fn what_is_made_here_is_called_made_everywhere() {
    for (path, text) in templates() {
        for word in ["\"Create ", ">Create", ">Created", "Creating"] {
            assert!(!text.contains(word), "{word} in {}: say make", path.display());
        }
    }
}

#[test]
fn every_password_field_of_the_pages_is_known_as_a_secret() {
    let mut found = 0;
    for (path, text) in templates() {
        for call in text.split("form::password(\"").skip(1) {
            let name = call.split('"').next().unwrap();
            assert!(SECRETS.contains(&name), "{name} of {}", path.display());
            found += 1;
        }
    }
    assert!(found > 8, "{found}");
}

#[actix_web::test]
async fn more_filters_of_calls_are_selects_where_they_are_asked_for() {
    let app = spawn().await;
    let admin = app.admin().await;
    let starter = app.demo_api(&admin).await;
    let dana = app.developer("dana", &starter).await;
    let eve = app.developer("eve", &starter).await;
    app.chat(&dana.secret, &starter.models[0].name).await.is(200);
    app.calls(1).await;
    let plain = dana.person.browser.get("/calls").await.is(200).text;
    assert!(
        !plain.contains("name=\"app\"") && plain.contains("name=\"more\" value=\"1\">More filters"),
        "{plain}"
    );
    // What was typed before comes along, and the fold is open.
    let more = dana.person.browser.get("/calls?range=7d&model=x&more=1").await.is(200).text;
    assert!(
        more.contains("<details class=\"fold\" open>") && more.contains("value=\"7d\" selected"),
        "{more}"
    );
    for (field, id, name) in [
        ("app", dana.app.to_string(), "app"),
        ("key", dana.key.id.to_string(), "tests"),
        ("api", starter.api.id.to_string(), &*starter.api.name),
        ("user", dana.person.actor.user_id().unwrap().to_string(), "dana"),
    ] {
        let select = between(&more, &format!("name=\"{field}\""), "</select>");
        assert!(select.contains(&format!("value=\"{id}\"")) && select.contains(name), "{field}: {select}");
        let chosen = dana.person.browser.get(&format!("/calls?{field}={id}&more=1")).await.is(200).text;
        assert!(chosen.contains(&format!("value=\"{id}\" selected")), "{field}: {chosen}");
        assert!(!chosen.contains("Remove the filter"), "{field} has a select: {chosen}");
        assert!(chosen.contains("href=\"/calls/"), "{field} finds the call: {chosen}");
        // Folded again it is told above the list, and Apply keeps it.
        let folded = dana.person.browser.get(&format!("/calls?{field}={id}")).await.is(200).text;
        assert!(folded.contains("Remove the filter"), "{field}: {folded}");
        assert!(folded.contains(&format!("name=\"{field}\" value=\"{id}\"")), "{field}: {folded}");
    }
    assert!(!more.contains("name=\"provider\""), "vendors are not a developer's to see");
    assert!(!more.contains(&eve.key.id.to_string()), "somebody else's key is offered");
    let all = admin.browser.get("/calls?scope=all&more=1").await.is(200).text;
    for id in [starter.provider.id.to_string(), dana.key.id.to_string(), eve.key.id.to_string()] {
        assert!(all.contains(&format!("value=\"{id}\"")), "{id}: {all}");
    }
    let mine = admin.browser.get("/calls?more=1").await.is(200).text;
    assert!(!mine.contains(&dana.key.id.to_string()), "of one's own calls no other's key is offered");
}
