//! People and teams, as their pages show and change them.

use portico::domain::actor::Actor;
use portico::domain::keys::{self, Expiry, NewKey};
use portico::domain::people::users;
use portico::domain::teams;
use portico::store::entity::states::{KeyReason, Role, UserState};

use super::support::spawn;

#[actix_web::test]
async fn every_page_about_people_opens() {
    let app = spawn().await;
    let admin = app.admin().await;
    let starter = app.demo_api(&admin).await;
    let dana = app.developer("dana", &starter).await;
    let team = teams::create(&app.db, &admin.actor, "Search").await.unwrap();
    let admins = [
        "/users".to_owned(),
        "/users?q=dana&state=active".to_owned(),
        "/users?q=nobody".to_owned(),
        "/users/new".to_owned(),
        format!("/users/{}", dana.person.user.id),
        format!("/users/{}", admin.user.id),
        "/teams".to_owned(),
        format!("/teams/{}", team.id),
        format!("/teams/{}", admin.team()),
        "/profile".to_owned(),
        "/inbox".to_owned(),
    ];
    for path in &admins {
        let page = admin.browser.get(path).await.is(200);
        assert!(page.text.contains("</html>"), "{path}");
    }
    for path in ["/teams", "/profile"] {
        dana.person.browser.get(path).await.is(200);
    }
    for path in ["/sign-in", "/sign-up", "/reset"] {
        app.visitor().get(path).await.is(200);
    }
}

#[actix_web::test]
async fn an_admin_lets_in_deactivates_and_reactivates() {
    let app = spawn().await;
    let admin = app.admin().await;
    let visitor = app.visitor();
    let fields = [("name", "Omar"), ("email", "omar@example.com"), ("password", "a long fine passphrase")];
    visitor.submit("/sign-up", "/sign-up", &fields).await.is(200);
    assert!(admin.browser.get("/inbox").await.is(200).text.contains("omar@example.com"));
    for page in ["/inbox", "/users"] {
        let text = admin.browser.get(page).await.is(200).text;
        assert!(text.contains("Turn Omar away?") && text.contains("The account is deleted"), "{text}");
    }
    let waiting = users::list_waiting(&app.db, &admin.actor).await.unwrap();
    let page = format!("/users/{}", waiting[0].id);
    let state =
        async || users::get_visible(&app.db, &Actor::system("test"), waiting[0].id).await.unwrap().state;
    assert!(admin.browser.get(&page).await.is(200).text.contains("Turn Omar away?"));
    for (act, after) in [
        ("admission", UserState::Active),
        ("deactivation", UserState::Deactivated),
        ("reactivation", UserState::Active),
    ] {
        admin.browser.submit(&page, &format!("{page}/{act}"), &[]).await.is(303);
        assert_eq!(state().await, after, "{act}");
    }
    admin.browser.refused(&page, &format!("{page}/admission"), &[], "This account is active now.").await;
    let own = format!("/users/{}", admin.user.id);
    let (away, role) = (format!("{own}/deactivation"), format!("{own}/role"));
    admin.browser.refused(&own, &away, &[], "You cannot deactivate yourself").await;
    admin.browser.refused(&own, &role, &[("role", "member")], "This is the last admin").await;
}

#[actix_web::test]
async fn owner_deactivated_stops_a_key_at_once() {
    let app = spawn().await;
    let admin = app.admin().await;
    let starter = app.demo_api(&admin).await;
    let dana = app.developer("dana", &starter).await;
    let call = async || {
        let visitor = app.visitor();
        let request = visitor.request(reqwest::Method::GET, "/v1/models").bearer_auth(&dana.secret);
        visitor.send(request).await
    };
    call().await.is(200);
    users::deactivate(&app.db, &admin.actor, dana.person.user.id).await.unwrap();
    assert_eq!(call().await.is(403).code(), "owner_deactivated");
    users::reactivate(&app.db, &admin.actor, dana.person.user.id).await.unwrap();
    call().await.is(200);
}

#[actix_web::test]
async fn owner_deleted_stops_a_key_for_good_and_the_person_stays_named() {
    let app = spawn().await;
    let admin = app.admin().await;
    let starter = app.demo_api(&admin).await;
    let dana = app.developer("dana", &starter).await;
    let id = dana.person.user.id;
    let team = teams::create(&app.db, &dana.person.actor, "Search").await.unwrap();
    let token = app.token(&dana.person).await;
    let page = format!("/users/{id}");
    let away = format!("{page}/deletion");
    let typed = [("typed", "Dana@Example.com ")];

    admin.browser.refused(&page, &away, &typed, "Deactivate it first").await;
    users::deactivate(&app.db, &admin.actor, id).await.unwrap();
    let asked = admin.browser.get(&page).await.is(200).text;
    assert!(asked.contains("This cannot be undone") && asked.contains("<strong>1 key</strong>"), "{asked}");
    admin.browser.refused(&page, &away, &[("typed", "dana")], "Nothing was deleted").await;
    app.person("omar").await.browser.submit("/profile", &away, &typed).await.is(403);
    assert_eq!(users::get_visible(&app.db, &admin.actor, id).await.unwrap().state, UserState::Deactivated);
    admin.browser.submit(&page, &away, &typed).await.is(303);
    admin.browser.refused(&page, &away, &typed, "This account is deleted now.").await;

    let visitor = app.visitor();
    let call = visitor.request(reqwest::Method::GET, "/v1/models").bearer_auth(&dana.secret);
    let refused = visitor.send(call).await.is(403);
    assert_eq!(refused.code(), "owner_deleted");
    assert!(refused.text.contains("was deleted on 2"), "{}", refused.text);
    let own = visitor.request(reqwest::Method::GET, "/api/v1/users").bearer_auth(&token);
    visitor.send(own).await.is(401);
    let enter = async |email: &str| {
        let fields = [("email", email), ("password", "a long fine passphrase")];
        visitor.submit("/sign-in", "/sign-in", &fields).await.is(422).words().replace(email, "TYPED")
    };
    assert_eq!(enter("dana@example.com").await, enter("nobody@example.com").await);
    assert_eq!(enter(&format!("deleted-{id}")).await, enter("nobody@example.com").await);

    // Listed only when asked for; named where it was; the address is another's now.
    let listed = format!("href=\"{page}\"");
    assert!(!admin.browser.get("/users").await.is(200).text.contains(&listed));
    assert!(admin.browser.get("/users?state=deleted").await.is(200).text.contains(&listed));
    let shown = admin.browser.get(&page).await.is(200).text;
    assert!(shown.contains("This account was deleted.") && !shown.contains("Reactivate"), "{shown}");
    assert!(admin.browser.get(&format!("/keys/{}", dana.key.id)).await.is(200).text.contains("dana"));
    assert!(teams::list_members(&app.db, &admin.actor, team.id).await.unwrap().is_empty());
    let again = app.person("dana").await;
    let members = format!("/teams/{}/members", team.id);
    let add = [("email", "dana@example.com"), ("role", "owner")];
    admin.browser.submit(&format!("/teams/{}", team.id), &members, &add).await.is(303);
    again.browser.get(&format!("/teams/{}", team.id)).await.is(200);
    visitor.send(visitor.request(reqwest::Method::GET, "/v1/models").bearer_auth(&dana.secret)).await.is(403);
}

#[actix_web::test]
async fn a_script_deletes_who_is_deactivated_and_never_who_it_acts_as() {
    let app = spawn().await;
    let admin = app.admin().await;
    let dana = app.person("dana").await;
    let token = app.token(&admin).await;
    let visitor = app.visitor();
    let delete = async |id: portico::base::ids::UserId| {
        let path = format!("/api/v1/users/{id}");
        visitor.send(visitor.request(reqwest::Method::DELETE, &path).bearer_auth(&token)).await
    };
    assert!(delete(dana.user.id).await.is(409).text.contains("Deactivate it first"));
    assert!(delete(admin.user.id).await.is(409).text.contains("yourself"));
    users::deactivate(&app.db, &admin.actor, dana.user.id).await.unwrap();
    assert_eq!(delete(dana.user.id).await.is(200).json()["state"], "deleted");
    assert!(delete(dana.user.id).await.is(409).text.contains("deleted now"));
    let role = visitor.request(reqwest::Method::PATCH, &format!("/api/v1/users/{}", dana.user.id));
    visitor.send(role.bearer_auth(&token).json(&serde_json::json!({ "role": "admin" }))).await.is(409);
}

#[actix_web::test]
async fn a_team_is_made_joined_and_left_in_the_browser() {
    let app = spawn().await;
    app.admin().await;
    let dana = app.person("dana").await;
    let omar = app.person("omar").await;
    let made = dana.browser.submit("/teams", "/teams", &[("name", "Search")]).await.is(303);
    let page = made.location().to_owned();
    let members = format!("{page}/members");
    let add = [("email", "omar@example.com"), ("role", "member")];
    dana.browser.submit(&page, &members, &add).await.is(303);
    assert!(dana.browser.submit(&page, &members, &add).await.is(422).text.contains("already"));
    omar.browser.get(&page).await.is(200);
    dana.browser.refused(&page, &format!("{page}/departure"), &[], "the team's last owner").await;
    // Nor is she offered what could not be done.
    let shown = dana.browser.get(&page).await.is(200).text;
    assert!(shown.contains("make somebody else an owner first") && !shown.contains("Leave team"), "{shown}");
    let role = format!("{page}/members/{}/role", omar.user.id);
    omar.browser.submit("/profile", &role, &[("role", "owner")]).await.is(403);
    dana.browser.submit(&page, &role, &[("role", "owner")]).await.is(303);
    assert!(dana.browser.get(&page).await.is(200).text.contains("Leave team"));
    dana.browser.submit(&page, &format!("{page}/departure"), &[]).await.is(303);
    dana.browser.get(&page).await.is(404);
}

#[actix_web::test]
async fn m11_before_somebody_goes_their_page_names_the_teams_that_nobody_else_owns() {
    let app = spawn().await;
    let admin = app.admin().await;
    let dana = app.person("dana").await;
    let omar = app.person("omar").await;
    let mut teams = Vec::new();
    for name in ["Team a", "Team b", "Team c", "Team d", "Team e", "Team f", "Team g"] {
        teams.push(
            dana.browser.submit("/teams", "/teams", &[("name", name)]).await.is(303).location().to_owned(),
        );
    }
    let add = [("email", "omar@example.com"), ("role", "owner")];
    dana.browser.submit(&teams[1], &format!("{}/members", teams[1]), &add).await.is(303);
    let page = format!("/users/{}", dana.user.id);
    let shown = admin.browser.get(&page).await.is(200).text;
    let (_, dialog) = shown.split_once("Nobody else owns ").expect("the warning");
    let dialog = dialog.split("</li>").next().unwrap();
    for (place, team) in teams.iter().enumerate() {
        assert_eq!(dialog.contains(&format!("<a href=\"{team}\">")), ![1, 6].contains(&place), "{dialog}");
    }
    assert!(dialog.contains("</a> and 1 more. Make somebody else an owner first."), "{dialog}");
    assert!(
        !shown.contains("0 keys") && !shown.contains(">0</strong> app"),
        "what is none needs no line: {shown}"
    );
    // Whoever cannot sign in looks after nothing.
    let omars = format!("/users/{}", omar.user.id);
    admin.browser.submit(&omars, &format!("{omars}/deactivation"), &[]).await.is(303);
    assert!(admin.browser.get(&page).await.is(200).text.contains("</a> and 2 more."));
    admin.browser.submit(&page, &format!("{page}/deactivation"), &[]).await.is(303);
    let shown = admin.browser.get(&page).await.is(200).text;
    let (_, dialog) = shown.split_once("Left without an owner: ").expect("the warning");
    assert!(dialog.contains(&format!("<a href=\"{}\">Team a</a>, ", teams[0])), "{dialog}");
}

#[actix_web::test]
async fn b42_names_are_shown_as_text() {
    let app = spawn().await;
    let admin = app.admin().await;
    let dana = app.person("dana").await;
    for name in ["<script>alert(1)</script>", "\"><img onerror=x>", "a{{7*7}}b", "a${7*7}b"] {
        dana.browser.submit("/profile", "/profile/name", &[("name", name)]).await.is(303);
        let team = dana.browser.submit("/teams", "/teams", &[("name", name)]).await.is(303);
        let page = dana.browser.get(team.location()).await.is(200).text;
        let users = admin.browser.get("/users").await.is(200).text;
        for text in [page, users] {
            assert!(!text.contains("<script>alert") && !text.contains("<img onerror"), "{name}");
            assert!(!text.contains("a49b") && !text.contains("a$49b"), "{name}");
        }
    }
    let long = "x".repeat(10_000);
    let refused = dana.browser.submit("/profile", "/profile/name", &[("name", &long)]).await.is(422);
    assert!(refused.text.contains(&long), "what was typed is still there");
    dana.browser.submit("/teams", "/teams", &[("name", &long)]).await.is(422);
}

#[actix_web::test]
async fn ones_own_account_changes_theme_password_sessions_and_tokens() {
    let app = spawn().await;
    app.admin().await;
    let dana = app.person("dana").await;
    let theme = [("theme", "dark"), ("back", "/teams")];
    assert_eq!(dana.browser.submit("/profile", "/profile/theme", &theme).await.is(303).location(), "/teams");
    assert!(dana.browser.get("/profile").await.is(200).text.contains("data-theme=\"dark\""));
    let wrong = [("current", "nope"), ("password", "another fine passphrase")];
    dana.browser.submit("/profile", "/profile/password", &wrong).await.is(422);
    let made = [("name", "ci"), ("reach", "write"), ("expiry", "30")];
    let token = dana.browser.shown(dana.browser.submit("/profile", "/profile/tokens", &made).await).await;
    assert_eq!(token.header("cache-control"), "no-store");
    let at = token.text.find("ptc-adm-").unwrap();
    let secret = &token.text[at..at + 51];
    let api = app.visitor();
    let list = async |path: &str| api.send(api.request(reqwest::Method::GET, path).bearer_auth(secret)).await;
    assert_eq!(list("/api/v1/tokens").await.is(200).json()["items"][0]["name"], "ci");
    list("/api/v1/teams").await.is(200);
    list("/api/v1/users").await.is(403);
    dana.browser.submit("/profile", "/profile/tokens", &[("name", "")]).await.is(422);
    dana.browser.submit("/profile", "/profile/sessions/removal", &[]).await.is(303);
    dana.browser.get("/profile").await.is(200);
}

#[actix_web::test]
async fn people_and_teams_by_script() {
    let app = spawn().await;
    let admin = app.admin().await;
    use portico::domain::people::admin_tokens::{self, NewToken, Reach};
    let new = NewToken { name: "ci".into(), user: None, reach: Reach::ReadAndWrite, expires_at: None };
    let token = admin_tokens::create(&app.db, &admin.actor, new).await.unwrap();
    let api = app.visitor();
    let send = async |method: reqwest::Method, path: &str, body: serde_json::Value| {
        let request = api.request(method, path).bearer_auth(token.secret.expose());
        api.send(request.header("content-type", "application/json").body(body.to_string())).await
    };
    let post = reqwest::Method::POST;
    let invited = serde_json::json!({ "email": "omar@example.com", "role": "publisher" });
    let made = send(post.clone(), "/api/v1/users", invited.clone()).await.is(201).json();
    assert!(made["link"].as_str().unwrap().contains("/invitation/"));
    assert_eq!(send(post.clone(), "/api/v1/users", invited).await.is(409).code(), "conflict");
    let bad = serde_json::json!({ "email": "x@example.com", "is_admin": true });
    assert_eq!(send(post.clone(), "/api/v1/users", bad).await.is(400).code(), "field_invalid");
    let id = made["user"]["id"].as_str().unwrap();
    let person = format!("/api/v1/users/{}", app.person("lena").await.actor.user_id().unwrap());
    let gone = async || send(reqwest::Method::DELETE, &person, serde_json::Value::Null).await;
    let told = gone().await.is(409).text;
    assert!(told.contains("This account is active now. Deactivate it first."), "{told}");
    send(post.clone(), &format!("{person}/deactivation"), serde_json::Value::Null).await.is(200);
    assert_eq!(gone().await.is(200).json()["state"], "deleted");
    let role = serde_json::json!({ "role": "auditor" });
    let changed = send(reqwest::Method::PATCH, &format!("/api/v1/users/{id}"), role).await.is(200).json();
    assert_eq!(changed["role"], Role::Auditor.word());
    let team =
        send(post.clone(), "/api/v1/teams", serde_json::json!({ "name": "Search" })).await.is(201).json();
    let members = format!("/api/v1/teams/{}/members", team["id"].as_str().unwrap());
    app.person("dana").await;
    let dana = serde_json::json!({ "email": "dana@example.com" });
    assert_eq!(send(post, &members, dana).await.is(201).json()["items"].as_array().unwrap().len(), 2);
}

#[actix_web::test]
async fn the_forms_of_a_team_come_back_with_what_was_typed() {
    let app = spawn().await;
    let admin = app.admin().await;
    let made = admin.browser.submit("/teams", "/teams", &[("name", "Search")]).await.is(303);
    let team = made.location().to_owned();
    let typed = [("email", "nobody@example.com"), ("role", "owner")];
    let back = admin.browser.submit(&team, &format!("{team}/members"), &typed).await.is(422);
    assert_eq!(back.field("email").as_deref(), Some("nobody@example.com"));
    let long = "x".repeat(2_000);
    let back = admin.browser.submit(&team, &format!("{team}/suspension"), &[("reason", &long)]).await.is(422);
    assert!(back.text.contains("id=\"suspend\" open data-open") && back.text.contains(&long));
    let back = admin.browser.submit(&team, &format!("{team}/name"), &[("name", &long)]).await.is(422);
    assert!(back.text.contains(&long) && !back.text.contains("data-open"));
}

#[actix_web::test]
async fn keys_are_counted_alike_wherever_their_owner_is_shown() {
    let app = spawn().await;
    let admin = app.admin().await;
    let starter = app.demo_api(&admin).await;
    let dana = app.developer("dana", &starter).await;
    let issue = async |days: Option<u32>| {
        let mut new = NewKey::usual(dana.app, format!("of {days:?} days"));
        if let Some(days) = days {
            new.expiry = Expiry::Days(days);
        }
        keys::issue(&app.db, &dana.person.actor, new).await.unwrap().key.id
    };
    issue(Some(1)).await;
    keys::pause(&app.db, &dana.person.actor, issue(None).await).await.unwrap();
    let revoked = issue(None).await;
    keys::revoke(&app.db, &dana.person.actor, revoked, KeyReason::Revoked).await.unwrap();
    app.clock.forward(std::time::Duration::from_secs(2 * 86_400));
    app.sign_in_again(&admin).await;
    let page = format!("/users/{}", dana.person.user.id);
    let text = admin.browser.get(&page).await.is(200).text;
    assert!(text.contains("<strong>2 keys</strong>"), "{text}");
    assert!(text.contains(">Paused</span>") && !text.contains("of Some(1) days"), "{text}");
    let counted = keys::count_owned(&app.db, &admin.actor, &[dana.person.user.id]).await.unwrap();
    assert_eq!(counted.get(&dana.person.user.id), Some(&2));
    let members = teams::list_members(&app.db, &admin.actor, dana.person.team()).await.unwrap();
    assert_eq!(members.iter().map(|member| member.keys).sum::<u64>(), 2);
}
