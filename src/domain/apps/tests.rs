use super::*;
use crate::domain::subscriptions::scene::{own, scene};
use crate::store::entity::states::Role;

fn named(name: &str) -> NewApp {
    NewApp { team: None, name: name.to_owned(), maker: None }
}

#[actix_web::test]
async fn an_application_belongs_to_its_makers_team() {
    let scene = scene().await;
    let dana = scene.person("dana@example.org", Role::Member).await;
    let eve = scene.person("eve@example.org", Role::Member).await;
    let app = create(&scene.db, &dana, named(" Mail ")).await.unwrap();
    assert_eq!((app.team_id, app.name.as_str()), (own(&dana), "Mail"));
    assert_eq!(get_visible(&scene.db, &eve, app.id).await.unwrap_err().code(), Code::NotFound);
    assert_eq!(rename(&scene.db, &eve, app.id, "x".into()).await.unwrap_err().code(), Code::NotFound);
    let theirs = NewApp { team: Some(own(&dana)), ..named("x") };
    assert_eq!(create(&scene.db, &eve, theirs).await.unwrap_err().code(), Code::NotFound);
    assert!(list_visible(&scene.db, &eve, None, 10).await.unwrap().is_empty());
}

#[actix_web::test]
async fn only_admins_suspend_and_they_say_why() {
    let scene = scene().await;
    let admin = scene.person("admin@site.test", Role::Admin).await;
    let dana = scene.person("dana@example.org", Role::Member).await;
    let app = create(&scene.db, &dana, named("Mail")).await.unwrap();
    let why = || "a storm of calls".to_owned();
    assert_eq!(suspend(&scene.db, &dana, app.id, why()).await.unwrap_err().code(), Code::NotPermitted);
    assert_eq!(suspend(&scene.db, &admin, app.id, String::new()).await.unwrap_err().param(), Some("reason"));
    suspend(&scene.db, &admin, app.id, why()).await.unwrap();
    assert_eq!(suspend(&scene.db, &admin, app.id, why()).await.unwrap_err().code(), Code::Conflict);
    let seen = get_visible(&scene.db, &dana, app.id).await.unwrap().app;
    assert_eq!((seen.state, seen.reason), (Standing::Suspended, Some(why())));
    resume(&scene.db, &admin, app.id).await.unwrap();
    assert_eq!(scene.acts(app.id.0).await, ["app_created", "app_suspended", "app_resumed"]);
}

#[test]
fn b42_a_name_is_one_short_line() {
    for bad in ["", " \t ", "a\nb", "a\u{0}", &"x".repeat(10_000)] {
        assert!(checked_name(bad, "name").is_err(), "{bad:?}");
    }
    for fine in ["<script>", "{{7*7}}", "Ünïcode 🙂", &"x".repeat(NAME_MAX)] {
        assert_eq!(checked_name(fine, "name").unwrap(), fine);
    }
}
