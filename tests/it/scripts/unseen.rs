//! What somebody may not see answers as what does not exist.

use portico::domain::people::admin_tokens::Reach;
use portico::store::entity::states::Role;
use reqwest::Method;
use serde_json::{Value, json};

use crate::keys::{call, token};
use crate::support::spawn;

const NOBODY: &str = "0198c0de-0000-7000-8000-000000000000";

#[actix_web::test]
async fn p31_the_draft_of_another_team_answers_as_what_does_not_exist() {
    let app = spawn().await;
    let admin = app.admin().await;
    let starter = app.demo_api(&admin).await;
    let owner = token(&app, &admin, Reach::ReadAndWrite).await;
    let made = async |path: &str, body: Value| {
        let said = call(&app, &owner, Method::POST, path, body).await.is(201).json();
        said["id"].as_str().unwrap().to_owned()
    };
    let api = made("/api/v1/apis", json!({ "slug": "soon", "name": "Soon" })).await;
    let version = made(&format!("/api/v1/apis/{api}/versions"), json!({ "name": "v1" })).await;
    let next = made(&format!("/api/v1/apis/{}/versions", starter.api.id), json!({ "name": "v2" })).await;
    let plan = json!({ "name": "Gold", "approval": "auto" });
    let gold = made(&format!("/api/v1/apis/{api}/plans"), plan.clone()).await;
    for role in [Role::Publisher, Role::Member] {
        let stranger = app.somebody(role.word(), role).await;
        let dev = app.equip(stranger, &starter).await;
        let theirs = token(&app, &dev.person, Reach::ReadAndWrite).await;
        let key = format!("/api/v1/keys/{}", dev.key.id);
        let subscription = format!("/api/v1/subscriptions/{}", dev.subscription.id);
        let apis = |id: &str| {
            let (one, path) =
                (format!("/api/v1/apis/{id}"), |rest: &str| format!("/api/v1/apis/{id}/{rest}"));
            vec![
                (Method::GET, one.clone(), Value::Null),
                (Method::PATCH, one.clone(), json!({ "name": "Mine" })),
                (Method::DELETE, one, Value::Null),
                (Method::POST, path("versions"), json!({ "name": "v7" })),
                (Method::GET, path("plans"), Value::Null),
                (Method::POST, path("plans"), plan.clone()),
                (
                    Method::POST,
                    "/api/v1/keys".to_owned(),
                    json!({ "app_id": dev.app, "name": "ci", "api_ids": [id] }),
                ),
                (Method::PATCH, key.clone(), json!({ "api_ids": [id] })),
                (Method::PATCH, key.clone(), json!({ "api_ids": [starter.api.id, id] })),
            ]
        };
        let versions = |id: &str| {
            let path = |rest: &str| format!("/api/v1/versions/{id}/{rest}");
            let ask = json!({ "app_id": dev.app, "version_id": id, "plan_id": starter.plan.id });
            vec![
                (Method::PUT, path("models"), json!({ "models": [] })),
                (Method::PUT, path("docs"), json!({ "docs": "Hello" })),
                (Method::GET, path("checks"), Value::Null),
                (Method::POST, path("publication"), Value::Null),
                (Method::POST, path("deprecation"), json!({ "sunset": "2099-01-01" })),
                (Method::POST, path("retirement"), json!({ "reason": "" })),
                (Method::DELETE, format!("/api/v1/versions/{id}"), Value::Null),
                (Method::POST, "/api/v1/subscriptions".to_owned(), ask),
                (
                    Method::POST,
                    format!("{subscription}/move"),
                    json!({ "version_id": id, "plan_id": starter.plan.id }),
                ),
            ]
        };
        let plans = |id: &str| {
            let one = format!("/api/v1/plans/{id}");
            vec![
                (Method::GET, one.clone(), Value::Null),
                (Method::PATCH, one.clone(), json!({ "name": "Mine" })),
                (Method::DELETE, one, Value::Null),
                (
                    Method::POST,
                    "/api/v1/subscriptions".to_owned(),
                    json!({ "app_id": dev.app, "version_id": starter.version.id, "plan_id": id }),
                ),
            ]
        };
        let pairs = [
            (apis(&api), apis(NOBODY)),
            (versions(&version), versions(NOBODY)),
            (versions(&next), versions(NOBODY)),
            (plans(&gold), plans(NOBODY)),
            (
                vec![(Method::GET, "/api/v1/catalogue/soon".to_owned(), Value::Null)],
                vec![(Method::GET, "/api/v1/catalogue/nope".to_owned(), Value::Null)],
            ),
        ];
        for ((method, path, body), (_, nowhere, empty)) in
            pairs.into_iter().flat_map(|(hidden, none)| hidden.into_iter().zip(none))
        {
            let told = async |path: &str, body: Value| {
                let answer = call(&app, &theirs, method.clone(), path, body).await;
                let mut said = answer.json();
                said.as_object_mut().unwrap().remove("request_id");
                (answer.status, said)
            };
            let (hidden, none) = (told(&path, body).await, told(&nowhere, empty).await);
            assert!((400..500).contains(&hidden.0), "{role}: {method} {path}: {hidden:?}");
            assert_eq!(hidden, none, "{role}: {method} {path}");
        }
    }
    // To its makers it is there.
    call(&app, &owner, Method::GET, &format!("/api/v1/apis/{api}"), Value::Null).await.is(200);
}
